#if CLI
internal import Edda

/// Sagas that sleep: what they cost a coordinator that starts, and what becomes of other sagas when all wake together.
struct SagaTimersWorkload: Workload {
    var name: String { "saga-timers" }
    var summary: String {
        "\(Self.sleepers) sagas asleep: a start beside them; \(Self.offered) other sagas a second while all wake together"
    }

    private static let sleepers = 30_000
    private static let offered = 50
    /// For how long the others are measured alone.
    private static let alone = 5

    func run(in bench: Bench) async throws -> [BenchRow] {
        guard let saga = Trips.all.first(where: { $0.steps == bench.steps }) else { return [] }
        return try await rows(saga, sleepers: bench.operations ?? Self.sleepers, bench)
    }

    private func rows<S: TripSaga>(_ saga: S.Type, sleepers: Int, _ bench: Bench) async throws -> [BenchRow] {
        bench.progress("putting \(sleepers) sagas to sleep")
        let first = try await SagaServices(bench, [saga])
        try await first.coordinating.sagas.start(
            SleepingTrip.self,
            id: SleeperRows.original,
            state: TripState(trip: "asleep", cents: 1, isDoomed: false)
        )
        await first.close()
        let rows = try SleeperRows(bench.file("trips"))
        try rows.copy(sleepers - 1)
        bench.progress(summary)
        let start = try await start(saga, sleepers, rows, bench)
        let waking = try await waking(saga, sleepers, rows, bench)
        return [start, waking]
    }

    /// From the opening of the files until another saga has ended.
    private func start<S: TripSaga>(
        _ saga: S.Type,
        _ sleepers: Int,
        _ rows: SleeperRows,
        _ bench: Bench
    ) async throws -> BenchRow {
        var timers = 0
        let limit = try ContinuousClock().measure { timers = try rows.readTimers() }
        try BenchFailure.unless(timers == sleepers, "there are \(timers) timers of \(sleepers) sleepers")
        Memory.resetPeak()
        let clock = ContinuousClock()
        let begin = clock.now
        let services = try await SagaServices(bench, [saga])
        let spent = try await services.whileRunning {
            try await services.run(saga, 0, isDoomed: false)
            return clock.now - begin
        }
        let peak = Memory.peakMiB()
        await services.close()
        return BenchRow(
            workload: "saga-timers-start",
            unit: "sleeping saga",
            operations: sleepers,
            seconds: spent / .seconds(1),
            // The sleepers only lie there.
            isRate: false,
            limit: "reading all timers",
            peakRSSMiB: peak,
            further: [("microsOfLimit", limit / .microseconds(1))]
        )
    }

    private func waking<S: TripSaga>(
        _ saga: S.Type,
        _ sleepers: Int,
        _ rows: SleeperRows,
        _ bench: Bench
    ) async throws -> BenchRow {
        // Late enough that everything runs when they wake, and the others have been alone for a while.
        let lead = Duration.seconds(Self.alone + 1)
        try rows.wakeAll(at: SystemTime().now().advanced(by: lead + .milliseconds(sleepers / 20)))
        let services = try await SagaServices(bench, [saga])
        let due = try await services.trips.read { try $0.nextTimer(owner: SagaCoordinator.timerOwner) }
        guard let due else { throw BenchFailure("nobody sleeps") }
        Memory.resetPeak()
        let row = try await services.whileRunning {
            let alone = try await Pace(perSecond: Self.offered).run(Self.offered * Self.alone) { number in
                try await services.run(saga, 1 + number, isDoomed: false)
            }
            try await services.trips.time.sleep(for: due.remaining(from: services.trips.time.now()))
            let clock = ContinuousClock()
            let (begin, before, othersBefore) = (clock.now, try await completed(services), services.sagas)
            let isOver = Signal()
            async let others = Pace(perSecond: Self.offered).run(until: isOver) { number in
                try await services.run(saga, 1_000_000 + number, isDoomed: false)
            }
            // Nothing signals that all have ended; they are counted so seldom that counting does not disturb.
            var woken = 0
            repeat {
                try await Task.sleep(for: .milliseconds(250))
                woken = try await completed(services) - before - (services.sagas - othersBefore)
            } while woken < sleepers && !TimeShare.current.isOver
            let spent = (clock.now - begin) / .seconds(1)
            isOver.raise()
            let latencies = try await others
            return BenchRow(
                workload: "saga-timers-due",
                unit: "saga beside those that wake",
                operations: latencies.count,
                seconds: (clock.now - begin) / .seconds(1),
                // They begin at the rate that is offered.
                isRate: false,
                p50Micros: latencies.percentile(0.5),
                p99Micros: latencies.percentile(0.99),
                limit: "the same other sagas, before",
                peakRSSMiB: Memory.peakMiB(),
                further: [
                    ("woken", Double(woken)),
                    ("wokenPerSecond", Double(woken) / spent),
                    ("p50MicrosBefore", alone.percentile(0.5) ?? 0),
                    ("p99MicrosBefore", alone.percentile(0.99) ?? 0),
                ],
                note: woken < sleepers ? "the time was over before all \(sleepers) had ended" : nil
            )
        }
        await services.close()
        return row
    }

    private func completed(_ services: SagaServices) async throws -> Int {
        try await services.trips.read { try $0.sagaCounts()[.completed] ?? 0 }
    }
}

/// A saga that sleeps for an hour and then has one step.
struct SleepingTrip: Saga {
    typealias State = TripState

    static let name: SagaName = "bench.sleeping-trip"
    static let version = 1

    static var plan: some Plan<TripState> {
        sleep("rest", .seconds(3_600))
        pivot("book") { BookLeg(trip: $0.trip, leg: 1, cents: $0.cents, isRefused: false) }
            .merge { $0.bookings.append($1.booking) }
    }
}
#endif
