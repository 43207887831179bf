import EddaCore
import EddaSQLite
import Foundation
import Synchronization
import Testing

/// What a second process can do together with a test.
enum ChildPart: String {
    /// Appends 100 events and waits for 100 of the other process.
    case exchanges
    /// Appends 200 events.
    case appends
    /// Consumes until it comes to position 21; there it is killed.
    case isKilledConsuming
    /// Consumes until it comes to position 11; there it is stopped, and told to go on later.
    case isStoppedConsuming
    /// Stops itself inside a transaction that is not Edda's, and commits when it is told to go on.
    case isStoppedInsideATransaction
    /// Stops itself as the first of those who wait for the lock of the writers, and lets go when it is told to go on.
    case isStoppedInTheQueue
    /// Stops itself inside a unit of a store; there it is killed.
    case isStoppedInsideAUnit
    /// Appends 100 events to a stream, each at its exact version, taking turns with others.
    case takesTurnsFirst, takesTurnsSecond
    /// Repeats an append under its key.
    case repeatsAnAppend
}

/// Runs in a process that was started for it, and only there.
@Suite struct ChildParts {
    @Test(.enabled(if: ChildProcess.role != nil))
    func playsThePartItWasGiven() async throws {
        let (part, file) = try #require(ChildProcess.role)
        switch part {
        case .isStoppedInsideATransaction: return try stopInsideATransaction(of: file)
        case .isStoppedInTheQueue: return stopInTheQueue(of: file)
        case .takesTurnsFirst: return try await takeTurns(on: file, "first-1")
        case .takesTurnsSecond: return try await takeTurns(on: file, "second-1")
        default: break
        }
        let store = try await SQLiteStore(path: file)
        switch part {
        case .exchanges: try await exchange(store)
        case .appends: try await append(200, "order", to: "order-1", in: store)
        case .isKilledConsuming:
            try await store.consumeOrders { events in
                if events.contains(where: { $0.position == Position(21) }) { kill(getpid(), SIGKILL) }
            }
        case .isStoppedConsuming: try await consumeAndStop(store)
        case .repeatsAnAppend:
            let result = try await store.append([Packed.sample], to: "parcel-1", key: "pack-1")
            #expect(result.wasRepeated && result.positions == Position(1)...Position(1))
        case .isStoppedInsideAUnit:
            try await store.write { transaction in
                _ = try transaction.append(Append([EventData(type: "theirs", data: [])], to: "s-1"))
                raise(SIGSTOP)
            }
        case .isStoppedInsideATransaction, .isStoppedInTheQueue, .takesTurnsFirst, .takesTurnsSecond: break
        }
        await store.close()
    }

    private func append(_ count: Int, _ type: EventType, to stream: StreamID, in store: SQLiteStore) async throws {
        for index in 0..<count {
            _ = try await store.append(Append([EventData(type: type, data: [UInt8(index)])], to: stream))
        }
    }

    private func stopInsideATransaction(of file: String) throws {
        let raw = try RawDatabase(file)
        try raw.execute("BEGIN IMMEDIATE; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
        raise(SIGSTOP)
        try raw.execute("COMMIT")
    }

    private func stopInTheQueue(of file: String) {
        let turnstile = open(file + ".lock.next", O_RDWR | O_CLOEXEC)
        #expect(flock(turnstile, LOCK_EX | LOCK_NB) == 0)
        raise(SIGSTOP)
        close(turnstile)
    }

    private func takeTurns(on file: String, _ stream: StreamID) async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeout = .seconds(60)
        configuration.checkpointPages = 20
        let store = try await SQLiteStore(path: file, configuration: configuration)
        for index in 0..<100 {
            let expected: StreamExpectation = index == 0 ? .missing : .version(index)
            try await store.append(Append([EventData(type: "b", data: [])], to: stream, expecting: expected))
        }
        await store.close()
    }

    private func exchange(_ store: SQLiteStore) async throws {
        try await append(100, "child", to: "shared-1", in: store)
        // The parent's events reach this process's subscription without a commit of its own.
        var seen = 0
        for try await _ in store.subscribe(to: EventQuery(types: ["parent"])) {
            seen += 1
            if seen == 100 { break }
        }
    }

    private func consumeAndStop(_ store: SQLiteStore) async throws {
        let batches = Mutex(0)
        let consumption = Task {
            try await store.consumeOrders { events in
                batches.withLock { $0 += 1 }
                guard events.first?.position == Position(11) else { return }
                _ = try await store.append(
                    Append([EventData(type: "stopping", data: [])], to: "process-1")
                )
                // The other process sees to it that this one's writer holds no lock while it is stopped.
                while !FileManager.default.fileExists(atPath: store.path + ".stop") {
                    try await Task.sleep(for: .milliseconds(2))
                }
                kill(getpid(), SIGSTOP)
            }
        }
        for try await _ in store.subscribe(to: EventQuery(types: ["finish"])) { break }
        consumption.cancel()
        try await consumption.value
        // The batch under which it was stopped was its last: what it did then was refused.
        #expect(batches.withLock(\.self) == 2)
    }
}

/// An event whose tags and data have no order of their own: that of a dictionary is another one in each process.
struct Packed: Event {
    static let eventType: EventType = "parcel.packed"
    var counts: [String: Int]
    var tags: Set<EddaCore.Tag> { Set(counts.keys.map { "article:\($0)" }) }

    static var sample: Packed {
        Packed(counts: Dictionary(uniqueKeysWithValues: (0..<12).map { ("article-\($0)", $0) }))
    }
}

extension SQLiteStore {
    /// Consumes events of type `order` under a short lease, in batches of 10.
    func consumeOrders(_ handle: @escaping @Sendable ([RecordedEvent]) async throws -> Void) async throws {
        try await consume(
            as: "mailer",
            matching: EventQuery(types: ["order"]),
            lease: .milliseconds(500),
            batchSize: 10,
            handle
        )
    }
}
