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
        var cancelled: [(child: SagaID, step: SagaKey, reason: String)] = []
        var hasEnded = false
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
            case .cancelChild(let child, let step, let reason):
                cancelled.append((child, step, reason))
            case .wake(let moment):
                try transaction.setTimer(TimerRow(owner: Self.timerOwner, key: instance.id.rawValue, due: moment))
            case .cancelWake:
                try transaction.cancelTimer(owner: Self.timerOwner, key: instance.id.rawValue)
            case .ended:
                try end(instance, program, in: transaction)
                hasEnded = true
            }
        }
        // A loop over very many elements begins them all in one transition, and an append takes only so many events.
        for start in stride(from: 0, to: history.count, by: Append.maximumCount) {
            let part = Array(history[start...].prefix(Append.maximumCount))
            try transaction.append(Append(part, to: SagaHistory.stream(of: instance.id)))
        }
        pass.moved.append((record, instance))
        // What concerns other sagas comes last: it may come back to this one.
        for (start, cause) in starts where try isWanted(start, of: record, pass, in: transaction) {
            try startChild(start, of: instance, cause: cause, &pass, in: transaction)
        }
        for (child, step, reason) in cancelled {
            try cancel(child, of: step, reason: reason, &pass, in: transaction)
        }
        if hasEnded, instance.parent != nil { try tellParent(of: instance, &pass, in: transaction) }
    }

    private func end(
        _ instance: SagaInstance,
        _ program: SagaProgram?,
        in transaction: any WriteTransaction
    ) throws {
        do {
            try program?.ended(instance, transaction)
        } catch  where StoreError.isPassing(error) {
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
            // A step and its compensation keep their order. Those of different steps need none: one that has to come
            // after another is sent when that has been answered, and what stands side by side is to be executed side by
            // side.
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
        message.isWithdrawal = dispatch.isWithdrawal
        message.firstSent = dispatch.firstSent
        return message
    }

    // MARK: Children

    /// Whether the step still waits for a child, although the saga may have moved on in this commit.
    private func isWanted(
        _ start: ChildStart,
        of parent: SagaRecord,
        _ pass: Pass,
        in transaction: any WriteTransaction
    ) throws -> Bool {
        guard pass.moved.contains(where: { $0.record.id == parent.id && $0.record.revision > parent.revision }) else {
            return true
        }
        guard let record = try transaction.saga(parent.id), let instance = try? read(record) else { return false }
        return instance.steps.contains {
            $0.id == start.parent.step && $0.status == .dispatched && $0.child == start.child
        }
    }

    /// Starts the saga of a step; when it is there already and has ended, its parent is told.
    private func startChild(
        _ start: ChildStart,
        of parent: SagaInstance,
        cause: String?,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws {
        guard let existing = try transaction.saga(start.child) else {
            guard !start.isAgain else {
                return try stop(start.parent, "its saga \(start.child) is not there any more.", &pass, in: transaction)
            }
            guard let (child, program) = try newChild(start, of: parent, &pass, in: transaction) else { return }
            _ = try begin(child, program, cause: cause, &pass, in: transaction)
            return
        }
        guard let child = try? read(existing) else {
            // Whoever can read it brings it to its end.
            guard !start.isAgain else { return }
            return try stop(start.parent, taken(start.child), &pass, in: transaction)
        }
        guard isChild(child, of: start.parent), child.name == start.name else {
            return try stop(start.parent, taken(start.child), &pass, in: transaction)
        }
        if child.status.isEnded { try tellParent(of: child, &pass, in: transaction) }
    }

    /// A child that can begin; `nil` when it cannot, and its parent was told.
    private func newChild(
        _ start: ChildStart,
        of parent: SagaInstance,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws -> (SagaInstance, SagaProgram)? {
        guard let program = programs[start.name] else {
            try stop(start.parent, "no saga \(start.name) is registered here.", &pass, in: transaction)
            return nil
        }
        let depth = (parent.depth ?? 0) + 1
        guard depth <= SagaInstance.greatestDepth else {
            let reason =
                "\(parent.depth ?? 0) sagas are above this one, each started by the one before; more are not allowed."
            try stop(start.parent, reason, &pass, in: transaction)
            return nil
        }
        do {
            _ = try program.decodeState(start.state.bytes)
        } catch {
            try stop(start.parent, "\(error)", &pass, in: transaction)
            return nil
        }
        let child = SagaInstance(
            id: start.child,
            state: start.state.bytes,
            correlationID: parent.correlationID,
            parent: start.parent.text,
            depth: depth,
            program: program,
            now: transaction.now
        )
        return (child, program)
    }

    /// Whether a saga was started by this step, whose id may read the same as another's.
    private func isChild(_ child: SagaInstance, of parent: SagaKey) -> Bool {
        child.parent.map(ExactText.init) == ExactText(parent.text)
    }

    private func taken(_ child: SagaID) -> String { "its id \(child) is that of another saga." }

    /// Tells a parent what stands in the way of its child.
    private func stop(
        _ step: SagaKey,
        _ reason: String,
        kind: SagaObstacle.Kind = .notStarted,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws {
        let obstacle = SagaObstacle(kind, step: step.step, reason: reason)
        _ = try apply(.obstacle(obstacle), to: step.saga, cause: nil, &pass, in: transaction)
    }

    /// Turns a child back; where that is refused its parent waits for its end.
    private func cancel(
        _ child: SagaID,
        of step: SagaKey,
        reason: String,
        _ pass: inout Pass,
        in transaction: any WriteTransaction
    ) throws {
        guard let record = try transaction.saga(child) else {
            return try stop(step, "its saga \(child) was not started.", &pass, in: transaction)
        }
        let request = OperatorRequest(.cancel, by: "saga \(step.saga)", because: reason)
        do {
            let instance = try read(record)
            guard isChild(instance, of: step) else {
                return try stop(step, taken(child), &pass, in: transaction)
            }
            // Its end may have been lost.
            guard !instance.status.isEnded else { return try tellParent(of: instance, &pass, in: transaction) }
            _ = try operate(request, on: child, &pass, in: transaction)
        } catch let error as SagaError {
            // It only goes forward; or it cannot be moved by this program now, and is asked again.
            guard error.code != .verbRefused else { return }
            try stop(step, error.description, kind: .notCancelled, &pass, in: transaction)
        }
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
