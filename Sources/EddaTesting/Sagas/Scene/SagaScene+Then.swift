public import EddaCore
internal import EddaMessaging
public import EddaSagas

extension SagaScene.Turn {
    /// Checks how the saga stands and which commands have left.
    ///
    /// - Parameters:
    ///   - status: How the saga stands.
    ///   - commands: The commands that have left since ``SagaScene/when(_:)``, in order; compared by type and encoded
    ///     data. `nil` does not look.
    /// - Returns: The saga after that, for more checks.
    /// - Throws: ``TestFailure`` that shows the difference; `SagaError`, when what comes is refused or makes no sense.
    @discardableResult
    public func then(_ status: SagaRecord.Status, sends commands: [any Command]? = nil) async throws -> SagaSituation<S>
    {
        let situation = try await play()
        guard situation.status == status else {
            throw TestFailure(
                "Expected the saga to be \(status.rawValue), found \(situation.status.rawValue)"
                    + (situation.reason.map { ": \($0)" } ?? ".")
            )
        }
        if let commands {
            let schema = scene.options.schema
            let wanted = try commands.map { try SagaSituation<S>.line($0, schema) }
            let found = situation.sent
            if wanted != found { throw TestFailure(expected: wanted, found: found) }
        }
        return situation
    }

    /// Checks that what comes is refused.
    ///
    /// - Returns: Why.
    /// - Throws: ``TestFailure`` when it is not.
    @discardableResult
    public func thenRefused() async throws -> SagaError {
        do {
            let situation = try await play()
            throw TestFailure("Expected a refusal, and the saga is \(situation.status.rawValue).")
        } catch let error as SagaError where error.code == .verbRefused {
            return error
        }
    }

    private func play() async throws -> SagaSituation<S> {
        var bench = try await SagaBench(scene)
        for event in scene.history { try await bench.give(event) }
        if let event {
            try await bench.forget()
            try await bench.give(event)
        }
        return try await bench.situation()
    }
}

/// How a saga stands after a transition.
public struct SagaSituation<S: Saga>: Sendable {
    /// Its status.
    public let status: SagaRecord.Status
    /// Why it turned back or stands still.
    public let reason: String?
    /// Its state.
    public let state: S.State
    /// Its steps and its history.
    public let timeline: SagaTimeline
    /// When a timer wakes it, counted from the present; `nil` if none is set.
    public let wakesAfter: Duration?
    /// The commands that have left.
    let sent: [String]

    /// Checks how a step stands.
    ///
    /// - Returns: The same situation.
    /// - Throws: ``TestFailure``.
    @discardableResult
    public func step(_ step: StepID, is status: StepStatus) throws -> SagaSituation {
        let found = timeline.steps.first { $0.id == step }?.status
        guard found == status else {
            throw TestFailure(
                "Expected step \(step) to be \(status.rawValue), found \(found?.rawValue ?? "no such step")."
            )
        }
        return self
    }

    /// Checks the state.
    ///
    /// - Returns: The same situation.
    /// - Throws: ``TestFailure`` with the state when the condition does not hold.
    @discardableResult
    public func state(_ condition: (S.State) throws -> Bool) throws -> SagaSituation {
        guard try condition(state) else { throw TestFailure("The state is not as expected: \(state)") }
        return self
    }

    static func line(_ command: some Command, _ schema: SchemaRegistry) throws -> String {
        line(type(of: command).commandType, try schema.encode(command))
    }

    static func line(_ type: MessageType, _ data: [UInt8]) -> String {
        "\(type) \(String(validating: data, as: UTF8.self) ?? "\(data)")"
    }
}

/// A saga on a store in memory, to which things come one by one.
private struct SagaBench<S: Saga> {
    let store: InMemoryStore
    let time = ManualTime()
    let coordinator: SagaCoordinator
    private var seen: Int64 = 0

    init(_ scene: SagaScene<S>) async throws {
        store = InMemoryStore(schema: scene.options.schema, time: time)
        coordinator = try SagaCoordinator(
            store: store,
            address: scene.options.address,
            registrations: [SagaRegistration(S.self)] + scene.options.otherSagas,
            logger: .silent,
            configuration: scene.options.configuration
        )
        try await coordinator.start(S.self, id: SagaScript<S>.id, state: scene.state)
    }

    private func outbox(after sequence: Int64) async throws -> [OutboxRow] {
        try await store.read { try $0.outbox(after: sequence, limit: .max) }
    }

    /// What has left so far does not count any more.
    mutating func forget() async throws { seen = try await outbox(after: 0).last?.sequence ?? 0 }

    mutating func give(_ event: SagaScene<S>.Occurrence) async throws {
        switch event.kind {
        case .reply(let step, let isCompensation, let outcome): try await reply(step, isCompensation, outcome)
        case .time(let duration): try await pass(duration)
        case .request(let request): _ = try await coordinator.operate(request, on: SagaScript<S>.id)
        }
    }

    private mutating func reply(
        _ step: StepID,
        _ isCompensation: Bool,
        _ outcome: (SchemaRegistry) throws -> CommandOutcome
    ) async throws {
        let direction: Direction = isCompensation ? .undo : .forward
        let command = try await outbox(after: 0).map(\.message).last { message in
            let key = SagaKey(message.idempotencyKey)
            return key?.step == step && key?.direction == direction
        }
        guard let command else {
            let what = isCompensation ? "the compensation of step \(step)" : "step \(step)"
            throw TestFailure("An answer to \(what) cannot come: its command has not left.")
        }
        let message = ReplyMessage.make(
            outcome: try outcome(store.schema),
            to: command,
            from: command.destination,
            time: time.now().wall,
            contentType: store.schema.codec.contentType
        )
        guard let message else { return }
        let settlement = await coordinator.settle([Delivery(token: 1, message: message)]).first
        if case .handedBack(let reason) = settlement?.fate { throw TestFailure("The reply was handed back: \(reason)") }
    }

    /// Lets time pass from timer to timer.
    private func pass(_ duration: Duration) async throws {
        var left = duration
        while let due = try await nextTimer(), max(.zero, due) <= left {
            time.advance(by: max(.zero, due))
            left -= max(.zero, due)
            if case .failed(let error) = try await coordinator.handleDueTimers() { throw error }
        }
        time.advance(by: left)
    }

    private func nextTimer() async throws -> Duration? {
        let due = try await store.read { try $0.nextTimer(owner: SagaCoordinator.timerOwner) }
        return due?.remaining(from: time.now())
    }

    func situation() async throws -> SagaSituation<S> {
        let id = SagaScript<S>.id
        let timeline = try await coordinator.timeline(of: id)
        let record = try await store.read { try $0.saga(id) }
        let instance = try store.schema.codec.decode(SagaInstance.self, from: record?.instance ?? [])
        return SagaSituation(
            status: timeline.status,
            reason: timeline.reason,
            state: try store.schema.codec.decode(S.State.self, from: instance.state.bytes),
            timeline: timeline,
            wakesAfter: try await nextTimer(),
            sent: try await outbox(after: seen).map { SagaSituation<S>.line($0.message.type, $0.message.data) }
        )
    }
}
