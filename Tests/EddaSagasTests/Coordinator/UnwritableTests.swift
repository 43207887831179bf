import EddaCore
import EddaTesting
import Synchronization
import Testing

@testable import EddaSagas

/// Transitions that the store does not take. // guarantees: G10
@Suite struct UnwritableTests {
    /// Refuses that a step succeeds.
    private struct Refusing: AppendHook {
        let error: any Error

        func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws {
            if events.contains(where: { $0.type == StepSucceeded.eventType }) { throw error }
        }
    }

    private struct Unheard: Error, CustomStringConvertible {
        var description: String { "nobody has heard of it" }
    }

    static let lasting: [any Error] = [
        StoreError(.invalidArgument, "The event is too large."), Unheard(),
    ]

    @Test(arguments: StoreKind.allCases, UnwritableTests.lasting.indices)
    func aTransitionThatCanNeverBeWrittenParksItsSaga(_ kind: StoreKind, _ index: Int) async throws {
        let error = Self.lasting[index]
        try await World.on(kind, FulfilOrder.self) { world in
            try await world.store.install(Refusing(error: error))
            try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
            #expect(try await world.answer() == .acknowledged)
            let saga = try await world.record("order-1")
            #expect(saga.status == .parked)
            #expect(saga.reason?.contains("\(error)") == true, "\(saga.reason ?? "no reason")")
            #expect(try await world.timer() == nil)
        }
    }

    @Test(arguments: [StoreError.Code.locked, .diskFull, .ioError])
    func whatIsTheStoresOwnTroublePassesTheSagaBy(_ code: StoreError.Code) async throws {
        let world = try World(FulfilOrder.self)
        try await world.store.install(Refusing(error: StoreError(code, "Not now.")))
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        guard case .handedBack = try await world.answer() else {
            Issue.record("The reply was not handed back.")
            return
        }
        #expect(try await world.record("order-1").status == .running)
    }

    /// Such as an inline projection that has yet to catch up.
    private struct Behind: PassingTrouble {
        var isPassing: Bool { true }
    }

    /// Refuses, a few times, what the owner of a saga appends when it ends.
    private final class RefusingTheEnd: AppendHook {
        private let left: Mutex<Int>

        init(times: Int) { left = Mutex(times) }

        func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws {
            guard events.contains(where: { $0.type == OrderClosed.eventType }) else { return }
            let isRefused = left.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
            if isRefused { throw Behind() }
        }
    }

    @Test func passingTroubleOfAProjectionPassesTheSagaBy() async throws {
        let world = try World(FulfilOrder.self)
        try await world.store.install(Refusing(error: Behind()))
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        guard case .handedBack = try await world.answer() else {
            Issue.record("The reply was not handed back.")
            return
        }
        #expect(try await world.record("order-1").status == .running)
    }

    @Test(arguments: StoreKind.allCases)
    func anEndThatIsRefusedForAWhileComesLater(_ kind: StoreKind) async throws {
        try await World.on(kind, CloseOrder.self) { world in
            try await world.store.install(RefusingTheEnd(times: 2))
            try await world.coordinator.start(CloseOrder.self, id: "order-1", state: .init(order: "1"))
            try await world.answer()
            for _ in 1...2 {
                guard case .handedBack = try await world.answer() else {
                    Issue.record("The reply was not handed back.")
                    return
                }
                #expect(try await world.record("order-1").status == .running)
            }
            #expect(try await world.answer() == .acknowledged)
            #expect(try await world.record("order-1").status == .completed)
            #expect(try await world.store.events(in: "order-1").count == 1)
        }
    }

    @Test func aHistoryLongerThanAnAppendIsWrittenInOneTransaction() async throws {
        let world = try World(FulfilOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        let (record, instance) = (try await world.record("order-1"), try await world.instance("order-1"))
        let before = try await world.store.head()
        let event = StepSkipped(step: "reserve", reason: "x")
        let effects = [SagaEffect](repeating: .record(event), count: Append.maximumCount + 1)
        let unit = world.coordinator.unit
        try await world.store.write { transaction in
            var pass = SagaUnit.Pass()
            try unit.carryOut(effects, of: instance, record, program: nil, cause: nil, &pass, in: transaction)
        }
        #expect(try await world.store.head().value - before.value == Int64(Append.maximumCount + 1))
    }
}
