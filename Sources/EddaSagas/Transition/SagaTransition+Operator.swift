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
        let place = place(for: request)
        if let step = request.step, place == nil {
            throw refuse(request, "it does not stand at step \(step)", "Look at it with `sagas show` and decide again.")
        }
        switch request.verb {
        case .retry: try retry(request, place)
        case .skip: try skip(request, place)
        case .resolve(let reply): try resolve(request, place, reply)
        case .compensate, .cancel: try turnBack(request, place)
        }
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
        if let index = expiredWithdrawal(at: place) {
            try goOn()
            try disown(index, "Retried by \(request.by)" + (request.because.map { ": \($0)" } ?? ""))
            return beOverdue()
        }
        let isMeant = place.map { request.step != nil || isInTrouble($0.index) } ?? false
        try goOnLate()
        guard isMeant, let (index, direction) = place else { return }
        switch (direction, instance.steps[index].status) {
        case (.forward, .dispatched) where try plan(index).word == .child:
            // It was asked for when the saga went on.
            instance.steps[index].forward.deadline = try plan(index).timeout.map(now.advanced)
        case (.undo, .undoDispatched), (.forward, .dispatched):
            try tryAfresh(index, direction)
        case (.undo, .undoFailed):
            try instance.steps[index].move(to: .undoDispatched)
            try tryAfresh(index, .undo)
        case (.undo, _), (.forward, .never):
            break
        case (.forward, .failed) where instance.steps[index].isWithdrawn:
            break
        case (.forward, _):
            try instance.steps[index].move(to: .dispatched)
            try tryAfresh(index, .forward)
        }
    }

    /// The pivot, when the saga is to turn back and the withdrawal has come too late to be answered.
    ///
    /// It is not withdrawn under another key: the participant would say that it was withdrawn, whatever has become of
    /// the command. What the operator says counts, as with `compensate`.
    private func expiredWithdrawal(at place: Place?) -> Int? {
        guard instance.turningBack != nil, isPivot(place), let index = place?.index,
            instance.steps[index].status == .unknown, instance.steps[index].forward.isAnsweredForGood
        else { return nil }
        return index
    }

    /// Counts a pivot of unknown outcome as not executed, since the operator says so.
    private mutating func disown(_ index: Int, _ reason: String) throws(SagaError) {
        try instance.steps[index].move(to: .failed)
        instance.steps[index].lastError = reason
        instance.steps[index].forward.stopWaiting()
        record(
            StepFailed(
                step: instance.steps[index].id,
                attempt: instance.steps[index].forward.attempts,
                reason: "it was not executed. \(reason)"
            )
        )
    }

    /// Sets a parked saga going again; whoever decides that knows how late it is.
    private mutating func goOnLate() throws(SagaError) {
        guard instance.status == .parked else { return }
        try goOn()
        beOverdue()
    }

    /// Sends a command or a compensation with a budget and a patience as if it was the first time.
    private mutating func tryAfresh(_ index: Int, _ direction: Direction) throws(SagaError) {
        let step = try plan(index)
        if direction == .forward, step.word == .sleep || step.word == .awaitSignal { return }
        var exchange = instance.steps[index][direction]
        exchange.forgiven = exchange.failures
        exchange.outcome = nil
        exchange.pacedFrom = exchange.sends
        exchange.pacedSince = exchange.sends == 0 ? nil : now
        if exchange.isAnsweredForGood {
            exchange.isAnsweredForGood = false
            exchange.isBeingWithdrawn = false
            exchange.round += 1
            exchange.firstSentAt = nil
            exchange.ignored = []
        }
        if direction == .forward, exchange.round > instance.steps[index].forward.round {
            renameChild(index, round: exchange.round)
        }
        instance.steps[index][direction] = exchange
        instance.steps[index].isAskedAgain = false
        if instance.steps[index].isBlocked {
            instance.steps[index].isBlocked = false
            instance.steps[index].isChildCancelled = false
        }
        instance.steps[index].isStruggling = false
        try send(index, direction, isTry: true)
        instance.steps[index][direction].deadline = patience(step, direction).map(now.advanced)
    }

    /// A child that has ended is over; another try is another saga.
    private mutating func renameChild(_ index: Int, round: Int) {
        guard let child = instance.steps[index].child else { return }
        let earlier = "/#\(round - 1)"
        let base = child.rawValue.hasSuffix(earlier) ? String(child.rawValue.dropLast(earlier.count)) : child.rawValue
        instance.steps[index].child = SagaID(rawValue: "\(base)/#\(round)") ?? child
        instance.steps[index].isChildCancelled = false
    }

    // MARK: Skip and resolve

    private mutating func skip(_ request: OperatorRequest, _ place: Place?) throws(SagaError) {
        let reason = try reason(for: request)
        let (index, direction) = try concerned(request, place)
        let id = instance.steps[index].id
        let step = try plan(index)
        if direction == .forward, step.phase != .retriable, step.word != .sleep {
            throw refuse(
                request,
                "step \(id) is not behind the pivot, and what follows relies on it",
                "Turn back with `sagas compensate`, or supply its reply with `sagas resolve`."
            )
        }
        note(request, (index, direction))
        try goOnLate()
        try stopWorking(on: index, step, direction)
        try instance.steps[index].move(to: .skipped)
        instance.steps[index].lastError = "\(request.by): \(reason)"
        instance.steps[index][direction].stopWaiting()
        record(StepSkipped(step: id, reason: "\(request.by): \(reason)"))
    }

    /// Nobody waits for what the step does any more.
    private mutating func stopWorking(
        on index: Int,
        _ step: PlannedStep,
        _ direction: Direction
    ) throws(SagaError) {
        abandonCall(of: index, step, direction)
        if direction == .forward, step.word == .child, instance.steps[index].isUnderWay { cancelChild(index) }
    }

    /// Cancels the call in this process, if there is one.
    private mutating func abandonCall(of index: Int, _ step: PlannedStep, _ direction: Direction) {
        guard step.perform(direction) != nil else { return }
        let (id, round) = (instance.steps[index].id, instance.steps[index][direction].round)
        want(.abandon(SagaKey(saga: instance.id, step: id, direction: direction, round: round)))
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
                let plan = try plan(index)
                var state = try currentState()
                _ = try plan.settle(&state, elements(of: index, plan)[...], reply, program.schema)
            } else {
                try plan(index).checkUndoReply(reply, program.schema)
            }
        } catch {
            throw SagaError(
                (error as? SagaError)?.code ?? .unreadableReply,
                "Saga \(instance.id) stays \(standing); supply another reply. \(error)"
            )
        }
        note(request, place)
        try goOnLate()
        abandonCall(of: index, try plan(index), direction)
        if direction == .forward {
            try succeed(index, reply)
            // A reply that came before is not what it has succeeded by; see `namesUndone`.
            instance.steps[index].forward.lastReplyID = nil
        } else {
            try undone(index)
        }
    }

    /// The step that the operator decides about, if it may be decided about.
    private func concerned(_ request: OperatorRequest, _ place: Place?) throws(SagaError) -> Place {
        guard let place else {
            if let parked = instance.parking?.step, let other = allPlaces.first {
                throw refuse(
                    request,
                    "\(parked) is no step that can be decided about",
                    "Say which step is meant: `--step \(instance.steps[other.index].id)`."
                )
            }
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
        if isPivotBehind, policies.defect != .cancelledAfterThePivot,
            let pivot = program.steps.first(where: { $0.phase == .pivot })
        {
            throw refuse(
                request,
                "its pivot \(pivot.id) has succeeded, so it only goes forward",
                instance.status == .parked
                    ? "Go on with `sagas retry`, `sagas skip` or `sagas resolve`." : "Let it go on."
            )
        }
        let isOpenPivot =
            instance.parking?.cause == .pivotUnknown
            || instance.parking?.cause == .expired && isPivot(place)
        if isOpenPivot, request.verb == .cancel, instance.parking?.cause == .expired {
            throw refuse(
                request,
                "nobody knows whether its pivot was executed",
                "Find out. Then `sagas resolve` if it was, `sagas compensate --reason` if it was not."
            )
        }
        let isDisowned = isOpenPivot && request.verb == .compensate
        if isDisowned { _ = try reason(for: request) }

        note(request, place)
        let verb = request.verb == .cancel ? "Cancelled" : "Turned back"
        let reason = "\(verb) by \(request.by)" + (request.because.map { ": \($0)" } ?? "")
        instance.turningBack = reason
        instance.turningBackAt = instance.turningBackAt ?? place.map { instance.steps[$0.index].id }
        let parking = instance.parking
        try goOn()
        guard let index = place?.index else { return }
        try bringToOutcome(index, parking, reason, isDisowned: isDisowned)
    }

    private func isPivot(_ place: Place?) -> Bool {
        place.flatMap { program.step(instance.steps[$0.index].id) }?.phase == .pivot
    }

    /// Brings the step at which the saga was parked to an outcome, or sees to it that it gets one.
    ///
    /// What else is under way is waited for; see `advance`.
    ///
    /// - Parameter isDisowned: Whether the operator says that the pivot was not executed.
    private mutating func bringToOutcome(
        _ index: Int,
        _ parking: Parking?,
        _ reason: String,
        isDisowned: Bool
    ) throws(SagaError) {
        let step = try plan(index)
        switch (instance.steps[index].status, step.phase) {
        case (.failed, _) where instance.steps[index].forward.due != nil:
            try giveUp(index, isFinal: false)
        case (.unknown, .pivot) where isDisowned:
            try disown(index, reason)
        case (.dispatched, .compensatable) where parking != nil && (step.word == .command || step.word == .local):
            if step.perform != nil { try stopWorking(on: index, step, .forward) }
            try becomeUnknown(index, "the saga turned back while it stood still")
        case (.dispatched, .pivot) where parking != nil:
            try tryAfresh(index, .forward)
        case (.unknown, .pivot) where parking != nil:
            try instance.steps[index].move(to: .dispatched)
            try tryAfresh(index, .forward)
        case (.unknown, .compensatable):
            // That it cannot be found out is settled by the decision.
            instance.steps[index].forward.isAnsweredForGood = false
        default:
            break
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
        if let block = instance.parking?.step, !instance.steps.contains(where: { $0.id == block }) {
            return "\(text) at \(block)"
        }
        if let (index, direction) = place(at: nil), ended == nil {
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
