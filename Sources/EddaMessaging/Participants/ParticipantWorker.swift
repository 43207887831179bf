public import EddaCore
public import Logging

/// Receives the commands of a participant, executes each once, and answers.
///
/// Commands of a batch are begun together, so that the store puts them into one commit; those of one partition key are
/// executed one after another, in the order in which they came.
public final class ParticipantWorker: Sendable {
    /// How a worker works.
    public struct Configuration: Sendable {
        /// The most commands that are executed together, from 1.
        public var batch: Int
        /// For how long the inbox remembers what was done.
        ///
        /// It must exceed the time through which senders repeat. A command of which the inbox knows nothing is answered as
        /// `CommandOutcome.expired` and not executed when it was first sent longer ago than this, less an hour (or less
        /// the half of a window under two hours); likewise a compensation, when what it undoes was first sent so long ago.
        public var inboxWindow: Duration
        /// How often older entries are looked for.
        public var retentionInterval: Duration
        /// How many entries one unit of change forgets, from 1.
        public var retentionPage: Int

        /// A configuration; batches of 64 and an inbox of 7 days, tidied once an hour, by default.
        public init(
            batch: Int = 64,
            inboxWindow: Duration = .seconds(7 * 86_400),
            retentionInterval: Duration = .seconds(3_600),
            retentionPage: Int = 1_000
        ) {
            self.batch = max(1, batch)
            self.inboxWindow = inboxWindow
            self.retentionInterval = retentionInterval
            self.retentionPage = max(1, retentionPage)
        }
    }

    private let participant: Participant
    private let store: any Store
    private let transport: any Transport
    private let logger: Logger
    private let configuration: Configuration
    private let executor: CommandExecutor

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
        executor = CommandExecutor(
            participant: participant,
            store: store,
            logger: logger,
            inboxWindow: InboxWindow(configuration.inboxWindow)
        )
    }

    /// Executes commands until the task is cancelled; then finishes those in hand and returns.
    ///
    /// - Throws: `StoreError` when the inbox cannot be tidied for a reason that does not pass by itself; what the
    ///   transport throws that is no `TransportError`.
    public func run() async throws {
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
            page: configuration.retentionPage
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await loop.run() }
            group.addTask { try await retention.run() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func handle(_ deliveries: [Delivery]) async -> [Settlement] {
        var keys: [String] = []
        var lanes: [String: [Delivery]] = [:]
        for delivery in deliveries {
            let key = delivery.message.partitionKey
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
