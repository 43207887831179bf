import Edda
import EddaTesting
import Testing

/// What a runtime refuses to be made of. // guarantees: G14
@Suite struct ConfigurationTests {
    private let store = InMemoryStore()

    private func code(
        name: Address = "edda",
        shutdownLimit: Duration = .seconds(1),
        @EddaRuntime.Builder _ components: () -> [EddaRuntime.Component]
    ) throws -> ConfigurationError.Code? {
        do {
            _ = try EddaRuntime(store: store, name: name, shutdownLimit: shutdownLimit, components: components)
            return nil
        } catch let error as ConfigurationError {
            return error.code
        }
    }

    @Test func twoParticipantsOfOneName() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try EddaRuntime(store: store) {
                Service.inventory
                Service.inventory
            }
        }
        #expect(error?.code == .duplicateParticipant)
        #expect(error?.description.contains("inventory") == true)
    }

    // acceptance: 47
    @Test func participantsThatForgetBeforeTheSagasAreDone() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try EddaRuntime(
                store: store,
                participantConfiguration: .init(inboxWindow: .seconds(86_400))
            ) { Service.inventory }
        }
        #expect(error?.code == .inboxWindowTooShort)
        var patience = SagaCoordinator.Configuration()
        patience.inboxWindow = .seconds(86_400)
        _ = try EddaRuntime(
            store: store,
            sagaConfiguration: patience,
            participantConfiguration: .init(inboxWindow: .seconds(86_400))
        ) {
            FulfilOrder.self
            Service.inventory
        }
    }

    @Test func twoProjectionsOfOneName() throws {
        #expect(
            try code {
                Service.orders()
                Service.orders(version: 2)
            } == .duplicateProjection
        )
    }

    @Test func twoSagasOfOneName() throws {
        #expect(
            try code {
                FulfilOrder.self
                ImpostorSaga.self
            } == .duplicateSaga
        )
    }

    @Test func participantAtTheAddressOfTheReplies() throws {
        let participant = Participant("shop.sagas") {
            Handle(ReleaseStock.self) { _, _ in }
        }
        #expect(try code(name: "shop") { participant } == .reservedAddress)
        #expect(try code(name: "other") { participant } == nil)
    }

    @Test(arguments: [Duration.zero, .seconds(-1)]) func shutdownLimitThatIsNotPositive(_ limit: Duration) throws {
        #expect(try code(shutdownLimit: limit) { Service.inventory } == .invalidShutdownLimit)
    }

    @Test func settingsOutOfTheirRangesAreNamed() throws {
        var participants = ParticipantWorker.Configuration()
        participants.retentionPage = 0
        var sagas = SagaCoordinator.Configuration()
        sagas.timerLimit = 0
        let first = #expect(throws: InvalidSetting.self) {
            try EddaRuntime(store: store, participantConfiguration: participants) { Service.inventory }
        }
        #expect(first?.setting == "retentionPage")
        let second = #expect(throws: InvalidSetting.self) {
            try EddaRuntime(store: store, sagaConfiguration: sagas) { FulfilOrder.self }
        }
        #expect(second?.description.hasPrefix("timerLimit is 0; it is from 1 to ") == true)
        let third = #expect(throws: InvalidSetting.self) {
            try EddaRuntime(store: store, outboxConfiguration: .init(batch: 0)) { Service.inventory }
        }
        #expect(third?.setting == "batch")
    }

    // acceptance: 46; guarantees: G7
    @Test(.timeLimit(.minutes(1))) func theOutboxIsAsPatientAsItIsTold() async throws {
        let runtime = try EddaRuntime(store: store, outboxConfiguration: .init(retry: .never)) { Service.inventory }
        let message = Message(
            id: "1",
            source: "/test",
            type: "test",
            destination: "nowhere",
            time: .now(),
            partitionKey: "a",
            idempotencyKey: "1",
            data: []
        )
        let store = store
        let states = try await runtime.whileRunning {
            _ = try await store.write { try $0.enqueue(message) }
            while true {
                let seen = store.signals.outbox.count
                let states = try await store.read { try $0.outbox(after: 0, limit: 9).map(\.state) }
                if states != [.ready] { return states }
                try await store.signals.outbox.wait(past: seen)
            }
        }
        guard states.count == 1, case .dead(attempts: 1, _) = states[0] else {
            Issue.record("\(states)")
            return
        }
    }

    @Test(arguments: [true, false]) func conditionsLoopsAndArraysMakeUpARuntime(_ isPaid: Bool) throws {
        let runtime = try EddaRuntime(store: store) {
            if isPaid {
                Service.payments
            } else {
                FulfilOrder.self
            }
            if isPaid { Service.orders() }
            for participant in [Service.inventory] { participant }
            [Participant("a") { Handle(ReleaseStock.self) { _, _ in } }]
        }
        let names = runtime.components.participants.map(\.name)
        #expect(names == (isPaid ? ["payments", "inventory", "a"] : ["inventory", "a"]))
        #expect(runtime.components.sagas.count == (isPaid ? 0 : 1))
        #expect(runtime.components.projections.count == (isPaid ? 1 : 0))
    }
}
