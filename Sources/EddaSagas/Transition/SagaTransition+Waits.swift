internal import EddaCore

// Steps that only wait: pauses and signals.
extension SagaTransition {
    /// How many signals a saga keeps for steps that it has not reached.
    static let mostSignals = 10_000

    /// Begins a `sleep`.
    mutating func pause(_ index: Int, for pause: Duration) throws(SagaError) {
        try instance.steps[index].move(to: .dispatched)
        instance.steps[index].forward.attempts = 1
        instance.steps[index].forward.firstSentAt = now
        instance.steps[index].forward.due = now.advanced(by: pause)
        let step = instance.steps[index].id
        record(StepWaits(step: step, word: .sleep, milliseconds: max(.zero, pause).wholeMilliseconds))
        if pause <= .zero { try succeed(index, []) }
    }

    /// Begins to wait for a signal, or takes the one that has come before.
    mutating func awaitSignal(_ index: Int, _ step: PlannedStep) throws(SagaError) {
        let id = instance.steps[index].id
        try instance.steps[index].move(to: .dispatched)
        instance.steps[index].forward.attempts = 1
        instance.steps[index].forward.firstSentAt = now
        instance.steps[index].forward.deadline = step.timeout.map(now.advanced)
        record(StepWaits(step: id, word: .awaitSignal, milliseconds: step.timeout?.wholeMilliseconds))
        try takeKeptSignal(index)
    }

    /// Gives a wait the signal that was kept for it, if there is one.
    mutating func takeKeptSignal(_ index: Int) throws(SagaError) {
        let id = instance.steps[index].id
        guard let place = instance.signals?.firstIndex(where: { $0.step == id }),
            let signal = instance.signals?.remove(at: place)
        else { return }
        if instance.signals?.isEmpty ?? false { instance.signals = nil }
        try settleWait(index, signal)
    }

    /// Gives a wait its signal; one with which the saga cannot go on now is kept until it can.
    private mutating func settleWait(_ index: Int, _ signal: EarlySignal) throws(SagaError) {
        instance.steps[index].forward.lastReplyID = signal.key
        try succeed(index, signal.data.bytes)
        guard instance.steps[index].status == .dispatched else { return }
        instance.steps[index].forward.lastReplyID = nil
        instance.signals = (instance.signals ?? []) + [signal]
    }

    /// No signal came in time.
    mutating func signalTimeOut(_ index: Int, _ step: PlannedStep) throws(SagaError) {
        let id = instance.steps[index].id
        let waited = now.elapsed(since: instance.steps[index].forward.firstSentAt ?? now).inWords
        let reason = "no signal came within \(waited)"
        instance.steps[index].lastError = reason
        guard let timedOut = step.timedOut else {
            try instance.steps[index].move(to: .failed)
            instance.steps[index].forward.deadline = nil
            record(StepFailed(step: id, attempt: 1, reason: reason))
            return turnBack("Step \(id) has waited in vain: \(reason)", at: id)
        }
        do {
            var state = try currentState()
            try timedOut(&state, elements(of: index, step)[...], program.schema)
            try keep(state)
        } catch {
            // Its time stays over, so that the change is tried again when the saga goes on.
            return park(.unreadable, at: index, "The saga cannot go on after step \(id), where \(reason): \(error)")
        }
        try instance.steps[index].move(to: .skipped)
        instance.steps[index].forward.deadline = nil
        record(StepSkipped(step: id, reason: reason))
    }

    /// A signal has come.
    ///
    /// - Throws: ``SagaError`` with code `unknownStep`, `unreadableSignal` or `tooManySignals`.
    mutating func take(_ signal: SagaSignal) throws(SagaError) {
        guard let step = program.step(signal.step), let check = step.checkSignal,
            step.loops.count == signal.step.brackets.count
        else {
            let known = program.steps.filter { $0.checkSignal != nil }.map(\.id.rawValue).joined(separator: ", ")
            throw SagaError(
                .unknownStep,
                "Saga \(instance.id) is a \(program.name), which has no step \(signal.step) that waits for a signal; "
                    + (known.isEmpty ? "none of its steps does." : "those that do: \(known).")
            )
        }
        do {
            try check(signal.data, program.schema)
        } catch {
            throw SagaError(.unreadableSignal, "The signal for saga \(instance.id) cannot be taken. \(error)")
        }
        let index = index(of: signal.step)
        let early = EarlySignal(step: signal.step, key: signal.key, data: StoredBytes(signal.data))
        switch instance.fate(of: signal, in: program) {
        case .taken:
            guard let index else { return }
            try settleWait(index, early)
            if instance.steps[index].status == .dispatched { record(SignalKept(step: signal.step, key: signal.key)) }
        case .kept:
            if index == nil, instance.prospect(of: signal.step, in: program) == .noSuchElement {
                throw SagaError(
                    .unknownStep,
                    "Saga \(instance.id) has no step \(signal.step): its loop has begun, without such an element."
                )
            }
            guard instance.signals?.count ?? 0 < Self.mostSignals else {
                throw SagaError(
                    .tooManySignals,
                    "Saga \(instance.id) keeps \(Self.mostSignals) signals for steps that it has not reached, and no more."
                )
            }
            if policies.defect != .earlySignalForgotten { instance.signals = (instance.signals ?? []) + [early] }
            record(SignalKept(step: signal.step, key: signal.key))
        case .duplicate:
            break
        case .ignored:
            guard let index else { return }
            instance.ignoredReplies += 1
            guard !instance.steps[index].forward.ignored.contains("signal") else { return }
            instance.steps[index].forward.ignored.append("signal")
            record(SignalIgnored(step: signal.step, key: signal.key, status: instance.steps[index].status))
        }
    }
}

/// What becomes of a signal.
public enum SagaSignalOutcome: String, Hashable, Sendable, Codable {
    /// The step has waited for it, and is done.
    case taken
    /// The step is not reached yet, or the saga cannot go on with the signal now: it is kept for it.
    case kept
    /// A signal with the same key has come before.
    case duplicate
    /// The step does not need it: another signal was first, its time is over, its branch was not taken, or the saga goes back
    /// or has ended.
    case ignored
}
