import Edda

/// Holds, takes and lets go of customers' money.
struct PaymentsService {
    /// Which share of the payments is declined, from 0 to 1.
    var declineRate: Double
    /// Which share of the payments that are held cannot be taken, from 0 to 1.
    var captureDeclineRate = 0.0
    /// Which share of the voids fails, however often they are tried, from 0 to 1.
    var voidFailureRate = 0.0
    /// Chooses which ones.
    var seed: UInt64

    static let events: [any Event.Type] = [PaymentAuthorized.self, PaymentVoided.self, PaymentCaptured.self]

    static let payments = Table(
        "payments",
        """
        order_id TEXT PRIMARY KEY, currency TEXT NOT NULL, amount INTEGER NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('authorized', 'voided', 'captured'))
        """,
        indexes: ["status": "status, currency, amount"]
    )

    static let paymentStatus = Projection("payment-status", version: 1, tables: payments) {
        On(PaymentAuthorized.self) { event, context in
            try context.execute(
                """
                INSERT INTO \(payments) VALUES (\(context.key), \(event.currency), \(event.amount), \("authorized"))
                """
            )
        }
        On(PaymentVoided.self) { _, context in
            try context.execute("UPDATE \(payments) SET status = \("voided") WHERE order_id = \(context.key)")
        }
        On(PaymentCaptured.self) { _, context in
            try context.execute("UPDATE \(payments) SET status = \("captured") WHERE order_id = \(context.key)")
        }
    }

    var participant: Participant {
        Participant("payments") {
            Handle(AuthorizePayment.self) { command, context in
                if isChosen(command.order, for: "decline", declineRate) {
                    throw Rejection("payment.declined", "the bank of \(command.customer) declined")
                }
                try context.update(Payment.self, id: command.order) {
                    try $0.authorize(command.amount, in: command.currency)
                }
                return AuthorizePayment.Reply(authorization: "auth-\(command.order)")
            }
            Handle(VoidPayment.self) { command, context in
                if isChosen(command.order, for: "void", voidFailureRate) { throw BankUnreachable() }
                try context.update(Payment.self, id: command.order) { $0.void() }
            }
            Handle(CapturePayment.self) { command, context in
                if isChosen(command.order, for: "capture", captureDeclineRate) {
                    throw Rejection("payment.expired", "the bank does not hold the money any more")
                }
                try context.update(Payment.self, id: command.order) { try $0.capture() }
            }
        }
    }

    /// The same answer for the same order in every run: FNV-1a over the seed, the misfortune and the id.
    private func isChosen(_ order: String, for misfortune: String, _ rate: Double) -> Bool {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
        // The declined payments were there first; a seed keeps its meaning.
        let text = misfortune == "decline" ? order : "\(misfortune) \(order)"
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash ^= hash >> 32
        hash = hash &* 0x9E37_79B9_7F4A_7C15
        return Double(hash >> 11) / Double(1 << 53) < rate
    }
}

/// The bank does not answer; another time it may.
private struct BankUnreachable: Error, CustomStringConvertible {
    var description: String { "the bank cannot be reached" }
}
