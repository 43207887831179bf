#if CLI
import EddaTesting
import Edda
import Foundation
import Testing

@testable import EddaCommands

@Suite struct SagaCommandTests {
    let fixture: CommandFixture

    init() throws { fixture = try CommandFixture() }

    /// One saga that completes, one that is refused.
    private func runSagas() async throws {
        try await fixture.onRuntime { runtime in
            try await runtime.whileRunning {
                for order in ["1", "declined"] {
                    let id = try SagaID(validating: "pay-\(order)")
                    try await runtime.start(PayOrder.self, id: id, state: .init(order: order))
                    _ = try await runtime.sagas.wait(for: id)
                }
            }
        }
    }

    @Test func listShowsWhereSagasStand() async throws {
        try await runSagas()
        let outcome = await fixture.run("sagas", "list")
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("pay-1         order.pay  completed    –"))
        #expect(lines[2].contains("compensated") && lines[2].contains("card.declined"))
    }

    @Test func listFilters() async throws {
        try await runSagas()
        #expect(try await fixture.objects("sagas", "list").count == 2)
        #expect(try await fixture.objects("sagas", "list", "--status", "completed").count == 1)
        #expect(
            try await fixture.objects("sagas", "list", "--status", "completed", "--status", "compensated").count == 2
        )
        #expect(try await fixture.objects("sagas", "list", "--name", "order.lost").isEmpty)
        #expect(try await fixture.objects("sagas", "list", "--after", "pay-1", "--limit", "5").count == 1)
        #expect(await fixture.run("sagas", "list", "--limit", "1").notes.contains("--after 'pay-1'"))
    }

    @Test func listFindsByAttributeStepConversationAndAge() async throws {
        try await runSagas()
        #expect(try await fixture.objects("sagas", "list", "--where", "order=declined").count == 1)
        #expect(try await fixture.objects("sagas", "list", "--where", "order=lost").isEmpty)
        #expect(try await fixture.objects("sagas", "list", "--correlation", "pay-1").count == 1)
        #expect(try await fixture.objects("sagas", "list", "--step", "capture-payment").isEmpty)
        #expect(try await fixture.objects("sagas", "list", "--older-than", "1h").isEmpty)
        #expect(try await fixture.objects("sagas", "list", "--older-than", "0s", "--idle-for", "0s").count == 2)
        let row = try #require(try await fixture.objects("sagas", "list", "--where", "order=1").first)
        #expect(row["attributes"] as? [String: String] == ["order": "1"])
        for wrong in [["--where", "order"], ["--where", "=1"], ["--older-than", "1y"], ["--idle-for", "-1s"]] {
            #expect(await fixture.run("sagas", "list", wrong[0], wrong[1]).status == 64, "\(wrong)")
        }
    }

    @Test func listAndDoctorTellOfSagasThatAreOverdue() async throws {
        let days = [0, 1].map { Timestamp(microseconds: 1_700_000_000_000_000 + $0 * 86_400_000_000) }
        try await fixture.onDays(days) { store, day in
            guard day == 0 else { return }
            let runtime = try EddaRuntime(store: store) { Dine.self }
            _ = try await runtime.start(Dine.self, id: "dine-1", state: .init(guest: "Ada"))
        }
        let rows = try await fixture.objects("sagas", "list", "--overdue")
        #expect(rows.map { $0["id"] as? String } == ["dine-1"])
        #expect(rows.first?["deadline"] as? String == (days[0] + .seconds(600)).description)
        let doctor = await fixture.run("doctor")
        #expect(doctor.output.contains("sagas list --overdue"))
        #expect(doctor.output.contains("sagas.timers"))
    }

    @Test func payloadsAreShownWhenAskedFor() async throws {
        try await runSagas()
        let silent = await fixture.run("sagas", "show", "pay-1")
        #expect(!silent.output.contains(#"{"order":"1"}"#))
        #expect(silent.output.contains("attribute  order = 1"))
        let text = await fixture.run("sagas", "show", "pay-1", "--payloads")
        #expect(text.output.contains(#"state      {"order":"1"}"#))
        #expect(text.output.contains("payments.capture"))
        let saga = try #require(try await fixture.json("sagas", "show", "pay-1", "--payloads") as? [String: Any])
        let steps = try #require(saga["steps"] as? [[String: Any]])
        #expect((steps[0]["command"] as? [String: Any])?["data"] as? String == #"{"order":"1"}"#)
    }

    @Test func anUnknownStatusIsAWrongUse() async throws {
        let outcome = await fixture.run("sagas", "list", "--status", "asleep")
        #expect(outcome.status == 64)
        #expect(outcome.notes.contains("parked"))
    }

    @Test func showTellsTheStepsAndTheHistory() async throws {
        try await runSagas()
        let saga = try #require(try await fixture.json("sagas", "show", "pay-1") as? [String: Any])
        #expect(saga["status"] as? String == "completed")
        #expect(saga["planVersion"] as? Int == 3)
        #expect(saga["done"] as? [String] == ["capture-payment"])
        #expect(saga["remaining"] as? [String] == [])
        let entries = try #require(saga["entries"] as? [[String: Any]])
        #expect(
            // On a machine under load an answer may take longer than the patience of the coordinator.
            entries.compactMap { $0["what"] as? String }.filter { $0 != "step.resent" } == [
                "saga.started", "step.dispatched", "step.succeeded", "saga.completed",
            ]
        )

        let text = await fixture.run("sagas", "show", "pay-declined")
        #expect(text.status == 0)
        #expect(text.output.contains("status     compensated"))
        #expect(text.output.contains("reason     ") && text.output.contains("card.declined"))
        #expect(text.output.contains("step.rejected"))
    }

    @Test func aSagaIsDrawn() async throws {
        try await runSagas()
        let mermaid = await fixture.run("sagas", "graph", "pay-declined")
        #expect(mermaid.status == 0)
        #expect(mermaid.output.hasPrefix("flowchart TD\n"))
        #expect(mermaid.output.contains("capture-payment<br/>pivot<br/>rejected"))
        let dot = try #require(try await fixture.json("sagas", "graph", "pay-1", "--as", "dot") as? [String: Any])
        #expect((dot["graph"] as? String)?.hasPrefix("digraph saga {") == true)
        #expect(await fixture.run("sagas", "graph", "pay-9").status == 1)
        #expect(await fixture.run("sagas", "graph", "pay-1", "--as", "png").status == 64)
    }

    @Test func anUnknownSagaIsNamedTogetherWithTheNextCommand() async throws {
        try await fixture.placeOrders()
        let outcome = await fixture.run("sagas", "show", "pay-9")
        #expect(outcome.status == 1)
        #expect(outcome.notes == "error: There is no saga pay-9. `orders sagas list` lists the sagas there are.\n")
    }

    @Test func aStartedSagaRunsWhenTheApplicationDoes() async throws {
        let started = try #require(
            try await fixture.json("sagas", "start", "order.pay", "--id", "pay-1", "--state", #"{"order":"1"}"#)
                as? [String: Any]
        )
        #expect(started["started"] as? Bool == true)
        #expect(started["status"] as? String == "running")

        let again = await fixture.run("sagas", "start", "order.pay", "--id", "pay-1", "--state", #"{"order":"1"}"#)
        #expect(again.status == 0)
        #expect(again.output.contains("was started before"))

        let saga = try await fixture.onRuntime { runtime in
            try await runtime.whileRunning { try await runtime.sagas.wait(for: "pay-1") }
        }
        #expect(saga.status == .completed)
    }

    @Test func theStateMayComeFromAFile() async throws {
        let file = fixture.folder.file("state.json")
        try Data(#"{"order":"7"}"#.utf8).write(to: URL(filePath: file))
        let outcome = await fixture.run("sagas", "start", "order.pay", "--id", "pay-7", "--state", "@\(file)")
        #expect(outcome.status == 0)
        #expect(try await fixture.objects("sagas", "list").count == 1)

        let missing = await fixture.run("sagas", "start", "order.pay", "--id", "pay-8", "--state", "@\(file)x")
        #expect(missing.status == 1)
        #expect(missing.notes.contains("state.jsonx"))
    }

    // guarantees: G14
    @Test(arguments: [#"{"order":1}"#, "{}", "order"]) func aStateThatDoesNotFitStartsNothing(_ state: String)
        async throws
    {
        try await fixture.placeOrders()
        let outcome = await fixture.run("sagas", "start", "order.pay", "--id", "pay-1", "--state", state)
        #expect(outcome.status == 1)
        #expect(outcome.notes.hasPrefix("error: "))
        #expect(try await fixture.objects("sagas", "list").isEmpty)
    }

    @Test func anUnknownKindOfSagaIsNamedTogetherWithThoseThereAre() async throws {
        try await fixture.placeOrders()
        let outcome = await fixture.run("sagas", "start", "order.lost", "--id", "x", "--state", "{}")
        #expect(outcome.status == 1)
        #expect(outcome.notes == "error: orders has no saga order.lost; it has guest.dine, order.pay.\n")
    }
}
#endif
