public import EddaCore
public import Logging

/// Sends what the transactions of a store have put into its outbox.
///
/// It is woken by commits and by held messages that come due. It holds no transaction while it sends, and what it has
/// sent is removed afterwards; a message whose removal is lost with the process is sent again. One pump serves a store
/// at a time: with two of them, the order within a partition key is lost.
public final class OutboxPump: Sendable {
    /// How a pump works.
    public struct Configuration: Sendable {
        /// The most messages that are sent to one destination together, from 1.
        public var batch: Int
        /// The tries of one message and the pauses between them.
        ///
        /// When they are used up, the message is a dead letter, and later ones of its partition key wait behind it. A
        /// command that asks for an answer, an answer, and the alert of a saga are tried for ever instead, with the
        /// policy's longest pause (at least 1 second) once the tries are used up: a destination that was away for long
        /// must not keep what follows from its return. They are dead letters only when they are refused.
        public var retry: RetryPolicy

        /// A configuration; batches of 128, and 1,000 tries with pauses from 50 milliseconds to 30 seconds by default.
        ///
        /// The pauses are 15 seconds on average, so that the tries last for about four hours: longer than most outages,
        /// since a dead letter holds up its key until somebody deals with it.
        public init(
            batch: Int = 128,
            retry: RetryPolicy = .exponential(attempts: 1_000, initial: .milliseconds(50), cap: .seconds(30))
        ) {
            self.batch = batch
            self.retry = retry
        }

        /// Checks that a pump can work with it.
        ///
        /// - Throws: `InvalidSetting`, naming the setting.
        package func validate() throws(InvalidSetting) {
            try InvalidSetting.check("batch", batch, from: 1)
            try InvalidSetting.check("retry", retry)
        }
    }

    private let store: any Store
    private let transport: any Transport
    private let logger: Logger
    private let configuration: Configuration

    /// A pump; it begins when it is run.
    public init(
        store: any Store,
        transport: any Transport,
        logger: Logger,
        configuration: Configuration = .init()
    ) {
        self.store = store
        self.transport = transport
        self.logger = logger
        self.configuration = configuration
    }

    /// Sends until the task is cancelled; then cancels what is under way and returns.
    ///
    /// - Throws: `InvalidSetting` when a setting is outside of its range; `StoreError` that does not pass by itself.
    public func run() async throws {
        try configuration.validate()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                try await pump(&group)
            }
        } catch is CancellationError where Task.isCancelled {
            return
        }
    }

    /// The loop: note what came back, record it, read what is new, send, wait.
    ///
    /// It alone reads and records failures, one after the other. So what it reads is never older than what it has
    /// recorded, and a message cannot slip past one of its key that has just failed. That messages are gone makes no
    /// difference to others, so their removal is under way while the loop goes on, one after another, and takes along
    /// what has come since.
    private func pump(_ group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        let log = OutboxLog(store: store, page: configuration.batch * 4)
        let reports = PumpReports()
        var claims = OutboxClaims(batch: configuration.batch, capacity: configuration.batch * 4)
        var changes: [OutboxChange] = []
        var isMore = false
        while true {
            try Task.checkCancellation()
            for report in reports.take() {
                changes += claims.conclude(report.destination, report.outcomes, retry: configuration.retry) {
                    .random(in: 0 ... .max)
                }
            }
            // The lanes need not wait for what is recorded: a message that failed has taken its followers along.
            send(claims.next(), reports, &group)
            if claims.blocked.isEmpty, changes.allSatisfy({ claims.isPlainRemoval($0) }) {
                if !changes.isEmpty, reports.beginRemoving() {
                    remove(changes, log, reports, &group)
                    changes = []
                }
            } else {
                // Recording is repeated rather than sending: what it writes is the same however often it is written.
                warn(about: changes)
                let (recorded, blocked) = (changes, claims.blocked)
                let unblocked = try await store.persistently(logger) {
                    try await log.record(recorded, blocked: blocked)
                }
                claims.didRecord(recorded, unblocked: unblocked)
                changes = []
                send(claims.next(), reports, &group)
            }
            if isMore || claims.isBehind || !reports.isWatching {
                let seen = store.signals.outbox.count
                let (start, held) = (claims.nextPage, claims.held)
                let found = try await store.persistently(logger) { try await log.read(after: start, held: held) }
                claims.take(found.ready, after: start, isLast: found.isLast)
                claims.takeDue(found.due)
                isMore = !found.isLast || !claims.blocked.isEmpty
                send(claims.next(), reports, &group)
                // A due message that no lane had room for is looked at again when a lane has reported.
                let isStuck = found.pause == .zero && claims.held.count == held.count
                if !reports.isWatching {
                    watch(past: seen, for: isStuck ? OutboxLog.horizon : found.pause, reports, &group)
                }
                if isMore || claims.isBehind { continue }
            }
            try await group.next()
        }
    }

    private func send(
        _ batches: [OutboxClaims.Batch],
        _ reports: PumpReports,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) {
        for batch in batches {
            group.addTask { [transport] in
                // What cannot be read is refused in its turn, when all before it of its key have been sent.
                let readable = batch.claims.filter { $0.damage == nil }
                var sent: [SendOutcome] = []
                do {
                    if !readable.isEmpty { sent = try await transport.send(readable.map(\.message)) }
                } catch is CancellationError where Task.isCancelled {
                    return
                } catch {
                    sent = readable.map { _ in .failed(reason: "\(error)") }
                }
                let outcomes = batch.outcomes(of: sent)
                reports.add(PumpReports.Report(destination: batch.destination, outcomes: outcomes))
            }
        }
    }

    /// Removes messages that were sent; whatever becomes known meanwhile is removed afterwards.
    private func remove(
        _ changes: [OutboxChange],
        _ log: OutboxLog,
        _ reports: PumpReports,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) {
        group.addTask {
            defer { reports.endRemoving() }
            _ = try await self.store.persistently(self.logger) { try await log.record(changes, blocked: []) }
        }
    }

    /// Wakes the loop when the outbox has changed or a pause is over.
    private func watch(
        past count: UInt64,
        for pause: Duration?,
        _ reports: PumpReports,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) {
        reports.setWatching(true)
        group.addTask { [store] in
            defer { reports.setWatching(false) }
            if let pause {
                try await store.signals.outbox.wait(past: count, for: pause, by: store.time)
            } else {
                try await store.signals.outbox.wait(past: count)
            }
        }
    }

    private func warn(about changes: [OutboxChange]) {
        for case .giveUp(let sequence, let attempts, let reason) in changes {
            logger.warning(
                "A message was given up. Later ones of its partition key wait behind it; see `outbox list`.",
                metadata: ["sequence": "\(sequence)", "attempts": "\(attempts)", "reason": "\(reason)"]
            )
        }
    }
}
