import Edda

struct StockReceived: Event {
    static let eventType: EventType = "stock.received"
    var quantity: Int64
}

struct StockReserved: Event {
    static let eventType: EventType = "stock.reserved"
    var lines: [StockLine]
}

struct ReservationReleased: Event {
    static let eventType: EventType = "stock.released"
    var lines: [StockLine]
}

struct StockIssued: Event {
    static let eventType: EventType = "stock.issued"
    var lines: [StockLine]
}
