import EddaCore
import EddaSagas
import EddaTesting
import Logging
import Testing

@Suite struct ProgramTests {
    struct Twice: Saga {
        static let name: SagaName = "twice"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }.noCompensation(reason: "a test")
            pivot("reserve") { CapturePayment(order: $0.order) }
        }
    }

    struct Slashed: Saga {
        static let name: SagaName = "slashed"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            pivot("a/b") { CapturePayment(order: $0.order) }
        }
    }

    struct Undo: Saga {
        static let name: SagaName = "undo"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            pivot("undo") { CapturePayment(order: $0.order) }
        }
    }

    struct Astray: Saga {
        static let name: SagaName = "astray"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("authorize") { AuthorizePayment(order: $0.order, cents: 1) }
                .compensate { state, _ in ReleaseStock(order: state.order) }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    private func coordinator(_ sagas: any Saga.Type...) throws -> SagaCoordinator {
        try SagaCoordinator(
            store: InMemoryStore(),
            address: "orders",
            sagas: sagas,
            logger: .silent
        )
    }

    @Test func twoStepsWithOneIdAreRefusedByName() throws {
        let error = try #require(throws: SagaError.self) { _ = try coordinator(Twice.self) }
        #expect(error.code == .duplicateStep)
        #expect(error.description.contains("reserve"))
        #expect(error.description.contains("twice"))
    }

    @Test(arguments: [Slashed.self, Undo.self] as [any Saga.Type])
    func stepIdsThatWouldMakeKeysAmbiguousAreRefused(_ saga: any Saga.Type) throws {
        let error = try #require(throws: SagaError.self) { _ = try coordinator(saga) }
        #expect(error.code == .invalidStep)
    }

    // acceptance: 43
    // guarantees: G11
    @Test func aCompensationThatGoesElsewhereIsRefused() throws {
        let error = try #require(throws: SagaError.self) { _ = try coordinator(Astray.self) }
        #expect(error.code == .compensationElsewhere)
        #expect(error.description.contains("authorize") && error.description.contains("inventory"))
    }

    @Test func twoSagasWithOneNameAreRefused() throws {
        let error = try #require(throws: SagaError.self) {
            _ = try coordinator(FulfilOrder.self, PrepareOrder.self, FulfilOrder.self)
        }
        #expect(error.code == .duplicateSaga)
    }
}
