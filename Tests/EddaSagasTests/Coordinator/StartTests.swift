import EddaCore
import EddaSagas
import EddaTesting
import Testing

@Suite struct StartTests {
    private struct Abort: Error {}

    // acceptance: 33
    @Test func startingTheSameIdAgainFindsTheSameSagaAndChangesNothing() async throws {
        let world = try World(FulfilOrder.self)
        let first = try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        #expect(first.status == .running)
        #expect(first.step == "reserve")
        #expect(first.revision == 1)
        try await world.answer()
        let again = try await world.restarted(FulfilOrder.self).coordinator
            .start(FulfilOrder.self, id: "order-1", state: .init(order: "another"))
        #expect(again == (try await world.record("order-1")))
        #expect(again.step == "authorize")
        #expect(try await world.keys() == ["order-1/reserve", "order-1/authorize"])
    }

    // acceptance: 33
    @Test func aStartThatDidNotCommitLeavesNothing() async throws {
        let world = try World(FulfilOrder.self)
        let coordinator = world.coordinator
        await #expect(throws: Abort.self) {
            try await world.store.write { transaction in
                try coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"), in: transaction)
                throw Abort()
            }
        }
        #expect(try await world.sent().isEmpty)
        #expect(try await world.timer() == nil)
        #expect(try await world.store.head() == .start)
        let record = try await coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        #expect(record.revision == 1)
        #expect(try await world.keys() == ["order-1/reserve"])
    }

    @Test func aSagaStartsInTheTransactionOfItsCaller() async throws {
        let world = try World(FulfilOrder.self)
        let (coordinator, schema) = (world.coordinator, world.store.schema)
        try await world.store.write { transaction in
            try transaction.append([OrderClosed(status: "no", reason: nil)], to: "order-1", schema: schema)
            try coordinator.start(
                FulfilOrder.self,
                id: "order-1",
                state: .init(order: "1"),
                correlationID: "request-7",
                in: transaction
            )
        }
        let message = try #require(try await world.sent().first)
        #expect(message.correlationID == "request-7")
        #expect(try await world.record("order-1").correlationID == "request-7")
    }

    @Test func anIdOfAnotherKindOfSagaIsRefused() async throws {
        let world = try World(FulfilOrder.self, PrepareOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        let error = await #expect(throws: StoreError.self) {
            try await world.coordinator.start(PrepareOrder.self, id: "order-1", state: .init(order: "1"))
        }
        #expect(error?.code == .sagaMismatch)
        #expect(try await world.sent().count == 1)
    }

    @Test func aCommandLineStartsASagaByNameAndState() async throws {
        let world = try World(FulfilOrder.self)
        let state = Array(#"{"cents": 5, "order": "9"}"#.utf8)
        let record = try await world.coordinator.start(named: "order.fulfil", id: "order-9", encodedState: state)
        #expect(record.name == "order.fulfil")
        let unknown = await #expect(throws: SagaError.self) {
            try await world.coordinator.start(named: "nobody", id: "x", encodedState: state)
        }
        #expect(unknown?.code == .unknownSaga)
        #expect(unknown?.description.contains("order.fulfil") == true)
        let unreadable = await #expect(throws: SagaError.self) {
            try await world.coordinator.start(named: "order.fulfil", id: "x", encodedState: Array("{}".utf8))
        }
        #expect(unreadable?.code == .unreadableState)
        #expect(try await world.sent().count == 1)
    }

    @Test func messagesSayWhereTheyBelong() async throws {
        let world = try World(FulfilOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        try await world.pass(.seconds(1))
        let sent = try await world.sent()
        #expect(sent.count == 2)
        let (first, copy) = (try #require(sent.first), try #require(sent.last))
        #expect(first.id != copy.id)
        #expect(first.idempotencyKey == copy.idempotencyKey)
        #expect(first.firstSent == copy.firstSent)
        #expect(copy.time > first.time)
        for message in sent {
            #expect(message.type == ReserveStock.commandType)
            #expect(message.destination == "inventory")
            #expect(message.replyTo == "orders")
            #expect(message.source == "/orders")
            #expect(message.partitionKey == "order-1/reserve")
            #expect(message.subject == "reserve")
            #expect(message.compensates == nil)
            #expect(String(decoding: message.data, as: UTF8.self) == #"{"order":"1"}"#)
        }
        try await world.answer()
        try await world.answer("order-1", Replies.refusal)
        let undo = try #require(try await world.sent().last)
        // What undoes a step does not overtake it; different steps need no order.
        #expect(undo.partitionKey == first.partitionKey)
        #expect(Set(try await world.sent().map(\.partitionKey)) == ["order-1/reserve", "order-1/authorize"])
        #expect(undo.idempotencyKey == "order-1/reserve/undo")
        #expect(undo.compensates == "order-1/reserve")
        #expect(undo.causationID != nil)
    }
}
