import Edda
import EddaTesting
import Logging
import Synchronization
import Testing

/// A saga that parks, from the outside: the alert arrives, and a decision sets the saga going again.
@Suite struct ParkedSagaTests {
    struct Rang: Event {
        static let eventType: EventType = "pager.rang"
        var saga: String
        var reason: String
    }

    struct Ended: Event {
        static let eventType: EventType = "visit.ended"
        var status: String
    }

    struct Book: Command {
        static let commandType: MessageType = "hotel.book"
        static let destination: Address = "hotel"
        var visit: String
    }

    struct Unbook: Command {
        static let commandType: MessageType = "hotel.unbook"
        static let destination: Address = "hotel"
        var visit: String
    }

    struct Fly: Command {
        static let commandType: MessageType = "airline.fly"
        static let destination: Address = "airline"
        var visit: String
    }

    struct Visit: Saga {
        static let name: SagaName = "visit"
        static let version = 1
        struct State: Codable, Sendable { var visit: String }

        static var plan: some Plan<State> {
            call("book") { Book(visit: $0.visit) }
                .compensate { state, _ in Unbook(visit: state.visit) }
            pivot("fly") { Fly(visit: $0.visit) }
        }

        static func ended(_ ending: SagaEnding<State>, in transaction: any WriteTransaction) throws {
            try transaction.append(
                [Ended(status: ending.status.rawValue)],
                to: "visit-1",
                metadata: ending.metadata,
                schema: ending.schema
            )
        }
    }

    /// No flights; a hotel that lets nobody go while it is closed; somebody who is called.
    private static func runtime(_ store: any Store, isClosed: @escaping @Sendable () -> Bool) throws -> EddaRuntime {
        var configuration = SagaCoordinator.Configuration()
        configuration.undoRetry = .exponential(attempts: 3, initial: .milliseconds(1), cap: .milliseconds(5))
        configuration.alerts = SagaAlert.destination
        return try EddaRuntime(
            store: store,
            sagaConfiguration: configuration,
            logger: .silent
        ) {
            Visit.self
            Participant("hotel") {
                Handle(Book.self) { _, _ in }
                Handle(Unbook.self) { _, _ in if isClosed() { throw Closed() } }
            }
            Participant("airline") { Handle(Fly.self) { _, _ in throw Rejection("no.flights") } }
            Participant("alerts") {
                Handle(SagaAlert.self) { alert, context in
                    try context.append([Rang(saga: alert.saga.rawValue, reason: alert.reason)], to: "pager-1")
                }
            }
        }
    }

    private struct Closed: Error {}

    private func firstEvent(_ type: EventType, of store: any Store) async throws -> RecordedEvent? {
        for try await event in store.subscribe(to: EventQuery(types: [type])) { return event }
        return nil
    }

    // acceptance: 48; guarantees: G7, G8, G10
    @Test(.timeLimit(.minutes(2)))
    func aParkedSagaCallsSomebodyOnceAndARetryEndsIt() async throws {
        let store = InMemoryStore()
        let flag = Flag(true)
        let runtime = try Self.runtime(store) { flag.isSet }
        try await runtime.whileRunning {
            try await runtime.start(Visit.self, id: "visit-1", state: .init(visit: "1"))
            let parked = try await runtime.sagas.wait(for: "visit-1")
            #expect(parked.status == .parked && parked.step == "book")
            _ = try await firstEvent(Rang.eventType, of: store)
            flag.clear()
            try await runtime.sagas.retry("visit-1", by: "ada", because: "the hotel is open again")
            let ended = try await runtime.sagas.wait(for: "visit-1")
            #expect(ended.status == .compensated)
        }
        #expect(try await store.events(in: "pager-1").count == 1)
        #expect(try await store.events(in: "visit-1").count == 1)
    }

    /// The process that drives the saga goes on at once when another one has decided.
    // acceptance: 48; guarantees: G12
    @Test(.timeLimit(.minutes(2)))
    func anotherProcessDecidesWhileTheOwnerRuns() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("test.db")
        let store = try await SQLiteStore(path: path)
        let runtime = try Self.runtime(store) { true }
        try await runtime.whileRunning {
            try await runtime.start(Visit.self, id: "visit-1", state: .init(visit: "1"))
            #expect(try await runtime.sagas.wait(for: "visit-1").status == .parked)
            await #expect(processExitsWith: .success) { [path = path as String] in
                let store = try await SQLiteStore(path: path)
                let runtime = try ParkedSagaTests.runtime(store) { true }
                let decision = try await runtime.sagas.skip("visit-1", by: "ada", because: "booked by hand")
                #expect(decision.saga.status == .compensated)
                await store.close()
            }
            let ended = try #require(try await firstEvent(Ended.eventType, of: store))
            #expect(try store.schema.decode(Ended.self, from: ended).status == "compensated")

            // A decision after which the owner has work to do: it is woken, and sends.
            try await runtime.start(Visit.self, id: "visit-2", state: .init(visit: "2"))
            #expect(try await runtime.sagas.wait(for: "visit-2").status == .parked)
            let attempts = try await runtime.sagas.timeline(of: "visit-2").steps[0].undoAttempts
            await #expect(processExitsWith: .success) { [path = path as String] in
                let store = try await SQLiteStore(path: path)
                let runtime = try ParkedSagaTests.runtime(store) { true }
                let decision = try await runtime.sagas.retry("visit-2", by: "ada")
                #expect(decision.saga.status == .compensating)
                await store.close()
            }
            let again = try await runtime.sagas.wait(for: "visit-2")
            #expect(again.status == .parked)
            #expect(try await runtime.sagas.timeline(of: "visit-2").steps[0].undoAttempts == attempts + 3)
        }
        await store.close()
    }

    private final class Flag: Sendable {
        private let state: Mutex<Bool>
        init(_ isSet: Bool) { state = Mutex(isSet) }
        var isSet: Bool { state.withLock { $0 } }
        func clear() { state.withLock { $0 = false } }
    }
}
