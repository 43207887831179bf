package import EddaCore

extension SagaInstance {
    /// Moves the saga on by one input.
    ///
    /// A pure function of the instance, the input, the moment and the program: no I/O, no clock, no randomness. The
    /// effects belong into the commit that keeps the new instance.
    ///
    /// - Parameters:
    ///   - input: What has happened.
    ///   - now: The present moment.
    ///   - program: The saga's plan; its fingerprint is the instance's.
    ///   - policies: How patient to be.
    ///   - refusal: Why the saga must not end, although its steps are done: its owner has refused. It parks instead.
    ///   - isUnattended: Whether nobody is there after the commit to do what is to be done in this process; it is put off until
    ///     the timer comes due.
    ///   - isForeign: Whether the commit is its caller's own, so that its end must not refuse it; then it ends when the timer
    ///     comes due, at once.
    ///   - standing: Where a call stands in this process.
    /// - Throws: ``SagaError`` with code `illegalTransition`, and for what an operator wants with the code of its refusal;
    ///   then the instance is as it was.
    package mutating func apply(
        _ input: SagaInput,
        at now: Moment,
        program: SagaProgram,
        policies: SagaPolicies,
        refusal: String? = nil,
        isUnattended: Bool = false,
        isForeign: Bool = false,
        standing: @escaping (SagaKey) -> LocalStanding? = { _ in nil }
    ) throws(SagaError) -> [SagaEffect] {
        var transition = SagaTransition(
            instance: self,
            program: program,
            policies: policies,
            now: now,
            refusal: refusal,
            isUnattended: isUnattended,
            mayEnd: input != .started && !isForeign,
            callStanding: standing
        )
        switch input {
        case .started: transition.start()
        case .reply(let reply): try transition.take(reply)
        case .signal(let signal): try transition.take(signal)
        case .wake: try transition.wake()
        case .callsLost: try transition.takeUpCalls()
        case .request(let request): try transition.take(request)
        case .obstacle(let obstacle): try transition.take(obstacle)
        }
        try transition.advance()
        transition.instance.dropSnapshots()
        transition.settleWake(always: input == .wake)
        self = transition.instance
        return transition.effects
    }

    /// Stops the saga until an operator decides, for a reason that lies outside its plan.
    package mutating func stop(_ cause: Parking.Cause, reason: String, at now: Timestamp) -> [SagaEffect] {
        let step = currentStep
        let parked = park(cause, step: step, reason: reason, at: now)
        wakeAt = nil
        return [.record(parked), .cancelWake]
    }

    fileprivate mutating func park(
        _ cause: Parking.Cause,
        step: StepID?,
        reason: String,
        at now: Timestamp
    ) -> SagaParked {
        status = .parked
        parking = Parking(cause: cause, step: step)
        parkedSince = now
        self.reason = reason
        return SagaParked(step: step, cause: cause, reason: reason)
    }

    /// Sets a parked saga going again, in the direction in which it went.
    mutating func unpark() {
        guard status == .parked else { return }
        status = goesBack ? .compensating : .running
        parking = nil
        parkedSince = nil
        reason = turnedBackFor ?? turningBackNote
    }

    /// What a saga says that turns back as soon as it can; `nil` when it does not.
    var turningBackNote: String? {
        guard let turningBack else { return nil }
        let open = steps.filter(\.isUnderWay).map(\.id.rawValue)
        guard !open.isEmpty else { return turningBack }
        let shown = 10
        let more = open.count > shown ? " and \(open.count - shown) more" : ""
        let names = open.prefix(shown).joined(separator: ", ") + more
        return "It turns back as soon as \(open.count > 1 ? "steps \(names) have" : "step \(names) has") an outcome: "
            + turningBack
    }
}

/// One transition under way.
struct SagaTransition {
    var instance: SagaInstance
    let program: SagaProgram
    let policies: SagaPolicies
    let now: Moment
    let refusal: String?
    let isUnattended: Bool
    let mayEnd: Bool
    /// Where a call stands in this process.
    let callStanding: (SagaKey) -> LocalStanding?
    private(set) var effects: [SagaEffect] = []
    private var state: PlannedStep.AnyState?
    /// Where the records stand, by their ids; made when many are looked for among many.
    var places: [StepID: Int]?
    /// Where the records of blocks stand; made when they are many.
    private var blockPlaces: [StepID: Int]?
    var searches = 0

    init(
        instance: SagaInstance,
        program: SagaProgram,
        policies: SagaPolicies,
        now: Moment,
        refusal: String?,
        isUnattended: Bool,
        mayEnd: Bool,
        callStanding: @escaping (SagaKey) -> LocalStanding?
    ) {
        self.instance = instance
        self.program = program
        self.policies = policies
        self.now = now
        self.refusal = refusal
        self.isUnattended = isUnattended
        self.mayEnd = mayEnd
        self.callStanding = callStanding
        indexBlocks()
    }

    mutating func start() {
        record(SagaStarted(name: instance.name, planVersion: instance.planVersion, steps: program.steps.map(\.id)))
    }

    /// The state; read once for each transition.
    mutating func currentState() throws(SagaError) -> PlannedStep.AnyState {
        if let state { return state }
        let decoded = try program.decodeState(instance.state.bytes)
        state = decoded
        return decoded
    }

    mutating func keep(_ next: PlannedStep.AnyState) throws(SagaError) {
        instance.state = StoredBytes(try program.encodeState(next))
        state = next
    }

    /// What the plan says of a step.
    ///
    /// - Throws: ``SagaError`` with code `illegalTransition` when there is a record of a step that is not in the plan.
    func plan(_ index: Int) throws(SagaError) -> PlannedStep {
        let id = instance.steps[index].id
        guard let step = program.step(id) else {
            throw SagaError(.illegalTransition, "Step \(id) is not in the plan of \(program.name).")
        }
        return step
    }

    // MARK: Standing still

    /// Sets a parked saga going again.
    ///
    /// A child ends once. If that was while the saga stood still, it may have been lost, so each child is asked for again.
    mutating func goOn() throws(SagaError) {
        guard instance.status == .parked else { return }
        instance.unpark()
        guard instance.status == .running else { return }
        for index in instance.steps.indices where instance.steps[index].status == .dispatched {
            if instance.turningBack == nil {
                try askChild(index)
            } else if instance.steps[index].isChildCancelled {
                wantCancelled(index)
            }
        }
    }

    /// Sends again, or settles, what has lost its timer while the saga stood still: nothing else would.
    mutating func takeUp() throws(SagaError) {
        for index in instance.steps.indices
        where instance.steps[index].status == .dispatched && instance.steps[index].forward.due == nil {
            let step = try plan(index)
            switch step.word {
            case .command, .local:
                instance.steps[index].forward.pacedFrom = instance.steps[index].forward.sends
                instance.steps[index].forward.pacedSince = now
                try send(index, .forward, isTry: false)
                let deadline = instance.steps[index].forward.deadline
                instance.steps[index].forward.deadline = deadline ?? step.timeout.map(now.advanced)
            case .awaitSignal where instance.turningBack == nil:
                try takeKeptSignal(index)
            default:
                break
            }
            guard instance.status == .running else { return }
        }
    }

    // MARK: Ends

    mutating func finish(_ status: SagaRecord.Status) {
        if let refusal {
            park(
                .endingRefused,
                at: nil,
                "The steps are \(status == .completed ? "done" : "undone"), but the saga could not end: \(refusal)"
            )
            return
        }
        instance.status = status
        let duration = now.elapsed(since: instance.startedAt)
        if status == .completed {
            instance.reason = nil
            record(SagaCompleted(milliseconds: duration.wholeMilliseconds))
        } else {
            record(SagaCompensated(reason: instance.reason, milliseconds: duration.wholeMilliseconds))
        }
        instance.signals = nil
        effects.append(.ended)
    }

    mutating func park(_ cause: Parking.Cause, at index: Int?, _ reason: String) {
        park(cause, step: index.map { instance.steps[$0].id }, reason)
    }

    mutating func park(_ cause: Parking.Cause, step: StepID?, _ reason: String) {
        record(instance.park(cause, step: step, reason: reason, at: now.wall))
    }

    /// The record of a block.
    func block(_ id: StepID) -> BlockRecord? {
        guard let blockPlaces else { return instance.block(id) }
        return blockPlaces[id].flatMap { instance.blocks?[$0] }
    }

    mutating func add(_ block: BlockRecord) {
        if blockPlaces != nil { blockPlaces?[block.id] = instance.blocks?.count ?? 0 }
        if instance.blocks == nil { instance.blocks = [] }
        instance.blocks?.append(block)
        indexBlocks()
    }

    /// A search among many blocks for each of many elements would take as long as the square of their number.
    private mutating func indexBlocks() {
        guard blockPlaces == nil, let blocks = instance.blocks, blocks.count > 16 else { return }
        blockPlaces = Dictionary(
            blocks.enumerated().map { ($0.element.id, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    mutating func record(_ event: any Event) { effects.append(.record(event)) }

    mutating func want(_ effect: SagaEffect) { effects.append(effect) }
}

extension Duration {
    var wholeMilliseconds: Int64 { wholeMicroseconds / 1_000 }
}
