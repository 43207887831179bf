import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Logging
import Testing

/// Sagas that wait for longer than participants remember. // guarantees: G8, G10, G11
@Suite struct LongWaitTests {
    private static func happen(_ what: String, _ order: String, _ context: HandlerContext) throws {
        let happened = EndToEndTests.Happened(what: what, order: order)
        try context.append([happened], to: StreamID(category: "effect", id: order))
    }

    @Test func whatWasDoneBeforeALongWaitIsUndoneAfterIt() async throws {
        let time = ManualTime()
        let stock = InMemoryStore(time: time)
        let inventory = Participant("inventory") {
            Handle(ReserveStock.self) { command, context in
                try Self.happen("reserved", command.order, context)
                return ReserveStock.Reply(reservation: "r-1")
            }
            Handle(ReleaseStock.self) { command, context in
                try Self.happen("released \(command.reservation ?? "nothing")", command.order, context)
            }
        }
        let window = SagaCoordinator.Configuration().inboxWindow
        let executor = CommandExecutor(
            participant: inventory,
            store: stock,
            logger: .silent,
            inboxWindow: InboxWindow(window)
        )
        let world = try World(time, InMemoryStore(time: time), [ExpiryTests.Approved.self])
        /// Has a message of the saga executed, and brings the reply back.
        func bring(_ message: Message) async throws {
            #expect(await executor.execute(message) == .acknowledged)
            let reply = try #require(try await stock.read { try $0.outbox(after: 0, limit: .max) }.last?.message)
            #expect(await world.deliver(reply) == [.acknowledged])
        }
        try await world.coordinator.start(ExpiryTests.Approved.self, id: "order-1", state: .init(order: "1"))
        let command = try #require(try await world.sent().last)
        try await bring(command)
        #expect(try await world.record("order-1").step == "approval")

        // Nobody approves, and the participant forgets.
        #expect(try await world.pass(.seconds(14 * 86_400)) == 1)
        let past = time.now().wall + (.zero - window)
        #expect(try await stock.write { try $0.forgetInbox(before: past, limit: 100) } == 1)
        let undo = try #require(try await world.sent().last)
        #expect(undo.type == ReleaseStock.commandType)
        for _ in 1...2 { try await bring(undo) }
        let record = try await world.record("order-1")
        #expect(record.status == .compensated, "\(record.reason ?? "")")
        // A copy of what was undone is not executed any more.
        try await bring(command)
        let effects = try await stock.events(in: "effect-1")
            .map { try stock.schema.decode(EndToEndTests.Happened.self, from: $0).what }
        #expect(effects == ["reserved", "released r-1"])
    }
}
