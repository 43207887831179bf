public import EddaCore
public import Logging

/// Receives the commands of a participant, executes each once, and answers.
///
/// Commands of a batch are begun together, so that the store puts them into one commit; those of one partition key are
/// executed one after another, in the order in which they came. A command that calls the outside is only begun in its
/// turn: those behind it do not wait for its call, but for a compensation of it, which does.
public final class ParticipantWorker: Sendable {
    /// How a worker works.
    public struct Configuration: Sendable {
        /// The most commands that are executed together, from 1.
        public var batch: Int
        /// For how long the inbox remembers what was done.
        ///
        /// It must exceed the time through which senders repeat. A command of which the inbox knows nothing is answered
        /// as `CommandOutcome.expired` and not executed when it was first sent longer ago than this, less an hour (or
        /// less the half of a window under two hours); likewise a compensation, when what it undoes was first sent so
        /// long ago.
        public var inboxWindow: Duration
        /// The most commands of one type that call the outside, or wait for their turn to, from 1.
        ///
        /// Further ones go back to their senders, which try again. A type has its own share, so that one that fails
        /// without end leaves room for the others.
        public var callCapacity: Int
        /// How often older entries are looked for, from 1 ms.
        public var retentionInterval: Duration
        /// How many entries one unit of change forgets, from 1.
        public var retentionPage: Int

        /// A configuration; batches of 64, 1,000 calls of a type, and an inbox of 7 days, tidied once an hour, by default.
        public init(
            batch: Int = 64,
            inboxWindow: Duration = .seconds(7 * 86_400),
            callCapacity: Int = 1_000,
            retentionInterval: Duration = .seconds(3_600),
            retentionPage: Int = 1_000
        ) {
            self.batch = batch
            self.inboxWindow = inboxWindow
            self.callCapacity = callCapacity
            self.retentionInterval = retentionInterval
            self.retentionPage = retentionPage
        }

        /// Checks that a worker can work with it.
        ///
        /// - Throws: `InvalidSetting`, naming the setting.
        package func validate() throws(InvalidSetting) {
            try InvalidSetting.check("batch", batch, from: 1)
            try InvalidSetting.check("inboxWindow", inboxWindow, from: .milliseconds(1))
            try InvalidSetting.check("callCapacity", callCapacity, from: 1)
            try InvalidSetting.check("retentionInterval", retentionInterval, from: .milliseconds(1))
            try InvalidSetting.check("retentionPage", retentionPage, from: 1)
        }
    }

    private let participant: Participant
    private let store: any Store
    private let transport: any Transport
    private let logger: Logger
    private let configuration: Configuration
    private let executor: CommandExecutor
    private let desk: CallDesk

    /// A worker; it begins when it is run.
    public init(
        participant: Participant,
        store: any Store,
        transport: any Transport,
        logger: Logger,
        configuration: Configuration = .init()
    ) {
        self.participant = participant
        self.store = store
        self.transport = transport
        self.logger = logger
        self.configuration = configuration
        desk = CallDesk(limit: participant.calls, capacity: configuration.callCapacity, time: store.time)
        executor = CommandExecutor(
            participant: participant,
            store: store,
            logger: logger,
            inboxWindow: InboxWindow(configuration.inboxWindow),
            desk: desk
        )
    }

    /// Executes commands until the task is cancelled; then finishes those in hand and returns.
    ///
    /// It begins with the calls that were begun and have no outcome, since the process ended meanwhile. At its end it
    /// cancels the calls that are under way; they are made again at the next start.
    ///
    /// - Throws: `InvalidSetting` when a setting is outside of its range; `StoreError` when the inbox cannot be read or
    ///   tidied for a reason that does not pass by itself; what the transport throws that is no `TransportError`.
    public func run() async throws {
        try configuration.validate()
        let loop = DeliveryLoop(
            address: participant.name,
            transport: transport,
            limit: configuration.batch,
            logger: logger,
            time: store.time
        ) { deliveries in await self.handle(deliveries) }
        let retention = InboxRetention(
            store: store,
            window: configuration.inboxWindow,
            interval: configuration.retentionInterval,
            page: configuration.retentionPage,
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await loop.run() }
            group.addTask { try await retention.run() }
            group.addTask { try await self.makeCalls() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Begins no more calls; those that are under way go on.
    package func beginNoMoreCalls() { desk.beginNoMore() }

    /// Begins no more calls, and returns when none is under way.
    ///
    /// - Parameter waits: Raised when it has to wait.
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func finishCalls(raising waits: Signal) async throws { try await desk.rest(raising: waits) }

    /// Goes on with what was begun, now and earlier, until the task is cancelled.
    private func makeCalls() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.desk.run { await self.executor.goOn(with: $0) } }
            defer { group.cancelAll() }
            do {
                try await executor.resume()
            } catch is CancellationError {
                return
            }
            try await group.next()
        }
    }

    private func handle(_ deliveries: [Delivery]) async -> [Settlement] {
        var keys: [ExactText] = []
        var lanes: [ExactText: [Delivery]] = [:]
        for delivery in deliveries {
            let key = ExactText(delivery.message.partitionKey)
            if lanes[key] == nil { keys.append(key) }
            lanes[key, default: []].append(delivery)
        }
        return await withTaskGroup(of: [Settlement].self) { group in
            for key in keys {
                let lane = lanes[key] ?? []
                group.addTask { await self.execute(lane) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Executes commands of one partition key.
    ///
    /// When one goes back to its sender, those behind it do too, or they would overtake it.
    private func execute(_ deliveries: [Delivery]) async -> [Settlement] {
        var settlements: [Settlement] = []
        var obstacle: String?
        for delivery in deliveries {
            if let obstacle {
                let reason = "An earlier message of the same partition key went back: \(obstacle)"
                settlements.append(Settlement(token: delivery.token, fate: .handedBack(reason: reason)))
                continue
            }
            let fate = await executor.execute(delivery.message)
            if case .handedBack(let reason) = fate { obstacle = reason }
            settlements.append(Settlement(token: delivery.token, fate: fate))
        }
        return settlements
    }
}
