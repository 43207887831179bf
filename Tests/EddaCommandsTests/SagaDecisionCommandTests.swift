#if CLI
import EddaTesting
import Edda
import Foundation
import Testing

@testable import EddaCommands

/// The verbs of an operator on the command line.
@Suite struct SagaDecisionCommandTests {
    let fixture: CommandFixture

    init() throws { fixture = try CommandFixture() }

    /// Two parked sagas: `dine-declined` on its way back, `dine-1` behind its pivot; and one that is completed.
    private func parkSagas() async throws {
        try await fixture.onRuntime { runtime in
            try await runtime.whileRunning {
                for guest in ["1", "declined"] {
                    let id = try SagaID(validating: "dine-\(guest)")
                    try await runtime.start(Dine.self, id: id, state: .init(guest: guest))
                    #expect(try await runtime.sagas.wait(for: id).status == .parked)
                }
                try await runtime.start(PayOrder.self, id: "pay-1", state: .init(order: "1"))
                _ = try await runtime.sagas.wait(for: "pay-1")
            }
        }
    }

    /// Lets the application run until the saga ends or parks again.
    private func run(_ id: SagaID) async throws -> SagaRecord {
        try await fixture.onRuntime { runtime in
            try await runtime.whileRunning { try await runtime.sagas.wait(for: id) }
        }
    }

    @Test func parkedSagasAreListedWithSinceWhen() async throws {
        try await parkSagas()
        let table = await fixture.run("sagas", "list", "--parked")
        #expect(table.status == 0)
        #expect(table.output.contains("PARKED SINCE"))
        #expect(table.output.split(separator: "\n").count == 3)
        let parked = try await fixture.objects("sagas", "list", "--parked")
        let byStatus = try await fixture.objects("sagas", "list", "--status", "parked")
        #expect(parked.compactMap { $0["id"] as? String } == ["dine-1", "dine-declined"])
        #expect(byStatus.count == 2)
        let all = try await fixture.objects("sagas", "list")
        #expect(all.filter { $0["parkedSince"] is String }.count == 2)
        #expect(all.count == 3)
        let saga = try #require(try await fixture.json("sagas", "show", "dine-1") as? [String: Any])
        #expect(saga["parkedSince"] as? String == parked[0]["parkedSince"] as? String)
        #expect(await fixture.run("sagas", "show", "dine-1").output.contains("parked     since 2"))
    }

    // acceptance: 48
    @Test func everyVerbWorksOnASagaWhoseCompensationIsRefused() async throws {
        try await parkSagas()
        let cancelled = await fixture.run("sagas", "cancel", "dine-declined", "--by", "ada")
        #expect(cancelled.status == 0)
        #expect(cancelled.output.contains("Nothing was changed"))
        #expect(cancelled.output.contains("parked on its way back"))

        let retried = try #require(
            try await fixture.json("sagas", "retry", "dine-declined", "--reason", "try once more") as? [String: Any]
        )
        #expect(retried["status"] as? String == "compensating")
        #expect(retried["step"] as? String == "book-table")
        #expect(retried["changed"] as? Bool == true)
        #expect(try await run("dine-declined").status == .parked)

        let compensated = await fixture.run("sagas", "compensate", "dine-declined")
        #expect(compensated.output.contains("Saga dine-declined is compensating, at step book-table."))
        #expect(try await run("dine-declined").status == .parked)

        let wrong = await fixture.run("sagas", "resolve", "dine-declined", "--reply", "freed")
        #expect(wrong.status == 1)
        #expect(wrong.notes.contains("does not decode as the reply of tables.free"))
        let resolved = await fixture.run(
            "sagas",
            "resolve",
            "dine-declined",
            "--reply",
            "{}",
            "--by",
            "ada",
            "--reason",
            "freed by hand"
        )
        #expect(resolved.status == 0)
        #expect(resolved.output == "Saga dine-declined is compensated.\n")
        let shown = await fixture.run("sagas", "show", "dine-declined")
        #expect(shown.output.contains("resolve by ada: freed by hand"))
        #expect(shown.output.contains("retry by"))
    }

    @Test func aStepBehindThePivotIsSkippedOrResolvedAndNotTurnedBack() async throws {
        try await parkSagas()
        let refused = await fixture.run("sagas", "compensate", "dine-1", "--reason", "no dishes")
        #expect(refused.status == 1)
        #expect(
            refused.notes.contains(
                "Saga dine-1 is parked at step serve: compensate is refused, since its pivot pay has succeeded"
            )
        )
        let elsewhere = await fixture.run("sagas", "skip", "dine-1", "--reason", "eaten", "--step", "pay")
        #expect(elsewhere.status == 1)
        let file = fixture.folder.file("reply.json")
        try Data(#"{"table":3}"#.utf8).write(to: URL(filePath: file))
        let resolved = await fixture.run("sagas", "resolve", "dine-1", "--reply", "@\(file)", "--step", "serve")
        #expect(resolved.output == "Saga dine-1 is completed.\n")
        let again = await fixture.run("sagas", "retry", "dine-1")
        #expect(again.status == 1)
        #expect(again.notes.contains("has ended"))

        let skipped = await fixture.run("sagas", "skip", "dine-declined", "--reason", "freed by hand", "--by", "ada")
        #expect(skipped.output == "Saga dine-declined is compensated.\n")
        let saga = try #require(try await fixture.json("sagas", "show", "dine-declined") as? [String: Any])
        let steps = try #require(saga["steps"] as? [[String: Any]])
        #expect(steps[0]["status"] as? String == "skipped")
        #expect(steps[0]["note"] as? String == "ada: freed by hand")
    }

    // acceptance: 49
    @Test func aRunningSagaIsCancelled() async throws {
        _ = try await fixture.onRuntime { runtime in
            try await runtime.start(Dine.self, id: "dine-2", state: .init(guest: "2"))
        }
        let cancelled = await fixture.run("sagas", "cancel", "dine-2", "--reason", "the guest called")
        #expect(cancelled.status == 0)
        #expect(cancelled.output.contains("It turns back as soon as step book-table has an outcome: Cancelled by"))
        #expect(try await run("dine-2").status == .parked)
        #expect(await fixture.run("sagas", "show", "dine-2").output.contains("the guest called"))
    }

    @Test(arguments: [
        ["skip", "dine-1"], ["resolve", "dine-1"], ["retry"], ["cancel", "dine-1", "--by", ""],
        ["skip", "dine-1", "--reason", ""],
    ])
    func wrongUseChangesNothing(_ arguments: [String]) async throws {
        try await parkSagas()
        let outcome = await Outcome.of(Orders.self, ["sagas"] + arguments + ["--database", fixture.database])
        #expect(outcome.status == 64)
        #expect(try await fixture.objects("sagas", "list", "--parked").count == 2)
    }

    @Test func anUnknownSagaIsNamedTogetherWithTheNextCommand() async throws {
        try await fixture.placeOrders()
        for verb in ["retry", "compensate", "cancel"] {
            let outcome = await fixture.run("sagas", verb, "dine-9")
            #expect(outcome.status == 1)
            #expect(outcome.notes == "error: There is no saga dine-9. `orders sagas list` lists the sagas there are.\n")
        }
    }
}
#endif
