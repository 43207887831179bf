internal import EddaCore

extension StoreConformance {
    // acceptance: 23
    // guarantees: G1, G14
    static let snapshots: [ConformanceCase] = [
        ConformanceCase("snapshots: what was put comes back, also after reopening") { bench in
            let store = bench.store
            try await bench.equal(store.snapshot(of: "a-1"), nil, "of a stream that nobody has written")
            try await store.appendSamples(3, to: "a-1")
            try await bench.equal(store.snapshot(of: "a-1"), nil, "before one was put")
            let snapshot = Snapshot.sample("a-1", version: 2, state: [0, 255, 1])
            try await store.write { try $0.putSnapshot(snapshot) }
            try await bench.equal(store.snapshot(of: "a-1"), snapshot, "the snapshot")
            try await store.write { try $0.archive("a-1") }
            try await bench.equal(store.snapshot(of: "a-1"), snapshot, "the snapshot of the archived stream")
            try await bench.reopened { store in
                try await bench.equal(store.snapshot(of: "a-1"), snapshot, "the snapshot after reopening")
            }
        },
        ConformanceCase("snapshots: a later one of the same shape stays, one of another shape goes") { bench in
            let store = bench.store
            try await store.appendSamples(9, to: "a-1")
            for (version, shape, kept) in [
                (5, "x", 5), (4, "x", 5), (5, "x", 5), (6, "x", 6), (3, "y", 3), (2, "y", 3), (9, "x", 9),
            ] {
                let snapshot = Snapshot.sample("a-1", version: version, shape: shape)
                try await store.write { try $0.putSnapshot(snapshot) }
                let found = try await store.snapshot(of: "a-1")
                try bench.equal(found?.version, kept, "version after \(version) of shape \(shape)")
            }
        },
        ConformanceCase("snapshots: one ahead of its stream is refused") { bench in
            let store = bench.store
            try await store.appendSamples(2, to: "a-1")
            for (stream, version) in [("a-1", 3), ("a-1", 0), ("a-1", -1), ("b-1", 1)] as [(StreamID, Int)] {
                try await bench.expectThrows(.invalidArgument, "\(stream) at version \(version)") {
                    try await store.write { try $0.putSnapshot(.sample(stream, version: version)) }
                }
                try await bench.equal(store.snapshot(of: stream), nil, "the snapshot of \(stream)")
            }
        },
        ConformanceCase("snapshots: commit with the events of their unit, or not at all") { bench in
            let store = bench.store
            do {
                try await store.write { transaction in
                    try transaction.append(Append([.sample("a-1")]))
                    try transaction.putSnapshot(.sample("a-1", version: 1))
                    throw Rejection("given.up")
                }
            } catch is Rejection {}
            try await bench.equal(store.snapshot(of: "a-1"), nil, "the snapshot of a unit that failed")
            try await store.write { transaction in
                try transaction.append(Append([.sample("a-1")]))
                try transaction.putSnapshot(.sample("a-1", version: 1))
            }
            try await bench.equal(store.snapshot(of: "a-1")?.version, 1, "the snapshot of a unit that was committed")
        },
        ConformanceCase("snapshots: are removed by category and in pages") { bench in
            let store = bench.store
            for stream: StreamID in ["a-1", "a-2", "a-3", "b-1", "$own-1"] {
                try await store.write { transaction in
                    try transaction.append(Append([.sample(stream)]))
                    try transaction.putSnapshot(.sample(stream, version: 1))
                }
            }
            let removals: [(StreamCategory?, Int, Int)] = [
                ("a", 0, 0), ("never", 9, 0), ("a", 2, 2), ("a", 2, 1), ("a", 2, 0), (nil, 9, 2), (nil, 9, 0),
            ]
            for (category, limit, expected) in removals {
                let removed = try await store.write { try $0.removeSnapshots(in: category, limit: limit) }
                try bench.equal(removed, expected, "removed of \(category?.rawValue ?? "all"), at most \(limit)")
            }
            try await bench.expectThrows(.invalidArgument, "a negative limit") {
                try await store.write { _ = try $0.removeSnapshots(in: nil, limit: -1) }
            }
            try await bench.equal(store.head(), Position(5), "head")
        },
    ]

    // acceptance: 8, 18, 62
    // guarantees: G4
    static let aggregates: [ConformanceCase] = [
        ConformanceCase("aggregates: a load is current, whoever has appended") { bench in
            let store = bench.store
            try await store.update(Tally.self, id: "1") { _ in [Added(amount: 1)] }
            try await bench.equal(store.load(Tally.self, id: "1").state.amounts, [1], "after an update")
            try await store.append([Added(amount: 2)], to: "tally-1")
            try await bench.equal(store.load(Tally.self, id: "1").state.amounts, [1, 2], "after an append")
            let schema = store.schema
            try await store.write { transaction in
                _ = try transaction.update(Tally.self, in: "tally-1", schema: schema) { tally in
                    [Added(amount: tally.sum)]
                }
            }
            let loaded = try await store.load(Tally.self, id: "1")
            try bench.equal(loaded.state.amounts, [1, 2, 3], "after an update within a unit")
            try bench.equal(loaded.version, 3, "version")
            try await store.write { try $0.archive("tally-1") }
            try await bench.equal(store.load(Tally.self, id: "1").version, 3, "version of the archived stream")
        },
        ConformanceCase("aggregates: a refusal decided on an old state is not given") { bench in
            let store = bench.store
            try await store.update(Tally.self, id: "1") { _ in [Added(amount: 1)] }
            try await store.append([Added(amount: 9)], to: "tally-1")
            let result = try await store.update(Tally.self, id: "1") { tally in
                guard tally.sum >= 10 else { throw Rejection("tally.small") }
                return [Added(amount: -10)]
            }
            try bench.equal(result.versions, ["tally-1": 3], "versions")
            let nothing = try await store.update(Tally.self, id: "1") { $0.sum == 0 ? [] : [Added(amount: 1)] }
            try bench.equal(nothing, AppendResult(positions: nil, versions: [:]), "the decision for nothing")
        },
        ConformanceCase("aggregates: an archived stream takes no update") { bench in
            let store = bench.store
            try await store.update(Tally.self, id: "1") { _ in [Added(amount: 1)] }
            try await store.write { try $0.archive("tally-1") }
            for _ in 1...2 {
                try await bench.expectConflict(
                    [.stream("tally-1", expected: .version(1), actual: .archived(version: 1))],
                    "an update"
                ) { try await store.update(Tally.self, id: "1") { _ in [Added(amount: 1)] } }
            }
        },
        ConformanceCase("aggregates: streams of more than a page are read as a whole") { bench in
            let store = bench.store
            for _ in 1...3 {
                try await store.append((1...1_000).map { Added(amount: $0) }, to: "tally-1")
            }
            try await bench.equal(store.load(Tally.self, id: "1").state.sum, 1_501_500, "sum")
            try await bench.equal(store.load(Tally.self, id: "1", asOf: .version(2_500)).version, 2_500, "version")
            let schema = store.schema
            let within = try await store.read { try $0.load(Tally.self, in: "tally-1", schema: schema).version }
            try bench.equal(within, 3_000, "version within a transaction")
        },
        ConformanceCase("aggregates: 16 callers of one update all take effect") { bench in
            let store = bench.store
            _ = try await race(16) { _ in
                for _ in 0..<4 { try await store.update(Tally.self, id: "1") { _ in [Added(amount: 1)] } }
            }
            try await bench.equal(store.load(Tally.self, id: "1").state.sum, 64, "sum")
        },
    ]
}

extension Snapshot {
    fileprivate static func sample(
        _ stream: StreamID,
        version: Int,
        shape: String = "x",
        state: [UInt8] = [1]
    ) -> Snapshot {
        Snapshot(stream: stream, version: version, shape: shape, state: state)
    }
}

extension Store {
    fileprivate func snapshot(of stream: StreamID) async throws -> Snapshot? {
        try await read { try $0.snapshot(of: stream) }
    }
}
