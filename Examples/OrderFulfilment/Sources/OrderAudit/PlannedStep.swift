/// What the audit knows of the saga's plan: which command at which service has which effect.
///
/// Written down here once more, so that a mistake in the program's own plan is not repeated.
struct PlannedStep {
    let id: String
    let service: String
    /// The event that its command leaves.
    let effect: String
    /// The event that its compensation leaves.
    var undoing: String?
    var isPivot = false

    static let all = [
        PlannedStep(id: "reserve-stock", service: "inventory", effect: "stock.reserved", undoing: "stock.released"),
        PlannedStep(
            id: "authorize-payment",
            service: "payments",
            effect: "payment.authorized",
            undoing: "payment.voided"
        ),
        PlannedStep(id: "capture-payment", service: "payments", effect: "payment.captured", isPivot: true),
        PlannedStep(id: "ship", service: "shipping", effect: "shipment.created"),
        PlannedStep(id: "issue-stock", service: "inventory", effect: "stock.issued"),
        PlannedStep(id: "confirm", service: "orders", effect: "order.confirmed"),
    ]

    static let index = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.id, $0) })
}
