import EddaCore
import EddaSagas
import Testing

/// Each verb in each state, on the pure function.
@Suite struct OperatorTableTests {
    private func bench(_ standing: Standing) throws -> Bench {
        var bench = try Bench(FulfilOrder.self)
        for move in standing.moves {
            switch move {
            case .answer(let outcome): try bench.answer(outcome)
            case .silenceUntilUnknown:
                while !bench.instance.steps.contains(where: { $0.status == .unknown }) { try bench.wake() }
            case .silence:
                let status = bench.instance.status
                while bench.instance.status == status { try bench.wake() }
            }
        }
        return bench
    }

    // acceptance: 48, 49; guarantees: G10, G11, G14
    @Test(arguments: Standing.allCases)
    func everyVerbDoesWhatItMustOrIsRefused(_ standing: Standing) throws {
        let start = try bench(standing)
        #expect(start.instance.status == standing.status)
        for (name, verdict) in zip(Standing.verbs, standing.verdicts) {
            let what: Comment = "\(name) at \(standing)"
            var bench = start
            let place = bench.instance.steps.first { ![.succeeded, .skipped].contains($0.status) }?.id
            let verb = Standing.verb(name, at: standing.isOfUndo ? "capture" : place)
            switch verdict {
            case .refused:
                let error = #expect(throws: SagaError.self, what) { try bench.request(verb) }
                #expect(error?.code == .verbRefused, what)
                let text = error?.description ?? ""
                #expect(text.contains("order-1") && text.contains("\(standing.status.rawValue)"), "\(text)")
                #expect(text.contains("refused, since") && text.hasSuffix("."), "\(text)")
                #expect(bench.instance == start.instance, what)
                #expect(bench.history.count == start.history.count && bench.sent.count == start.sent.count, what)
            case .nothing:
                try bench.request(verb)
                #expect(bench.instance == start.instance, what)
                #expect(bench.history.count == start.history.count, what)
            case .leads(let status, let end, let undone, let skipped):
                try bench.request(verb)
                #expect(bench.instance.status == status, what)
                let acted = try #require(bench.history.compactMap { $0 as? OperatorActed }.first, what)
                #expect(acted.verb == name && acted.by == "ada" && acted.because == "the bank is back", what)
                #expect((acted.reply != nil) == (name == "resolve"), what)
                #expect(bench.instance.parking == nil && bench.instance.parkedSince == nil, what)
                if !bench.instance.status.isEnded { #expect(bench.timer != nil, what) }
                var moves = 0
                while !bench.instance.status.isEnded, moves < 20 {
                    moves += 1
                    try bench.answer()
                }
                #expect(bench.instance.status == end, what)
                #expect(bench.instance.steps.filter { $0.status == .undone }.map(\.id) == undone, what)
                #expect(bench.instance.steps.filter { $0.status == .skipped }.map(\.id) == skipped, what)
                #expect(bench.timer == nil && bench.endings == 1, what)
                #expect(bench.instance.turningBack == nil, what)
            }
        }
    }
}

extension Standing {
    /// Whether the place is a compensation, whose reply says nothing.
    var isOfUndo: Bool { [.goingBack, .undoFailed, .undoRejected, .undoSilent].contains(self) }
}
