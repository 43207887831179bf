public import EddaCore

extension SagaCoordinator {
    /// Starts a saga and sends its first command, in one commit.
    ///
    /// Starting the same id again finds the same saga, wherever it stands, and changes nothing.
    ///
    /// - Parameters:
    ///   - saga: The kind of saga, one of those given to the coordinator.
    ///   - id: What the saga is about, unique in the store.
    ///   - state: What the first step needs to know.
    ///   - correlationID: The conversation that it is part of; the saga's id by default.
    /// - Returns: The saga as it stands.
    /// - Throws: ``SagaError`` for an unknown kind or a state that does not encode; `StoreError` with code `sagaMismatch`
    ///   when the id belongs to a saga of another kind; what the store throws.
    @discardableResult
    public func start<S: Saga>(
        _ saga: S.Type,
        id: SagaID,
        state: S.State,
        correlationID: String? = nil
    ) async throws -> SagaRecord {
        try await start(S.name, id, encode(state), correlationID)
    }

    /// Starts a saga within a transaction of the caller, so that it begins exactly if that transaction commits.
    ///
    /// - Returns: The saga as it stands within the transaction.
    /// - Throws: As ``start(_:id:state:correlationID:)``.
    @discardableResult
    public func start<S: Saga>(
        _ saga: S.Type,
        id: SagaID,
        state: S.State,
        correlationID: String? = nil,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord {
        let program = try program(named: S.name)
        var pass = SagaUnit.Pass(isUnattended: true, isForeign: true)
        return try unit.start(
            program,
            id: id,
            state: encode(state),
            correlationID: correlationID,
            &pass,
            in: transaction
        )
    }

    /// Starts a saga from its name and encoded state, as a command line has them.
    ///
    /// - Parameters:
    ///   - name: The kind of saga.
    ///   - id: What the saga is about, unique in the store.
    ///   - encodedState: The state as the store's codec encodes it; JSON by default.
    /// - Throws: As ``start(_:id:state:correlationID:)``; ``SagaError`` when the state does not decode.
    @discardableResult
    public func start(named name: SagaName, id: SagaID, encodedState: [UInt8]) async throws -> SagaRecord {
        try await start(name, id, program(named: name).recoded(encodedState), nil)
    }

    private func start(
        _ name: SagaName,
        _ id: SagaID,
        _ state: [UInt8],
        _ correlationID: String?
    ) async throws -> SagaRecord {
        let program = try program(named: name)
        let unit = unit
        return try await commit { pass, transaction in
            try unit.start(program, id: id, state: state, correlationID: correlationID, &pass, in: transaction)
        }
    }

    func encode(_ state: some Encodable) throws -> [UInt8] {
        do {
            return try store.schema.encode(state)
        } catch {
            throw SagaError(.unreadableState, error.description)
        }
    }

    private func program(named name: SagaName) throws(SagaError) -> SagaProgram {
        guard let program = unit.programs[name] else {
            let known = unit.programs.keys.sorted().map(\.rawValue).joined(separator: ", ")
            throw SagaError(
                .unknownSaga,
                "This coordinator knows no saga \(name); it knows \(known.isEmpty ? "none" : known). Register it."
            )
        }
        return program
    }
}
