internal import EddaCore

extension SagaUnit {
    /// Does what an operator wants, or refuses and writes nothing.
    ///
    /// - Parameter refusal: Why the saga's owner refused its end, in the unit that repeats a refused one.
    /// - Throws: ``SagaError``.
    func operate(
        _ request: OperatorRequest,
        on id: SagaID,
        refusal: String? = nil,
        in transaction: any WriteTransaction
    ) throws -> SagaDecision {
        guard let record = try transaction.saga(id) else {
            throw SagaError(.notFound, "There is no saga \(id) in this store.")
        }
        var instance: SagaInstance
        do {
            instance = try schema.codec.decode(SagaInstance.self, from: record.instance)
        } catch {
            throw SagaError(
                .unreadableInstance,
                "Saga \(id) is \(record.status.rawValue), and what is stored of it does not decode: \(error). Run the "
                    + "program that wrote it, and decide with that one."
            )
        }
        if record.status == .parked, instance.status != .parked {
            _ = instance.stop(.unreadable, reason: record.reason ?? "It could not be read.", at: record.updatedAt)
        }
        let program = try program(for: instance)
        let written = try move(
            &instance,
            record,
            .request(request),
            program,
            cause: nil,
            refusal: refusal,
            in: transaction
        )
        return SagaDecision(saga: written ?? record, hasEffect: written != nil)
    }

    private func program(for instance: SagaInstance) throws(SagaError) -> SagaProgram {
        let standing = "Saga \(instance.id) is \(instance.status.rawValue)"
        guard let program = programs[instance.name] else {
            throw SagaError(
                .planChanged,
                "\(standing) and is a \(instance.name), of which this program has no plan. Nothing was changed; decide with "
                    + "a program that registers it."
            )
        }
        guard program.fingerprint == instance.fingerprint else {
            throw SagaError(
                .planChanged,
                "\(standing) and follows plan version \(instance.planVersion) of \(instance.name); this program has version "
                    + "\(program.version), with other steps. Nothing was changed; decide with the program that started it."
            )
        }
        return program
    }

    /// Puts the alert of a parked saga into the outbox, if alerts are wanted.
    func alert(of event: SagaParked, _ record: SagaRecord, in transaction: any WriteTransaction) throws {
        guard let alerts else { return }
        let time = transaction.now.wall
        let alert = SagaAlert(
            saga: record.id,
            name: record.name,
            step: event.step,
            cause: event.cause.rawValue,
            reason: event.reason,
            since: time
        )
        var message = Message(
            id: EventID.generate(at: time).description,
            source: "/\(address)",
            type: SagaAlert.commandType,
            destination: alerts,
            time: time,
            partitionKey: record.id.rawValue,
            // A saga makes one transition for each revision, and parks at most once in it.
            idempotencyKey: "\(record.id)/parked/\(record.revision)",
            dataContentType: schema.codec.contentType,
            data: try schema.encode(alert)
        )
        message.subject = event.step?.rawValue
        message.correlationID = record.correlationID
        message.firstSent = time
        try transaction.enqueue(message)
    }
}
