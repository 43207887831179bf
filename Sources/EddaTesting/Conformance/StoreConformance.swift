/// The behaviours that every store has.
///
/// A store that passes all of them can stand under Edda's projections, participants and sagas. The cases know no test
/// framework: run each of them from a test of yours.
public enum StoreConformance {
    /// All cases, by topic.
    public static let cases: [ConformanceCase] = [
        appending, units, expectations, queryConditions, keys, reading, queries, asOf, decisions,
        boundaries, aggregates, snapshots, schemas, leases, exclusive, consuming, shares,
        subscriptions, signals, checkpoints, inbox, outbox, outboxLanes, timers, sagas, projections, concurrency,
        closing, sql, random,
    ]
    .flatMap { $0 }
}
