internal import EddaCore

extension StoreConformance {
    // acceptance: 8
    static let keys: [ConformanceCase] = [
        ConformanceCase("keys: the same content again returns the first result") { bench in
            let store = bench.store
            let first = try await store.append(keyed())
            try bench.equal(first.wasRepeated, false, "wasRepeated of the first call")
            try await store.appendSamples(1, to: "a-1")
            var again = keyed()
            for index in again.entries.indices { again.entries[index].event.metadata.correlationID = "another" }
            let second = try await store.append(again)
            try bench.equal(second.positions, first.positions, "positions")
            try bench.equal(second.versions, first.versions, "versions")
            try bench.equal(second.wasRepeated, true, "wasRepeated of the second call")
            try await bench.equal(store.head(), Position(4), "head")
        },
        ConformanceCase("keys: a key is looked up before the conditions") { bench in
            let store = bench.store
            let append = Append(EventData.samples(1), to: "a-1", expecting: .missing, key: "key")
            let first = try await store.append(append)
            try await store.write { try $0.archive("a-1") }
            let second = try await store.append(append)
            try bench.equal(second.positions, first.positions, "positions")
            try bench.equal(second.wasRepeated, true, "wasRepeated")
        },
        ConformanceCase("keys: an update within a unit looks its key up before deciding") { bench in
            let store = bench.store
            let schema = store.schema
            for (key, events) in [("one", [Added(amount: 1)]), ("none", [])] as [(IdempotencyKey, [Added])] {
                let first = try await store.write { transaction in
                    try transaction.update(Tally.self, in: "tally-1", key: key, schema: schema) { _ in events }
                }
                let second = try await store.write { transaction in
                    try transaction.update(Tally.self, in: "tally-1", key: key, schema: schema) { _ in
                        throw Rejection("asked.twice")
                    }
                }
                try bench.equal(first.wasRepeated, false, "wasRepeated of the first update under \(key)")
                try bench.equal(second.wasRepeated, true, "wasRepeated of the second update under \(key)")
                try bench.equal(second.positions, first.positions, "positions under \(key)")
            }
            let other = try await store.write { transaction in
                try transaction.update(Tally.self, in: "tally-1", key: "one", schema: schema) { tally in
                    [Added(amount: tally.sum + 1)]
                }
            }
            try bench.equal(other.wasRepeated, true, "wasRepeated when another decision would be made")
            try await bench.equal(store.load(Tally.self, id: "1").state.amounts, [1], "what took effect")
        },
        ConformanceCase("keys: other content under the same key throws") { bench in
            let store = bench.store
            _ = try await store.append(keyed())
            var variants: [(String, Append)] = []
            func variant(_ what: String, _ change: (inout Append) -> Void) {
                var append = keyed()
                change(&append)
                variants.append((what, append))
            }
            variant("other data") { $0.entries[0].event.data = [0] }
            variant("another type") { $0.entries[0].event.type = "other" }
            variant("another schema version") { $0.entries[0].event.schemaVersion = 2 }
            variant("other tags") { $0.entries[0].event.tags = ["t1"] }
            variant("another stream") { $0.entries[0].stream = "c-1" }
            variant("another order") { $0.entries.swapAt(0, 1) }
            variant("a prefix") { $0.entries.removeLast() }
            variant("an extension") { $0.entries.append(.sample("a-1")) }
            variant("nothing") { $0.entries = [] }
            for (what, append) in variants {
                try await bench.expectThrows(.keyReused, what) { _ = try await store.append(append) }
            }
            try await bench.equal(store.head(), Position(3), "head")
        },
        ConformanceCase("keys: appending nothing uses a key as well") { bench in
            let store = bench.store
            let empty = Append([], key: "key")
            let first = try await store.append(empty)
            let second = try await store.append(empty)
            try bench.equal(first.wasRepeated, false, "wasRepeated of the first call")
            try bench.equal(second, AppendResult(positions: nil, versions: [:], wasRepeated: true), "second result")
            try await bench.expectThrows(.keyReused, "an event under the key of an append of nothing") {
                _ = try await store.append(Append([.sample("a-1")], key: "key"))
            }
        },
        ConformanceCase("keys: a failed append does not consume its key") { bench in
            let store = bench.store
            try await store.appendSamples(1, to: "a-1")
            do {
                _ = try await store.append(Append([.sample("a-1")], conditions: [.stream("a-1", .missing)], key: "key"))
                throw bench.fail("the append succeeded")
            } catch is AppendConflict {}
            do {
                try await store.write { transaction in
                    _ = try transaction.append(Append([.sample("a-1", "x")], key: "key"))
                    throw Abandoned()
                }
            } catch is Abandoned {}
            let free = try await store.read { try $0.result(of: "key") }
            try bench.equal(free, nil, "result of the key")
            let result = try await store.append(Append([.sample("b-1", "y")], key: "key"))
            try bench.equal(result.wasRepeated, false, "wasRepeated of the next append under the key")
        },
        ConformanceCase("keys: the result of a key can be read") { bench in
            let store = bench.store
            let written = try await store.append(keyed())
            let found = try await store.read { try $0.result(of: "key") }
            try bench.equal(
                found,
                AppendResult(positions: written.positions, versions: written.versions, wasRepeated: true),
                "result of the key"
            )
            let within = try await store.write { transaction in
                let append = Append([.sample("z-1")], key: "second")
                let first = try transaction.append(append)
                return (first, try transaction.append(append), try transaction.result(of: "second"))
            }
            try bench.equal(within.0.wasRepeated, false, "wasRepeated of the first append in the unit")
            try bench.equal(within.1.wasRepeated, true, "wasRepeated of the second append in the unit")
            try bench.equal(within.2?.positions, within.0.positions, "positions of the key in the unit")
        },
        ConformanceCase("keys: a key is known after reopening") { bench in
            let first = try await bench.store.append(keyed())
            try await bench.reopened { store in
                let second = try await store.append(keyed())
                try bench.equal(second.positions, first.positions, "positions")
                try bench.equal(second.versions, first.versions, "versions")
                try bench.equal(second.wasRepeated, true, "wasRepeated")
                var longer = keyed()
                longer.entries.append(.sample("a-1"))
                try await bench.expectThrows(.keyReused, "an extension after reopening") {
                    _ = try await store.append(longer)
                }
            }
        },
        ConformanceCase("keys: a key is kept for 30 days, and two older ones go for each that comes") { bench in
            let store = bench.store
            func use(_ key: IdempotencyKey) async throws -> Bool {
                let result = try await store.append(Append([.sample("a-1", key.rawValue)], key: key))
                return result.wasRepeated
            }
            func kept(_ keys: IdempotencyKey...) async throws -> [Bool] {
                try await store.read { transaction in try keys.map { try transaction.result(of: $0) != nil } }
            }
            for key in ["k1", "k2", "k3", "k4", "k5"] as [IdempotencyKey] {
                _ = try await use(key)
                bench.time.advance(by: .seconds(1))
            }
            bench.time.advance(by: .seconds(30 * 86_400 - 5))
            try await bench.equal(use("k1"), true, "k1 is repeated on its last day")
            _ = try await store.append(Append(EventData.samples(1), to: "b-1"))
            _ = try await use("l1")
            try await bench.equal(kept("k1", "k2", "l1"), [true, true, true], "kept after exactly 30 days")

            bench.time.advance(by: .seconds(60))
            _ = try await store.append(Append(EventData.samples(1), to: "b-1"))
            try await bench.equal(kept("k1", "k2"), [true, true], "kept while no append has a key")
            do {
                _ = try await store.append(Append([.sample("a-1")], conditions: [.stream("a-1", .missing)], key: "l2"))
                throw bench.fail("the append succeeded")
            } catch is AppendConflict {}
            try await bench.equal(kept("k1", "k2"), [true, true], "kept when the append with a key fails")
            _ = try await use("l2")
            try await bench.equal(
                kept("k1", "k2", "k3", "k4", "k5"),
                [false, false, true, true, true],
                "after one key"
            )
            try await bench.equal(use("k1"), false, "k1 is free again, and its append is a new one")
            try await bench.equal(kept("k3", "k4", "k5", "k1"), [false, false, true, true], "after a second key")
            _ = try await use("l3")
            try await bench.equal(
                kept("k5", "k1", "l1", "l2", "l3"),
                [false, true, true, true, true],
                "in the end only what is old is forgotten"
            )
        },
    ]

    /// The same content at each call, under new event ids.
    @Sendable private static func keyed() -> Append {
        Append(
            [
                .init(stream: "a-1", event: .sample("x", "1", tags: ["t1", "t2", "t3"])),
                .init(stream: "b-1", event: .sample("y", "2")),
                .init(stream: "a-1", event: .sample("x", "")),
            ],
            key: "key"
        )
    }
}
