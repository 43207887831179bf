import Edda

/// What the bank has done about one order.
struct BankAccount: Aggregate {
    static let category: StreamCategory = "account"
    var booking: BankBooking?
    /// The keys of the requests that were met.
    var keys: Set<String> = []

    static let handlers = EventHandlers<BankAccount> {
        On(BankBooking.self) { account, event in
            account.booking = event
            account.keys.insert(event.key)
        }
    }

    func hold(_ amount: Int64, in currency: String, key: String) throws -> [any Event] {
        if keys.contains(key) { return [] }
        guard booking == nil else { throw Rejection("bank.exists", "the bank holds money for this order already") }
        return [BankBooking(kind: .held, currency: currency, amount: amount, key: key)]
    }

    func take(key: String) throws -> [any Event] {
        if keys.contains(key) { return [] }
        guard let booking, booking.kind == .held else {
            throw Rejection("bank.nothing-held", "the bank holds no money for this order")
        }
        return [BankBooking(kind: .taken, currency: booking.currency, amount: booking.amount, key: key)]
    }

    func release(key: String) -> [any Event] {
        guard let booking, booking.kind == .held else { return [] }
        return [BankBooking(kind: .released, currency: booking.currency, amount: booking.amount, key: key)]
    }
}

/// One line of the bank's ledger.
struct BankBooking: Event {
    enum Kind: String, Codable, Sendable {
        case held
        case taken
        case released
    }

    static let eventType: EventType = "bank.booked"
    var kind: Kind
    var currency: String
    /// The amount in minor units.
    var amount: Int64
    /// The idempotency key of the request that caused it.
    var key: String
}
