#if CLI
import Edda
import Testing

@testable import EddaCommands

@Suite struct OperatingCommandTests {
    let fixture: CommandFixture

    init() throws { fixture = try CommandFixture() }

    @Test func listShowsWhatTheProgramDefines() async throws {
        try await fixture.placeOrders()
        let outcome = await fixture.run("projections", "list")
        #expect(
            outcome.output == """
                NAME         VERSION  MODE   TABLES
                open-orders        2  async  open_orders

                """
        )
        let list = try await fixture.objects("projections", "list")
        #expect(list.first?["tables"] as? [String] == ["open_orders"])
    }

    @Test func statusShowsHowFarBehindAProjectionIs() async throws {
        try await fixture.placeOrders()
        let before = try #require(try await fixture.objects("projections", "status").first)
        #expect(before["state"] as? String == "never-run")
        #expect(before["lagEvents"] as? Int == 3)

        try await fixture.onRuntime { try await $0.projections.catchUp() }
        let after = try #require(try await fixture.objects("projections", "status").first)
        #expect(after["state"] as? String == "live")
        #expect(after["lagEvents"] as? Int == 0)
        #expect(after["build"] as? Int == 1)
    }

    // guarantees: G6
    @Test func rebuildMakesTheSameRowsInANewBuild() async throws {
        try await fixture.placeOrders()
        try await fixture.onRuntime { try await $0.projections.catchUp() }
        let query: SQL = "SELECT id, cents FROM open_orders ORDER BY id"
        let before = try await fixture.onRuntime { try await $0.store.read { try $0.rows(query) } }

        let report = try #require(try await fixture.json("projections", "rebuild", "open-orders") as? [String: Any])
        #expect(report["events"] as? Int == 3)
        #expect(report["build"] as? Int == 2)
        #expect(report.keys.contains("eventsPerSecond"))

        let after = try await fixture.onRuntime { try await $0.store.read { try $0.rows(query) } }
        #expect(before.count == 3)
        #expect(after == before)
    }

    @Test func rebuildSaysWhatItDid() async throws {
        try await fixture.placeOrders()
        let outcome = await fixture.run("projections", "rebuild", "open-orders")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("Rebuilt open-orders version 2 as build 1: 3 events in "))
    }

    @Test func onATerminalTheProgressIsDrawnOverAndRemoved() async throws {
        try await fixture.placeOrders()
        let outcome = await Outcome.of(
            Orders.self,
            ["projections", "rebuild", "open-orders", "--database", fixture.database],
            canRedraw: true
        )
        #expect(outcome.notes.contains("\r\u{1B}[Krebuilding open-orders: 0 of 3 events (0%)"))
        #expect(outcome.notes.hasSuffix("\r\u{1B}[K"))
    }

    @Test func anUnknownProjectionIsNamedTogetherWithTheNextCommand() async throws {
        try await fixture.placeOrders()
        let outcome = await fixture.run("projections", "rebuild", "lost")
        #expect(outcome.status == 1)
        #expect(
            outcome.notes == "error: orders has no projection lost. `orders projections list` lists those it has.\n"
        )
    }

    @Test func outboxShowsWhatWaits() async throws {
        _ = await fixture.run("sagas", "start", "order.pay", "--id", "pay-1", "--state", #"{"order":"1"}"#)
        let rows = try await fixture.objects("outbox", "list")
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        #expect(row["state"] as? String == "ready")
        #expect(row["type"] as? String == "payments.capture")
        #expect(row["destination"] as? String == "payments")

        let sequence = try #require(row["sequence"] as? Int)
        try await fixture.onRuntime { runtime in
            try await runtime.store.write { try $0.markDead(Int64(sequence), attempts: 20, reason: "no route") }
        }
        let table = await fixture.run("outbox", "list")
        #expect(table.output.contains("dead") && table.output.contains("no route"))
        #expect(try await fixture.objects("outbox", "list", "--after", String(sequence)).isEmpty)
    }

    @Test func inboxShowsWhatWasBegunAndHasNoOutcome() async throws {
        var message = Message(
            id: "1",
            source: "/orders",
            type: "payments.charge",
            destination: "payments",
            time: .now(),
            partitionKey: "1",
            idempotencyKey: "1/charge",
            data: []
        )
        message.correlationID = "conversation"
        let kept = message
        try await fixture.onRuntime { runtime in
            try await runtime.store.write { transaction in
                for (key, state, age) in [
                    ("/orders 1/charge", InboxEntry.State.started(kept), 700),
                    ("/orders 2/charge", .unresolved(kept, reason: "the bank is away"), 5),
                    ("/orders 3/charge", .done(.succeeded([])), 5),
                ] {
                    let time = transaction.now.wall + .seconds(-age)
                    try transaction.recordInbox(
                        InboxEntry(consumer: "payments", key: key, state: state, recordedAt: time)
                    )
                }
            }
        }
        let rows = try await fixture.objects("inbox", "list")
        #expect(rows.map { $0["state"] as? String } == ["started", "unresolved"])
        #expect(rows.first?["key"] as? String == "/orders 1/charge")
        #expect(rows.last?["reason"] as? String == "the bank is away")
        let table = await fixture.run("inbox", "list", "--limit", "1")
        #expect(table.output.contains("payments.charge") && table.output.contains("/orders 1/charge"))
        #expect(table.notes.contains("There are more"))

        let facts = try await fixture.objects("doctor")
        let started = try #require(facts.first { $0["name"] as? String == "inbox.started" })
        #expect(started["verdict"] as? String == "note")
        #expect((started["value"] as? String)?.hasPrefix("1, the oldest for 7") == true)
        #expect((started["advice"] as? String)?.contains("`orders inbox list`") == true)
        let unresolved = try #require(facts.first { $0["name"] as? String == "inbox.unresolved" })
        #expect(unresolved["value"] as? String == "1")
        // Its sender wants no answer.
        #expect((unresolved["advice"] as? String)?.contains("Of 1 nobody was told, and nobody tries again") == true)
        #expect((unresolved["advice"] as? String)?.contains("senders") == false)
    }

    @Test func doctorEndsWithStatusOneWhenSomethingHasToBeDone() async throws {
        _ = await fixture.run("sagas", "start", "order.pay", "--id", "pay-1", "--state", #"{"order":"1"}"#)
        let healthy = await fixture.run("doctor")
        #expect(healthy.status == 0, "\(healthy.output)\(healthy.notes)")
        #expect(healthy.output.contains("outbox.ready"))

        try await fixture.onRuntime { runtime in
            try await runtime.store.write { transaction in
                let row = try transaction.outbox(after: 0, limit: 1)
                try transaction.markDead(row[0].sequence, attempts: 20, reason: "no route")
                var behind = row[0].message
                behind.id = "behind"
                try transaction.hold(try transaction.enqueue(behind), attempts: 0, due: nil, reason: nil)
            }
        }
        let sick = await fixture.run("doctor")
        #expect(sick.status == 1)
        #expect(sick.output.contains("`orders outbox list`"))
        #expect(sick.output.contains("but for those behind a dead letter of their key"))
        #expect(sick.notes.hasPrefix("error: 1 of "))
    }

    // acceptance: 32
    @Test func doctorMissesWhoeverKeepsAProjectionCurrent() async throws {
        try await fixture.placeOrders()
        try await fixture.onRuntime { try await $0.projections.catchUp() }
        func projection() async -> (status: Int32, line: Substring?) {
            let outcome = await fixture.run("doctor")
            return (
                outcome.status, outcome.output.split(separator: "\n").first { $0.contains("projection.open-orders") }
            )
        }
        let stopped = await projection()
        #expect(stopped.status == 0 && stopped.line?.contains("Nobody keeps it current") == true)
        func show(for duration: Duration) async throws {
            try await fixture.onRuntime { runtime in
                try await runtime.store.write { transaction in
                    let due = transaction.now.advanced(by: duration)
                    try transaction.setTimer(
                        TimerRow(owner: ProjectionEngine.timerOwner, key: "open-orders", due: due)
                    )
                }
            }
        }
        try await show(for: .seconds(30))
        let served = await projection()
        #expect(served.status == 0 && served.line?.contains(" ok") == true, "\(served.line ?? "")")
        #expect(await fixture.run("projections", "status").output.contains("running"))
        try await show(for: .seconds(-1))
        let killed = await projection()
        #expect(killed.status == 1 && killed.line?.contains("was killed or hangs") == true, "\(killed.line ?? "")")
        let status = try await fixture.objects("projections", "status")
        #expect(status.first?["keeper"] as? String == "silent")
    }

    @Test func doctorPrintsFactsWithStableNames() async throws {
        try await fixture.placeOrders()
        let facts = try await fixture.objects("doctor")
        let events = try #require(facts.first { $0["name"] as? String == "events" })
        #expect(events.keys.sorted() == ["advice", "name", "value", "verdict"])
        #expect(events["value"] as? String == "3")
        let names = facts.compactMap { $0["name"] as? String }
        for name in ["outbox.ready", "outbox.held", "outbox.dead", "sagas.parked", "projection.open-orders"] {
            #expect(names.contains(name))
        }
        // Those are of the process that serves, and `doctor` is another one.
        #expect(!names.contains("units") && !names.contains("log.checkpoint"))
    }
}
#endif
