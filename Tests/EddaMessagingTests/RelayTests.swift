import EddaCore
import EddaMessaging
import EddaTesting
import Logging
import Synchronization
import Testing

/// A sender's store, a pump, a transport and a participant with a store of its own.
@Suite(.timeLimit(.minutes(1))) struct RelayTests {
    private let sender = InMemoryStore()
    private let bank = InMemoryStore()
    private let executions = Counter()
    private let transport = InProcessTransport()
    private static let accounts = 4
    private static let deposits = 6

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

    private func enqueueDeposits() async throws {
        try await sender.write { transaction in
            for number in 1...Self.deposits {
                for account in 0..<Self.accounts {
                    try transaction.enqueue(
                        message(
                            Deposit(account: "\(account)", amount: number),
                            key: "\(account)/\(number)",
                            partition: "\(account)",
                            replyTo: nil
                        )
                    )
                }
            }
        }
    }

    private func serving(_ body: @Sendable () async throws -> Void) async throws {
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

    private func expectEveryDepositOnceAndInOrder() async throws {
        for account in 0..<Self.accounts {
            #expect(try await bank.amounts(of: "\(account)") == Array(1...Self.deposits))
        }
        #expect(executions.value == Self.accounts * Self.deposits)
    }

    // acceptance: 39
    // guarantees: G7, G8, G9
    @Test(arguments: KillPoint.allCases)
    func aPumpThatIsKilledCausesNothingWorseThanDuplicates(at point: KillPoint) async throws {
        try await enqueueDeposits()
        try await serving {
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
            #expect(try await sender.outbox().count == Self.accounts * Self.deposits, "Nothing was recorded as sent.")

            let next = OutboxPump(store: sender, transport: transport, logger: .silent)
            try await running([{ try await next.run() }]) { try await sender.waitForOutbox(\.isEmpty) }
        }
        try await expectEveryDepositOnceAndInOrder()
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
    @Test(arguments: [UInt64.random(in: 0 ... .max), 1, 2])
    func losingAndDoublingChangesNothing(seed: UInt64) async throws {
        print("seed \(seed)")
        try await enqueueDeposits()
        try await serving {
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
        try await expectEveryDepositOnceAndInOrder()
    }

    @Test func aRequestIsAnsweredThroughBothOutboxes() async throws {
        let answers = Mutex<[Message]>([])
        let answered = Signal()
        let listening = Signal()
        let listener = DeliveryLoop(
            address: "client",
            transport: Announcing(inner: transport, subscribed: listening),
            logger: .silent
        ) { deliveries in
            answers.withLock { $0 += deliveries.map(\.message) }
            answered.raise()
            return deliveries.map { Settlement(token: $0.token, fate: .acknowledged) }
        }
        let asking = OutboxPump(store: sender, transport: transport, logger: .silent)
        let answering = OutboxPump(store: bank, transport: transport, logger: .silent)
        try await serving {
            try await running([
                { try await listener.run() }, { try await asking.run() }, { try await answering.run() },
            ]) {
                try await listening.wait(past: 0)
                _ = try await sender.write { transaction in
                    try transaction.enqueue(message(Deposit(account: "a", amount: 5), key: "1"))
                }
                try await answered.wait(past: 0)
            }
        }
        let first = answers.withLock { $0.first }
        let answer = try #require(first)
        #expect(answer.idempotencyKey == "1")
        #expect(try ReplyMessage.outcome(of: answer) == .succeeded(Array(#"{"balance":5}"#.utf8)))
    }
}
