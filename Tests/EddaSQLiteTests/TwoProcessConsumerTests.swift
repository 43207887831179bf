import EddaCore
import EddaSQLite
import Foundation
import Synchronization
import Testing

/// Consumers in two processes on one file. // acceptance: 20; guarantees: G5, G12, G13
@Suite struct TwoProcessConsumerTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func append(_ count: Int, to store: SQLiteStore) async throws {
        for index in 0..<count {
            _ = try await store.append(Append([EventData(type: "order", data: [UInt8(index)])], to: "order-1"))
        }
    }

    /// Consumes until the event at a position has been handled and its checkpoint stored.
    private func consume(_ store: SQLiteStore, until last: Int64) async throws -> [Int64] {
        let positions = Mutex<[Int64]>([])
        struct Done: Error {}
        do {
            try await store.consume(
                as: "mailer",
                matching: EventQuery(types: ["order"]),
                lease: .milliseconds(500),
                batchSize: 10
            ) { events in
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
        try await append(100, to: store)
        let path = folder.file()
        async let child = #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try await SQLiteStore(path: path)
            try await store.consume(
                as: "mailer",
                matching: EventQuery(types: ["order"]),
                lease: .milliseconds(500),
                batchSize: 10
            ) { events in
                if events.contains(where: { $0.position == Position(21) }) { kill(getpid(), SIGKILL) }
            }
        }
        try await waitForLease(store) { $0 != nil }
        let handled = try await consume(store, until: 100)
        _ = await child
        #expect(handled == Array(21...100), "the batch in hand comes again, the two before it do not")
        let lease = try #require(try await store.read { try $0.lease("mailer") })
        #expect(lease.epoch == 2)
        #expect(lease.holder == nil)
        await store.close()
    }

    @Test(.timeLimit(.minutes(5)))
    func aStoppedHolderThatGoesOnChangesNothing() async throws {
        let store = try await folder.store()
        try await append(40, to: store)
        let path = folder.file()
        async let child = #expect(processExitsWith: .success) { [path = path as String] in
            let store = try await SQLiteStore(path: path)
            let batches = Mutex(0)
            let consumption = Task {
                try await store.consume(
                    as: "mailer",
                    matching: EventQuery(types: ["order"]),
                    lease: .milliseconds(500),
                    batchSize: 10
                ) { events in
                    batches.withLock { $0 += 1 }
                    guard events.first?.position == Position(11) else { return }
                    _ = try await store.append(
                        Append([EventData(type: "stopping", data: Array("\(getpid())".utf8))], to: "process-1")
                    )
                    // When the other process has written, this one's writer has let go of the file.
                    for try await _ in store.subscribe(to: EventQuery(types: ["stop"])) { break }
                    kill(getpid(), SIGSTOP)
                }
            }
            for try await _ in store.subscribe(to: EventQuery(types: ["finish"])) { break }
            consumption.cancel()
            try await consumption.value
            // The batch under which it was stopped was its last: what it did then was refused.
            precondition(batches.withLock(\.self) == 2)
            await store.close()
        }
        var stopping = store.subscribe(to: EventQuery(types: ["stopping"])).makeAsyncIterator()
        let event = try #require(try await stopping.next())
        let pid = try #require(pid_t(String(decoding: event.data, as: UTF8.self)))
        _ = try await store.append(Append([EventData(type: "stop", data: [])], to: "process-1"))
        let handled = try await consume(store, until: 40)
        #expect(handled == Array(11...40))
        // It holds the lease while the other one comes back, and so the other one has to lose it.
        let taken = try await store.write { try $0.takeLease("mailer", for: "the test") }
        let mine = try #require(taken)
        #expect(mine.epoch == 3)
        let checkpoint = try await store.read { try $0.checkpoint("mailer") }
        kill(pid, SIGCONT)
        _ = try await store.append(Append([EventData(type: "finish", data: [])], to: "process-1"))
        _ = await child
        #expect(try await store.read { try $0.lease("mailer") } == mine)
        #expect(try await store.read { try $0.checkpoint("mailer") } == checkpoint)
        await store.close()
    }

    @Test(.timeLimit(.minutes(5)))
    func eventsOfAnotherProcessAreHandledOnceAndInOrder() async throws {
        let store = try await folder.store()
        let path = folder.file()
        async let child = #expect(processExitsWith: .success) { [path = path as String] in
            let store = try await SQLiteStore(path: path)
            for index in 0..<200 {
                _ = try await store.append(Append([EventData(type: "order", data: [UInt8(index)])], to: "order-1"))
            }
            await store.close()
        }
        let handled = try await consume(store, until: 200)
        _ = await child
        #expect(handled == Array(1...200))
        await store.close()
    }

    private func waitForLease(_ store: SQLiteStore, _ condition: (Lease?) -> Bool) async throws {
        while true {
            let seen = store.signals.leases.count
            if condition(try await store.read { try $0.lease("mailer") }) { return }
            try await store.signals.leases.wait(past: seen)
        }
    }
}
