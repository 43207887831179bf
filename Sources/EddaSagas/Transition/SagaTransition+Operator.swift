internal import EddaCore

// Each verb first finds out whether it makes sense; whatever is refused is refused before anything has changed.
extension SagaTransition {
    /// An operator has decided.
    ///
    /// - Throws: ``SagaError`` with code `verbRefused`, `reasonMissing` or `unreadableReply`, naming the saga, where it
    ///   stands, and what to do instead.
    mutating func take(_ request: OperatorRequest) throws(SagaError) {
        if let status = ended {
            throw refuse(request, "a saga that is \(status.rawValue) has ended", "`sagas show` tells how.")
        }
        guard !request.by.isBlank else {
            throw SagaError(.reasonMissing, "Who decides about saga \(instance.id)? Give a name; nothing was changed.")
        }
        let place = place
        if let step = request.step, step != place.map({ instance.steps[$0.index].id }) {
            throw refuse(request, "it does not stand at step \(step)", "Look at it with `sagas show` and decide again.")
        }
        switch request.verb {
        case .retry: try retry(request, place)
        case .skip: try skip(request, place)
        case .resolve(let reply): try resolve(request, place, reply)
        case .compensate, .cancel: try turnBack(request, place)
        }
    }

    private typealias Place = (index: Int, direction: Direction)

    /// The step that an operator decides about: the one not done, or the one not undone.
    private var place: Place? {
        guard instance.goesBack else {
            return instance.steps.firstIndex { !$0.status.isBehind }.map { ($0, .forward) }
        }
        let underWay = instance.steps.lastIndex { $0.status == .undoDispatched || $0.status == .undoFailed }
        let next = instance.steps.lastIndex { $0.status == .succeeded || $0.status == .unknown }
        return (underWay ?? next).map { ($0, .undo) }
    }

    private var ended: SagaRecord.Status? { instance.status.isEnded ? instance.status : nil }

    // MARK: Retry

    private mutating func retry(_ request: OperatorRequest, _ place: Place?) throws(SagaError) {
        guard instance.status == .parked else {
            throw refuse(request, "nothing has stopped it", "Let it go on, or turn it back with `sagas cancel`.")
        }
        if instance.parking?.cause == .expired {
            guard request.because?.isBlank == false else {
                throw SagaError(
                    .reasonMissing,
                    "Saga \(instance.id) is \(standing), and nobody can tell whether that was executed; retry would send "
                        + "it as something new. Find out: `sagas resolve` if it was, `sagas retry --reason` if it was not."
                )
            }
        }
        note(request, place)
        instance.unpark()
        guard let (index, direction) = place else { return finish(instance.goesBack ? .compensated : .completed) }
        switch (direction, instance.steps[index].status) {
        case (.undo, .undoDispatched), (.forward, .dispatched):
            tryAfresh(index, direction)
        case (.undo, .undoFailed):
            try instance.steps[index].move(to: .undoDispatched)
            tryAfresh(index, .undo)
        case (.undo, _):
            try undoNext()
        case (.forward, .never):
            try dispatch(index)
        case (.forward, _):
            try instance.steps[index].move(to: .dispatched)
            tryAfresh(index, .forward)
        }
    }

    /// Sends a command or a compensation with a budget and a patience as if it was the first time.
    private mutating func tryAfresh(_ index: Int, _ direction: Direction) {
        var exchange = instance.steps[index][direction]
        exchange.forgiven = exchange.failures
        exchange.outcome = nil
        if exchange.isAnsweredForGood {
            exchange.isAnsweredForGood = false
            exchange.round += 1
            exchange.firstSentAt = nil
            exchange.ignored = []
        }
        instance.steps[index][direction] = exchange
        instance.steps[index].isAskedAgain = false
        send(index, direction, isTry: true)
        instance.steps[index][direction].deadline = patience(index, direction).map(now.advanced)
    }

    // MARK: Skip and resolve

    private mutating func skip(_ request: OperatorRequest, _ place: Place?) throws(SagaError) {
        let reason = try reason(for: request)
        let (index, direction) = try concerned(request, place)
        let id = instance.steps[index].id
        if direction == .forward, program.steps[index].phase != .retriable {
            throw refuse(
                request,
                "step \(id) is not behind the pivot, and what follows relies on it",
                "Turn back with `sagas compensate`, or supply its reply with `sagas resolve`."
            )
        }
        note(request, place)
        instance.unpark()
        try instance.steps[index].move(to: .skipped)
        instance.steps[index].lastError = "\(request.by): \(reason)"
        instance.steps[index][direction].due = nil
        instance.steps[index][direction].deadline = nil
        record(StepSkipped(step: id, reason: "\(request.by): \(reason)"))
        if direction == .forward {
            try goOn(after: index)
        } else {
            try undoNext()
        }
    }

    private mutating func resolve(_ request: OperatorRequest, _ place: Place?, _ reply: [UInt8]) throws(SagaError) {
        let (index, direction) = try concerned(request, place)
        let step = instance.steps[index]
        let isOpen =
            direction == .forward ? step.status != .never : step.status != .succeeded && step.status != .unknown
        guard isOpen else {
            throw refuse(
                request,
                "\(direction == .forward ? "step" : "the compensation of step") \(step.id) was not sent",
                "Send it with `sagas retry`."
            )
        }
        do {
            if direction == .forward {
                _ = try program.steps[index].settle(instance.state.bytes, reply, program.schema)
            } else {
                try program.steps[index].checkUndoReply(reply, program.schema)
            }
        } catch {
            throw SagaError(
                (error as? SagaError)?.code ?? .unreadableReply,
                "Saga \(instance.id) stays \(standing); supply another reply. \(error)"
            )
        }
        note(request, place)
        instance.unpark()
        if direction == .forward {
            try succeed(index, reply)
        } else {
            try undone(index)
        }
    }

    /// The step that the operator decides about, if it may be decided about.
    private func concerned(_ request: OperatorRequest, _ place: Place?) throws(SagaError) -> Place {
        guard let place else {
            throw refuse(request, "no step of it is left", "End it with `sagas retry`.")
        }
        // A saga that moves may stand elsewhere when the request arrives than when the operator looked.
        guard instance.status == .parked || request.step != nil else {
            throw refuse(
                request,
                "it is not parked",
                "Let it go on; or say which step is meant: `--step \(instance.steps[place.index].id)`."
            )
        }
        return place
    }

    // MARK: Turning back

    private mutating func turnBack(_ request: OperatorRequest, _ place: Place?) throws(SagaError) {
        if instance.goesBack {
            if request.verb == .compensate, instance.status == .parked { try retry(request, place) }
            return
        }
        if instance.turningBack != nil, instance.status == .running { return }
        if let pivot = program.steps.firstIndex(where: { $0.phase == .pivot }),
            instance.steps[pivot].status == .succeeded
        {
            throw refuse(
                request,
                "its pivot \(program.steps[pivot].id) has succeeded, so it only goes forward",
                instance.status == .parked
                    ? "Go on with `sagas retry`, `sagas skip` or `sagas resolve`." : "Let it go on."
            )
        }
        let isOpenPivot =
            instance.parking?.cause == .pivotUnknown
            || instance.parking?.cause == .expired && place.map { program.steps[$0.index].phase } == .pivot
        if isOpenPivot, request.verb == .cancel {
            throw refuse(
                request,
                "nobody knows whether its pivot was executed",
                "Find out. Then `sagas resolve` if it was, `sagas compensate --reason` if it was not."
            )
        }
        if isOpenPivot { _ = try reason(for: request) }

        note(request, place)
        let verb = request.verb == .cancel ? "Cancelled" : "Turned back"
        let reason = "\(verb) by \(request.by)" + (request.because.map { ": \($0)" } ?? "")
        instance.turningBack = reason
        guard let index = place?.index else { return try compensate(after: instance.steps.count - 1, reason) }
        try turnBack(at: index, reason, isOpenPivot: isOpenPivot)
        if let note = instance.turningBackNote { instance.reason = note }
    }

    /// Brings the step to an outcome where it has none, or sees to it that it gets one, and then turns back.
    private mutating func turnBack(at index: Int, _ reason: String, isOpenPivot: Bool) throws(SagaError) {
        let wasParked = instance.status == .parked
        instance.unpark()
        switch (instance.steps[index].status, program.steps[index].phase) {
        case (.failed, _):
            try giveUp(index, isFinal: false)
        case (.unknown, .pivot) where isOpenPivot:
            try instance.steps[index].move(to: .failed)
            instance.steps[index].lastError = reason
            record(
                StepFailed(
                    step: instance.steps[index].id,
                    attempt: instance.steps[index].forward.attempts,
                    reason: "it was not executed. \(reason)"
                )
            )
            try compensate(after: index, reason)
        case (.dispatched, .compensatable) where wasParked:
            try becomeUnknown(index, "the saga turned back while it stood still")
        case (.dispatched, .pivot) where wasParked:
            tryAfresh(index, .forward)
        case (.unknown, .pivot) where wasParked:
            try instance.steps[index].move(to: .dispatched)
            tryAfresh(index, .forward)
        case (.unknown, .compensatable):
            try becomeUnknown(index, "it was not found out")
        case (.dispatched, _), (.unknown, _):
            break
        default:
            try compensate(after: index, reason)
        }
    }

    // MARK: Parts

    private mutating func note(_ request: OperatorRequest, _ place: Place?) {
        var reply: StoredBytes?
        if case .resolve(let bytes) = request.verb { reply = StoredBytes(bytes) }
        record(
            OperatorActed(
                verb: request.verb.name,
                step: place.map { instance.steps[$0.index].id },
                by: request.by,
                because: request.because,
                reply: reply
            )
        )
    }

    private func reason(for request: OperatorRequest) throws(SagaError) -> String {
        guard let reason = request.because, !reason.isBlank else {
            throw SagaError(
                .reasonMissing,
                "To \(request.verb.name) saga \(instance.id), which is \(standing), needs a reason. Nothing was changed."
            )
        }
        return reason
    }

    private func refuse(_ request: OperatorRequest, _ problem: String, _ next: String) -> SagaError {
        SagaError(
            .verbRefused,
            "Saga \(instance.id) is \(standing): \(request.verb.name) is refused, since \(problem). \(next)"
        )
    }

    /// Where the saga stands, in words.
    private var standing: String {
        var text = instance.status.rawValue
        if let (index, direction) = place, ended == nil {
            text +=
                " at \(direction == .undo && instance.status == .parked ? "the compensation of " : "")step \(instance.steps[index].id)"
        }
        return text
    }
}

extension String {
    /// Whether there is nothing to read in it.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
