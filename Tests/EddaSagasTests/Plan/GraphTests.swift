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

/// Plans with blocks, as data and as drawings.
@Suite struct BlockGraphTests {
    @Test func everyWordIsDescribed() throws {
        let plan = EveryWord.describe()
        #expect(
            plan.steps.map(\.id) == [
                "authorize", "reserve", "label", "approval", "cool-off", "pack", "capture", "ship", "mail", "breathe",
                "bill",
            ]
        )
        #expect(plan.statements.map(\.word) == [.parallel, .when, .child, .command, .parallel])
        #expect(plan.statements[0].statements.map(\.word) == [.command, .sequence])
        #expect(plan.statements[0].statements[1].statements.first?.concurrently == 2)
        #expect(plan.statements[1].otherwise.first?.step?.word == .sleep)
        #expect(plan.steps.first { $0.id == "pack" }?.child == "order.pack")
        #expect(plan.steps.first { $0.id == "breathe" }?.phase == .retriable)
        #expect(plan.steps.first { $0.id == "approval" }?.timeoutMilliseconds == 3_600_000)
        let codec = JSONCodec()
        #expect(try codec.decode(PlanDescription.self, from: codec.encode(plan)) == plan)
    }

    @Test func everyWordIsDrawn() {
        let mermaid = EveryWord.describe().graph.mermaid
        for line in [
            #"block0["hold<br/>parallel"]"#, "block0 --> step0", "block0 --> block1",
            #"block1["lines<br/>for each, 2 at a time"]"#, #"block1 -->|"element"| step1"#,
            #"step1 -->|"next"| block1"#,
            #"block1 -->|"all done"| step2"#, #"undo2["undo label<br/>local"]"#, #"block2["large<br/>when"]"#,
            #"block2 -->|"holds"| step3"#, #"block2 -->|"otherwise"| step4"#,
            #"step3["approval<br/>signal, 3600 s at most"]"#,
            "step3 --> step5", "step4 --> step5", #"step5["pack<br/>saga order.pack"]"#, "step7 --> finish",
            "step8 --> finish",
            "step10 --> finish",
        ] {
            #expect(mermaid.contains(line), "\(line)\n\(mermaid)")
        }
        #expect(EveryWord.describe().graph.dot.contains(#"block2 -> step3 [label="holds"];"#))
    }

    @Test func aSagaIsDrawnWithItsBlocksAsFarAsTheyAreReached() async throws {
        let world = try World(Letters.self)
        try await world.coordinator.start(Letters.self, id: "g-1", state: .init(order: "1"))
        try await world.answer("g-1")
        let timeline = try await world.coordinator.timeline(of: "g-1")
        #expect(timeline.remaining == ["reserve[b]", "later", "capture"])
        #expect(timeline.blocks.map(\.id) == ["letters"])
        #expect(timeline.description.contains("reserve[a]"))
        let mermaid = timeline.graph.mermaid
        for line in [
            #"block0["letters<br/>for each<br/>2 elements"]"#, "block0 --> step0", "block0 --> step1",
            #"step0["reserve[a]<br/>succeeded"]:::done"#, #"step1["reserve[b]<br/>dispatched"]:::active"#,
            #"block1["later<br/>for each<br/>not reached"]"#, "step0 --> block1", "step1 --> block1",
            "block1 --> step2",
        ] {
            #expect(mermaid.contains(line), "\(line)\n\(mermaid)")
        }
    }

    struct Letters: Saga {
        static let name: SagaName = "block-graph"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            forEach("letters", in: { _ in ["a", "b"] }, id: { $0 }) { each in
                each.call("reserve") { ReserveStock(order: $0.order) }.noCompensation(reason: "a test")
            }
            forEach("later", in: { _ in [String]() }, id: { $0 }) { each in
                each.call("greet") { GreetCustomer(order: $0.order) }.noCompensation(reason: "a test")
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }
}
