import Edda

// Invoices are numbered 1, 2, 3, … without a gap, as tax law has it in many places. The number is decided in the commit
// that issues the invoice: one that is not issued takes none. All invoices are one boundary, so they queue up behind
// each other; that is what gapless means.

struct InvoiceIssued: Event {
    static let eventType: EventType = "invoice.issued"
    var number: Int
    var order: String
    var cents: Int
}

/// The last number given.
struct LastInvoice: DecisionModel {
    static let handlers = EventHandlers<LastInvoice> {
        On(InvoiceIssued.self) { last, event in last.number = event.number }
    }
    var number = 0
}

/// Invoices without a gap in their numbers.
struct Invoices: Sendable {
    let store: any Store

    /// Issues an invoice, once for an order however often it is asked for.
    func issue(for order: String, cents: Int) async throws {
        try await store.decide(
            LastInvoice.self,
            over: EventQuery(events: InvoiceIssued.self),
            key: IdempotencyKey(validating: "invoice \(order)")
        ) { last, append in
            guard cents > 0 else { throw Rejection("invoice.empty") }
            let number = last.number + 1
            append.add(
                [InvoiceIssued(number: number, order: order, cents: cents)],
                to: try StreamID(category: "invoice", id: "\(number)"),
                expecting: .missing
            )
        }
    }
}
