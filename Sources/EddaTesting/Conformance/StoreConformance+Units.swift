internal import EddaCore
internal import Synchronization

extension StoreConformance {
    // acceptance: 4
    // guarantees: G1, G14
    static let units: [ConformanceCase] = [
        ConformanceCase("units: a body that throws leaves no trace of any kind") { bench in
            let store = bench.store
            let due = bench.time.now()
            do {
                try await store.write { transaction in
                    _ = try transaction.append(Append(EventData.samples(3), to: "order-1", key: "key"))
                    try transaction.archive("order-1")
                    try transaction.setCheckpoint("reader", to: Position(3))
                    try transaction.recordInbox(
                        InboxEntry(consumer: "c", key: "k", state: .tombstone, recordedAt: due.wall)
                    )
                    let sequence = try transaction.enqueue(.sample("m"))
                    try transaction.hold(sequence, attempts: 1, due: due, reason: "down")
                    try transaction.setTimer(TimerRow(owner: "o", key: "k", due: due))
                    try transaction.putSaga(.sample("saga-1"))
                    try transaction.putProjection(.sample("view", build: 1))
                    throw Abandoned()
                }
                throw bench.fail("the error of the body was swallowed")
            } catch is Abandoned {}
            let isEmpty = try await store.read { transaction in
                let facts: [Bool] = [
                    try transaction.head() == .start,
                    try transaction.state(of: "order-1") == .missing,
                    try transaction.result(of: "key") == nil,
                    try transaction.checkpoint("reader") == .start,
                    try transaction.inboxEntry(consumer: "c", key: "k") == nil,
                    try transaction.outbox(after: 0, limit: 10).isEmpty,
                    try transaction.nextDueMessage() == nil,
                    try transaction.nextTimer(owner: "o") == nil,
                    try transaction.saga("saga-1") == nil,
                    try transaction.projections(nil).isEmpty,
                ]
                return facts
            }
            try bench.equal(isEmpty, [Bool](repeating: true, count: isEmpty.count), "what is empty afterwards")
            let result = try await store.append(Append(EventData.samples(1), to: "order-1", key: "key"))
            try bench.equal(result.positions, Position(1)...Position(1), "positions afterwards")
        },
        ConformanceCase("units: a body that throws takes back changes and removals") { bench in
            let store = bench.store
            let now = bench.time.now()
            try await store.write { transaction in
                try transaction.setCheckpoint("reader", to: Position(7))
                try transaction.recordInbox(
                    InboxEntry(consumer: "c", key: "k", state: .tombstone, recordedAt: now.wall)
                )
                try transaction.enqueue(.sample("1"))
                try transaction.enqueue(.sample("2"))
                try transaction.setTimer(TimerRow(owner: "o", key: "k", due: now))
                try transaction.putSaga(.sample("saga-1"))
                try transaction.putProjection(.sample("view", build: 1))
            }
            let before = try await store.read { try Contents($0) }
            do {
                try await store.write { transaction in
                    try transaction.setCheckpoint("reader", to: Position(9))
                    _ = try transaction.forgetInbox(before: now.wall + .seconds(1), limit: 10)
                    let sequences = try transaction.outbox(after: 0, limit: 10).map(\.sequence)
                    try transaction.hold(sequences[0], attempts: 1, due: now, reason: "down")
                    try transaction.removeFromOutbox([sequences[0]])
                    try transaction.cancelTimer(owner: "o", key: "k")
                    try transaction.putSaga(.sample("saga-1", status: .parked, revision: 2))
                    try transaction.removeProjection("view", build: 1)
                    throw Abandoned()
                }
            } catch is Abandoned {}
            try await bench.equal(store.read { try Contents($0) }, before, "contents after the failed unit")
        },
        ConformanceCase("units: a unit reads what it wrote") { bench in
            let found = try await bench.store.write { transaction in
                _ = try transaction.append(Append(EventData.samples(2), to: "order-1"))
                let first = try transaction.events(in: "order-1", .forward, versions: 1...10, limit: 10).count
                let second = try transaction.append(
                    Append(EventData.samples(1), to: "order-1", expecting: .version(2))
                )
                try transaction.setCheckpoint("reader", to: Position(3))
                return (first, second, try transaction.head(), try transaction.checkpoint("reader"))
            }
            try bench.equal(found.0, 2, "events within the unit")
            try bench.equal(found.1.positions, Position(3)...Position(3), "positions of the second append")
            try bench.equal(found.2, Position(3), "head within the unit")
            try bench.equal(found.3, Position(3), "checkpoint within the unit")
        },
        ConformanceCase("units: an append that fails amid its events leaves none of them, also when the body goes on") {
            bench in
            let taken = EventData(type: "taken", data: [])
            try await bench.store.append(Append([taken], to: "a-1"))
            try await bench.store.write { transaction in
                let first = Append.Entry(stream: "new-1", event: EventData(type: "new", data: []))
                let second = Append.Entry(stream: "a-1", event: taken)
                _ = try? transaction.append(Append([first, second]))
                try transaction.append(Append([EventData(type: "rest", data: [])], to: "a-1"))
            }
            try await bench.equal(bench.store.state(of: "new-1"), .missing, "the stream of the first event")
            try await bench.equal(bench.store.state(of: "a-1"), .version(2), "the stream of the second event")
            try await bench.equal(bench.store.head(), Position(2), "the head")
        },
        ConformanceCase("units: what a hook throws fails the unit, also when the body goes on") { bench in
            struct Refusing: AppendHook {
                func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws {
                    throw Abandoned()
                }
            }
            try await bench.store.install(Refusing())
            do {
                try await bench.store.write { transaction in
                    _ = try? transaction.append(Append([EventData(type: "a", data: [])], to: "a-1"))
                }
            } catch is Abandoned {
                return try await bench.equal(bench.store.state(of: "a-1"), .missing, "the stream")
            }
            throw bench.fail("the unit was committed")
        },
        ConformanceCase("units: a refused append that the body catches does no harm to the rest") { bench in
            let store = bench.store
            try await store.write { transaction in
                _ = try transaction.append(Append(EventData.samples(1), to: "a-1"))
                do {
                    _ = try transaction.append(Append(EventData.samples(1), to: "a-1", expecting: .missing))
                } catch is AppendConflict {
                    _ = try transaction.append(Append(EventData.samples(1), to: "b-1"))
                }
            }
            try await bench.equal(store.events().events.map(\.stream), ["a-1", "b-1"], "streams of the events")
        },
        ConformanceCase("units: the moment stands still within a unit") { bench in
            let time = bench.time
            let moments = try await bench.store.write { transaction in
                let before = transaction.now
                time.advance(by: .seconds(5))
                return (before, transaction.now)
            }
            try bench.equal(moments.0, moments.1, "the moment of the unit")
        },
        ConformanceCase("units: a hook runs inside the appending unit") { bench in
            let store = bench.store
            let hook = RecordingHook()
            try await store.install(hook)
            _ = try await store.append(Append([.sample("a-1", "1"), .sample("b-1", "2")]))
            _ = try await store.append(Append([]))
            let checkpoint = try await store.read { try $0.checkpoint("hook") }
            try bench.equal(checkpoint, Position(2), "what the hook wrote")
            try bench.equal(hook.seen, [["1", "2"]], "the events that the hook was given, append by append")
        },
        ConformanceCase("units: hooks are not told of what a hook appends") { bench in
            struct Auditing: AppendHook {
                func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws {
                    _ = try transaction.append(Append(events.map { .sample("audit-1", "of \($0.text)") }))
                }
            }
            let store = bench.store
            let hook = RecordingHook()
            try await store.install(Auditing())
            try await store.install(hook)
            _ = try await store.append(Append([.sample("a-1", "1"), .sample("b-1", "2")]))
            try bench.equal(hook.seen, [["1", "2"]], "the events that the second hook was given")
            let audit = try await store.events(in: "audit-1").map(\.text)
            try bench.equal(audit, ["of 1", "of 2"], "what the first one appended")
        },
        ConformanceCase("units: what a hook throws fails the append") { bench in
            let store = bench.store
            try await store.appendSamples(1, to: "a-1")
            try await store.install(RefusingHook())
            do {
                try await store.appendSamples(1, to: "a-1")
                throw bench.fail("the append succeeded")
            } catch is Abandoned {}
            try await bench.equal(store.head(), Position(1), "head")
            let checkpoint = try await store.read { try $0.checkpoint("hook") }
            try bench.equal(checkpoint, .start, "what the hook had written")
        },
    ]
}

/// Writes a checkpoint and remembers what it saw.
private final class RecordingHook: AppendHook {
    private let texts = Mutex<[[String]]>([])
    var seen: [[String]] { texts.withLock { $0 } }

    func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws {
        try transaction.setCheckpoint("hook", to: transaction.head())
        texts.withLock { $0.append(events.map(\.text)) }
    }
}

/// Writes a checkpoint and refuses.
private struct RefusingHook: AppendHook {
    func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws {
        try transaction.setCheckpoint("hook", to: transaction.head())
        throw Abandoned()
    }
}

/// Everything of a store but its events, for comparison.
private struct Contents: Equatable {
    let checkpoint: Position
    let inbox: InboxEntry?
    let outbox: [OutboxRow]
    let timers: [TimerRow]
    let sagas: [SagaRecord]
    let projections: [ProjectionRecord]

    init(_ transaction: any ReadTransaction) throws {
        checkpoint = try transaction.checkpoint("reader")
        inbox = try transaction.inboxEntry(consumer: "c", key: "k")
        outbox = try transaction.outbox(after: 0, limit: 100)
        timers = try transaction.dueTimers(owner: "o", at: transaction.now, limit: 100)
        sagas = try transaction.sagas(SagaFilter())
        projections = try transaction.projections(nil)
    }
}
