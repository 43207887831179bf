import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Logging
import Testing

/// A store, a coordinator on it and a clock, moved by the test step by step: nothing runs by itself.
struct World {
    let time: ManualTime
    let store: any Store
    let coordinator: SagaCoordinator
    private let passes = Passes()

    init(_ sagas: any Saga.Type..., configuration: SagaCoordinator.Configuration = .init()) throws {
        let time = ManualTime()
        try self.init(time, InMemoryStore(time: time), sagas, configuration)
    }

    init(
        _ time: ManualTime,
        _ store: any Store,
        _ sagas: [any Saga.Type],
        _ configuration: SagaCoordinator.Configuration = .init()
    ) throws {
        try self.init(time, store, registrations: sagas.map { SagaRegistration($0) }, configuration)
    }

    init(
        _ time: ManualTime,
        _ store: any Store,
        registrations: [SagaRegistration],
        _ configuration: SagaCoordinator.Configuration = .init()
    ) throws {
        self.time = time
        self.store = store
        coordinator = try SagaCoordinator(
            store: store,
            address: "orders",
            registrations: registrations,
            logger: .silent,
            configuration: configuration
        )
    }

    /// The same store in a new process, perhaps with another program.
    func restarted(_ sagas: any Saga.Type...) throws -> World { try World(time, store, sagas) }

    /// Every message that has left, oldest first.
    func sent(_ saga: SagaID? = nil) async throws -> [Message] {
        try await store.read { try $0.outbox(after: 0, limit: .max) }
            .map(\.message)
            .filter { saga == nil || SagaKey($0.idempotencyKey)?.saga == saga }
    }

    /// Removes every message, as if all had been sent.
    func emptyOutbox() async throws {
        try await store.write { transaction in
            let rows = try transaction.outbox(after: 0, limit: .max)
            try transaction.removeFromOutbox(rows.map(\.sequence))
        }
    }

    func keys(_ saga: SagaID? = nil) async throws -> [String] { try await sent(saga).map(\.idempotencyKey) }

    func record(_ id: SagaID) async throws -> SagaRecord {
        try #require(try await store.read { try $0.saga(id) })
    }

    func instance(_ id: SagaID) async throws -> SagaInstance {
        try store.schema.codec.decode(SagaInstance.self, from: try await record(id).instance)
    }

    func happenings(_ id: SagaID) async throws -> [String] {
        try await coordinator.timeline(of: id).entries.map(\.what)
    }

    /// The reply to a message.
    func reply(to message: Message, _ outcome: CommandOutcome? = nil) throws -> Message {
        let step = try #require(SagaKey(message.idempotencyKey))
        let usual = step.direction == .undo ? CommandOutcome.succeeded([]) : Replies.everyWord(step.step)
        return try #require(
            ReplyMessage.make(
                outcome: outcome ?? usual,
                to: message,
                from: message.destination,
                time: time.now().wall,
                contentType: "application/json"
            )
        )
    }

    /// Answers the last message of a saga.
    @discardableResult
    func answer(_ id: SagaID = "order-1", _ outcome: CommandOutcome? = nil) async throws -> Settlement.Fate? {
        let last = try #require(try await sent(id).last)
        return await deliver(try reply(to: last, outcome)).first
    }

    @discardableResult
    func deliver(_ messages: Message...) async -> [Settlement.Fate] {
        let deliveries = messages.enumerated().map { Delivery(token: UInt64($0.offset), message: $0.element) }
        return await coordinator.settle(deliveries).sorted { $0.token < $1.token }.map(\.fate)
    }

    /// Lets time pass and handles what has come due, once.
    ///
    /// - Returns: How many timers were handled.
    @discardableResult
    func pass(_ duration: Duration) async throws -> Int {
        try passes.next()
        time.advance(by: duration)
        switch try await coordinator.handleDueTimers() {
        case .handled(let count): return count
        case .idle: return 0
        case .failed(let error): throw error
        }
    }

    func timer() async throws -> Moment? {
        try await store.read { try $0.nextTimer(owner: SagaCoordinator.timerOwner) }
    }
}
