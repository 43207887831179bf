import Edda

/// The bank: somebody else's system, with a ledger of its own that no transaction of the payments service reaches.
///
/// Like any payment gateway it takes an idempotency key with each request: the same key again gets the answer of the first
/// time, and books nothing.
struct Bank: Sendable {
    /// What goes wrong there.
    struct Misfortunes: Sendable {
        /// Which share of the payments is declined, from 0 to 1.
        var declineRate = 0.0
        /// Which share of the payments that are held cannot be taken, from 0 to 1.
        var captureDeclineRate = 0.0
        /// Which share of the voids fails, however often they are tried, from 0 to 1.
        var voidFailureRate = 0.0
        /// Chooses which ones.
        var seed: UInt64 = 1
    }

    /// `nil` for a bank that cannot be reached at all.
    private let ledger: (any Store)?
    private let misfortunes: Misfortunes

    /// A bank with a ledger.
    init(ledger: (any Store)?, misfortunes: Misfortunes = Misfortunes()) {
        self.ledger = ledger
        self.misfortunes = misfortunes
    }

    /// A bank that cannot be reached, for who only looks at the payments.
    static let unreachable = Bank(ledger: nil)

    /// Opens the bank's ledger.
    ///
    /// - Throws: `StoreError` when it cannot be opened.
    static func open(_ path: String, _ misfortunes: Misfortunes) async throws -> Bank {
        let schema = try SchemaRegistry(events: [BankBooking.self])
        return Bank(ledger: try await SQLiteStore(path: path, schema: schema), misfortunes: misfortunes)
    }

    /// Holds a customer's money for an order.
    ///
    /// - Returns: A reference to what is held.
    /// - Throws: `Rejection` when the bank declines.
    func hold(
        _ amount: Int64,
        in currency: String,
        of customer: String,
        for order: String,
        key: String
    ) async throws -> String {
        if isChosen(order, for: "decline", misfortunes.declineRate) {
            throw Rejection("payment.declined", "the bank of \(customer) declined")
        }
        try await book(order) { try $0.hold(amount, in: currency, key: key) }
        return "auth-\(order)"
    }

    /// Takes the money that is held for an order.
    ///
    /// - Throws: `Rejection` when it is not held any more.
    func take(for order: String, key: String) async throws {
        if isChosen(order, for: "capture", misfortunes.captureDeclineRate) {
            throw Rejection("payment.expired", "the bank does not hold the money any more")
        }
        try await book(order) { try $0.take(key: key) }
    }

    /// Lets the money go that is held for an order, if there is any.
    func release(for order: String, key: String) async throws {
        if isChosen(order, for: "void", misfortunes.voidFailureRate) { throw Unreachable() }
        try await book(order) { $0.release(key: key) }
    }

    /// Everything that was booked, oldest first.
    func bookings() async throws -> [BankBooking] {
        guard let ledger else { throw Unreachable() }
        var bookings: [BankBooking] = []
        var page = try await ledger.events()
        while !page.events.isEmpty {
            bookings += try page.events.map { try ledger.schema.decode(BankBooking.self, from: $0) }
            page = try await ledger.events(after: page.head)
        }
        return bookings
    }

    func close() async { await ledger?.close() }

    private func book(
        _ order: String,
        _ decide: @escaping @Sendable (BankAccount) throws -> [any Event]
    ) async throws {
        guard let ledger else { throw Unreachable() }
        try await ledger.update(BankAccount.self, id: order, decide)
    }

    /// The same answer for the same order in every run: FNV-1a over the seed, the misfortune and the id.
    private func isChosen(_ order: String, for misfortune: String, _ rate: Double) -> Bool {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ misfortunes.seed
        // The declined payments were there first; a seed keeps its meaning.
        let text = misfortune == "decline" ? order : "\(misfortune) \(order)"
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash ^= hash >> 32
        hash = hash &* 0x9E37_79B9_7F4A_7C15
        return Double(hash >> 11) / Double(1 << 53) < rate
    }

    /// The bank does not answer; another time it may.
    private struct Unreachable: Error, CustomStringConvertible {
        var description: String { "the bank cannot be reached" }
    }
}
