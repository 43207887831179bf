// What holds between the sagas' rows, their histories and the orders.
extension Audit {
    mutating func checkSagas() {
        checkEndings()
        checkHistories()
    }

    private mutating func checkEndings() {
        var check = AuditReport.Check("G10", "every order has a saga, which has ended or is parked with a reason")
        let placed = effects.events.filter { $0.value.contains { $0.type == "order.placed" } }
        report.orders = placed.count
        for order in placed.keys.sorted() {
            guard let saga = sagas["order-\(order)"] else {
                check.expect(false, "order \(order) was placed, but has no saga")
                continue
            }
            let place = saga.step.map { ", at step \($0)" } ?? ""
            switch saga.status {
            case "completed", "compensated": check.expect(true, "")
            case "parked":
                check.expect(
                    saga.reason?.isEmpty == false,
                    "saga order-\(order) is parked\(place) without a reason"
                )
            default: check.expect(false, "saga order-\(order) is still \(saga.status)\(place)")
            }
            let confirmed = effects.of(order, "order.confirmed").count
            let cancelled = effects.of(order, "order.cancelled").count
            let told = (saga.status == "completed" ? 1 : 0, saga.status == "compensated" ? 1 : 0)
            check.expect(
                (confirmed, cancelled) == told,
                "order \(order) was confirmed \(confirmed) and cancelled \(cancelled) times, but its saga is \(saga.status)"
            )
        }
        for id in sagas.keys.sorted() {
            let order = String(id.dropFirst("order-".count))
            check.expect(
                effects.of(order, "order.placed").count == 1,
                "saga \(id) is there, but order \(order) was placed \(effects.of(order, "order.placed").count) times"
            )
        }
        add(check)
    }

    private mutating func checkHistories() {
        var rows = AuditReport.Check("G12", "the row of every saga stands where its history ends")
        var order = AuditReport.Check(
            "G11",
            "histories: every step in its turn, compensations of what stands, last first"
        )
        for id in Set(sagas.keys).union(walks.keys).sorted() {
            guard let saga = sagas[id], let walk = walks[id], walk.isStarted else {
                rows.expect(
                    false,
                    "saga \(id) has \(sagas[id] == nil ? "a history, but no row" : "a row, but no history")"
                )
                continue
            }
            rows.expect(
                saga.status == walk.status && (saga.innerStatus ?? saga.status) == saga.status,
                "saga \(id): its row says \(saga.status), its instance \(saga.innerStatus ?? "nothing"), its history "
                    + walk.status
            )
            order.count += 1 + walk.compensations
            for problem in walk.problems { order.expect(false, problem) }
        }
        add(rows)
        add(order)
    }
}
