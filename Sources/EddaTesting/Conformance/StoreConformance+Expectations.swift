internal import EddaCore

extension StoreConformance {
    // acceptance: 3, 9, 10, 18
    // guarantees: G4
    static let expectations: [ConformanceCase] =
        [
            matrix("a missing stream", setUp: [], actual: .missing, holding: [.any, .missing, .version(0)]),
            matrix(
                "a stream at version 3",
                setUp: [.append(3)],
                actual: .version(3),
                holding: [
                    .any, .exists, .version(3),
                ]
            ),
            matrix("an archived stream", setUp: [.append(3), .archive], actual: .archived(version: 3), holding: []),
        ] + [
            ConformanceCase("expectations: a conflict lists every failed condition in the given order") { bench in
                let store = bench.store
                try await store.appendSamples(2, to: "a-1")
                try await store.appendSamples(1, to: "b-1")
                try await bench.expectConflict(
                    [
                        .stream("c-1", expected: .exists, actual: .missing),
                        .match(.all, after: Position(1), found: Position(2)),
                        .stream("a-1", expected: .version(1), actual: .version(2)),
                    ],
                    "a conflict of three conditions"
                ) {
                    _ = try await store.append(
                        Append(
                            [.sample("a-1")],
                            conditions: [
                                .stream("c-1", .exists), .noMatch(.all, after: Position(1)), .stream("b-1", .exists),
                                .stream("a-1", .version(1)),
                            ]
                        )
                    )
                }
                try await bench.equal(store.head(), Position(3), "head")
            },
            ConformanceCase("expectations: a stream that is only checked is never created") { bench in
                let store = bench.store
                try await store.appendSamples(2, to: "b-1")
                let result = try await store.append(
                    Append(
                        [.sample("a-1")],
                        conditions: [.stream("c-1", .missing), .stream("b-1", .version(2)), .stream("a-1", .missing)]
                    )
                )
                try bench.equal(result.versions, ["a-1": 1], "versions")
                try await bench.equal(store.state(of: "c-1"), .missing, "state of the checked stream")
                let streams = try await store.read { try $0.streams(in: nil, after: nil, limit: 10) }
                try bench.equal(streams.map(\.id), ["a-1", "b-1"], "streams")
                try await bench.expectConflict(
                    [.stream("b-1", expected: .version(1), actual: .version(2))],
                    "a check of another stream"
                ) {
                    _ = try await store.append(
                        Append([.sample("a-1")], conditions: [.stream("b-1", .version(1))])
                    )
                }
            },
            ConformanceCase("expectations: a check that checks nothing or contradicts itself is refused") { bench in
                let store = bench.store
                let refused: [(String, [AppendCondition])] = [
                    ("any, for a stream that is not written", [.stream("b-1", .any)]),
                    ("a stream twice", [.stream("a-1", .missing), .stream("a-1", .version(0))]),
                    ("a negative version", [.stream("a-1", .version(-1))]),
                ]
                for (what, conditions) in refused {
                    try await bench.expectThrows(.invalidArgument, what) {
                        _ = try await store.append(Append([.sample("a-1")], conditions: conditions))
                    }
                    try await bench.expectThrows(.invalidArgument, "\(what), within a unit") {
                        _ = try await store.write {
                            try $0.append(Append([.sample("a-1")], conditions: conditions))
                        }
                    }
                }
                try await bench.equal(store.head(), .start, "head")
            },
            ConformanceCase("expectations: an entry without a stated condition goes to any stream") { bench in
                let store = bench.store
                _ = try await store.append(Append([.sample("a-1"), .sample("b-1")]))
                let result = try await store.append(
                    Append([.sample("a-1"), .sample("b-1")], conditions: [.stream("b-1", .version(1))])
                )
                try bench.equal(result.versions, ["a-1": 2, "b-1": 2], "versions")
            },
            ConformanceCase("expectations: an archived stream refuses also an entry without a condition") { bench in
                let store = bench.store
                try await store.appendSamples(2, to: "a-1")
                try await store.write { try $0.archive("a-1") }
                try await bench.expectConflict(
                    [.stream("a-1", expected: .any, actual: .archived(version: 2))],
                    "an entry for an archived stream"
                ) { _ = try await store.append(Append([.sample("b-1"), .sample("a-1")])) }
                try await bench.equal(store.head(), Position(2), "head")
                try await bench.equal(store.state(of: "b-1"), .missing, "state of the other stream")
            },
            ConformanceCase("expectations: archiving is idempotent and leaves neighbours alone") { bench in
                let store = bench.store
                try await bench.expectThrows(.notFound, "archiving a stream without events") {
                    try await store.write { try $0.archive("a-1") }
                }
                for stream: StreamID in ["a-1", "a-10", "a-2"] { try await store.appendSamples(2, to: stream) }
                for _ in 1...2 { try await store.write { try $0.archive("a-1") } }
                try await bench.equal(store.state(of: "a-1"), .archived(version: 2), "state of the archived stream")
                try await bench.equal(store.events(in: "a-1").count, 2, "events of the archived stream")
                for stream: StreamID in ["a-10", "a-2"] {
                    let result = try await store.append(
                        Append(EventData.samples(1), to: stream, expecting: .version(2))
                    )
                    try bench.equal(result.versions, [stream: 3], "version of the neighbour \(stream)")
                }
                let streams = try await store.read { try $0.streams(in: "a", after: nil, limit: 10) }
                try bench.equal(
                    streams.map(\.state),
                    [.archived(version: 2), .version(3), .version(3)],
                    "states in the list of streams"
                )
                try await bench.reopened { store in
                    try await bench.expectConflict(
                        [.stream("a-1", expected: .missing, actual: .archived(version: 2))],
                        "re-creating an archived stream after reopening"
                    ) {
                        _ = try await store.append(Append(EventData.samples(1), to: "a-1", expecting: .missing))
                    }
                }
            },
        ]

    private enum Step {
        case append(Int)
        case archive
    }

    /// One column of the matrix of expectations and states.
    private static func matrix(
        _ name: String,
        setUp steps: [Step],
        actual: StreamState,
        holding: Set<StreamExpectation>
    ) -> ConformanceCase {
        ConformanceCase("expectations: \(name)") { bench in
            let store = bench.store
            let all: [StreamExpectation] = [
                .any, .missing, .exists, .version(0), .version(2), .version(3), .version(4),
            ]
            for (index, expectation) in all.enumerated() {
                let stream = StreamID(unchecked: "order-\(index)")
                for step in steps {
                    switch step {
                    case .append(let count): try await store.appendSamples(count, to: stream)
                    case .archive: try await store.write { try $0.archive(stream) }
                    }
                }
                let head = try await store.head()
                let append = Append(EventData.samples(1), to: stream, expecting: expectation)
                if holding.contains(expectation) {
                    let result = try await store.append(append)
                    try bench.equal(result.versions, [stream: actual.version + 1], "version under \(expectation)")
                } else {
                    try await bench.expectConflict(
                        [.stream(stream, expected: expectation, actual: actual)],
                        "the conflict under \(expectation)"
                    ) { _ = try await store.append(append) }
                    try await bench.equal(store.head(), head, "head after the conflict under \(expectation)")
                    try await bench.equal(store.state(of: stream), actual, "state after the conflict")
                }
            }
        }
    }

    // acceptance: 16
    static let queryConditions: [ConformanceCase] = [
        ConformanceCase("query conditions: an empty result still protects") { bench in
            let store = bench.store
            let query = EventQuery(types: ["name.taken"], tags: ["name:ada"])
            let claim = EventData.sample("name.taken", "", tags: ["name:ada", "tenant:1"])
            let condition = AppendCondition.noMatch(query, after: .start)
            _ = try await store.append(Append([.init(stream: "user-1", event: claim)], conditions: [condition]))
            var second = claim
            second.id = .generate()
            try await bench.expectConflict(
                [.match(query, after: .start, found: Position(1))],
                "the second claim"
            ) {
                _ = try await store.append(
                    Append([.init(stream: "user-2", event: second)], conditions: [condition])
                )
            }
            try await bench.equal(store.head(), Position(1), "head")
        },
        ConformanceCase("query conditions: unrelated events do not conflict") { bench in
            let store = bench.store
            for index in 1...3 {
                let event = EventData.sample("name.taken", "", tags: [Tag(unchecked: "name:\(index)")])
                _ = try await store.append(Append([event], to: StreamID(unchecked: "user-\(index)")))
            }
            let conditions: [AppendCondition] = [
                .noMatch(EventQuery(types: ["name.taken"], tags: ["name:9"]), after: .start),
                .noMatch(EventQuery(types: ["name.taken"], tags: ["name:1", "name:2"]), after: .start),
                .noMatch(EventQuery(types: ["name.freed"]), after: .start),
                .noMatch(EventQuery(types: ["name.taken"]), after: Position(3)),
                .noMatch(EventQuery(category: "order"), after: .start),
            ]
            _ = try await store.append(Append([.sample("user-9")], conditions: conditions))
            try await bench.equal(store.head(), Position(4), "head")
        },
        ConformanceCase("query conditions: the first match after the position is named") { bench in
            let store = bench.store
            _ = try await store.append(
                Append([
                    .sample("a-1", type: "x"), .sample("a-1", type: "y"), .sample("a-1", type: "x"), .sample("a-1"),
                ])
            )
            let query = EventQuery([.init(types: ["x"]), .init(types: ["y"])])
            for (after, found) in [(0, 1), (1, 2), (2, 3)] as [(Int64, Int64)] {
                try await bench.expectConflict(
                    [.match(query, after: Position(after), found: Position(found))],
                    "the match after \(after)"
                ) {
                    _ = try await store.append(
                        Append([.sample("b-1")], conditions: [.noMatch(query, after: Position(after))])
                    )
                }
            }
        },
        ConformanceCase("query conditions: a position beyond the end is legal") { bench in
            let store = bench.store
            try await store.appendSamples(1, to: "a-1")
            _ = try await store.append(Append([.sample("a-1")], conditions: [.noMatch(.all, after: Position(1_000))]))
            try await bench.equal(store.head(), Position(2), "head")
        },
        ConformanceCase("query conditions: nothing is appended under one that does not hold either") { bench in
            let store = bench.store
            try await store.appendSamples(2, to: "a-1")
            try await bench.expectConflict(
                [.match(.all, after: Position(1), found: Position(2))],
                "an append of nothing"
            ) { _ = try await store.append(Append([], conditions: [.noMatch(.all, after: Position(1))])) }
            let result = try await store.append(Append([], conditions: [.noMatch(.all, after: Position(2))]))
            try bench.equal(result, AppendResult(positions: nil, versions: [:]), "result under one that holds")
        },
        ConformanceCase("query conditions: an append does not break its own, but that of a later one") { bench in
            let store = bench.store
            let append = Append([.sample("a-1"), .sample("a-1")], conditions: [.noMatch(.all, after: .start)])
            let failures = try await store.write { transaction in
                try transaction.append(append)
                do {
                    try transaction.append(Append([.sample("b-1")], conditions: append.conditions))
                    return [AppendConflict.Failure]()
                } catch let conflict as AppendConflict {
                    return conflict.failures
                }
            }
            try bench.equal(failures, [.match(.all, after: .start, found: Position(1))], "the second append's conflict")
            try await bench.equal(store.head(), Position(2), "head")
        },
        ConformanceCase("query conditions: reserved categories match only by name") { bench in
            let store = bench.store
            try await store.appendSamples(1, to: "$saga-1")
            _ = try await store.append(Append([.sample("a-1")], conditions: [.noMatch(.all, after: .start)]))
            let query = EventQuery(category: "$saga")
            try await bench.expectConflict(
                [.match(query, after: .start, found: Position(1))],
                "a query that names the category"
            ) { _ = try await store.append(Append([.sample("a-1")], conditions: [.noMatch(query, after: .start)])) }
        },
    ]
}
