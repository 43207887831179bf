import EddaCore
import EddaSagas
import Testing

/// `forEach`, on the pure function.
@Suite struct LoopTests {
    struct Line: Codable, Sendable, Equatable {
        var sku: String
        var parts: [String] = []
    }

    struct Cart: Codable, Sendable, Equatable {
        var order = "1"
        var lines: [Line]
        var got: [String: String] = [:]
    }

    struct OneByOne: Saga {
        static let name: SagaName = "one-by-one"
        static let version = 1
        typealias State = Cart
        static var plan: some Plan<State> {
            forEach("lines", in: { $0.lines }, id: \.sku) { each in
                each.call("reserve") { ReserveLine(order: $0.order, sku: $0.element.sku) }
                    .merge { each, reply in
                        let sku = each.element.sku
                        each.got[sku] = reply.reservation
                        each.lines.removeAll { $0.sku == sku }
                    }
                    .compensate {
                        ReleaseLine(order: $0.order, sku: $0.element.sku, reservation: $1?.reservation)
                    }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    struct Nested: Saga {
        static let name: SagaName = "nested"
        static let version = 1
        typealias State = Cart
        static var plan: some Plan<State> {
            call("greet") { GreetCustomer(order: $0.order) }.noCompensation(reason: "a greeting does no harm")
            forEach("lines", in: { $0.lines }, id: { $0.sku }, concurrently: 2) { each in
                each.when("has-parts", { !$0.element.parts.isEmpty }) {
                    each.forEach("parts", in: { $0.element.parts }, id: { $0 }, concurrently: 9) { part in
                        part.call("take") { ReserveLine(order: $0.order, sku: $0.state.element.sku + $0.element) }
                            .merge { $0.got[$0.state.element.sku + $0.element] = $1.reservation }
                            .noCompensation(reason: "a test")
                    }
                }
                each.call("reserve") { ReserveLine(order: $0.order, sku: $0.element.sku) }
                    .compensate { each, _ in ReleaseLine(order: each.order, sku: each.element.sku) }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    private func bench<S: Saga>(_ saga: S.Type, _ lines: [Line]) throws -> Bench where S.State == Cart {
        try Bench(saga, state: Cart(lines: lines))
    }

    private let reply = CommandOutcome.succeeded(Array(#"{"reservation":"r"}"#.utf8))

    @Test func elementsAreDealtWithOneAfterAnotherAndKeptWhenTheStateChanges() throws {
        var bench = try bench(OneByOne.self, [Line(sku: "a"), Line(sku: "b/%[c]"), Line(sku: "ä")])
        #expect(
            bench.instance.steps.map(\.id.rawValue) == [
                "reserve[a]", "reserve[b%2F%25%5Bc%5D]", "reserve[ä]", "capture",
            ]
        )
        #expect(bench.sent.map(\.key.text) == ["order-1/reserve[a]"])
        for count in 1...3 {
            #expect(bench.sent.count == count)
            let key = try #require(bench.sent.last?.key)
            #expect(SagaKey(key.text) == key)
            try bench.reply(key.step, reply)
        }
        #expect(bench.status("capture") == .dispatched)
        let skus = try bench.sent.prefix(3).map {
            try JSONCodec().decode(ReserveLine.self, from: $0.command.data.bytes).sku
        }
        #expect(skus == ["a", "b/%[c]", "ä"])
        let state = try JSONCodec().decode(Cart.self, from: bench.instance.state.bytes)
        #expect(state == Cart(lines: [], got: ["a": "r", "b/%[c]": "r", "ä": "r"]))
        let codec = JSONCodec()
        #expect(try codec.decode(SagaInstance.self, from: codec.encode(bench.instance)) == bench.instance)

        try bench.reply("capture", Replies.refusal)
        while bench.instance.status == .compensating { try bench.answer() }
        let undone = bench.sent.filter { $0.key.direction == .undo }
        #expect(undone.map(\.key.step) == ["reserve[ä]", "reserve[b%2F%25%5Bc%5D]", "reserve[a]"])
        let last = try #require(undone.last)
        let release = try JSONCodec().decode(ReleaseLine.self, from: last.command.data.bytes)
        #expect(release == ReleaseLine(order: "1", sku: "a", reservation: "r"))
    }

    @Test func anEmptyListIsNothingToDo() throws {
        let bench = try bench(OneByOne.self, [])
        #expect(bench.instance.steps.map(\.id) == ["capture"])
        #expect(bench.status("capture") == .dispatched)
        #expect(bench.happenings == ["saga.started", "elements.read", "step.dispatched"])
    }

    @Test func soManyElementsAtATimeAndLoopsWithinLoops() throws {
        let lines = [Line(sku: "a", parts: ["x", "y"]), Line(sku: "b"), Line(sku: "c", parts: ["x"]), Line(sku: "d")]
        var bench = try bench(Nested.self, lines)
        try bench.reply("greet", .succeeded(Array("{}".utf8)))
        #expect(bench.sent.dropFirst().map(\.key.step.rawValue) == ["take[a][x]", "take[a][y]", "reserve[b]"])
        try bench.reply("take[a][y]", reply)
        #expect(bench.sent.count == 4)
        try bench.reply("reserve[b]", reply)
        #expect(bench.sent.last?.key.step == "take[c][x]")
        try bench.reply("take[a][x]", reply)
        #expect(bench.sent.last?.key.step == "reserve[a]")
        try bench.reply("reserve[a]", reply)
        #expect(bench.sent.last?.key.step == "reserve[d]")
        // The records stand in the order of the plan.
        let ids = bench.instance.steps.map(\.id.rawValue)
        #expect(
            ids == [
                "greet", "take[a][x]", "take[a][y]", "reserve[a]", "reserve[b]", "take[c][x]", "reserve[c]",
                "reserve[d]",
                "capture",
            ]
        )
        var refused = bench
        for step in ["take[c][x]", "reserve[c]", "reserve[d]", "capture"] as [StepID] { try bench.reply(step, reply) }
        #expect(bench.instance.status == .completed)
        let state = try JSONCodec().decode(Cart.self, from: bench.instance.state.bytes)
        #expect(state.got == ["ax": "r", "ay": "r", "cx": "r"])

        // acceptance: 51
        try refused.reply("reserve[d]", Replies.refusal)
        #expect(refused.instance.status == .running)
        try refused.reply("take[c][x]", reply)
        while refused.instance.status == .compensating { try refused.answer() }
        #expect(refused.undone == ["reserve[b]", "reserve[a]"])
        #expect(refused.status("reserve[c]") == .never)
    }

    @Test func elementsOfOtherBytesAreToldApart() throws {
        let bench = try bench(OneByOne.self, ["caf\u{E9}", "cafe\u{301}"].map { Line(sku: $0) })
        #expect(bench.instance.parking == nil)
        #expect(bench.instance.status == .running)
    }

    @Test(arguments: [["a", "b", "a"], [""], [String(repeating: "é", count: 130)]])
    func elementsThatCannotBeToldApartPark(_ skus: [String]) throws {
        var bench = try bench(OneByOne.self, skus.map { Line(sku: $0) })
        #expect(bench.instance.parking == Parking(cause: .elementsAmbiguous, step: "lines"))
        #expect(bench.instance.reason?.contains("The elements of lines need ids of their own") == true)
        #expect(bench.sent.isEmpty)
        try bench.request(.cancel)
        #expect(bench.instance.status == .compensated)
    }

    /// What is done is not looked at again, so that a long loop does not become slower and slower.
    @Test func aLongLoopRemembersHowFarItHasCome() throws {
        let lines = (0..<400).map { Line(sku: "sku-\($0)") }
        var bench = try bench(OneByOne.self, lines)
        for line in lines { try bench.reply(StepID(validating: "reserve[\(line.sku)]"), reply) }
        #expect(bench.status("capture") == .dispatched)
        #expect(bench.inputs == 401 && bench.sent.count == 401)
    }
}
