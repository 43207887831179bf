import Edda

/// Holds, takes and lets go of customers' money, which is at the bank.
struct PaymentsService {
    /// Where the money is.
    var bank: Bank

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

    /// Each command calls the bank, under a key that the bank recognises when the call has to be repeated, and then commits
    /// what came of it.
    var participant: Participant {
        Participant("payments") {
            Perform(AuthorizePayment.self) { command, key in
                try await bank.hold(
                    command.amount,
                    in: command.currency,
                    of: command.customer,
                    for: command.order,
                    key: key
                )
            } commit: { command, authorization, context in
                try context.update(Payment.self, id: command.order) {
                    try $0.authorize(command.amount, in: command.currency)
                }
                return AuthorizePayment.Reply(authorization: authorization)
            }
            Perform(VoidPayment.self) { command, key in
                try await bank.release(for: command.order, key: key)
            } commit: { command, _, context in
                try context.update(Payment.self, id: command.order) { $0.void() }
            }
            Perform(CapturePayment.self) { command, key in
                try await bank.take(for: command.order, key: key)
            } commit: { command, _, context in
                try context.update(Payment.self, id: command.order) { try $0.capture() }
            }
        }
    }
}
