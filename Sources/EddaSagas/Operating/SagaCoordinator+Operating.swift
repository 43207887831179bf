public import EddaCore

/// What an operator can decide about a saga that is parked, or that is to turn back.
///
/// Each decision is one commit, with an event in the saga's history that says who decided what, and why. A decision that
/// makes no sense where the saga stands is refused and changes nothing. Any process may decide whose program has the
/// saga's plan; the one that drives the saga goes on from there.
extension SagaCoordinator {
    /// Tries again the step or the compensation that parked the saga, with a fresh budget.
    ///
    /// - Parameters:
    ///   - id: The saga; it is parked.
    ///   - operator: Who decides.
    ///   - reason: Why.
    ///   - step: Where the saga has to stand; `nil` means wherever it stands.
    /// - Throws: ``SagaError`` with code `verbRefused` when the saga is not parked; with codes `notFound`, `planChanged` and
    ///   `unreadableInstance`; what the store throws. Then nothing has changed.
    @discardableResult
    public func retry(
        _ id: SagaID,
        at step: StepID? = nil,
        by operator: String,
        because reason: String? = nil
    ) async throws -> SagaDecision {
        try await operate(OperatorRequest(.retry, by: `operator`, because: reason, step: step), on: id)
    }

    /// Counts a compensation, or a step after the pivot, as done without doing it.
    ///
    /// The step's status becomes `skipped`. What the step's reply would have told the later ones is missing.
    ///
    /// - Parameters:
    ///   - id: The saga; it is parked, unless the step is named.
    ///   - operator: Who decides.
    ///   - reason: Why; it is needed.
    ///   - step: Where the saga has to stand; `nil` means wherever it stands.
    /// - Throws: As ``retry(_:at:by:because:)``; ``SagaError`` with code `verbRefused` at a step that is not behind the
    ///   pivot, with code `reasonMissing` without a reason.
    @discardableResult
    public func skip(
        _ id: SagaID,
        at step: StepID? = nil,
        by operator: String,
        because reason: String
    ) async throws -> SagaDecision {
        try await operate(OperatorRequest(.skip, by: `operator`, because: reason, step: step), on: id)
    }

    /// Counts a step as succeeded, or a compensation as done, with a reply that the operator supplies.
    ///
    /// - Parameters:
    ///   - id: The saga; it is parked, unless the step is named.
    ///   - reply: The reply as the store's codec encodes it, JSON by default: that of the step's command, or of the command
    ///     that compensates it.
    ///   - operator: Who decides.
    ///   - reason: Why.
    ///   - step: Where the saga has to stand; `nil` means wherever it stands.
    /// - Throws: As ``retry(_:at:by:because:)``; ``SagaError`` with code `unreadableReply` when the reply does not decode,
    ///   with code `verbRefused` when the step was never sent.
    @discardableResult
    public func resolve(
        _ id: SagaID,
        at step: StepID? = nil,
        reply: [UInt8],
        by operator: String,
        because reason: String? = nil
    ) async throws -> SagaDecision {
        try await operate(OperatorRequest(.resolve(reply: reply), by: `operator`, because: reason, step: step), on: id)
    }

    /// Turns a saga back whose pivot has not succeeded.
    ///
    /// A step that is under way is brought to an outcome first. At a saga that is parked because the outcome of its pivot
    /// is unknown, the operator says with this that the pivot was not executed, and has to give a reason. One that is
    /// parked on its way back goes on, as with ``retry(_:at:by:because:)``.
    ///
    /// - Parameters:
    ///   - id: The saga; running or parked.
    ///   - operator: Who decides.
    ///   - reason: Why.
    ///   - step: Where the saga has to stand; `nil` means wherever it stands.
    /// - Returns: Without effect when it goes back already.
    /// - Throws: As ``retry(_:at:by:because:)``; ``SagaError`` with code `verbRefused` after the pivot and after the end.
    @discardableResult
    public func compensate(
        _ id: SagaID,
        at step: StepID? = nil,
        by operator: String,
        because reason: String? = nil
    ) async throws -> SagaDecision {
        try await operate(OperatorRequest(.compensate, by: `operator`, because: reason, step: step), on: id)
    }

    /// Turns a saga back, unless its pivot has been executed.
    ///
    /// A step that is under way is brought to an outcome first: its answer is waited for, at most until its timeout. If
    /// that step is the pivot and it succeeds, the saga goes forward all the same, and its history says so. A pivot that has
    /// failed, gives no answer, or is of unknown outcome is withdrawn: its participant says that it was executed, or
    /// executes it no more. A call to the outside of which the participant does not know the end is repeated to learn it, and
    /// may execute the pivot then for the first time.
    ///
    /// - Parameters:
    ///   - id: The saga; running or parked.
    ///   - operator: Who decides.
    ///   - reason: Why.
    ///   - step: Where the saga has to stand; `nil` means wherever it stands.
    /// - Returns: Without effect when it goes back already.
    /// - Throws: As ``retry(_:at:by:because:)``; ``SagaError`` with code `verbRefused` after the pivot, after the end, and
    ///   when the saga is parked because its pivot came so late that the participant cannot tell any more.
    @discardableResult
    public func cancel(
        _ id: SagaID,
        at step: StepID? = nil,
        by operator: String,
        because reason: String? = nil
    ) async throws -> SagaDecision {
        try await operate(OperatorRequest(.cancel, by: `operator`, because: reason, step: step), on: id)
    }

    /// Does what an operator wants, in a unit of its own, and wakes those who wait for the saga.
    package func operate(_ request: OperatorRequest, on id: SagaID) async throws -> SagaDecision {
        let unit = unit
        return try await commit { pass, transaction in
            try unit.operate(request, on: id, &pass, in: transaction)
        }
    }
}
