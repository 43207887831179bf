internal import EddaCore
internal import EddaSagas

/// What came of a run.
struct SagaRun: Sendable {
    /// The faults that struck.
    var faults: [SagaFault] = []
    /// The points at which something could have gone wrong.
    var visits: [SagaFates.Visit] = []
    /// Those that came after the first fault.
    var later: [SagaFates.Visit] = []
    /// How the saga stood when nothing moved it any more; `nil` when it did not come to that.
    var status: SagaRecord.Status?
    /// How it stood after an operator had it tried again, if it was parked.
    var statusAfterRetries: SagaRecord.Status?
    /// Whether it then still stood still since nobody could tell any more what was done.
    var isTooLate = false
    /// How many transitions it had made by then.
    var transitions = 0
    /// The steps that have got a signal.
    var signalled: [StepID] = []
    /// How many things happened.
    var happenings = 0
    /// Which steps were executed, in order.
    var effects: [String] = []
    var violation: SagaViolation?
    /// The history, if it was to be told.
    var lines: [String] = []
}

extension SagaScript {
    /// Runs the saga once.
    ///
    /// A saga that was parked is tried again with nothing going wrong, since from there it has to find an end.
    ///
    /// - Throws: What goes wrong with the test itself, such as a missing fake.
    func run(
        _ fates: SagaFates,
        on factory: (any StoreFactory)? = nil,
        isTold: Bool = false
    ) async throws -> SagaRun {
        let stores = factory ?? MemoryStoreFactory(schema: options.schema)
        let world = try await SagaWorld(self, fates: fates, factory: stores, isTold: isTold)
        var run = SagaRun()
        do {
            try await world.begin()
            run.status = try await rest(world)
            var retries = 0
            while case let parked = try await world.parked(), !parked.isEmpty, retries < 6 {
                fates.rest()
                retries += 1
                for saga in parked { world.plan(.decision(.retry, saga), at: world.now) }
                run.statusAfterRetries = try await rest(world)
            }
            if run.statusAfterRetries == .parked { run.isTooLate = try await world.isTooLate() }
        } catch let violation as SagaViolation {
            run.violation = violation
        } catch {
            await world.close()
            throw error
        }
        run.faults = fates.struck
        run.visits = fates.visits
        run.later = fates.visitsAfterStrike
        run.transitions = world.transitions
        run.signalled = world.signalled.sorted { $0.rawValue < $1.rawValue }
        run.happenings = world.steps
        run.effects = world.journal.entries.map { names.short($0.key) }
        run.lines = world.story.lines
        await world.close()
        return run
    }

    /// Lets a run go on until nothing moves any more, and checks how it stands then.
    private func rest(_ world: SagaWorld<S>) async throws -> SagaRecord.Status {
        guard try await world.play() else {
            throw SagaViolation("G10", "The saga is not at rest after \(options.stepLimit) happenings.")
        }
        let outcome = try await world.outcome()
        try await world.check(outcome)
        do {
            try await invariant(outcome)
        } catch {
            throw SagaViolation("the invariant", "\(error)")
        }
        return outcome.status
    }
}

/// Stores in memory; what they hold outlives a process of the test.
struct MemoryStoreFactory: StoreFactory {
    let schema: SchemaRegistry

    var supportsSQL: Bool { false }

    func makeStore(time: any TimeSource) async throws -> any Store {
        InMemoryStore(schema: schema, time: time, cachedAggregates: 0)
    }

    func reopen(_ store: any Store) async throws -> (any Store)? { nil }
}
