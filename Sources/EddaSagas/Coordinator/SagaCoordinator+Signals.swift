public import EddaCore

extension SagaCoordinator {
    /// Gives a saga the signal for which a step waits, or is going to wait.
    ///
    /// - Parameters:
    ///   - id: The saga.
    ///   - step: The step, an `awaitSignal`; within a `forEach` with the element's id in brackets: `approval[7]`.
    ///   - signal: The signal.
    ///   - key: By which a repetition is recognised; without one, a repetition after the step is done counts as late.
    /// - Returns: What has become of it.
    /// - Throws: ``SagaError`` with code `notFound`, `unknownStep`, `unreadableSignal` or `tooManySignals`, or
    ///   `planChanged` and `unreadableInstance` when this program cannot run the saga; what the store throws. Then nothing has changed.
    @discardableResult
    public func signal(
        _ id: SagaID,
        _ step: StepID,
        _ signal: some Codable & Sendable,
        key: String? = nil
    ) async throws -> SagaSignalOutcome {
        try await self.signal(id, SagaSignal(step: step, data: encode(signal), key: key))
    }

    /// Gives a saga a signal within a transaction of the caller: exactly if that commits.
    ///
    /// - Returns: What has become of it within the transaction.
    /// - Throws: As ``signal(_:_:_:key:)``.
    @discardableResult
    public func signal(
        _ id: SagaID,
        _ step: StepID,
        _ signal: some Codable & Sendable,
        key: String? = nil,
        in transaction: any WriteTransaction
    ) throws -> SagaSignalOutcome {
        var pass = SagaUnit.Pass(isUnattended: true, isForeign: true)
        let signal = SagaSignal(step: step, data: try encode(signal), key: key)
        return try unit.signal(signal, on: id, &pass, in: transaction)
    }

    /// Gives a saga an encoded signal, as a command line has it.
    package func signal(_ id: SagaID, _ signal: SagaSignal) async throws -> SagaSignalOutcome {
        let unit = unit
        return try await commit { pass, transaction in
            try unit.signal(signal, on: id, &pass, in: transaction)
        }
    }
}

extension SagaUnit {
    /// Gives a saga a signal.
    func signal(
        _ signal: SagaSignal,
        on id: SagaID,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> SagaSignalOutcome {
        let (loaded, record, program) = try load(id, in: transaction)
        var instance = loaded
        let outcome = instance.fate(of: signal, in: program)
        _ = try move(&instance, record, .signal(signal), program, cause: nil, &pass, in: transaction)
        // With a state that does not decode it is parked, and takes the signal when it goes on.
        let isKept = instance.steps.contains { $0.id == signal.step && $0.status == .dispatched }
        return outcome == .taken && isKept ? .kept : outcome
    }
}
