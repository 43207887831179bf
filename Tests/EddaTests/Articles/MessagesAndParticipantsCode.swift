import Edda

/// The code of the article "Messages and participants", as it stands there.
enum MessagesAndParticipantsCode {
    struct ReserveStock: Command {
        static let commandType: MessageType = "inventory.reserve-stock"
        static let destination: Address = "inventory"
        struct Reply: Codable, Sendable { var shelf: String }
        var order: String
    }

    static func inventory() -> Participant {
        let inventory = Participant("inventory") {
            Handle(ReserveStock.self) { command, context in
                try context.update(Shelf.self, id: "7") { try $0.reserve(for: command.order) }
                return ReserveStock.Reply(shelf: "7")
            }
        }
        return inventory
    }

    struct ChargeCard: Command {
        static let commandType: MessageType = "payments.charge-card"
        static let destination: Address = "payments"
        struct Reply: Codable, Sendable { var charge: String }
        var order: String
        var card: String
        var cents: Int
    }

    static func payments(_ gateway: some PaymentGateway) -> Participant {
        Participant("payments", calls: 8) {
            Perform(ChargeCard.self, timeout: .seconds(20)) { command, key in
                try await gateway.charge(command.card, cents: command.cents, key: key)
            } commit: { command, charge, context in
                try context.append(
                    [CardCharged(cents: command.cents)],
                    to: StreamID(category: "order", id: command.order)
                )
                return ChargeCard.Reply(charge: charge)
            }
            Perform(RefundCard.self, timeout: .seconds(20)) { command, key in
                try await gateway.refund(order: command.order, key: key)
            } commit: { command, _, context in
                try context.append([CardRefunded()], to: StreamID(category: "order", id: command.order))
            }
        }
    }

    static func runtimes(_ ordersStore: SQLiteStore, _ stockStore: SQLiteStore) throws -> [EddaRuntime] {
        let inventory = inventory()
        let transport = InProcessTransport()
        let orders = try EddaRuntime(store: ordersStore, transport: transport, name: "orders") { FulfilOrder.self }
        let stock = try EddaRuntime(store: stockStore, transport: transport, name: "stock") { inventory }
        return [orders, stock]
    }

    protocol PaymentGateway: Sendable {
        func charge(_ card: String, cents: Int, key: String) async throws -> String
        func refund(order: String, key: String) async throws
    }

    struct RefundCard: Command {
        static let commandType: MessageType = "payments.refund-card"
        static let destination: Address = "payments"
        var order: String
    }

    struct CardCharged: Event {
        static let eventType: EventType = "card.charged"
        var cents: Int
    }

    struct CardRefunded: Event {
        static let eventType: EventType = "card.refunded"
    }

    struct StockReserved: Event {
        static let eventType: EventType = "stock.reserved"
        var order: String
    }

    struct Shelf: Aggregate {
        static let category: StreamCategory = "shelf"
        static let handlers = EventHandlers<Shelf> { On(StockReserved.self) { _, _ in } }

        func reserve(for order: String) throws -> [any Event] { [StockReserved(order: order)] }
    }

    /// A saga whose second step is charged outside.
    struct FulfilOrder: Saga {
        static let name: SagaName = "article.fulfil"
        static let version = 1
        struct State: Codable, Sendable { var order: String }

        static var plan: some Plan<State> {
            call("reserve-stock") { ReserveStock(order: $0.order) }
                .noCompensation(reason: "a reservation ends by itself")
            call("charge-card") { ChargeCard(order: $0.order, card: "4711", cents: 4_200) }
                .timeout(.seconds(600))
                .retry(.exponential(attempts: 3, initial: .milliseconds(1)))
                .compensate { state, _ in RefundCard(order: state.order) }
            call("pack") { Pack(order: $0.order) }
                .noCompensation(reason: "it is only a box")
        }
    }

    struct Pack: Command {
        static let commandType: MessageType = "inventory.pack"
        static let destination: Address = "inventory"
        var order: String
    }
}
