import EddaCore
import EddaSagas
import Testing

/// A saga with every word: each of its steps ends in each way, alone and in pairs.
// guarantees: G10, G11
@Suite struct EveryWordExhaustiveTests {
    enum Fate: CaseIterable { case succeeds, isRejected, failsForGood, failsTooOften, isSilent }

    /// Plays a saga until it rests: what is under way ends as its fate wants, the first or the last of it at first.
    private func play(_ bench: inout Bench, _ fates: [StepID: Fate], lastFirst: Bool) throws {
        var moves = 0
        // Without a result it has begun; of one that has not, the time does not run.
        let began = bench.now
        if fates["label"] == .isSilent {
            bench.standing = { $0.step == "label" && $0.direction == .forward ? .running(since: began) : nil }
        }
        while bench.instance.status == .running || bench.instance.status == .compensating {
            moves += 1
            try #require(moves < 2_000, "The saga does not come to an end: \(fates)")
            let open = bench.instance.steps.filter { [.dispatched, .undoDispatched].contains($0.status) }
            let answers = open.compactMap { step in answer(to: step, fates).map { (step, $0) } }
            try #require(!bench.isLeftAlone { _ in true }, "\(fates)")
            guard let (step, outcome) = lastFirst ? answers.last : answers.first else {
                try bench.wake()
                continue
            }
            let isUndo = step.status == .undoDispatched
            if step.id == "approval" {
                try bench.signal("approval", #"{"by":"ada"}"#)
            } else {
                try bench.reply(step.id, outcome, undo: isUndo)
            }
        }
    }

    /// What is answered to a step now; `nil` when nothing comes.
    private func answer(to step: StepRecord, _ fates: [StepID: Fate]) -> CommandOutcome? {
        if step.status == .undoDispatched { return .succeeded(Array("{}".utf8)) }
        if step.id == "cool-off" || step.id == "breathe" { return nil }
        let isForEver = ["ship", "mail", "bill"].contains(step.id)
        switch fates[step.id] ?? .succeeds {
        case .succeeds: return Replies.everyWord(step.id)
        case .isRejected: return Replies.refusal
        case .failsForGood: return Replies.lasting
        case .failsTooOften:
            if step.forward.isBeingWithdrawn { return Replies.withdrawn }
            return isForEver && step.forward.failures == 6 ? Replies.everyWord(step.id) : Replies.passing
        case .isSilent: return isForEver && step.forward.sends == 8 ? Replies.everyWord(step.id) : nil
        }
    }

    private func check(_ fates: [StepID: Fate], cents: Int, lastFirst: Bool) throws {
        var bench = try Bench(EveryWord.self, state: .init(cents: cents), services: Desk())
        try play(&bench, fates, lastFirst: lastFirst)
        let what: Comment = "\(fates), \(cents) cents, \(lastFirst ? "last" : "first") first"
        let isBehindPivot: (StepID) -> Bool = { ["ship", "mail", "bill"].contains($0) }
        let early = fates.filter { !isBehindPivot($0.key) && $0.key != "capture" && $0.value != .succeeds }
        let late = fates.filter { isBehindPivot($0.key) && [.isRejected, .failsForGood].contains($0.value) }
        let pivot = early.isEmpty ? fates["capture"] ?? .succeeds : .succeeds
        let expected: SagaRecord.Status
        switch (early.isEmpty, pivot) {
        case (true, .isSilent): expected = .parked
        case (true, .succeeds): expected = late.isEmpty ? .completed : .parked
        default: expected = .compensated
        }
        #expect(bench.instance.status == expected, what)
        #expect(bench.timer == nil && bench.endings == (expected == .parked ? 0 : 1), what)
        #expect((bench.instance.reason != nil) == (expected != .completed), what)
        guard expected == .compensated else {
            #expect(bench.undos.isEmpty, what)
            return
        }
        // What succeeded, or may have, is undone in the reverse order of the plan.
        let records = bench.instance.steps
        let undone = records.filter { $0.status == .undone }.map(\.id)
        #expect(bench.undos == undone.reversed(), what)
        for step in records {
            let wasDone = bench.history.contains { event in
                (event as? StepSucceeded)?.step == step.id || (event as? StepUnknown)?.step == step.id
            }
            let isWait = ["cool-off", "approval"].contains(step.id)
            #expect(wasDone && !isWait ? step.status == .undone : step.status != .undone, "\(what), \(step.id)")
            #expect(![.dispatched, .succeeded, .unknown, .undoDispatched].contains(step.status), "\(what), \(step.id)")
        }
    }

    private static let held: [StepID] = [
        "authorize", "reserve[apples]", "reserve[pears%2Fgreen]", "reserve[plums]", "label",
    ]

    @Test(arguments: [4_200, 420_000]) func eachStepEndsInEachWay(_ cents: Int) throws {
        for lastFirst in [true, false] {
            try check([:], cents: cents, lastFirst: lastFirst)
            for step in Self.held + ["capture", "ship", "mail", "bill"] {
                for fate in Fate.allCases { try check([step: fate], cents: cents, lastFirst: lastFirst) }
            }
            try check(["pack": .isRejected], cents: cents, lastFirst: lastFirst)
            if cents > 100_000 { try check(["approval": .isSilent], cents: cents, lastFirst: lastFirst) }
        }
    }

    // acceptance: 51
    @Test func twoBranchesEndInEachWay() throws {
        for (place, one) in Self.held.enumerated() {
            for other in Self.held[(place + 1)...] {
                for fate in Fate.allCases {
                    for second in Fate.allCases {
                        for lastFirst in [true, false] {
                            try check([one: fate, other: second], cents: 4_200, lastFirst: lastFirst)
                        }
                    }
                }
            }
        }
    }

    @Test func twoStepsBehindThePivotEndInEachWay() throws {
        let steps: [StepID] = ["ship", "mail", "bill"]
        for one in steps {
            for other in steps where other != one {
                for fate in Fate.allCases {
                    for second in Fate.allCases {
                        try check([one: fate, other: second], cents: 4_200, lastFirst: false)
                    }
                }
            }
        }
    }
}
