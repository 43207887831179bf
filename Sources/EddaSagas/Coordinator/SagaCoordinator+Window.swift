internal import EddaCore
internal import EddaMessaging

extension SagaCoordinator.Configuration {
    /// Makes sure that the participants still know a command for as long as a saga repeats it.
    ///
    /// What has no end (a step after the pivot, a saga that is parked for days) cannot be bounded here; what comes too
    /// late all the same is answered as expired, and parks the saga. Waits between a step and what undoes it need no
    /// bound: see ``undoneRemembered``.
    ///
    /// - Throws: ``SagaError`` with code `windowTooShort`, naming the step.
    func checkWindow(of program: SagaProgram) throws(SagaError) {
        let reliable = InboxWindow(inboxWindow).reliable
        for step in program.steps {
            // A pivot of unknown outcome is asked once more, for as long again, and for as long as that it may be withdrawn.
            let timeout = step.word == .command ? step.timeout ?? .zero : .zero
            let isPivot = step.phase == .pivot
            let patience = timeout * (isPivot ? 3 : 1)
            let whole = patience + (step.undoType == nil || step.performUndo != nil ? .zero : undoTime)
            guard whole >= reliable else { continue }
            throw SagaError(
                .windowTooShort,
                "Step \(step.id) of saga \(program.name)\(isPivot ? "" : " and its compensation") may be repeated for "
                    + "\(whole.inWords)"
                    + (isPivot
                        ? ", since its timeout of \(timeout.inWords) counts three times: it is asked again, and withdrawn"
                        : "")
                    + "; but participants are relied upon to remember what they did for \(reliable.inWords) only. "
                    + "Shorten the step's timeout, which is safe for sagas that are running"
                    + (isPivot ? "" : ", or undoPatience and undoRetry")
                    + "; or give the participants a longer inboxWindow, and say so here."
            )
        }
    }

    /// For how long after a command was first sent its participant still knows it when a compensation that begins then
    /// is repeated for the last time.
    var undoneRemembered: Duration { max(.zero, InboxWindow(inboxWindow).reliable - undoTime) }

    /// How long a compensation is tried, at most; without end counts as once.
    private var undoTime: Duration {
        let tries = max(1, undoRetry.attempts ?? 1)
        return undoPatience * tries + undoRetry.bounds(ofTries: tries)
    }
}
