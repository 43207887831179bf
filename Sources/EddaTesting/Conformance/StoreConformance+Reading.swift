internal import EddaCore

extension StoreConformance {
    // acceptance: 13, 15
    static let reading: [ConformanceCase] = [
        ConformanceCase("reading: a stream by versions, direction and limit") { bench in
            let store = bench.store
            try await store.appendSamples(2, to: "a-1")
            try await store.appendSamples(3, to: "b-1")
            _ = try await store.append(Append([.sample("a-1", "3"), .sample("a-1", "4"), .sample("a-1", "5")]))
            let ranges: [ClosedRange<Int>] = [
                1...Int.max, 1...5, 2...4, 3...3, 5...9, 6...9, Int.min...Int.max, -3...0,
            ]
            for range in ranges {
                for limit in [0, 1, 2, 5, 6, Int.max] {
                    let expected = (1...5).filter(range.contains)
                    let forward = try await store.events(in: "a-1", .forward, versions: range, limit: limit)
                    let backward = try await store.events(in: "a-1", .backward, versions: range, limit: limit)
                    let what = "versions \(range), limit \(limit)"
                    try bench.equal(forward.map(\.version), Array(expected.prefix(limit)), "\(what), forward")
                    try bench.equal(
                        backward.map(\.version),
                        Array(expected.reversed().prefix(limit)),
                        "\(what), backward"
                    )
                    try bench.equal(forward.map(\.text), expected.prefix(limit).map(String.init), "texts of \(what)")
                }
            }
        },
        // guarantees: G14
        ConformanceCase("reading: queries beyond their bounds are refused, at their bounds answered") { bench in
            let store = bench.store
            let tags = (0...EventQuery.maximumTags).map { Tag(unchecked: "t\($0)") }
            let types = (0...EventQuery.maximumItems).map { EventType(unchecked: "type-\($0)") }
            _ = try await store.append(Append([.sample("type-7", "", tags: Set(tags.dropLast()))], to: "a-1"))
            for type in types { _ = try await store.append(Append([.sample(type, "")], to: "b-1")) }

            let widest = EventQuery(types.dropLast().map { EventQuery.Item(types: [$0]) })
            let deepest = EventQuery(tags: Set(tags.dropLast()))
            try await bench.equal(store.events(matching: widest).events.count, 257, "events of the widest query")
            try await bench.equal(store.events(matching: deepest).events.count, 1, "events of the deepest query")

            let many = (0...EventQuery.maximumTerms).map { EventType(unchecked: "type-\($0)") }
            let refused = [
                EventQuery(types.map { EventQuery.Item(types: [$0]) }),
                EventQuery(tags: Set(tags)),
                EventQuery(types: Set(many)),
            ]
            for (query, what) in zip(refused, ["too many alternatives", "too many tags", "too many types"]) {
                try await bench.expectThrows(.invalidArgument, "reading, \(what)") {
                    _ = try await store.events(matching: query)
                }
                try await bench.expectThrows(.invalidArgument, "appending, \(what)") {
                    var append = Append([.sample()], to: "a-1")
                    append.conditions.append(.noMatch(query, after: .start))
                    _ = try await store.append(append)
                }
            }
        },
        ConformanceCase("reading: everything by position, direction and limit") { bench in
            let store = bench.store
            for index in 0..<10 { try await store.appendSamples(1, to: StreamID(unchecked: "s-\(index % 3)")) }
            for after in [0, 1, 5, 9, 10, 50] as [Int64] {
                for upTo in [nil, 0, 1, 6, 10, 50] as [Int64?] {
                    for limit in [0, 1, 3, 10, 11, Int.max] {
                        let bound = min(10, upTo ?? 10)
                        let all = (1...10).filter { $0 > after && $0 <= bound }
                        let what = "after \(after), up to \(upTo.map(String.init) ?? "the head"), limit \(limit)"
                        let forward = try await store.events(
                            matching: .all,
                            .forward,
                            after: Position(after),
                            upTo: upTo.map(Position.init),
                            limit: limit
                        )
                        let found = Array(all.prefix(limit))
                        try bench.equal(forward.events.map(\.position.value), found, "\(what), forward")
                        let head = limit == 0 ? after : found.count == limit ? found[limit - 1] : bound
                        try bench.equal(forward.head.value, head, "head of \(what), forward")
                        let backward = try await store.events(
                            matching: .all,
                            .backward,
                            after: Position(after),
                            upTo: upTo.map(Position.init),
                            limit: limit
                        )
                        try bench.equal(
                            backward.events.map(\.position.value),
                            Array(all.reversed().prefix(limit)),
                            "\(what), backward"
                        )
                        try bench.equal(backward.head.value, bound, "head of \(what), backward")
                    }
                }
            }
        },
        ConformanceCase("reading: every page size gives the same events") { bench in
            let store = bench.store
            for index in 0..<23 {
                let type: EventType = index % 4 == 0 ? "even" : "odd"
                _ = try await store.append(
                    Append([.sample(StreamID(unchecked: "s-\(index % 3)"), "\(index)", type: type)])
                )
            }
            let query = EventQuery(types: ["even"])
            let expected = try await store.events(matching: query, limit: .max).events
            try bench.equal(expected.count, 6, "matching events")
            for size in [1, 2, 5, 6, 7, 100] {
                var found: [RecordedEvent] = []
                var position = Position.start
                while true {
                    let page = try await store.events(matching: query, after: position, limit: size)
                    found += page.events
                    try bench.expect(page.head >= position, "with pages of \(size) the head fell to \(page.head)")
                    position = page.head
                    if page.events.count < size { break }
                }
                try bench.equal(found, expected, "events in pages of \(size)")
                try bench.equal(position, Position(23), "where pages of \(size) end")
            }
        },
        ConformanceCase("reading: a query that matches nothing still gets ahead") { bench in
            let store = bench.store
            try await store.appendSamples(7, to: "a-1")
            let page = try await store.events(matching: EventQuery(types: ["never"]), limit: 3)
            try bench.equal(page, EventPage(events: [], head: Position(7)), "page")
        },
        ConformanceCase("reading: streams in the order of their bytes, in pages") { bench in
            let store = bench.store
            let ids: [StreamID] = ["b-2", "a-1", "B-1", "a-10", "a", "ä-1", "a-2", "ab-1", "b-1", "$saga-1"]
            for id in ids { try await store.appendSamples(1, to: id) }
            let visible = ids.filter { $0 != "$saga-1" }.sorted()
            for size in [1, 2, 4, 9, 100] {
                var found: [StreamID] = []
                while true {
                    let after = found.last
                    let page = try await store.read { try $0.streams(in: nil, after: after, limit: size) }
                    found += page.map(\.id)
                    if page.count < size { break }
                }
                try bench.equal(found, visible, "streams in pages of \(size)")
            }
            for (category, expected) in [
                ("a", ["a", "a-1", "a-10", "a-2"]), ("$saga", ["$saga-1"]), ("none", []),
            ] as [(StreamCategory, [StreamID])] {
                let found = try await store.read { try $0.streams(in: category, after: nil, limit: 100) }
                try bench.equal(found.map(\.id), expected, "streams of the category \(category)")
            }
            let paged = try await store.read { try $0.streams(in: "a", after: "a-1", limit: 1) }
            try bench.equal(paged, [StreamInfo(id: "a-10", state: .version(1))], "a page of a category")
            let none = try await store.read { try $0.streams(in: nil, after: nil, limit: 0) }
            try bench.equal(none, [], "streams with limit 0")
        },
        ConformanceCase("reading: negative limits are refused") { bench in
            let calls: [(String, @Sendable (any ReadTransaction) throws -> Void)] = [
                ("events of a stream", { _ = try $0.events(in: "a-1", .forward, versions: 1...2, limit: -1) }),
                (
                    "events of the store",
                    { _ = try $0.events(matching: .all, .forward, after: .start, upTo: nil, limit: -1) }
                ),
                ("streams", { _ = try $0.streams(in: nil, after: nil, limit: -1) }),
                ("ready messages", { _ = try $0.readyMessages(after: 0, limit: -1) }),
                ("due messages", { _ = try $0.dueMessages(at: $0.now, limit: -1) }),
                ("outbox", { _ = try $0.outbox(after: 0, limit: -1) }),
                ("due timers", { _ = try $0.dueTimers(owner: "o", at: $0.now, limit: -1) }),
                ("sagas", { _ = try $0.sagas(SagaFilter(limit: -1)) }),
            ]
            for (what, call) in calls {
                try await bench.expectThrows(.invalidArgument, what) { try await bench.store.read(call) }
            }
        },
        ConformanceCase("reading: the last event of a stream") { bench in
            let store = bench.store
            try await bench.equal(store.lastEvent(in: "a-1"), nil, "of a stream that nobody has written")
            _ = try await store.append(Append([.sample("a-1", "1"), .sample("b-1", "2"), .sample("a-1", "3")]))
            try await bench.equal(store.lastEvent(in: "a-1")?.text, "3", "of the stream that was written last")
            try await bench.equal(store.lastEvent(in: "b-1")?.text, "2", "of the other stream")
            try await bench.equal(store.lastEvent(matching: EventQuery(types: ["never"])), nil, "of an unknown type")
        },
        ConformanceCase("reading: a cursor goes on after reopening") { bench in
            let store = bench.store
            for index in 0..<9 {
                let type: EventType = index % 2 == 0 ? "even" : "odd"
                _ = try await store.append(Append([.sample("a-1", "\(index)", type: type)]))
            }
            let query = EventQuery(types: ["even"])
            let first = try await store.events(matching: query, limit: 2)
            try bench.equal(first.events.map(\.text), ["0", "2"], "the page before reopening")
            try await bench.reopened { store in
                _ = try await store.append(Append([.sample("b-1", "9", type: "even")]))
                let rest = try await store.events(matching: query, after: first.head)
                try bench.equal(rest.events.map(\.text), ["4", "6", "8", "9"], "the events after the cursor")
                try bench.equal(rest.head, Position(10), "the next cursor")
            }
        },
        ConformanceCase("reading: events are there after reopening") { bench in
            try await bench.store.appendSamples(5, to: "a-1")
            let events = try await bench.store.events().events
            try await bench.reopened { store in
                try await bench.equal(store.events().events, events, "events")
                try await bench.equal(store.head(), Position(5), "head")
                let result = try await store.appendSamples(1, to: "a-1")
                try bench.equal(result.positions, Position(6)...Position(6), "the next position")
                try bench.equal(result.versions, ["a-1": 6], "the next version")
            }
        },
    ]

    // acceptance: 14
    static let queries: [ConformanceCase] = [
        ConformanceCase("queries: by type, tags and category, and combinations of them") { bench in
            let store = bench.store
            let kinds: [(StreamID, EventType, Set<Tag>)] = [
                ("order-1", "placed", ["vip", "eu"]), ("order-2", "placed", ["eu"]), ("order-1", "paid", ["vip"]),
                ("user-1", "placed", ["vip", "eu", "new"]), ("user-1", "joined", []), ("order", "paid", ["eu"]),
                ("$saga-1", "placed", ["eu"]),
            ]
            _ = try await store.append(
                Append(kinds.map { .init(stream: $0.0, event: .sample($0.1, "", tags: $0.2)) })
            )
            let queries: [(EventQuery, [Int64])] = [
                (.all, [1, 2, 3, 4, 5, 6]),
                (EventQuery(), [1, 2, 3, 4, 5, 6]),
                (EventQuery(types: ["placed"]), [1, 2, 4]),
                (EventQuery(types: ["placed", "joined"]), [1, 2, 4, 5]),
                (EventQuery(tags: ["eu"]), [1, 2, 4, 6]),
                (EventQuery(tags: ["eu", "vip"]), [1, 4]),
                (EventQuery(category: "order"), [1, 2, 3, 6]),
                (EventQuery(category: "$saga"), [7]),
                (EventQuery(types: ["placed"], tags: ["vip"], category: "order"), [1]),
                (EventQuery(types: ["never"]), []),
                (EventQuery(tags: ["never"]), []),
                (EventQuery(types: ["placed"], category: "never"), []),
                (EventQuery([.init(types: ["paid"]), .init(tags: ["new"])]), [3, 4, 6]),
                (
                    EventQuery([.init(types: ["placed"]), .init(tags: ["eu"]), .init(category: "order")]),
                    [1, 2, 3, 4, 6]
                ),
                (EventQuery([.init(category: "$saga"), .init(types: ["joined"])]), [5, 7]),
            ]
            for (query, expected) in queries {
                let forward = try await store.events(matching: query)
                try bench.equal(forward.events.map(\.position.value), expected, "\(query)")
                try bench.equal(forward.head, Position(7), "head of \(query)")
                let backward = try await store.events(matching: query, .backward)
                try bench.equal(backward.events.map(\.position.value), expected.reversed(), "\(query), backward")
                let count = try await store.read { try $0.count(matching: query, after: .start) }
                try bench.equal(count, expected.count, "count of \(query)")
                let later = try await store.read { try $0.count(matching: query, after: Position(3)) }
                try bench.equal(later, expected.count { $0 > 3 }, "count of \(query) after 3")
                let limited = try await store.events(matching: query, after: Position(1), upTo: Position(6), limit: 2)
                try bench.equal(
                    limited.events.map(\.position.value),
                    Array(expected.filter { (2...6).contains($0) }.prefix(2)),
                    "the first two of \(query) after 1 up to 6"
                )
                for limit in [0, 1, 2, expected.count + 1] {
                    let page = try await store.events(matching: query, .backward, after: Position(1), limit: limit)
                    try bench.equal(
                        page.events.map(\.position.value),
                        Array(expected.filter { $0 > 1 }.reversed().prefix(limit)),
                        "the last \(limit) of \(query) after 1"
                    )
                }
                try await bench.equal(
                    store.lastEvent(matching: query)?.position.value,
                    expected.last,
                    "the last event of \(query)"
                )
            }
        },
        ConformanceCase("queries: a conversation is read by its id, page by page, Edda's own events included") {
            bench in
            let store = bench.store
            func event(_ correlation: String?) -> EventData {
                EventData(type: "x", metadata: EventMetadata(correlationID: correlation), data: [])
            }
            let streams: [(StreamID, String?)] = [
                ("a-1", "k"), ("$saga-1", "k"), ("a-2", nil), ("a-1", "K"), ("b-1", "k"), ("a-1", "kk"), ("a-1", "k"),
            ]
            _ = try await store.append(Append(streams.map { .init(stream: $0.0, event: event($0.1)) }))
            func positions(_ id: String, after: Int64 = 0, limit: Int = .max) async throws -> [Int64] {
                try await store.read { transaction in
                    try transaction.events(correlatedWith: id, after: Position(after), limit: limit)
                        .map(\.position.value)
                }
            }
            try await bench.equal(positions("k"), [1, 2, 5, 7], "events of the conversation")
            try await bench.equal(positions("k", limit: 2), [1, 2], "the first page")
            try await bench.equal(positions("k", after: 2, limit: 2), [5, 7], "the second page")
            try await bench.equal(positions("k", limit: 0), [], "a page of none")
            try await bench.equal(positions("never"), [], "a conversation that nobody had")
            try await bench.expectThrows(.invalidArgument, "a negative limit") {
                _ = try await positions("k", limit: -1)
            }
        },
        ConformanceCase("queries: how often every schema version occurs, and where") { bench in
            let store = bench.store
            func entry(_ stream: StreamID, _ type: EventType, _ version: Int) -> Append.Entry {
                .init(stream: stream, event: EventData(type: type, schemaVersion: version, data: []))
            }
            _ = try await store.append(
                Append([
                    entry("b-1", "b", 1), entry("b-1", "a", 2), entry("$saga-1", "a", 2), entry("c-1", "a", 1),
                    entry("b-2", "b", 1), entry("b-2", "a", 2),
                ])
            )
            func usage(_ type: EventType, _ version: Int, _ isReserved: Bool, _ positions: Int64...) -> EventUsage {
                EventUsage(
                    type: type,
                    schemaVersion: version,
                    isReserved: isReserved,
                    count: positions.count,
                    first: Position(positions[0]),
                    last: Position(positions[positions.count - 1])
                )
            }
            let all = try await store.read { try $0.usage(after: .start, upTo: $0.head()) }
            try bench.equal(
                all,
                [
                    usage("a", 1, false, 4), usage("a", 2, false, 2, 6), usage("a", 2, true, 3),
                    usage("b", 1, false, 1, 5),
                ],
                "usage of the whole store"
            )
            let some = try await store.read { try $0.usage(after: Position(1), upTo: Position(3)) }
            try bench.equal(some, [usage("a", 2, false, 2), usage("a", 2, true, 3)], "usage of positions 2 and 3")
            let none = try await store.read { try $0.usage(after: Position(6), upTo: Position(100)) }
            try bench.equal(none, [], "usage beyond the head")
        },
        ConformanceCase("queries: an event that matches several items comes once") { bench in
            let store = bench.store
            _ = try await store.append(
                Append([EventData.sample("x", "", tags: ["a", "b", "c"]), .sample("y", "", tags: ["b"])], to: "s-1")
            )
            let query = EventQuery([
                .init(types: ["x"]), .init(tags: ["a"]), .init(tags: ["a", "b"]),
                .init(types: ["x", "y"], tags: ["b"]),
            ])
            try await bench.equal(store.events(matching: query).events.map(\.position.value), [1, 2], "events")
            let count = try await store.read { try $0.count(matching: query, after: .start) }
            try bench.equal(count, 2, "count")
        },
    ]
}
