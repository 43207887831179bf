import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Spawning
import Synchronization
import Testing

/// Consumers in two processes on one file. // acceptance: 20; guarantees: G5, G12, G13
@Suite struct TwoProcessConsumerTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func append(_ count: Int, _ type: EventType, to stream: StreamID, in store: SQLiteStore) async throws {
        for index in 0..<count {
            _ = try await store.append(Append([EventData(type: type, data: [UInt8(index)])], to: stream))
        }
    }

    /// Consumes until the event at a position has been handled and its checkpoint stored.
    private func consume(_ store: SQLiteStore, until last: Int64) async throws -> [Int64] {
        let positions = Mutex<[Int64]>([])
        struct Done: Error {}
        do {
            try await store.consumeOrders { events in
                guard let first = events.first?.position.value, first <= last else { throw Done() }
                positions.withLock { $0 += events.map(\.position.value) }
                guard events.last?.position.value == last else { return }
                // A further event shows that the checkpoint of this batch is stored.
                _ = try await store.append(Append([EventData(type: "order", data: [])], to: "order-1"))
            }
        } catch is Done {}
        return positions.withLock(\.self)
    }

    @Test(.timeLimit(.minutes(5)))
    func aKilledHolderIsReplacedAndNothingIsPassedOver() async throws {
        let store = try await folder.store()
        try await append(100, "order", to: "order-1", in: store)
        try await ChildProcess.playing(
            .isKilledConsuming,
            on: folder.file(),
            ending: .killed(SIGKILL)
        ) { _ in
            try await waitForLease(in: store)
            let handled = try await consume(store, until: 100)
            #expect(handled == Array(21...100), "the batch in hand comes again, the two before it do not")
        }
        let lease = try #require(try await store.read { try $0.lease("mailer") })
        #expect(lease.epoch == 2)
        #expect(lease.holder == nil)
        await store.close()
    }

    /// Runs `body` while no writer of any process holds the lock of the file, or waits for it at the head.
    private func whileNobodyWrites(_ body: () async throws -> Void) async throws {
        let files = [".lock.next", ".lock"].map { open(folder.file() + $0, O_RDWR | O_CLOEXEC) }
        defer { for file in files { close(file) } }
        for file in files { try #require(flock(file, LOCK_EX) == 0) }
        try await body()
    }

    @Test(.timeLimit(.minutes(5)))
    func aStoppedHolderThatGoesOnChangesNothing() async throws {
        let store = try await folder.store()
        try await append(40, "order", to: "order-1", in: store)
        let (mine, checkpoint) = try await ChildProcess.playing(.isStoppedConsuming, on: folder.file()) { pid in
            var stopping = store.subscribe(to: EventQuery(types: ["stopping"])).makeAsyncIterator()
            _ = try #require(try await stopping.next())
            try await whileNobodyWrites {
                try Data().write(to: URL(filePath: folder.file() + ".stop"))
                try await ChildProcess.waitUntilStopped(pid)
            }
            let handled = try await consume(store, until: 40)
            #expect(handled == Array(11...40))
            // The test holds the lease when the child goes on.
            let mine = try #require(try await store.write { try $0.takeLease("mailer", for: "the test") })
            #expect(mine.epoch == 3)
            let checkpoint = try await store.read { try $0.checkpoint("mailer") }
            kill(pid, SIGCONT)
            try await append(1, "finish", to: "process-1", in: store)
            return (mine, checkpoint)
        }
        // The child has ended.
        #expect(try await store.read { try $0.lease("mailer") } == mine)
        #expect(try await store.read { try $0.checkpoint("mailer") } == checkpoint)
        await store.close()
    }

    @Test(.timeLimit(.minutes(5)))
    func eventsOfAnotherProcessAreHandledOnceAndInOrder() async throws {
        let store = try await folder.store()
        let handled = try await ChildProcess.playing(.appends, on: folder.file()) { _ in
            try await consume(store, until: 200)
        }
        #expect(handled == Array(1...200))
        await store.close()
    }

    private func waitForLease(in store: SQLiteStore) async throws {
        while true {
            let seen = store.signals.leases.count
            if try await store.read({ try $0.lease("mailer") }) != nil { return }
            try await store.signals.leases.wait(past: seen)
        }
    }
}
