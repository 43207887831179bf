internal import EddaCore

extension SagaUnit {
    /// Does what an operator wants, or refuses and writes nothing.
    ///
    /// - Throws: ``SagaError``.
    func operate(
        _ request: OperatorRequest,
        on id: SagaID,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> SagaDecision {
        let (loaded, record, program) = try load(id, in: transaction)
        var instance = loaded
        let written = try move(
            &instance,
            record,
            .request(request),
            program,
            cause: nil,
            &pass,
            in: transaction
        )
        guard written != nil else { return SagaDecision(saga: record, hasEffect: false) }
        // What the decision has led to in other sagas may have moved this one on.
        return SagaDecision(saga: try transaction.saga(id) ?? record, hasEffect: true)
    }

    /// A saga that this program can run.
    ///
    /// - Throws: ``SagaError`` with codes `notFound`, `unreadableInstance` and `planChanged`.
    func load(
        _ id: SagaID,
        in transaction: any WriteTransaction
    ) throws -> (instance: SagaInstance, record: SagaRecord, program: SagaProgram) {
        guard let record = try transaction.saga(id) else {
            throw SagaError(.notFound, "There is no saga \(id) in this store.")
        }
        let instance: SagaInstance
        do {
            instance = try read(record)
        } catch {
            throw SagaError(
                .unreadableInstance,
                "Saga \(id) is \(record.status.rawValue). \(error) Run the program that wrote it, and decide with that one."
            )
        }
        return (instance, record, try program(for: instance))
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

    /// Puts an alert into the outbox, if alerts are wanted.
    func alert(of event: any AlertingEvent, _ record: SagaRecord, in transaction: any WriteTransaction) throws {
        guard let alerts else { return }
        let time = transaction.now.wall
        let alert = SagaAlert(
            saga: record.id,
            name: record.name,
            step: event.alertStep,
            cause: event.alertCause,
            reason: event.reason,
            since: time
        )
        // A saga makes one transition for each revision, and parks at most once in it.
        let key = "\(record.id)/\(event.alertKind)/\(record.revision)"
        var message = Message(
            id: EventID.generate(at: time).description,
            source: "/\(address)",
            type: SagaAlert.commandType,
            destination: alerts,
            time: time,
            // One that is refused must not keep back the later ones.
            partitionKey: key,
            idempotencyKey: key,
            dataContentType: schema.codec.contentType,
            data: try schema.encode(alert)
        )
        message.subject = event.alertStep?.rawValue
        message.correlationID = record.correlationID
        message.firstSent = time
        try transaction.enqueue(message)
    }
}
