internal import EddaCore

/// What a coordinator does inside one transaction: load a saga, move it on, and write everything that follows.
///
/// It changes nothing but the transaction and its pass, so a unit that is rolled back or run again leaves nothing behind.
struct SagaUnit: Sendable {
    static let timerOwner = SagaCoordinator.timerOwner

    let address: Address
    let programs: [SagaName: SagaProgram]
    let policies: SagaPolicies
    let schema: SchemaRegistry
    /// Where it is told that a saga has parked.
    let alerts: Address?
    /// Knows what is being done in this process.
    let locals: LocalRunner
    /// What need not be decoded.
    let kept = KeptInstances()

    /// A saga that has moved, as it is written.
    typealias Move = (record: SagaRecord, instance: SagaInstance)

    /// What became of an input.
    enum Outcome: Sendable {
        /// There is no such saga.
        case noSuchSaga
        /// The saga as it stands now.
        case saga(SagaRecord)
    }

    /// The owner of a saga has thrown at its end; what it wrote has to be rolled back.
    struct EndingRefused: Error {
        let saga: SagaID
        let reason: String
    }

    /// One transaction: how things are there, and what is to be done when it has committed.
    struct Pass: Sendable {
        /// Why sagas must not end that were to end in it: in the transaction that repeats a refused one.
        var refusals: [SagaID: String] = [:]
        /// Whether nobody does after the commit what is to be done in this process.
        var isUnattended = false
        /// Whether the transaction is its caller's own.
        var isForeign = false
        /// Sagas that have moved.
        var moved: [Move] = []
        /// The first and the last of the numbers that commands have in the outbox.
        var sent: ClosedRange<Int64>?
        /// What is to be done in this process.
        var calls: [LocalCall] = []
        /// What is not to be done any more.
        var abandoned: [SagaKey] = []
    }

    /// Begins a saga, or finds the one that has the id.
    func start(
        _ program: SagaProgram,
        id: SagaID,
        state: [UInt8],
        correlationID: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord {
        if let existing = try transaction.saga(id) {
            guard existing.name == program.name else {
                throw StoreError(
                    .sagaMismatch,
                    "Saga \(id) exists and is a \(existing.name), not a \(program.name). Start it under another id."
                )
            }
            return existing
        }
        let instance = SagaInstance(
            id: id,
            state: state,
            correlationID: correlationID ?? id.rawValue,
            program: program,
            now: transaction.now
        )
        let begun = try begin(instance, program, cause: nil, &pass, in: transaction)
        // What has begun with it may have moved it on already.
        return pass.moved.last { $0.record.id == id }?.record ?? begun
    }

    func begin(
        _ new: SagaInstance,
        _ program: SagaProgram,
        cause: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord {
        var instance = new
        let effects = try instance.apply(
            .started,
            at: transaction.now,
            program: program,
            policies: policies,
            isUnattended: pass.isUnattended || locals.isStandingBy
        )
        let attributes = try program.attributes?(instance.state.bytes) ?? [:]
        let deadline = program.deadline.map { instance.startedAt.advanced(by: $0).wall }
        let record = try write(instance, after: nil, attributes, deadline, in: transaction)
        try carryOut(effects, of: instance, record, program: program, cause: cause, &pass, in: transaction)
        return record
    }

    /// Moves a saga on by an input.
    ///
    /// A saga that this program cannot run, because it does not know the plan or what is stored does not decode, parks.
    ///
    /// - Parameter cause: The id of the message that brought the input.
    func apply(
        _ input: SagaInput,
        to id: SagaID,
        cause: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> Outcome {
        guard let record = try transaction.saga(id) else {
            try transaction.cancelTimer(owner: Self.timerOwner, key: id.rawValue)
            return .noSuchSaga
        }
        var instance: SagaInstance
        do {
            instance = try read(record)
        } catch {
            return .saga(try parkUnread(record, reason: error.description, cause: cause, in: transaction))
        }
        let program: SagaProgram
        do {
            program = try plan(of: instance)
        } catch {
            let reason = error.description
            return .saga(try stop(instance, record, .planChanged, reason, cause: cause, &pass, in: transaction))
        }
        let moved = try move(&instance, record, input, program, cause: cause, &pass, in: transaction)
        return .saga(moved ?? record)
    }

    /// The plan that a saga was started by.
    ///
    /// - Throws: ``SagaError`` with code `planChanged` when this program has none, or another one.
    func plan(of instance: SagaInstance) throws(SagaError) -> SagaProgram {
        guard let program = programs[instance.name] else {
            throw SagaError(
                .planChanged,
                "No program for the saga \(instance.name) is registered with this coordinator. Register it."
            )
        }
        guard program.fingerprint == instance.fingerprint else {
            throw SagaError(
                .planChanged,
                "The plan of \(instance.name) has changed since the saga was started (plan version "
                    + "\(instance.planVersion), fingerprint \(instance.fingerprint); now version \(program.version), "
                    + "\(program.fingerprint)). Run the program that started it."
            )
        }
        return program
    }

    /// Moves an instance on by an input and writes what follows.
    ///
    /// - Returns: The new row; `nil` when nothing has changed.
    func move(
        _ instance: inout SagaInstance,
        _ record: SagaRecord,
        _ input: SagaInput,
        _ program: SagaProgram,
        cause: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord? {
        let before = instance
        let effects = try instance.apply(
            input,
            at: transaction.now,
            program: program,
            policies: policies,
            refusal: pass.refusals[instance.id],
            isUnattended: pass.isUnattended || locals.isStandingBy,
            isForeign: pass.isForeign,
            standing: locals.standing
        )
        guard instance != before || !effects.isEmpty else { return nil }
        // Only a state that has changed is worth decoding once more.
        let attributes =
            try instance.state == before.state
            ? record.attributes : program.attributes?(instance.state.bytes) ?? [:]
        let written = try write(instance, after: record, attributes, record.deadline, in: transaction)
        try carryOut(effects, of: instance, written, program: program, cause: cause, &pass, in: transaction)
        return written
    }

    /// Parks a saga whose transition cannot be made.
    func park(
        _ id: SagaID,
        reason: String,
        cause: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> Outcome {
        guard let record = try transaction.saga(id) else { return .noSuchSaga }
        guard let instance = try? schema.codec.decode(SagaInstance.self, from: record.instance) else {
            return .saga(try parkUnread(record, reason: reason, cause: cause, in: transaction))
        }
        return .saga(try stop(instance, record, .broken, reason, cause: cause, &pass, in: transaction))
    }

    /// The instance of a row.
    ///
    /// - Throws: ``SagaError`` with code `unreadableInstance`.
    func read(_ record: SagaRecord) throws(SagaError) -> SagaInstance {
        if let instance = kept.instance(of: record) { return instance }
        var instance: SagaInstance
        do {
            instance = try schema.codec.decode(SagaInstance.self, from: record.instance)
        } catch {
            throw SagaError(
                .unreadableInstance,
                "The stored instance of saga \(record.id) does not decode: \(Misfit.description(of: error))"
            )
        }
        if record.status == .parked, instance.status != .parked {
            // It was parked by a program that could not read it; nobody has decided since.
            _ = instance.stop(.unreadable, reason: record.reason ?? "It could not be read.", at: record.updatedAt)
        }
        return instance
    }

    // MARK: Parts

    private func stop(
        _ instance: SagaInstance,
        _ record: SagaRecord,
        _ cause: Parking.Cause,
        _ reason: String,
        cause message: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord {
        guard !record.status.isEnded, record.status != .parked else {
            try transaction.cancelTimer(owner: Self.timerOwner, key: record.id.rawValue)
            return record
        }
        var instance = instance
        let effects = instance.stop(cause, reason: reason, at: transaction.now.wall)
        let written = try write(instance, after: record, record.attributes, record.deadline, in: transaction)
        try carryOut(effects, of: instance, written, program: nil, cause: message, &pass, in: transaction)
        return written
    }

    /// Parks a saga whose instance does not decode; the instance is kept as it is.
    private func parkUnread(
        _ record: SagaRecord,
        reason: String,
        cause: String?,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord {
        try transaction.cancelTimer(owner: Self.timerOwner, key: record.id.rawValue)
        guard !record.status.isEnded, record.status != .parked else { return record }
        var parked = record
        parked.status = .parked
        parked.reason = reason
        parked.revision += 1
        parked.updatedAt = transaction.now.wall
        try transaction.putSaga(parked)
        let event = SagaParked(step: record.step, cause: .unreadable, reason: reason)
        try transaction.append(
            [event],
            to: SagaHistory.stream(of: record.id),
            metadata: EventMetadata(correlationID: record.correlationID, causationID: cause),
            schema: schema
        )
        try alert(of: event, parked, in: transaction)
        return parked
    }

    private func write(
        _ instance: SagaInstance,
        after earlier: SagaRecord?,
        _ attributes: [String: String],
        _ deadline: Timestamp?,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord {
        let record = SagaRecord(
            id: instance.id,
            name: instance.name,
            planVersion: instance.planVersion,
            status: instance.status,
            step: instance.currentStep,
            reason: instance.reason,
            revision: (earlier?.revision ?? 0) + 1,
            correlationID: instance.correlationID,
            startedAt: earlier?.startedAt ?? transaction.now.wall,
            updatedAt: transaction.now.wall,
            deadline: deadline,
            attributes: attributes,
            instance: try schema.encode(instance)
        )
        try transaction.putSaga(record)
        return record
    }
}
