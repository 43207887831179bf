internal import EddaCore
internal import Synchronization

extension StoreConformance {
    // acceptance: 9, 16
    // guarantees: G1, G4, G14
    static let decisions: [ConformanceCase] = [
        ConformanceCase("decisions: rest on all events of the query, over many pages") { bench in
            let store = bench.store
            for part in 0..<3 {
                try await store.append {
                    for index in 0..<700 {
                        let stream = StreamID(unchecked: "tally-\(index % 7)")
                        $0.add([Added(amount: part)], to: stream)
                        $0.add([Noise()], to: stream)
                    }
                }
            }
            let query = EventQuery(events: Added.self)
            let seen = Mutex<[Int]>([])
            let result = try await store.decide(Tally.self, over: query, appendingTo: "sum-1") { tally in
                seen.withLock { $0.append(tally.sum) }
                return [Added(amount: tally.amounts.count)]
            }
            try bench.equal(seen.withLock { $0 }, [2_100], "the sum that was decided on")
            try bench.equal(result.positions, Position(4_201)...Position(4_201), "positions")
            let last = try await store.lastEvent(in: "sum-1")
            let added = try last.map { try store.schema.decode(Added.self, from: $0) }
            try bench.equal(added?.amount, 2_100, "the event that was decided")
        },
        ConformanceCase("decisions: a refusal and a decision for nothing leave the store as it was") { bench in
            let store = bench.store
            let query = EventQuery(events: Added.self)
            do {
                try await store.decide(Tally.self, over: query, appendingTo: "a-1") { _ in throw Rejection("no") }
                throw bench.fail("a refusal returned a result")
            } catch let error as Rejection {
                try bench.equal(error.code, "no", "code of the refusal")
            }
            let nothing = try await store.decide(Tally.self, over: query, appendingTo: "a-1") { _ in [] }
            try bench.equal(nothing, AppendResult(positions: nil, versions: [:]), "result of no event")
            try await bench.equal(store.head(), .start, "head")
        },
        ConformanceCase("decisions: a key takes effect once and is looked up before deciding") { bench in
            let store = bench.store
            let query = EventQuery(events: Added.self)
            for (key, events) in [("one", [Added(amount: 1)]), ("none", [])] as [(IdempotencyKey, [Added])] {
                let first = try await store.decide(Tally.self, over: query, appendingTo: "a-1", key: key) { _ in
                    events
                }
                let second = try await store.decide(Tally.self, over: query, appendingTo: "a-1", key: key) { _ in
                    throw Rejection("asked.twice")
                }
                try bench.equal(first.wasRepeated, false, "wasRepeated of the first decision under \(key)")
                try bench.equal(second.wasRepeated, true, "wasRepeated of the second decision under \(key)")
                try bench.equal(second.positions, first.positions, "positions under \(key)")
            }
        },
        ConformanceCase("decisions: a further condition that does not hold is no lost race") { bench in
            let store = bench.store
            try await store.appendSamples(3, to: "a-1")
            let calls = Mutex(0)
            try await bench.expectConflict(
                [
                    .stream("a-1", expected: .version(2), actual: .version(3)),
                    .stream("b-1", expected: .exists, actual: .missing),
                ],
                "a decision under two further conditions"
            ) {
                try await store.decide(Tally.self, over: EventQuery(events: Added.self)) { _, append in
                    calls.withLock { $0 += 1 }
                    append.add([Added(amount: 1)], to: "a-1", expecting: .version(2))
                    append.require("b-1", .exists)
                }
            }
            try bench.equal(calls.withLock { $0 }, 1, "calls of the decision")
            try await bench.equal(store.head(), Position(3), "head")
        },
        ConformanceCase("decisions: an append to several streams keeps order, keys and conditions") { bench in
            let store = bench.store
            let result = try await store.append(key: "transfer", metadata: EventMetadata(correlationID: "c")) {
                $0.add([Added(amount: 1), Added(amount: 2)], to: "a-1", expecting: .missing)
                $0.add([Added(amount: 3)], to: "b-1", metadata: EventMetadata(correlationID: "d"))
                $0.add([Added(amount: 4)], to: "a-1")
                $0.require(.noMatch(EventQuery(events: Added.self), after: .start))
                $0.require("c-1", .missing)
            }
            try bench.equal(result.versions, ["a-1": 3, "b-1": 1], "versions")
            let events = try await store.events().events
            try bench.equal(events.map(\.stream), ["a-1", "a-1", "b-1", "a-1"], "streams")
            try bench.equal(events.map(\.metadata.correlationID), ["c", "c", "d", "c"], "conversations")
            try await bench.equal(store.state(of: "c-1"), .missing, "state of the stream that is only checked")
            let again = try await store.append(key: "transfer") {
                $0.add([Added(amount: 1), Added(amount: 2)], to: "a-1")
                $0.add([Added(amount: 3)], to: "b-1")
                $0.add([Added(amount: 4)], to: "a-1")
            }
            try bench.equal(again.wasRepeated, true, "wasRepeated of the same content under the key")
            try await bench.expectThrows(.invalidArgument, "a stream with two expectations") {
                try await store.append {
                    $0.add([Added(amount: 1)], to: "d-1", expecting: .missing)
                    $0.add([Added(amount: 1)], to: "d-1", expecting: .exists)
                }
            }
            let schema = store.schema
            try await bench.expectConflict(
                [
                    .stream("a-1", expected: .version(2), actual: .version(3)),
                    .match(EventQuery(events: Added.self), after: Position(1), found: Position(2)),
                ],
                "an append within a unit"
            ) {
                _ = try await store.write { transaction in
                    try transaction.append(schema: schema) {
                        $0.add([Added(amount: 1)], to: "a-1", expecting: .version(2))
                        $0.require(.noMatch(EventQuery(events: Added.self), after: Position(1)))
                    }
                }
            }
            try await bench.equal(store.head(), Position(4), "head")
        },
    ]
}

/// An event that no model handles.
private struct Noise: Event {
    static let eventType: EventType = "noise"
}
