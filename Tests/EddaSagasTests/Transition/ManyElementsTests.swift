import EddaCore
import EddaSagas
import Testing

/// What a loop over many elements costs, counted.
@Suite struct ManyElementsTests {
    struct Batch: Codable, Sendable, Equatable {
        var order = "1"
        var lines: [String]
        var got: [String: String] = [:]
    }

    struct Locals: Saga {
        static let name: SagaName = "locals"
        static let version = 1
        typealias Services = Desk
        typealias State = Batch
        static var plan: some Plan<State> {
            forEach("lines", in: { $0.lines }, id: { $0 }, concurrently: 10) { each in
                each.local("label") { each, key, desk in
                    try await desk.take(key)
                    return each.element
                }
                .merge { $0.got[$0.element] = $1 }
                .compensateLocally { _, _, key, desk in try await desk.take(key) }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    struct Remotes: Saga {
        static let name: SagaName = "remotes"
        static let version = 1
        typealias State = Batch
        static var plan: some Plan<State> {
            forEach("lines", in: { $0.lines }, id: { $0 }, concurrently: 1_000) { each in
                each.call("reserve") { ReserveLine(order: $0.order, sku: $0.element) }
                    .compensate { each, _ in ReleaseLine(order: each.order, sku: each.element) }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    struct Branches: Saga {
        static let name: SagaName = "branches"
        static let version = 1
        typealias State = Batch
        static var plan: some Plan<State> {
            forEach("lines", in: { $0.lines }, id: { $0 }, concurrently: 7) { each in
                each.when("odd", { $0.element.utf8.count.isMultiple(of: 2) }) {
                    each.forEach("parts", in: { [$0.element + "x", "y"] }, id: { $0 }, concurrently: 2) { part in
                        part.call("take") { ReserveLine(order: $0.order, sku: $0.element) }
                            .noCompensation(reason: "a test")
                    }
                }
                each.call("reserve") { ReserveLine(order: $0.order, sku: $0.element) }
                    .compensate { each, _ in ReleaseLine(order: each.order, sku: each.element) }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    private func lines(_ count: Int) -> [String] { (0..<count).map { "sku-\($0)" } }

    @Test func theStateIsNotKeptForEachElement() throws {
        let count = 100
        var bench = try Bench(Locals.self, state: Batch(lines: lines(count)), services: Desk())
        // Of the ten that are under way each may have been given another state.
        func expectFew() {
            let saga = bench.instance
            let commands = saga.steps.flatMap { [$0.forward.command, $0.undo.command] }.compactMap(\.self)
            let kept = (saga.snapshots ?? []).map(\.state) + commands.map(\.data)
            let size = kept.reduce(0) { $0 + $1.bytes.count }
            #expect(size <= 10 * saga.state.bytes.count + 4 * commands.count)
        }
        for element in 0..<count {
            try bench.reply(StepID(validating: "label[sku-\(element)]"), .succeeded(Array(#""l""#.utf8)))
            expectFew()
        }
        #expect(bench.status("capture") == .dispatched)
        #expect(bench.instance.snapshots == nil)
        try bench.reply("capture", Replies.refusal)
        while bench.instance.status == .compensating {
            expectFew()
            let undo = try #require(bench.calls.last)
            // A repetition is given the same.
            try bench.wake()
            #expect(bench.calls.last?.state == undo.state && bench.calls.last?.key == undo.key)
            #expect(undo.state == bench.instance.state && undo.reply != nil)
            try bench.reply(undo.key.step, .succeeded([]), undo: true)
        }
        #expect(bench.instance.status == .compensated && bench.undos.count == count)
    }

    @Test func whatIsCalledAgainIsGivenTheStateAsItWas() throws {
        var bench = try Bench(Locals.self, state: Batch(lines: lines(3)), services: Desk())
        let before = bench.instance.state
        #expect(bench.calls.count == 3 && bench.calls.allSatisfy { $0.state == before })
        #expect(bench.instance.snapshots?.count == 1)
        try bench.reply("label[sku-0]", .succeeded(Array(#""l""#.utf8)))
        #expect(bench.instance.state != before)
        let codec = JSONCodec()
        #expect(try codec.decode(SagaInstance.self, from: codec.encode(bench.instance)) == bench.instance)
        while bench.calls.count < 5 { try bench.wake() }
        #expect(bench.calls.suffix(2).allSatisfy { $0.state == before && $0.number == 2 })
    }

    /// A wake reads and writes the whole saga, so each step is not worth one of its own.
    @Test func whatIsRepeatedAtAboutTheSameTimeIsRepeatedTogether() throws {
        let count = 300
        var bench = try Bench(Remotes.self, state: Batch(lines: lines(count)))
        #expect(bench.sent.count == count)
        var wakes = 0
        while bench.instance.steps.contains(where: { $0.forward.sends == 1 }) {
            try bench.wake()
            wakes += 1
        }
        #expect(wakes <= 12, "\(wakes) wakes")
    }

    @Test func aReasonNamesAFewStepsAndCountsTheOthers() throws {
        var bench = try Bench(Remotes.self, state: Batch(lines: lines(30)))
        try bench.reply("reserve[sku-3]", Replies.refusal)
        let reason = try #require(bench.instance.reason)
        #expect(reason.contains("reserve[sku-10] and 19 more have an outcome"), "\(reason)")
        #expect(!reason.contains("sku-11"))
    }

    @Test func manyBlocksAreFoundAndCounted() throws {
        let lines = lines(25)
        var bench = try Bench(Branches.self, state: Batch(lines: lines))
        var answered = 0
        while bench.status("capture") == .never {
            try #require(answered < bench.sent.count)
            try bench.reply(bench.sent[answered].key.step, .succeeded(Array(#"{"reservation":"r"}"#.utf8)))
            answered += 1
        }
        // The records stand in the order of the plan.
        let expected = lines.flatMap { line in
            (line.utf8.count.isMultiple(of: 2) ? ["take[\(line)][\(line)x]", "take[\(line)][y]"] : [])
                + ["reserve[\(line)]"]
        }
        #expect(bench.instance.steps.map(\.id.rawValue) == expected + ["capture"])
        #expect(bench.instance.blocks?.count == 1 + 25 + lines.count { $0.utf8.count.isMultiple(of: 2) })
    }
}
