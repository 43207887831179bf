internal import EddaCore

extension StoreConformance {
    // acceptance: 5
    // guarantees: G3, G4
    static let concurrency: [ConformanceCase] = [
        ConformanceCase("concurrency: 16 writers of one stream under any all succeed") { bench in
            let store = bench.store
            let results = try await race(16) { _ in try await store.appendSamples(2, to: "a-1") }
            let results32 = try await race(16) { _ in try await store.appendSamples(2, to: "a-1") }
            let positions = (results + results32).compactMap(\.positions).map(\.lowerBound.value).sorted()
            try bench.equal(positions, stride(from: 1, through: 63, by: 2).map(Int64.init), "first positions")
            let versions = (results + results32).compactMap { $0.versions["a-1"] }.sorted()
            try bench.equal(versions, Array(stride(from: 2, through: 64, by: 2)), "versions")
            try await bench.equal(store.events(in: "a-1").map(\.version), Array(1...64), "versions of the events")
        },
        ConformanceCase("concurrency: of 16 writers expecting one version one wins") { bench in
            let store = bench.store
            for version in 0..<5 {
                let won = try await race(16) { _ in
                    do {
                        let events = EventData.samples(1)
                        _ = try await store.append(Append(events, to: "a-1", expecting: .version(version)))
                        return true
                    } catch is AppendConflict {
                        return false
                    }
                }
                try bench.equal(won.count { $0 }, 1, "winners at version \(version)")
                try await bench.equal(store.state(of: "a-1"), .version(version + 1), "state")
            }
        },
        ConformanceCase("concurrency: of 16 claims of one name one wins") { bench in
            let store = bench.store
            let query = EventQuery(types: ["claimed"], tags: ["name:ada"])
            let won = try await race(16) { index in
                do {
                    let event = EventData.sample("claimed", "", tags: ["name:ada"])
                    _ = try await store.append(
                        Append(
                            [.init(stream: StreamID(unchecked: "user-\(index)"), event: event)],
                            conditions: [.noMatch(query, after: .start)]
                        )
                    )
                    return true
                } catch is AppendConflict {
                    return false
                }
            }
            try bench.equal(won.count { $0 }, 1, "winners")
            try await bench.equal(store.head(), Position(1), "head")
        },
        ConformanceCase("concurrency: 16 calls under one key write once") { bench in
            let store = bench.store
            let results = try await race(16) { _ in
                try await store.append(Append([.sample("a-1", "same")], key: "key"))
            }
            try bench.equal(results.count { !$0.wasRepeated }, 1, "calls that wrote")
            try bench.equal(Set(results.map(\.positions)), [Position(1)...Position(1)], "positions")
            try await bench.equal(store.head(), Position(1), "head")
        },
        ConformanceCase("concurrency: units run one after another") { bench in
            let store = bench.store
            _ = try await race(16) { _ in
                for _ in 0..<10 {
                    try await store.write { transaction in
                        let value = try transaction.checkpoint("counter")
                        try transaction.setCheckpoint("counter", to: value.advanced(by: 1))
                    }
                }
            }
            try await bench.equal(store.read { try $0.checkpoint("counter") }, Position(160), "the counter")
        },
        ConformanceCase("concurrency: a read sees one commit while others write") { bench in
            let store = bench.store
            let agreed = try await race(8) { index in
                var agrees = true
                for _ in 0..<25 {
                    if index % 2 == 0 {
                        try await store.write { transaction in
                            let result = try transaction.append(Append([.sample("a-1"), .sample("b-1")]))
                            try transaction.setCheckpoint("mirror", to: result.positions?.upperBound ?? .start)
                        }
                    } else {
                        agrees =
                            try await store.read { transaction in
                                let head = try transaction.head()
                                let page = try transaction.events(
                                    matching: .all,
                                    .forward,
                                    after: .start,
                                    upTo: nil,
                                    limit: .max
                                )
                                let left = try transaction.state(of: "a-1").version
                                let right = try transaction.state(of: "b-1").version
                                let mirror = try transaction.checkpoint("mirror")
                                return page.head == head && page.events.count == Int(head.value) && left == right
                                    && mirror == head
                            } && agrees
                    }
                }
                return agrees
            }
            try bench.expect(agreed.allSatisfy { $0 }, "a read saw two commits")
        },
        ConformanceCase("concurrency: a caller that is cancelled before its unit begins writes nothing") { bench in
            let store = bench.store
            let wasCancelled = try await race(1) { _ in
                withUnsafeCurrentTask { $0?.cancel() }
                do {
                    try await store.appendSamples(1, to: "a-1")
                    return false
                } catch is CancellationError {
                    return true
                }
            }
            try bench.equal(wasCancelled, [true], "whether the caller got a CancellationError")
            try await bench.equal(store.head(), .start, "head")
        },
    ]

    /// Runs `body` in so many tasks at once and returns what they return.
    static func race<Result: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            for index in 0..<count { group.addTask { try await body(index) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
