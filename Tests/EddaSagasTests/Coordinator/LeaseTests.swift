import EddaCore
import EddaSagas
import EddaTesting
import Logging
import Synchronization
import Testing

/// The process that should take over the sagas of one that is gone. // guarantees: G10, G12
@Suite struct LeaseTests {
    enum Trouble: CaseIterable {
        /// The process that has the lease was stopped inside a commit.
        case locked
        case overloaded
        /// The lease is taken, and nobody learns it.
        case unknown
    }

    /// A store to which a few of the writes that come next do not go through.
    private final class TroubledStore: Store {
        private let base: any Store
        private let trouble: Trouble
        private let left: Mutex<Int>

        init(_ base: any Store, _ trouble: Trouble, times: Int) {
            self.base = base
            self.trouble = trouble
            left = Mutex(times)
        }

        var schema: SchemaRegistry { base.schema }
        var time: any TimeSource { base.time }
        var signals: StoreSignals { base.signals }
        var isOver: Bool { left.withLock { $0 == 0 } }

        func read<Result: Sendable>(
            _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
        ) async throws -> Result { try await base.read(body) }

        func write<Result: Sendable>(
            _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
        ) async throws -> Result {
            let isTroubled = left.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
            guard isTroubled else { return try await base.write(body) }
            switch trouble {
            case .locked: throw StoreError(.locked, "Process 4711 holds the file locked.")
            case .overloaded: throw Overloaded(waiting: 16_384)
            case .unknown:
                _ = try await base.write(body)
                throw CommitUnknown(underlying: StoreError(.ioError, "The disk was away."))
            }
        }

        func install(_ hook: any AppendHook) async throws { try await base.install(hook) }
        func close() async { await base.close() }
    }

    @Test(.timeLimit(.minutes(1)), arguments: Trouble.allCases)
    func whoStandsByOutlivesWhatPassesAndTakesOver(_ trouble: Trouble) async throws {
        let time = ManualTime()
        let base = InMemoryStore(time: time)
        let outer = try World(time, base, [FulfilOrder.self])
        try await outer.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        // Held by a process that is never heard of again.
        let lease: Duration = .seconds(4)
        try await ConsumerLease(store: base, name: "edda.sagas", duration: lease).acquire()
        let store = TroubledStore(base, trouble, times: 20)
        var configuration = SagaCoordinator.Configuration()
        configuration.lease = lease
        let world = try World(time, store, [FulfilOrder.self], configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withLogger(.silent) { _ in
                    try await world.coordinator.run(transport: RunTests.Mailbox())
                }
            }
            group.addTask {
                // Nobody answers, so the step is given up when somebody minds its timer.
                while try await world.keys().last != "order-1/reserve/undo" {
                    // The gauges, and the look at the lease or, later, the timers.
                    await time.waitForSleepers(2)
                    try Task.checkCancellation()
                    time.advanceToNextSleeper()
                    await Task.yield()
                }
            }
            // Whichever ends first: the coordinator only ends early when it has thrown.
            try await group.next()
            group.cancelAll()
            while try await group.next() != nil {}
        }
        #expect(store.isOver)
        #expect(try await world.keys().last == "order-1/reserve/undo")
    }
}
