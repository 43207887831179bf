import Edda
import EddaTesting
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// How a runtime stops. // acceptance: 59
@Suite(.timeLimit(.minutes(10))) struct ShutdownTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func group(_ service: any ServiceLifecycle.Service) -> ServiceGroup {
        ServiceGroup(configuration: .init(services: [.init(service: service)], logger: Logger(label: "test")))
    }

    // guarantees: G12
    @Test func whatWasNotFinishedGoesOnAtTheNextStart() async throws {
        let path = folder.file("orders.db")
        // The time stands still while a runtime runs: nothing times out, and nothing is saved by being repeated.
        let time = ManualTime()
        let first = try await SQLiteStore(path: path, time: time)
        // Nobody executes the payment yet, so the saga stands in the middle when the runtime stops.
        let part = try EddaRuntime(store: first, transport: AttendedTransport()) {
            FulfilOrder.self
            Service.inventory
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let services = group(part)
            tasks.addTask { try await services.run() }
            try await part.start(FulfilOrder.self, id: "order-1", state: .init(order: "1", cents: 100))
            for try await event in first.subscribe() where event.type == StockReserved.eventType { break }
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await first.close()

        // What the first one handed back when it stopped is due again.
        time.advance(by: .seconds(1))
        let second = try await SQLiteStore(path: path, time: time)
        let whole = try EddaRuntime(store: second, transport: AttendedTransport()) {
            FulfilOrder.self
            Service.inventory
            Service.payments
        }
        let saga = try await whole.whileRunning { try await whole.sagas.wait(for: "order-1") }
        #expect(saga.status == .completed)
        #expect(try await second.events(in: "shelf-7").count == 1)
        await second.close()
    }

    @Test func workThatDoesNotEndIsCancelledAtTheLimit() async throws {
        let store = InMemoryStore()
        let transport = StuckTransport()
        let runtime = try EddaRuntime(store: store, transport: transport, shutdownLimit: .milliseconds(20)) {
            FulfilOrder.self
            Service.inventory
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let services = group(runtime)
            tasks.addTask { try await services.run() }
            try await runtime.start(FulfilOrder.self, id: "order-1", state: .init(order: "1", cents: 100))
            try await transport.stuck.wait(past: 0)
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        // What it held had been committed; only the settlement was cut short.
        #expect(try await store.events(in: "shelf-7").count == 1)
    }

    @Test func aLocalStepThatHasBegunIsFinishedAndTheNextOneLeftToTheNextStart() async throws {
        // The time stands still: on the slowest machine neither the step's timeout nor the shutdown limit is reached.
        let time = ManualTime()
        let store = InMemoryStore(time: time)
        let desk = Desk()
        let runtime = try EddaRuntime(store: store) { Print.with(desk) }
        let waits = runtime.sagas.waitsForLocals
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let services = group(runtime)
            tasks.addTask {
                // A shutdown that does not wait for the step cancels it, and ends without its release.
                defer { waits.raise() }
                try await services.run()
            }
            try await runtime.start(Print.self, id: "p-1", state: .init())
            try await desk.began.wait(past: 0)
            await services.triggerGracefulShutdown()
            try await waits.wait(past: 0)
            desk.release.raise()
            try await tasks.waitForAll()
        }
        #expect(desk.log.withLock { $0 } == ["p-1/label began", "p-1/label ended"])
        // The second one was never called, so a pause that is longer than its timeout costs it nothing.
        time.advance(by: .milliseconds(1_500))
        let next = try EddaRuntime(store: store) { Print.with(desk) }
        let saga = try await next.whileRunning { try await next.sagas.wait(for: "p-1") }
        #expect(saga.status == .completed)
        #expect(
            desk.log.withLock { $0 } == [
                "p-1/label began", "p-1/label ended", "p-1/letter began", "p-1/letter ended",
            ]
        )
    }

    @Test func cancellationEndsTheRun() async throws {
        let store = InMemoryStore()
        let runtime = try EddaRuntime(store: store) {
            FulfilOrder.self
            Service.inventory
        }
        let running = Task { try await runtime.run() }
        running.cancel()
        try await running.value
    }

    @Test func anErrorOfAWorkerEndsTheRunWithThatError() async throws {
        let store = InMemoryStore()
        let runtime = try EddaRuntime(store: store, transport: BrokenTransport()) { Service.inventory }
        await #expect(throws: BrokenTransport.Broken.self) { try await runtime.run() }
    }

    @Test func anErrorOfTheBodyEndsWhileRunning() async throws {
        struct Enough: Error {}
        let runtime = try EddaRuntime(store: InMemoryStore()) { Service.inventory }
        await #expect(throws: Enough.self) { try await runtime.whileRunning { throw Enough() } }
    }
}

/// A transport that sends nothing before somebody receives at its destination, so that no message has to be repeated.
private final class AttendedTransport: Transport {
    private let base = InProcessTransport()
    private let attended = Mutex<Set<Address>>([])
    private let changed = Signal()

    func send(_ messages: [Message]) async throws -> [SendOutcome] {
        while true {
            let seen = changed.count
            let isAttended = attended.withLock { attended in
                messages.allSatisfy { attended.contains($0.destination) }
            }
            if isAttended { return try await base.send(messages) }
            try await changed.wait(past: seen)
        }
    }

    func subscribe(to address: Address) async throws -> any TransportSubscription {
        let subscription = try await base.subscribe(to: address)
        attended.withLock { _ = $0.insert(address) }
        changed.raise()
        return subscription
    }
}

/// A transport that never gets to settle anything.
private struct StuckTransport: Transport {
    let base = InProcessTransport()
    /// Raised when somebody is stuck.
    let stuck = Signal()

    func send(_ messages: [Message]) async throws -> [SendOutcome] { try await base.send(messages) }

    func subscribe(to address: Address) async throws -> any TransportSubscription {
        Subscription(base: try await base.subscribe(to: address), stuck: stuck)
    }

    struct Subscription: TransportSubscription {
        let base: any TransportSubscription
        let stuck: Signal

        func receive(limit: Int) async throws -> [Delivery] { try await base.receive(limit: limit) }
        func settle(_ settlements: [Settlement]) async {
            stuck.raise()
            _ = try? await Signal().wait(past: 0)
        }
        func cancel() async { await base.cancel() }
    }
}

/// A transport that fails in a way that no worker gets over.
private struct BrokenTransport: Transport {
    struct Broken: Error {}

    func send(_ messages: [Message]) async throws -> [SendOutcome] { throw Broken() }
    func subscribe(to address: Address) async throws -> any TransportSubscription { throw Broken() }
}

/// Does what is printed in this process; the first thing only when it is told to.
private final class Desk: Sendable {
    let began = Signal()
    let release = Signal()
    let log = Mutex<[String]>([])

    func take(_ key: String) async throws {
        log.withLock { $0.append("\(key) began") }
        began.raise()
        try await release.wait(past: 0)
        log.withLock { $0.append("\(key) ended") }
    }
}

private struct Print: Saga {
    static let name: SagaName = "print"
    static let version = 1
    typealias Services = Desk
    struct State: Codable, Sendable {}

    static var plan: some Plan<State> {
        local("label") { _, key, desk in try await desk.take(key) }.noCompensation(reason: "a test")
        local("letter") { _, key, desk in try await desk.take(key) }
            .timeout(.seconds(1)).noCompensation(reason: "a test")
    }
}
