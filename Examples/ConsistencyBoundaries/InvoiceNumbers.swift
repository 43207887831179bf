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

/// The invoices there are.
struct IssuedInvoices: DecisionModel {
    static let handlers = EventHandlers<IssuedInvoices> {
        On(InvoiceIssued.self) { invoices, event in
            invoices.last = event.number
            invoices.orders.insert(event.order)
        }
    }
    var last = 0
    var orders: Set<String> = []
}

/// Invoices without a gap in their numbers.
struct Invoices: Sendable {
    let store: any Store

    /// Issues an invoice, once for an order however often it is asked for.
    func issue(for order: String, cents: Int) async throws {
        let boundary = EventQuery(events: InvoiceIssued.self)
        try await store.decide(IssuedInvoices.self, over: boundary) { invoices, append in
            guard cents > 0 else { throw Rejection("invoice.empty") }
            guard !invoices.orders.contains(order) else { return }
            let number = invoices.last + 1
            append.add(
                [InvoiceIssued(number: number, order: order, cents: cents)],
                to: try StreamID(category: "invoice", id: "\(number)"),
                expecting: .missing
            )
        }
    }
}
