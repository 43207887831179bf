internal import EddaCore

extension SagaUnit {
    /// Writes what follows from a transition, then moves on the sagas that it concerns.
    func carryOut(
        _ effects: [SagaEffect],
        of instance: SagaInstance,
        _ record: SagaRecord,
        program: SagaProgram?,
        cause: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws {
        let time = transaction.now.wall
        let metadata = EventMetadata(correlationID: instance.correlationID, causationID: cause)
        var history: [EventData] = []
        var starts: [(start: ChildStart, cause: String?)] = []
        var cancelled: [(child: SagaID, reason: String)] = []
        for effect in effects {
            switch effect {
            case .record(let event):
                history.append(try EventData(event, id: .generate(at: time), metadata: metadata, schema: schema))
                if let event = event as? any AlertingEvent { try alert(of: event, record, in: transaction) }
            case .send(let dispatch):
                // The message has the id of the event that records its sending, which stands before it: so what the
                // message causes can be traced back to the saga when the message itself is long gone.
                let id = history.last?.id ?? .generate(at: time)
                let number = try transaction.enqueue(message(dispatch, id: id, of: instance, cause: cause, at: time))
                pass.sent = min(pass.sent?.lowerBound ?? number, number)...number
            case .perform(let call):
                pass.calls.append(call)
            case .abandon(let key):
                pass.abandoned.append(key)
            case .startChild(let start):
                starts.append((start, history.last?.id.description))
            case .cancelChild(let child, let reason):
                cancelled.append((child, reason))
            case .wake(let moment):
                try transaction.setTimer(TimerRow(owner: Self.timerOwner, key: instance.id.rawValue, due: moment))
            case .cancelWake:
                try transaction.cancelTimer(owner: Self.timerOwner, key: instance.id.rawValue)
            case .ended:
                try end(instance, program, in: transaction)
            }
        }
        if !history.isEmpty { try transaction.append(Append(history, to: SagaHistory.stream(of: instance.id))) }
        pass.moved.append((record, instance))
        // What concerns other sagas comes last: it may come back to this one.
        for (start, cause) in starts { try startChild(start, of: instance, cause: cause, &pass, in: transaction) }
        for (child, reason) in cancelled {
            try cancel(child, of: instance, reason: reason, &pass, in: transaction)
        }
        if instance.status.isEnded, instance.parent != nil { try tellParent(of: instance, &pass, in: transaction) }
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
            throw EndingRefused(saga: instance.id, reason: "\(error)")
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
            // A step and its compensation keep their order. Those of different steps need none: one that has to come after another
            // is sent when that has been answered, and what stands side by side is to be executed side by side.
            partitionKey: "\(instance.id)/\(dispatch.key.step)",
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

    // MARK: Children

    /// Starts the saga of a step; when it is there already and has ended, its parent is told.
    private func startChild(
        _ start: ChildStart,
        of parent: SagaInstance,
        cause: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws {
        guard let program = programs[start.name] else {
            return try stop(parent.id, at: start, "no saga \(start.name) is registered here.", &pass, in: transaction)
        }
        guard let existing = try transaction.saga(start.child) else {
            let child = SagaInstance(
                id: start.child,
                state: start.state.bytes,
                correlationID: parent.correlationID,
                parent: start.parent.text,
                program: program,
                now: transaction.now
            )
            _ = try begin(child, program, cause: cause, &pass, in: transaction)
            return
        }
        guard let child = try? read(existing), child.parent == start.parent.text, child.name == start.name else {
            let reason = "its id \(start.child) is that of another saga."
            return try stop(parent.id, at: start, reason, &pass, in: transaction)
        }
        if child.status.isEnded { try tellParent(of: child, &pass, in: transaction) }
    }

    private func stop(
        _ parent: SagaID,
        at start: ChildStart,
        _ reason: String,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws {
        let obstacle = SagaObstacle(step: start.parent.step, reason: reason)
        _ = try apply(.obstacle(obstacle), to: parent, cause: nil, &pass, in: transaction)
    }

    /// Turns a child back; where that is refused its parent waits for its end.
    private func cancel(
        _ child: SagaID,
        of parent: SagaInstance,
        reason: String,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws {
        let request = OperatorRequest(.cancel, by: "saga \(parent.id)", because: reason)
        do {
            _ = try operate(request, on: child, &pass, in: transaction)
        } catch is SagaError {}
    }

    /// Moves the parent of a saga that has ended on.
    private func tellParent(
        of child: SagaInstance,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws {
        guard let key = child.parent.flatMap(SagaKey.init), let parent = try transaction.saga(key.saga) else { return }
        let outcome: CommandOutcome =
            child.status == .completed
            ? .succeeded(child.state.bytes)
            : .rejected(Rejection("edda.child-compensated", "Saga \(child.id): \(child.reason ?? "compensated")"))
        let reply = SagaReply(
            key: key,
            outcome: outcome,
            // The parent may ask again.
            messageID: "\(child.id)/\(child.status.rawValue)/\(parent.revision)"
        )
        do {
            _ = try apply(.reply(reply), to: key.saga, cause: nil, &pass, in: transaction)
        } catch let error as SagaError {
            _ = try park(key.saga, reason: error.description, cause: nil, &pass, in: transaction)
        }
    }
}
