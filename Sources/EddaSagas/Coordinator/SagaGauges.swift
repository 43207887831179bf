internal import EddaCore
internal import Metrics

/// What a coordinator reports of the sagas in its store, as gauges of swift-metrics.
///
/// `edda.sagas` by status; `edda.sagas.overdue` by kind: those that have not ended although their deadline is past;
/// `edda.sagas.timers.late`, in seconds: how long the first timer has been due, which grows when nobody minds them.
struct SagaGauges: Sendable {
    private let byStatus: [SagaRecord.Status: Gauge]
    private let overdue: [SagaName: Gauge]
    private let late: Gauge

    /// Makes the handles once, from the present metrics factory.
    init(sagas: some Sequence<SagaName>) {
        byStatus = Dictionary(
            uniqueKeysWithValues: SagaRecord.Status.allCases.map { status in
                (status, Gauge(label: "edda.sagas", dimensions: [("status", status.rawValue)]))
            }
        )
        overdue = Dictionary(
            uniqueKeysWithValues: sagas.map { name in
                (name, Gauge(label: "edda.sagas.overdue", dimensions: [("saga", name.rawValue)]))
            }
        )
        late = Gauge(label: "edda.sagas.timers.late")
    }

    /// Looks at the store and sets the gauges.
    ///
    /// O(sagas) over an index.
    func report(from store: any Store) async throws {
        let (counts, overdueNow, next, now) = try await store.read { transaction in
            (
                try transaction.sagaCounts(), try transaction.overdueSagas(at: transaction.now.wall),
                try transaction.nextTimer(owner: SagaUnit.timerOwner), transaction.now
            )
        }
        for (status, gauge) in byStatus { gauge.record(counts[status] ?? 0) }
        for (name, gauge) in overdue { gauge.record(overdueNow[name] ?? 0) }
        late.record(next.map { max(.zero, .zero - $0.remaining(from: now)).inSeconds } ?? 0)
    }
}
