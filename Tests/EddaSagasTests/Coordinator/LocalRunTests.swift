import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Synchronization
import Testing

/// Steps in this process while a coordinator runs.
@Suite(.timeLimit(.minutes(10))) struct LocalRunTests {
    struct Printing: Saga {
        static let name: SagaName = "printing"
        static let version = 1
        typealias Services = Desk
        typealias State = OrderState
        static var plan: some Plan<State> {
            parallel("both") {
                local("label") { _, key, desk in try await desk.take(key) }
                    .timeout(.seconds(30)).retry(.never)
                    .compensateLocally { _, _, key, desk in try await desk.take(key) }
                local("letter") { _, key, desk in try await desk.take(key) }.noCompensation(reason: "a test")
            }
        }
    }

    private func running(
        _ desk: Desk,
        _ limit: Int = 64,
        _ body: (World) async throws -> Void
    ) async throws {
        var configuration = SagaCoordinator.Configuration()
        configuration.localLimit = limit
        let time = ManualTime()
        let store = InMemoryStore(time: time)
        let world = try World(time, store, registrations: [Printing.with(desk)], configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.coordinator.run(transport: InProcessTransport()) }
            try await body(world)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    @Test func sagasRunToTheirEndsWithNoMoreThanSoManyAtATime() async throws {
        let desk = Desk()
        let most = Mutex((now: 0, most: 0))
        desk.book.withLock { book in
            book.answer = { _ in
                most.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                await Task.yield()
                most.withLock { $0.now -= 1 }
            }
        }
        try await running(desk, 3) { world in
            for number in 0..<40 {
                let id = try SagaID(validating: "p-\(number)")
                try await world.coordinator.start(Printing.self, id: id, state: .init(order: "\(number)"))
            }
            for number in 0..<40 {
                let id = try SagaID(validating: "p-\(number)")
                #expect(try await world.coordinator.wait(for: id).status == .completed)
            }
        }
        #expect(desk.calls.count == 80 && Set(desk.calls).count == 80)
        #expect(most.withLock(\.most) <= 3)
    }

    /// The compensation waits for the call that does not come back, which is cancelled.
    @Test func aCallWithoutAResultInTimeIsCancelledAndThenUndone() async throws {
        let desk = Desk()
        let began = Signal()
        let ended = Mutex(false)
        desk.book.withLock { book in
            book.answer = { key in
                if key == "p-1/label" {
                    began.raise()
                    do { try await Signal().wait(past: 0) } catch { ended.withLock { $0 = true } }
                    throw CancellationError()
                }
                if key == "p-1/label/undo" { #expect(ended.withLock { $0 }) }
            }
        }
        try await running(desk) { world in
            try await world.coordinator.start(Printing.self, id: "p-1", state: .init(order: "1"))
            try await began.wait(past: 0)
            try await world.passTime { try await world.record("p-1").status.isEnded }
            let saga = try await world.record("p-1")
            #expect(saga.status == .compensated)
            #expect(saga.reason?.contains("The outcome of step label is unknown") == true)
        }
        // Repetitions while it was being done were absorbed.
        #expect(desk.calls.filter { $0 == "p-1/label" }.count == 1)
        #expect(desk.calls.last == "p-1/label/undo")
    }
}
