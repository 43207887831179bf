import EddaCore
import EddaMessaging
import EddaSQLite
import EddaTesting
import Foundation
import Logging
import Synchronization
import Testing

/// A sender's store, a pump, a transport and a participant with a store of its own.
@Suite(.timeLimit(.minutes(5))) struct RelayTests {
    private let executions = Counter()
    private let transport = InProcessTransport()
    private static let accounts = 4
    private static let deposits = 6

    /// What the stores are made of.
    enum Kind: CaseIterable, Sendable {
        case memory, sqlite
    }

    private func withStores(
        _ kind: Kind,
        _ body: @Sendable (_ sender: any Store, _ bank: any Store) async throws -> Void
    ) async throws {
        switch kind {
        case .memory: try await body(InMemoryStore(), InMemoryStore())
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.appending(path: "edda-relay-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let sender = try await SQLiteStore(path: folder.appending(path: "sender.db").path(percentEncoded: false))
            let bank = try await SQLiteStore(path: folder.appending(path: "bank.db").path(percentEncoded: false))
            try await body(telling(sender), telling(bank))
            await sender.close()
            await bank.close()
        }
    }

    /// Where a pump is stopped.
    enum KillPoint: CaseIterable, Sendable {
        case afterClaim, inMidBatch, afterPublish, beforeRecord
    }

    /// A transport that stops for good at a point of its first sending.
    private struct Stopping: Transport {
        let inner: any Transport
        let point: KillPoint
        let reached: Signal

        func send(_ messages: [Message]) async throws -> [SendOutcome] {
            switch point {
            case .afterClaim: break
            case .inMidBatch: _ = try await inner.send(Array(messages.prefix(messages.count / 2)))
            case .afterPublish: _ = try await inner.send(messages)
            case .beforeRecord: return try await inner.send(messages)
            }
            reached.raise()
            try await hang()
            return []
        }

        func subscribe(to address: Address) async throws -> any TransportSubscription {
            try await inner.subscribe(to: address)
        }
    }

    /// Removing what was sent wakes nobody, but a test wants to know of it.
    private func telling(_ store: some Store) -> any Store {
        WrappedStore(store) { write in
            try await write()
            store.signals.outbox.raise()
        }
    }

    private func enqueueDeposits(_ sender: any Store, replyTo: Address? = nil) async throws {
        try await sender.write { transaction in
            for number in 1...Self.deposits {
                for account in 0..<Self.accounts {
                    try transaction.enqueue(
                        message(
                            Deposit(account: "\(account)", amount: number),
                            key: "\(account)/\(number)",
                            partition: "\(account)",
                            replyTo: replyTo
                        )
                    )
                }
            }
        }
    }

    private func serving(_ bank: any Store, _ body: @Sendable () async throws -> Void) async throws {
        let ready = Signal()
        let worker = ParticipantWorker(
            participant: .bank(executions: executions),
            store: bank,
            transport: Announcing(inner: transport, subscribed: ready),
            logger: .silent
        )
        try await running([{ try await worker.run() }]) {
            try await ready.wait(past: 0)
            try await body()
        }
    }

    private func expectEveryDepositOnceAndInOrder(_ bank: any Store) async throws {
        for account in 0..<Self.accounts {
            #expect(try await bank.amounts(of: "\(account)") == Array(1...Self.deposits))
        }
        #expect(executions.value == Self.accounts * Self.deposits)
    }

    // acceptance: 39
    // guarantees: G7, G8, G9
    @Test(arguments: KillPoint.allCases, Kind.allCases)
    func aPumpThatIsKilledCausesNothingWorseThanDuplicates(at point: KillPoint, kind: Kind) async throws {
        try await withStores(kind) { sender, bank in
            try await enqueueDeposits(sender)
            try await serving(bank) {
                let reached = Signal()
                let store: any Store =
                    point == .beforeRecord
                    ? WrappedStore(sender) { _ in
                        reached.raise()
                        try await hang()
                    } : sender
                let killed = OutboxPump(
                    store: store,
                    transport: Stopping(inner: transport, point: point, reached: reached),
                    logger: .silent
                )
                try await running([{ try await killed.run() }]) { try await reached.wait(past: 0) }
                let left = try await sender.outbox().count
                #expect(left == Self.accounts * Self.deposits, "Nothing was recorded as sent.")

                let next = OutboxPump(store: sender, transport: transport, logger: .silent)
                try await running([{ try await next.run() }]) { try await sender.waitForOutbox(\.isEmpty) }
            }
            try await expectEveryDepositOnceAndInOrder(bank)
        }
    }

    /// A transport that loses messages, loses acknowledgements and delivers twice, from a seed.
    private final class Unreliable: Transport {
        private let inner: any Transport
        private let random: Mutex<SplitMix>

        init(_ inner: any Transport, seed: UInt64) {
            self.inner = inner
            random = Mutex(SplitMix(state: seed))
        }

        func send(_ messages: [Message]) async throws -> [SendOutcome] {
            var outcomes: [SendOutcome] = []
            for message in messages {
                switch random.withLock({ $0.next() % 10 }) {
                case 0, 1: outcomes.append(.failed(reason: "lost"))
                case 2, 3:
                    _ = try await inner.send([message])
                    outcomes.append(.failed(reason: "acknowledgement lost"))
                case 4, 5:
                    _ = try await inner.send([message])
                    outcomes += try await inner.send([message])
                default: outcomes += try await inner.send([message])
                }
            }
            return outcomes
        }

        func subscribe(to address: Address) async throws -> any TransportSubscription {
            try await inner.subscribe(to: address)
        }
    }

    // guarantees: G7, G8, G9
    @Test(arguments: [UInt64.random(in: 0 ... .max), 1, 2], Kind.allCases)
    func losingAndDoublingChangesNothing(seed: UInt64, kind: Kind) async throws {
        print("seed \(seed)")
        try await withStores(kind) { sender, bank in
            try await enqueueDeposits(sender)
            try await serving(bank) {
                let pump = OutboxPump(
                    store: sender,
                    transport: Unreliable(transport, seed: seed),
                    logger: .silent,
                    configuration: .init(
                        batch: 3,
                        retry: .exponential(attempts: nil, initial: .microseconds(100), cap: .milliseconds(1))
                    )
                )
                try await running([{ try await pump.run() }]) { try await sender.waitForOutbox(\.isEmpty) }
            }
            try await expectEveryDepositOnceAndInOrder(bank)
        }
    }

    /// The answers that have arrived, by the command's idempotency key.
    private final class Answers: Sendable {
        private let messages = Mutex<[String: [Message]]>([:])
        let changed = Signal()

        subscript(key: String) -> [Message] { messages.withLock { $0[key] ?? [] } }

        var keys: Set<String> { messages.withLock { Set($0.keys) } }

        func listener(on transport: any Transport) -> DeliveryLoop {
            DeliveryLoop(address: "client", transport: transport, logger: .silent) { deliveries in
                self.messages.withLock { messages in
                    for message in deliveries.map(\.message) {
                        messages[message.idempotencyKey, default: []] += [message]
                    }
                }
                self.changed.raise()
                return deliveries.map { Settlement(token: $0.token, fate: .acknowledged) }
            }
        }
    }

    // guarantees: G7
    @Test(arguments: Kind.allCases)
    func aRequestIsAnsweredThroughBothOutboxes(kind: Kind) async throws {
        let answers = Answers()
        let listening = Signal()
        let listener = answers.listener(on: Announcing(inner: transport, subscribed: listening))
        try await withStores(kind) { sender, bank in
            let asking = OutboxPump(store: sender, transport: transport, logger: .silent)
            let answering = OutboxPump(store: bank, transport: transport, logger: .silent)
            try await serving(bank) {
                try await running([
                    { try await listener.run() }, { try await asking.run() }, { try await answering.run() },
                ]) {
                    try await listening.wait(past: 0)
                    try await enqueue(Deposit(account: "a", amount: 5), key: "1", into: sender)
                    try await answers.changed.wait(past: 0)
                }
            }
        }
        let answer = try #require(answers["1"].first)
        #expect(try ReplyMessage.outcome(of: answer) == .succeeded(Array(#"{"balance":5}"#.utf8)))
    }

    /// A network that loses what it has acknowledged: only asking again helps.
    // acceptance: 42
    // guarantees: G8
    @Test(arguments: [UInt64.random(in: 0 ... .max), 3])
    func askingUntilThereIsAnAnswerHasOneEffectOnABadNetwork(seed: UInt64) async throws {
        print("seed \(seed)")
        let faults = FaultyTransport.Faults(dropRate: 0.3, duplicateRate: 0.3, reorderRate: 0.2)
        let network = FaultyTransport(wrapping: transport, seed: seed, faults: faults)
        let answers = Answers()
        let listening = Signal()
        let listener = answers.listener(on: Announcing(inner: network, subscribed: listening))
        let (sender, bank) = (InMemoryStore(), InMemoryStore())
        let asking = OutboxPump(store: sender, transport: network, logger: .silent)
        let answering = OutboxPump(store: bank, transport: network, logger: .silent)
        let wanted = Set((0..<30).map { "\($0)" })
        try await serving(bank) {
            try await running([
                { try await listener.run() }, { try await asking.run() }, { try await answering.run() },
            ]) {
                try await listening.wait(past: 0)
                var rounds = 0
                while answers.keys != wanted {
                    rounds += 1
                    try #require(rounds < 1_000, "Both outboxes are empty again and again, and answers are missing.")
                    for key in wanted.subtracting(answers.keys) {
                        try await enqueue(Deposit(account: key, amount: 5), key: key, into: sender)
                    }
                    try await sender.waitForOutbox(\.isEmpty)
                    try await bank.waitForOutbox(\.isEmpty)
                }
            }
        }
        await network.stop()
        #expect(executions.value == wanted.count)
        for key in wanted {
            #expect(try await bank.amounts(of: key) == [5])
            #expect(Set(answers[key].map(\.data)).count == 1)
        }
    }

    private func enqueue(_ command: some Command, key: String, into store: any Store) async throws {
        let message = try message(command, key: key, partition: key)
        _ = try await store.write { try $0.enqueue(message) }
    }
}
