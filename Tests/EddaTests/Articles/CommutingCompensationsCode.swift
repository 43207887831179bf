import Edda
import EddaTesting

/// The code of the article "Compensations that commute", as it stands there.
enum CommutingCompensationsCode {
    struct Stock: Aggregate {
        static let category: StreamCategory = "stock"
        var onHand = 0
        /// What each order holds.
        var held: [String: Int] = [:]

        static let handlers = EventHandlers<Stock> {
            On(Received.self) { stock, event in stock.onHand += event.pieces }
            On(Held.self) { stock, event in
                stock.onHand -= event.pieces
                stock.held[event.order] = event.pieces
            }
            On(LetGo.self) { stock, event in
                stock.onHand += event.pieces
                stock.held[event.order] = nil
            }
        }

        func hold(_ pieces: Int, for order: String) throws -> [any Event] {
            guard pieces <= onHand else { throw Rejection("stock.insufficient") }
            return [Held(order: order, pieces: pieces)]
        }

        /// What the step has taken is looked up, not told by whoever undoes it.
        func letGo(of order: String) -> [any Event] {
            held[order].map { [LetGo(order: order, pieces: $0)] } ?? []
        }
    }

    static let inventory = Participant("inventory") {
        Handle(HoldStock.self) { command, context in
            try context.update(Stock.self, id: command.sku) { try $0.hold(command.pieces, for: command.order) }
        }
        Handle(LetStockGo.self) { command, context in
            try context.update(Stock.self, id: command.sku) { $0.letGo(of: command.order) }
        }
    }

    typealias Step = @Sendable (Stock) throws -> [any Event]

    /// What is on hand after these steps, of ten pieces.
    static func onHand(after steps: [Step]) throws -> Int {
        var events: [any Event] = [Received(pieces: 10)]
        for step in steps { events += try step(AggregateTest(Stock.self).given(events).state()) }
        return try AggregateTest(Stock.self).given(events).state().onHand
    }

    struct Received: Event {
        static let eventType: EventType = "stock.received"
        var pieces: Int
    }

    struct Held: Event {
        static let eventType: EventType = "stock.held"
        var order: String
        var pieces: Int
    }

    struct LetGo: Event {
        static let eventType: EventType = "stock.let-go"
        var order: String
        var pieces: Int
    }

    struct HoldStock: Command {
        static let commandType: MessageType = "inventory.hold"
        static let destination: Address = "inventory"
        var sku: String
        var order: String
        var pieces: Int
    }

    struct LetStockGo: Command {
        static let commandType: MessageType = "inventory.let-go"
        static let destination: Address = "inventory"
        var sku: String
        var order: String
    }
}
