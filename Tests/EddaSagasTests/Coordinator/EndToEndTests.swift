import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Logging
import Synchronization
import Testing

// guarantees: G8, G10, G11
@Suite struct EndToEndTests {
    struct Happened: Event {
        static let eventType: EventType = "test.happened"
        var what: String
        var order: String
    }

    /// One service: a store, a participant, and a pump for its replies.
    private struct Service {
        let store: any Store
        let participant: Participant
    }

    /// A clock on which time goes by so much more slowly that a busy machine, whose threads other tests hold for long,
    /// does not run into the timeouts of steps.
    private struct SlowTime: TimeSource {
        private static let factor = 4

        func now() -> Moment {
            let now = SystemTime().now()
            return Moment(boot: now.boot, uptime: now.uptime / Int64(Self.factor), wall: now.wall)
        }

        func sleep(for duration: Duration) async throws { try await SystemTime().sleep(for: duration * Self.factor) }
    }

    /// Fails for the first few times that it is asked about a key.
    private final class Moods: Sendable {
        private let asked = Mutex<[String: Int]>([:])

        func strain(_ context: HandlerContext) throws {
            let key = context.message.idempotencyKey
            let count = asked.withLock { asked in
                asked[key, default: 0] += 1
                return asked[key, default: 0]
            }
            let failures = key.utf8.reduce(0) { $0 + Int($1) } % 3
            if count <= failures { throw EndingProblem(description: "busy") }
        }
    }

    private static func number(_ order: String) -> Int { Int(order) ?? 0 }

    private static func happen(_ what: String, _ order: String, _ context: HandlerContext) throws {
        try context.append([Happened(what: what, order: order)], to: StreamID(category: "effect", id: order))
    }

    private func services() -> [Service] {
        let moods = Moods()
        let inventory = Participant("inventory") {
            Handle(ReserveStock.self) { command, context in
                try moods.strain(context)
                if Self.number(command.order) % 5 == 0 { throw Rejection("stock.insufficient") }
                try Self.happen("reserved", command.order, context)
                return ReserveStock.Reply(reservation: "r-\(command.order)")
            }
            Handle(ReleaseStock.self) { command, context in
                try moods.strain(context)
                try Self.happen("released", command.order, context)
            }
        }
        let payments = Participant("payments") {
            Handle(AuthorizePayment.self) { command, context in
                try moods.strain(context)
                if Self.number(command.order) % 3 == 0 { throw Rejection("card.declined") }
                try Self.happen("authorized", command.order, context)
                return AuthorizePayment.Reply(authorization: "a-\(command.order)")
            }
            Handle(VoidPayment.self) { command, context in try Self.happen("voided", command.order, context) }
            Handle(CapturePayment.self) { command, context in
                try moods.strain(context)
                if Self.number(command.order) % 7 == 0 { throw Rejection("card.expired") }
                try Self.happen("captured", command.order, context)
            }
        }
        let shipping = Participant("shipping") {
            Handle(CreateShipment.self) { command, context in
                try moods.strain(context)
                try Self.happen("shipped", command.order, context)
                return CreateShipment.Reply(tracking: "t-\(command.order)")
            }
        }
        return [inventory, payments, shipping].map { Service(store: InMemoryStore(time: SlowTime()), participant: $0) }
    }

    @Test(.timeLimit(.minutes(5)), .serialized, arguments: [nil, 1, 20_261_121] as [UInt64?])
    func ordersGoThroughFourServicesAndTheBooksBalance(_ seed: UInt64?) async throws {
        print("EndToEndTests: seed \(seed.map(String.init) ?? "none, no faults")")
        let transport: any Transport = seed.map { LossyTransport(seed: $0) } ?? InProcessTransport()
        let orders = InMemoryStore(time: SlowTime())
        var configuration = SagaCoordinator.Configuration()
        // Far apart enough that a busy machine is not asked again before it could answer.
        configuration.resend = .exponential(attempts: nil, initial: .milliseconds(40), cap: .milliseconds(500))
        let coordinator = try SagaCoordinator(
            store: orders,
            address: "orders",
            sagas: [FulfilOrder.self],
            logger: .silent,
            configuration: configuration
        )
        let services = services()
        let count = 21
        let ended = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await coordinator.run(transport: transport) }
            for store in services.map(\.store) + [orders] {
                let pump = OutboxPump(store: store, transport: transport, logger: .silent)
                group.addTask { try await pump.run() }
            }
            for service in services {
                let worker = ParticipantWorker(
                    participant: service.participant,
                    store: service.store,
                    transport: transport,
                    logger: .silent
                )
                group.addTask { try await worker.run() }
            }
            var ended: [SagaRecord] = []
            for number in 1...count {
                let id = try SagaID(validating: "order-\(number)")
                try await coordinator.start(FulfilOrder.self, id: id, state: .init(order: "\(number)"))
            }
            for number in 1...count {
                ended.append(try await coordinator.wait(for: SagaID(validating: "order-\(number)")))
            }
            group.cancelAll()
            while try await group.next() != nil {}
            return ended
        }

        var effects: [String: Int] = [:]
        for service in services {
            for event in try await service.store.events(limit: 10_000).events {
                let happened = try service.store.schema.decode(Happened.self, from: event)
                effects["\(happened.what) \(happened.order)", default: 0] += 1
            }
        }
        for (index, record) in ended.enumerated() {
            let number = index + 1
            let isRefused = number % 5 == 0 || number % 3 == 0 || number % 7 == 0
            #expect(record.status == (isRefused ? .compensated : .completed), "\(record.reason ?? "")")
            func times(_ what: String) -> Int { effects["\(what) \(number)", default: 0] }
            let comment: Comment = "order \(number)"
            #expect(times("captured") == (isRefused ? 0 : 1), comment)
            #expect(times("shipped") == times("captured"), comment)
            #expect(times("reserved") == (number % 5 == 0 ? 0 : 1), comment)
            #expect(times("released") == (isRefused ? times("reserved") : 0), comment)
            #expect(times("authorized") == (number % 5 == 0 || number % 3 == 0 ? 0 : 1), comment)
            #expect(times("voided") == (isRefused ? times("authorized") : 0), comment)
        }
    }
}
