internal import EddaCore

/// What a coordinator does inside one transaction: load a saga, move it on, and write everything that follows.
///
/// It holds no state of its own, so a unit that is rolled back or run again leaves nothing behind.
struct SagaUnit: Sendable {
    static let timerOwner = SagaCoordinator.timerOwner

    let address: Address
    let programs: [SagaName: SagaProgram]
    let policies: SagaPolicies
    let schema: SchemaRegistry
    /// Where it is told that a saga has parked.
    let alerts: Address?

    /// What became of an input.
    enum Outcome: Sendable {
        /// There is no such saga.
        case noSuchSaga
        /// The saga as it stands now.
        case saga(SagaRecord)
    }

    /// The owner of a saga has thrown at its end; what it wrote has to be rolled back.
    struct EndingRefused: Error {
        let reason: String
    }

    /// Begins a saga, or finds the one that has the id.
    func start(
        _ program: SagaProgram,
        id: SagaID,
        state: [UInt8],
        correlationID: String?,
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
        var instance = SagaInstance(
            id: id,
            state: state,
            correlationID: correlationID ?? id.rawValue,
            program: program,
            now: transaction.now
        )
        let effects = try instance.apply(.started, at: transaction.now, program: program, policies: policies)
        let attributes = try program.attributes?(instance.state.bytes) ?? [:]
        let deadline = program.deadline.map { instance.startedAt.advanced(by: $0).wall }
        let record = try write(instance, after: nil, attributes, deadline, in: transaction)
        try carryOut(effects, of: instance, record, program: program, cause: nil, in: transaction)
        return record
    }

    /// Moves a saga on by an input.
    ///
    /// A saga that this program cannot run, because it does not know the plan or what is stored does not decode, parks.
    ///
    /// - Parameters:
    ///   - cause: The id of the message that brought the input.
    ///   - refusal: Why the saga's owner refused its end, in the unit that repeats a refused one.
    func apply(
        _ input: SagaInput,
        to id: SagaID,
        cause: String?,
        refusal: String? = nil,
        in transaction: any WriteTransaction
    ) throws -> Outcome {
        guard let record = try transaction.saga(id) else {
            try transaction.cancelTimer(owner: Self.timerOwner, key: id.rawValue)
            return .noSuchSaga
        }
        var instance: SagaInstance
        do {
            instance = try schema.codec.decode(SagaInstance.self, from: record.instance)
        } catch {
            let reason = "The stored instance of saga \(id) does not decode: \(error)"
            return .saga(try parkUnread(record, reason: reason, cause: cause, in: transaction))
        }
        if record.status == .parked, instance.status != .parked {
            // It was parked by a program that could not read it; nobody has decided since.
            _ = instance.stop(.unreadable, reason: record.reason ?? "It could not be read.", at: record.updatedAt)
        }
        guard let program = programs[instance.name] else {
            let reason = "No program for the saga \(instance.name) is registered with this coordinator. Register it."
            return .saga(try stop(instance, record, .planChanged, reason, cause: cause, in: transaction))
        }
        guard program.fingerprint == instance.fingerprint else {
            let reason =
                "The plan of \(instance.name) has changed since the saga was started (plan version "
                + "\(instance.planVersion), fingerprint \(instance.fingerprint); now version \(program.version), "
                + "\(program.fingerprint)). Run the program that started it."
            return .saga(try stop(instance, record, .planChanged, reason, cause: cause, in: transaction))
        }
        let moved = try move(&instance, record, input, program, cause: cause, refusal: refusal, in: transaction)
        return .saga(moved ?? record)
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
        refusal: String?,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord? {
        let before = instance
        let effects = try instance.apply(
            input,
            at: transaction.now,
            program: program,
            policies: policies,
            refusal: refusal
        )
        guard instance != before || !effects.isEmpty else { return nil }
        // Only a state that has changed is worth decoding once more.
        let attributes =
            try instance.state == before.state
            ? record.attributes : program.attributes?(instance.state.bytes) ?? [:]
        let written = try write(instance, after: record, attributes, record.deadline, in: transaction)
        try carryOut(effects, of: instance, written, program: program, cause: cause, in: transaction)
        return written
    }

    /// Parks a saga whose transition cannot be made.
    func park(_ id: SagaID, reason: String, cause: String?, in transaction: any WriteTransaction) throws -> Outcome {
        guard let record = try transaction.saga(id) else { return .noSuchSaga }
        guard let instance = try? schema.codec.decode(SagaInstance.self, from: record.instance) else {
            return .saga(try parkUnread(record, reason: reason, cause: cause, in: transaction))
        }
        return .saga(try stop(instance, record, .broken, reason, cause: cause, in: transaction))
    }

    // MARK: Parts

    private func stop(
        _ instance: SagaInstance,
        _ record: SagaRecord,
        _ cause: Parking.Cause,
        _ reason: String,
        cause message: String?,
        in transaction: any WriteTransaction
    ) throws -> SagaRecord {
        guard !record.status.isEnded, record.status != .parked else {
            try transaction.cancelTimer(owner: Self.timerOwner, key: record.id.rawValue)
            return record
        }
        var instance = instance
        let effects = instance.stop(cause, reason: reason, at: transaction.now.wall)
        let written = try write(instance, after: record, record.attributes, record.deadline, in: transaction)
        try carryOut(effects, of: instance, written, program: nil, cause: message, in: transaction)
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

    private func carryOut(
        _ effects: [SagaEffect],
        of instance: SagaInstance,
        _ record: SagaRecord,
        program: SagaProgram?,
        cause: String?,
        in transaction: any WriteTransaction
    ) throws {
        let time = transaction.now.wall
        let metadata = EventMetadata(correlationID: instance.correlationID, causationID: cause)
        var history: [EventData] = []
        for effect in effects {
            switch effect {
            case .record(let event):
                history.append(try EventData(event, id: .generate(at: time), metadata: metadata, schema: schema))
                if let event = event as? SagaParked { try alert(of: event, record, in: transaction) }
            case .send(let dispatch):
                // The message has the id of the event that records its sending, which stands before it: so what the
                // message causes can be traced back to the saga when the message itself is long gone.
                let id = history.last?.id ?? .generate(at: time)
                try transaction.enqueue(message(dispatch, id: id, of: instance, cause: cause, at: time))
            case .wake(let moment):
                try transaction.setTimer(TimerRow(owner: Self.timerOwner, key: instance.id.rawValue, due: moment))
            case .cancelWake:
                try transaction.cancelTimer(owner: Self.timerOwner, key: instance.id.rawValue)
            case .ended:
                try end(instance, program, in: transaction)
            }
        }
        guard !history.isEmpty else { return }
        try transaction.append(Append(history, to: SagaHistory.stream(of: instance.id)))
    }

    private func end(
        _ instance: SagaInstance,
        _ program: SagaProgram?,
        in transaction: any WriteTransaction
    ) throws {
        do {
            try program?.ended(instance, transaction)
        } catch let error as StoreError where error.isRetriable {
            throw error
        } catch {
            throw EndingRefused(reason: "\(error)")
        }
    }

    private func message(
        _ dispatch: SagaDispatch,
        id: EventID,
        of instance: SagaInstance,
        cause: String?,
        at time: Timestamp
    ) -> Message {
        var message = Message(
            id: id.description,
            source: "/\(address)",
            type: dispatch.command.type,
            destination: dispatch.command.destination,
            time: time,
            partitionKey: instance.id.rawValue,
            idempotencyKey: dispatch.key.text,
            dataContentType: schema.codec.contentType,
            data: dispatch.command.data.bytes
        )
        message.subject = dispatch.key.step.rawValue
        message.correlationID = instance.correlationID
        message.causationID = cause
        message.replyTo = address
        message.compensates = dispatch.compensates?.text
        message.firstSent = dispatch.firstSent
        return message
    }
}
