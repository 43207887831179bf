import EddaCore
import EddaSagas
import Testing

@Suite struct GraphTests {
    @Test func aPlanIsDescribedAsData() {
        let plan = FulfilOrder.describe()
        #expect(plan.name == "order.fulfil" && plan.version == 1)
        #expect(plan.steps.map(\.id) == ["reserve", "authorize", "capture", "ship"])
        #expect(plan.steps.map(\.phase) == [.compensatable, .compensatable, .pivot, .retriable])
        #expect(plan.steps[0].command == "inventory.reserve-stock")
        #expect(plan.steps.map(\.compensation) == ["inventory.release-stock", "ledger.void", nil, nil])
        #expect(plan.steps.map(\.timeoutMilliseconds) == [30_000, 30_000, 20_000, nil])
        #expect(plan.steps.map(\.attempts) == [3, 3, 3, nil])
        #expect(PrepareOrder.describe().steps[1].noCompensation == "a greeting does no harm")
    }

    @Test func aPlanIsDrawnWithWhatUndoesEachStep() {
        let mermaid = FulfilOrder.describe().graph.mermaid
        #expect(
            mermaid == """
                flowchart TD
                    start(["order.fulfil<br/>plan version 1"]):::plain
                    step0["reserve<br/>inventory.reserve-stock"]:::plain
                    undo0["undo reserve<br/>inventory.release-stock"]:::undone
                    step1["authorize<br/>payments.authorize"]:::plain
                    undo1["undo authorize<br/>ledger.void"]:::undone
                    step2["capture<br/>payments.capture<br/>pivot"]:::plain
                    step3["ship<br/>shipping.create<br/>retriable"]:::plain
                    finish(["completed"]):::plain
                    start --> step0
                    step0 -.-> undo0
                    step0 --> step1
                    step1 -.-> undo1
                    step1 --> step2
                    step2 --> step3
                    step3 --> finish
                    classDef plain fill:#f6f6f6,stroke:#999999,color:#000000
                    classDef undone fill:#dbe9f9,stroke:#1565c0,color:#000000

                """
        )
    }

    @Test func aSagaIsDrawnWithItsWayBack() async throws {
        let world = try World(FulfilOrder.self)
        let id: SagaID = #"order "7" \ #1 <b>"#
        try await world.coordinator.start(FulfilOrder.self, id: id, state: .init(order: "7"))
        try await world.answer(id)
        try await world.answer(id)
        try await world.answer(id, Replies.refusal)
        try await world.answer(id, Replies.lasting)
        try await world.coordinator.skip(id, by: "ada", because: "voided by hand")
        let graph = try await world.coordinator.timeline(of: id).graph
        #expect(
            graph.mermaid.contains(#"(["order #quot;7#quot; \ #35;1 #lt;b#gt;<br/>order.fulfil, plan version 1"])"#)
        )
        #expect(graph.mermaid.contains(#"step2 -.->|"turned back"| undo1"#))
        #expect(graph.mermaid.contains(#"undo1["undo authorize<br/>skipped"]:::skipped"#))
        #expect(graph.mermaid.contains(#"undo0["undo reserve<br/>undo-dispatched"]:::active"#))
        #expect(graph.mermaid.contains("undo0 -.-> finish"))
        #expect(graph.dot.hasPrefix("digraph saga {\n"))
        #expect(graph.dot.contains(#"label="order \"7\" \\ #1 <b>\norder.fulfil, plan version 1""#))
        #expect(graph.dot.contains(#"step2 -> undo1 [label="turned back", style=dashed];"#))
        #expect(graph.dot.hasSuffix("}\n"))

        try await world.coordinator.start(FulfilOrder.self, id: "done", state: .init(order: "8"))
        for _ in 0..<4 { try await world.answer("done") }
        let done = try await world.coordinator.timeline(of: "done").graph
        #expect(done.mermaid.contains(#"finish(["completed"]):::done"#))
        #expect(!done.mermaid.contains("undo"))
    }
}
