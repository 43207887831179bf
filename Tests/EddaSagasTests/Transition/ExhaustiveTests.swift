import EddaCore
import EddaSagas
import Testing

// guarantees: G10, G11
@Suite struct ExhaustiveTests {
    /// How a step ends when it is its turn.
    enum Fate: CaseIterable { case succeeds, isRejected, failsForGood, failsTooOften, isSilent }
    /// How a compensation ends when it is its turn.
    enum UndoFate: CaseIterable { case succeeds, succeedsAtLast, isRejected, failsForGood, failsTooOften }

    /// What has to come of a saga, worked out without the transition function.
    struct Expectation {
        var status = SagaRecord.Status.completed
        var undone: [StepID] = []
        var skipped: [StepID] = []
    }

    private func expect(
        _ steps: [(id: StepID, phase: StepPhase, isUndone: Bool)],
        _ fates: [Fate],
        _ undoFate: UndoFate,
        failingUndo: StepID?
    ) -> Expectation {
        var toUndo: [(id: StepID, isUndone: Bool)] = []
        for (step, fate) in zip(steps, fates) {
            switch (step.phase, fate) {
            case (_, .succeeds), (.retriable, .isSilent), (.retriable, .failsTooOften):
                toUndo.append((step.id, step.isUndone))
                continue
            case (.retriable, _), (.pivot, .isSilent):
                return Expectation(status: .parked)
            case (.compensatable, .isSilent), (.compensatable, .failsTooOften):
                toUndo.append((step.id, step.isUndone))
            default:
                break
            }
            var result = Expectation(status: .compensated)
            for (id, isUndone) in toUndo.reversed() {
                if !isUndone {
                    result.skipped.append(id)
                    continue
                }
                result.undone.append(id)
                if id == failingUndo, undoFate != .succeeds, undoFate != .succeedsAtLast {
                    result.status = .parked
                    return result
                }
            }
            return result
        }
        return Expectation()
    }

    /// Plays a saga to its end: each step and each compensation as its fate wants.
    private func play(_ bench: inout Bench, _ fates: [StepID: Fate], _ undoFate: UndoFate, failingUndo: StepID?) throws
    {
        var moves = 0
        while bench.instance.status == .running || bench.instance.status == .compensating {
            moves += 1
            try #require(moves < 500, "The saga does not come to an end.")
            try #require(!bench.isLeftAlone { _ in false }, "\(fates)")
            let last = try #require(bench.sent.last)
            let step = last.key.step
            if last.key.direction == .undo {
                let failures = bench.record(step)?.undo.failures ?? 0
                let isWaiting = bench.status(step) == .undoFailed
                switch step == failingUndo ? undoFate : .succeeds {
                case _ where isWaiting: try bench.wake()
                case .succeeds: try bench.reply(step, .succeeded([]), undo: true)
                case .succeedsAtLast:
                    try bench.reply(step, failures < 3 ? Replies.passing : .succeeded([]), undo: true)
                case .isRejected: try bench.reply(step, Replies.refusal, undo: true)
                case .failsForGood: try bench.reply(step, Replies.lasting, undo: true)
                case .failsTooOften: try bench.reply(step, Replies.passing, undo: true)
                }
                continue
            }
            let record = try #require(bench.record(step))
            switch fates[step] {
            case _ where record.status == .failed: try bench.wake()
            case .succeeds, nil: try bench.reply(step, Replies.success(step))
            case .isRejected: try bench.reply(step, Replies.refusal)
            case .failsForGood: try bench.reply(step, Replies.lasting)
            case .failsTooOften where last.isWithdrawal: try bench.reply(step, Replies.withdrawn)
            case .failsTooOften where record.forward.failures == 6: try bench.reply(step, Replies.success(step))
            case .failsTooOften: try bench.reply(step, Replies.passing)
            case .isSilent where step == "ship" && record.forward.sends == 8:
                try bench.reply(step, Replies.success(step))
            case .isSilent: try bench.wake()
            }
        }
    }

    private func check<S: Saga>(
        _ saga: S.Type,
        _ steps: [(id: StepID, phase: StepPhase, isUndone: Bool)]
    ) throws -> Int where S.State == OrderState {
        var cases = 0
        let count = Fate.allCases.count
        for number in 0..<(count * count * count * count) {
            let fates = [0, 1, 2, 3].map { place in
                Fate.allCases[number / [1, count, count * count, count * count * count][place] % count]
            }
            for failingUndo in [nil] + steps.filter(\.isUndone).map({ Optional($0.id) }) {
                for undoFate in failingUndo == nil ? [.succeeds] : UndoFate.allCases {
                    cases += 1
                    var bench = try Bench(saga)
                    bench.policies.undoRetry = .exponential(attempts: 5)
                    let byID = Dictionary(uniqueKeysWithValues: zip(steps.map(\.id), fates))
                    try play(&bench, byID, undoFate, failingUndo: failingUndo)
                    let expected = expect(steps, fates, undoFate, failingUndo: failingUndo)
                    let what: Comment = "\(fates), compensation of \(failingUndo?.rawValue ?? "none") \(undoFate)"
                    #expect(bench.instance.status == expected.status, what)
                    #expect(bench.undone == expected.undone, what)
                    #expect(
                        bench.instance.steps.filter { $0.status == .skipped }.map(\.id).reversed() == expected.skipped,
                        what
                    )
                    #expect(bench.timer == nil, what)
                    #expect(bench.endings == (expected.status == .parked ? 0 : 1), what)
                    #expect((bench.instance.reason != nil) == (expected.status != .completed), what)
                }
            }
        }
        return cases
    }

    @Test func aPlanWithAPivotEndsAsItMustForEveryCombinationOfOutcomes() throws {
        let cases = try check(
            FulfilOrder.self,
            [
                ("reserve", .compensatable, true), ("authorize", .compensatable, true), ("capture", .pivot, false),
                ("ship", .retriable, false),
            ]
        )
        #expect(cases == 625 * 11)
    }

    @Test func aPlanWithoutAPivotEndsAsItMustForEveryCombinationOfOutcomes() throws {
        let cases = try check(
            PrepareOrder.self,
            [
                ("reserve", .compensatable, true), ("greet", .compensatable, false),
                ("authorize", .compensatable, true), ("reserve-again", .compensatable, true),
            ]
        )
        #expect(cases == 625 * 16)
    }
}
