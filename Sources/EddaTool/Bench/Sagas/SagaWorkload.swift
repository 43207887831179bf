#if CLI
internal import Edda

/// Sagas of remote steps, as many as go through: all completed, and with some compensated.
struct SagaWorkload: Workload {
    var name: String { "saga" }
    var summary: String {
        "sagas of 4 remote steps (--steps), \(Self.inFlight) at a time: all completed, and 10 % compensated (--compensated)"
    }

    private static let inFlight = 256

    func run(in bench: Bench) async throws -> [BenchRow] {
        guard let saga = Trips.all.first(where: { $0.steps == bench.steps }) else { return [] }
        return try await rows(of: saga, in: bench)
    }

    private func rows<S: TripSaga>(of saga: S.Type, in bench: Bench) async throws -> [BenchRow] {
        var rows: [BenchRow] = []
        let operations = bench.operations ?? 8_192
        let shares: [Double] = bench.compensated.map { [$0] } ?? [0, 0.1]
        for (index, share) in shares.enumerated() {
            if !rows.isEmpty, TimeShare.current.isOver {
                rows[index - 1].addNote("saga-compensated was left out for want of time")
                break
            }
            bench.progress("\(saga.steps) remote steps, \(Int(share * 100)) % compensated")
            let name = share == 0 ? "saga" : "saga-compensated"
            let part = 1 / Double(shares.count - index)
            rows.append(try await row(name, saga, share, operations, part, try bench.inside(name)))
        }
        return rows
    }

    private func row<S: TripSaga>(
        _ name: String,
        _ saga: S.Type,
        _ share: Double,
        _ operations: Int,
        _ part: Double,
        _ bench: Bench
    ) async throws -> BenchRow {
        let services = try await SagaServices(bench, [saga])
        let limit = try RawSagas(
            bench,
            await RawSagaRows.recorded(saga, services, isDoomed: false),
            doomed: share > 0 ? await RawSagaRows.recorded(saga, services, isDoomed: true) : nil
        )
        let (trips, bookings) = (CommitCount(services.trips), CommitCount(services.bookings))
        let row = try await services.whileRunning {
            var (next, limited) = (0, 0)
            var (spent, spentByLimit) = (ProcessorTime(), ProcessorTime())
            var row = try await Turns.measure(
                name,
                operations: operations,
                batch: Self.inFlight,
                unit: "saga",
                part: part,
                limit: "the same rows, one thread a file, \(Self.inFlight) units a commit",
                ours: { count in
                    defer { next += count }
                    return try await spent.measure {
                        try await Callers.run(Self.inFlight, operations: count) { [next] caller, number in
                            // Callers take every 256th number, so that the refused ones are spread over all.
                            let number = next + number * Self.inFlight + caller
                            try await services.run(saga, number, isDoomed: SagaServices.isDoomed(number, share))
                        }.latencies
                    }
                },
                limit: { count in
                    limited += count
                    try await spentByLimit.measure {
                        try await limit.run(sagas: count, doomed: share, inFlight: Self.inFlight)
                    }
                }
            )
            row.further = [
                ("steps", Double(saga.steps)),
                ("transitionsPerSaga", services.transitionsPerSaga),
                ("processorMicrosPerSaga", spent.spent / .microseconds(1) / Double(next)),
                ("processorMicrosOfLimit", spentByLimit.spent / .microseconds(1) / Double(limited)),
                ("unitsPerCommitTrips", trips.unitsPerCommit),
                ("unitsPerCommitBookings", bookings.unitsPerCommit),
            ]
            return row
        }
        await services.close()
        return row
    }
}

/// Sagas that begin when their time has come, whether the ones before have ended or not.
///
/// A latency counts from the time at which a saga should have begun, so that whatever holds up the beginning counts
/// as well.
struct PacedSagaWorkload: Workload {
    var name: String { "saga-paced" }
    var summary: String { "\(Self.offered) sagas of 4 remote steps (--steps) offered a second" }

    private static let offered = 100

    func run(in bench: Bench) async throws -> [BenchRow] {
        guard let saga = Trips.all.first(where: { $0.steps == bench.steps }) else { return [] }
        return [try await row(saga, bench.operations ?? 1_000, bench)]
    }

    private func row<S: TripSaga>(_ saga: S.Type, _ operations: Int, _ bench: Bench) async throws -> BenchRow {
        let services = try await SagaServices(bench, [saga])
        let rows = try await RawSagaRows.recorded(saga, services, isDoomed: false)
        let limit = try RawSagas(bench, rows)
        var row = try await services.whileRunning {
            _ = try await Pace(perSecond: Self.offered).run(Self.offered) { number in
                try await services.run(saga, number, isDoomed: false)
            }
            // The limit's sagas, a tenth as many, may take as long again where syncs are slow.
            let room = TimeShare.current.left.map { Int($0 / .seconds(2) * Double(Self.offered)) } ?? operations
            let offered = max(Self.offered, min(operations, room))
            Memory.resetPeak()
            let clock = ContinuousClock()
            let start = clock.now
            let latencies = try await Pace(perSecond: Self.offered).run(offered) { number in
                try await services.run(saga, Self.offered + number, isDoomed: false)
            }
            return BenchRow(
                workload: name,
                unit: "saga",
                operations: latencies.count,
                seconds: (clock.now - start) / .seconds(1),
                // They begin at the rate that is offered.
                isRate: false,
                p50Micros: latencies.percentile(0.5),
                p99Micros: latencies.percentile(0.99),
                limit: "the same rows, one saga after another, each unit a commit",
                peakRSSMiB: Memory.peakMiB(),
                note: latencies.count < offered
                    ? "\(Pace.mostUnderWay) were under way, so no more began"
                    : offered < operations ? "the time was over before \(operations) operations" : nil
            )
        }
        // As many as there is time for, one in any case.
        var alone = 0
        let spent = try ContinuousClock().measure {
            repeat {
                try limit.runOne()
                alone += 1
            } while alone < max(10, row.operations / 10) && !TimeShare.current.isOver
        }
        row.further = [
            ("microsOfLimit", spent / .microseconds(1) / Double(alone)),
            ("transitionsPerSaga", services.transitionsPerSaga),
        ]
        await services.close()
        return row
    }
}
#endif
