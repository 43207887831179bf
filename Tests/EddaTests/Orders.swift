import Edda

// The service of the README's quick start, as the tests of the runtime use it.

struct OrderPlaced: Event {
    static let eventType: EventType = "order.placed"
    var cents: Int
}

struct OrderEnded: Event {
    static let eventType: EventType = "order.ended"
    var outcome: String
}

struct StockReserved: Event {
    static let eventType: EventType = "stock.reserved"
    var order: String
}

struct StockReleased: Event {
    static let eventType: EventType = "stock.released"
    var order: String
}

struct Order: Aggregate {
    static let category: StreamCategory = "order"
    static let handlers = EventHandlers<Order> {
        On(OrderPlaced.self) { order, _ in order.isPlaced = true }
    }
    var isPlaced = false

    func place(cents: Int) throws -> [any Event] {
        guard cents > 0 else { throw Rejection("order.empty", "An order costs something.") }
        return isPlaced ? [] : [OrderPlaced(cents: cents)]
    }
}

struct ReserveStock: Command {
    static let commandType: MessageType = "inventory.reserve-stock"
    static let destination: Address = "inventory"
    struct Reply: Codable, Sendable { var shelf: String }
    var order: String
}

struct ReleaseStock: Command {
    static let commandType: MessageType = "inventory.release-stock"
    static let destination: Address = "inventory"
    var order: String
}

struct CapturePayment: Command {
    static let commandType: MessageType = "payments.capture"
    static let destination: Address = "payments"
    var order: String
    var cents: Int
}

struct FulfilOrder: Saga {
    static let name: SagaName = "order.fulfil"
    static let version = 1
    struct State: Codable, Sendable {
        var order: String
        var cents: Int
        var shelf: String?
    }

    static var plan: some Plan<State> {
        call("reserve-stock") { ReserveStock(order: $0.order) }
            .merge { $0.shelf = $1.shelf }
            .compensate { state, _ in ReleaseStock(order: state.order) }
        pivot("capture-payment") { CapturePayment(order: $0.order, cents: $0.cents) }
    }

    static func ended(_ ending: SagaEnding<State>, in transaction: any WriteTransaction) throws {
        try transaction.append(
            [OrderEnded(outcome: ending.status.rawValue)],
            to: StreamID(category: Order.category, id: ending.state.order),
            metadata: ending.metadata,
            schema: ending.schema
        )
    }
}

/// A saga of the same name as another one.
struct ImpostorSaga: Saga {
    static let name: SagaName = FulfilOrder.name
    static let version = 1
    struct State: Codable, Sendable {}

    static var plan: some Plan<State> {
        pivot("release") { _ in ReleaseStock(order: "none") }
    }
}

enum Service {
    static let table = Table("orders", "id TEXT PRIMARY KEY, cents INTEGER NOT NULL, outcome TEXT")

    static func orders(version: Int = 1, mode: Projection.Mode = .async) -> Projection {
        Projection("orders", version: version, mode: mode, tables: table) {
            On(OrderPlaced.self) { event, context in
                try context.execute("INSERT INTO \(table) VALUES (\(context.key), \(event.cents), NULL)")
            }
            On(OrderEnded.self) { event, context in
                try context.execute("UPDATE \(table) SET outcome = \(event.outcome) WHERE id = \(context.key)")
            }
        }
    }

    static let inventory = Participant("inventory") {
        Handle(ReserveStock.self) { command, context in
            try context.append([StockReserved(order: command.order)], to: "shelf-7")
            return ReserveStock.Reply(shelf: "7")
        }
        Handle(ReleaseStock.self) { command, context in
            try context.append([StockReleased(order: command.order)], to: "shelf-7")
        }
    }

    static let payments = Participant("payments") {
        Handle(CapturePayment.self) { command, _ in
            if command.cents > 100_000 { throw Rejection("card.declined", "The card has a limit of 1000.00.") }
        }
    }
}
