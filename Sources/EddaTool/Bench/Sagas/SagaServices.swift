#if CLI
internal import Edda
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Two services in this process, each with a database of its own: one drives the sagas, the other executes the commands
/// of their steps.
///
/// Messages go over the in-process transport.
final class SagaServices: Sendable {
    let trips: SQLiteStore
    let bookings: SQLiteStore
    let coordinating: EddaRuntime
    private let executing: EddaRuntime
    private let counted = Mutex((sagas: 0, transitions: 0))

    init(_ bench: Bench, _ sagas: [any TripSaga.Type]) async throws {
        trips = try await bench.store("trips")
        bookings = try await bench.store("bookings")
        let transport = InProcessTransport()
        coordinating = try EddaRuntime(store: trips, transport: transport, name: "trips") {
            for saga in sagas { saga }
            SleepingTrip.self
        }
        executing = try EddaRuntime(store: bookings, transport: transport, name: "bookings-service") {
            legBookings
        }
    }

    /// Runs both services for as long as `body` takes.
    func whileRunning<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await executing.whileRunning { [coordinating] in try await coordinating.whileRunning(body) }
    }

    func close() async {
        await trips.close()
        await bookings.close()
    }

    /// Starts a saga and returns when it has ended as it should.
    func run<S: TripSaga>(_ saga: S.Type, _ number: Int, isDoomed: Bool) async throws {
        let id = SagaID(unchecked: "trip-\(number)")
        let state = TripState(trip: "\(number)", cents: 10_000 + number % 1_000, isDoomed: isDoomed)
        try await coordinating.sagas.start(saga, id: id, state: state)
        let record = try await coordinating.sagas.wait(for: id)
        try BenchFailure.unless(
            record.status == (isDoomed ? .compensated : .completed),
            "saga \(id) is \(record.status)"
        )
        counted.withLock { counted in
            counted.sagas += 1
            counted.transitions += record.revision
        }
    }

    /// How many transitions the coordinator has made for a saga, on average.
    var transitionsPerSaga: Double {
        counted.withLock { Double($0.transitions) / Double(max(1, $0.sagas)) }
    }

    /// How many sagas were run.
    var sagas: Int { counted.withLock { $0.sagas } }

    /// What share of the sagas is refused at its last step: every tenth one of 0.1.
    static func isDoomed(_ number: Int, _ share: Double) -> Bool {
        Int(Double(number + 1) * share) > Int(Double(number) * share)
    }
}

/// What work has cost the processors, whatever else they had to do.
struct ProcessorTime {
    private(set) var spent = Duration.zero

    /// Adds what this process spends while `body` runs.
    mutating func measure<Result>(_ body: () async throws -> Result) async throws -> Result {
        let before = Self.now()
        defer { spent += Self.now() - before }
        return try await body()
    }

    private static func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

/// How many units have shared a commit of a store since one was made.
struct CommitCount {
    private let store: SQLiteStore
    private let before: SQLiteStore.UnitStatus

    init(_ store: SQLiteStore) {
        self.store = store
        before = store.units
    }

    var unitsPerCommit: Double {
        let now = store.units
        return Double(now.committed - before.committed) / Double(max(1, now.commits - before.commits))
    }
}
#endif
