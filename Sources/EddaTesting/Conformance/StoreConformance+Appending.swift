internal import EddaCore

extension StoreConformance {
    // acceptance: 1, 2, 4, 6, 7, 9
    static let appending: [ConformanceCase] = [
        ConformanceCase("appending: an empty store is empty") { bench in
            let store = bench.store
            try await bench.equal(store.head(), .start, "head")
            try await bench.equal(store.state(of: "order-1"), .missing, "state of an unknown stream")
            try await bench.equal(store.events(in: "order-1"), [], "events of an unknown stream")
            for direction in ReadDirection.allCases {
                let page = try await store.events(matching: .all, direction)
                try bench.equal(page, EventPage(events: [], head: .start), "everything, \(direction)")
            }
            let streams = try await store.read { try $0.streams(in: nil, after: nil, limit: 10) }
            try bench.equal(streams, [], "streams")
        },
        ConformanceCase("appending: nothing takes no position and is no error") { bench in
            let store = bench.store
            try await store.appendSamples(2, to: "order-1")
            for append in [
                Append([]), Append([], to: "order-1"), Append([], to: "order-1", expecting: .version(2)),
                Append([], to: "order-2", expecting: .missing),
            ] {
                let result = try await store.append(append)
                try bench.equal(result.positions, nil, "positions of \(append)")
                try bench.equal(result.wasRepeated, false, "wasRepeated of \(append)")
            }
            try await bench.equal(store.head(), Position(2), "head")
            try await bench.expectConflict(
                [.stream("order-1", expected: .missing, actual: .version(2))],
                "appending nothing under a condition that does not hold"
            ) { _ = try await store.append(Append([], to: "order-1", expecting: .missing)) }
        },
        ConformanceCase("appending: positions and versions count from 1 without gaps") { bench in
            let store = bench.store
            let first = try await store.appendSamples(3, to: "order-1")
            let second = try await store.appendSamples(2, to: "order-2")
            let third = try await store.appendSamples(1, to: "order-1")
            try bench.equal(first.positions, Position(1)...Position(3), "positions of the first append")
            try bench.equal(first.versions, ["order-1": 3], "versions of the first append")
            try bench.equal(second.positions, Position(4)...Position(5), "positions of the second append")
            try bench.equal(third.positions, Position(6)...Position(6), "positions of the third append")
            try bench.equal(third.versions, ["order-1": 4], "versions of the third append")
            let events = try await store.events(in: "order-1")
            try bench.equal(events.map(\.version), [1, 2, 3, 4], "versions")
            try bench.equal(events.map(\.position.value), [1, 2, 3, 6], "positions")
            try await bench.equal(store.state(of: "order-1"), .version(4), "state")
        },
        ConformanceCase("appending: several streams keep the given order") { bench in
            let store = bench.store
            let result = try await store.append(
                Append([.sample("a-1", "1"), .sample("b-1", "2"), .sample("a-1", "3")])
            )
            try bench.equal(result.positions, Position(1)...Position(3), "positions")
            try bench.equal(result.versions, ["a-1": 2, "b-1": 1], "versions")
            let page = try await store.events()
            try bench.equal(page.events.map(\.text), ["1", "2", "3"], "order")
            try bench.equal(page.events.map(\.stream), ["a-1", "b-1", "a-1"], "streams")
            try bench.equal(page.events.map(\.version), [1, 1, 2], "versions of the events")
        },
        ConformanceCase("appending: a batch with one bad member writes nothing") { bench in
            let store = bench.store
            try await store.appendSamples(1, to: "order-1")
            let taken = try await store.events(in: "order-1")[0].id
            var bad = EventData.sample()
            bad.id = taken
            try await bench.expectThrows(.duplicateEvent, "a batch with a taken id") {
                _ = try await store.append(
                    Append([.sample("order-1"), .sample("new-1"), .init(stream: "order-1", event: bad)])
                )
            }
            try await bench.equal(store.head(), Position(1), "head")
            try await bench.equal(store.state(of: "order-1"), .version(1), "state of the stream")
            try await bench.equal(store.state(of: "new-1"), .missing, "state of the new stream")
            let next = try await store.append(Append([.sample("new-1"), .sample("order-1")]))
            try bench.equal(next.positions, Position(2)...Position(3), "positions after the failure")
            try bench.equal(next.versions, ["new-1": 1, "order-1": 2], "versions after the failure")
        },
        ConformanceCase("appending: an event id occurs once in a store") { bench in
            let store = bench.store
            let event = EventData.sample()
            try await bench.expectThrows(.duplicateEvent, "an id twice in one batch") {
                _ = try await store.append(Append([event, event], to: "order-1"))
            }
            try await bench.equal(store.head(), .start, "head after the refused batch")
            _ = try await store.append(Append([event], to: "order-1"))
            for stream: StreamID in ["order-1", "order-2"] {
                try await bench.expectThrows(.duplicateEvent, "an id that is taken, in \(stream)") {
                    _ = try await store.append(Append([event], to: stream))
                }
            }
            try await bench.equal(store.head(), Position(1), "head")
            try await bench.equal(store.state(of: "order-2"), .missing, "state of the other stream")
        },
        ConformanceCase("appending: data of any bytes and sizes comes back") { bench in
            let store = bench.store
            let contents: [[UInt8]] = [
                [], [0], [0xFF, 0xC0, 0x80, 0xFE], (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) },
            ]
            for (index, content) in contents.enumerated() {
                _ = try await store.append(
                    Append(
                        [EventData(type: "blob", data: content)],
                        to: StreamID(unchecked: "blob-\(index)"),
                        expecting: .missing
                    )
                )
                let found = try await store.events(in: StreamID(unchecked: "blob-\(index)")).map(\.data)
                try bench.expect(found == [content], "\(content.count) bytes came back changed")
            }
            let events = try await store.events().events
            try bench.expect(events.map(\.data) == contents, "the contents of all events came back changed")
        },
        ConformanceCase("appending: streams have names of any Unicode, 1 to 512 bytes") { bench in
            let store = bench.store
            let names = [
                "x", "é", "👩‍🚀-1", "заказ-№ 1", "a'b\"c;--", "%_[]", String(repeating: "n", count: 512),
                String(repeating: "é", count: 256), "e\u{301}",
            ]
            let streams = try names.map { try StreamID(validating: $0) }
            for stream in streams { try await store.appendSamples(1, to: stream) }
            for stream in streams {
                let events = try await store.events(in: stream)
                try bench.equal(events.map(\.version), [1], "versions in \(stream)")
                try bench.expect(
                    events.map { Array($0.stream.rawValue.utf8) } == [Array(stream.rawValue.utf8)],
                    "the stream \(stream) came back with other bytes"
                )
            }
            let listed = try await store.read { try $0.streams(in: nil, after: nil, limit: 100) }
            try bench.equal(listed.map(\.id), streams.sorted(), "streams")
        },
        ConformanceCase("appending: types, tags and categories that read the same but have other bytes are others") {
            bench in
            let store = bench.store
            let forms = ["caf\u{E9}", "cafe\u{301}"]
            for (number, form) in forms.enumerated() {
                let event = EventData(
                    type: try EventType(validating: form),
                    tags: [try Tag(validating: form)],
                    data: [UInt8(number)]
                )
                _ = try await store.append(
                    Append(
                        [event],
                        to: StreamID(category: StreamCategory(validating: form), id: "1"),
                        expecting: .missing
                    )
                )
            }
            let both = EventData(type: "both", tags: Set(try forms.map(Tag.init(validating:))), data: [2])
            _ = try await store.append(Append([both], to: "both-1", expecting: .missing))
            for (number, form) in forms.enumerated() {
                let type = try EventType(validating: form)
                let tag = try Tag(validating: form)
                let found = try await store.events(matching: EventQuery(types: [type])).events
                try bench.equal(found.map(\.data), [[UInt8(number)]], "events of the type in form \(number)")
                try bench.expect(
                    found.allSatisfy { Array($0.type.rawValue.utf8) == Array(form.utf8) },
                    "the type in form \(number) came back with other bytes"
                )
                let tagged = try await store.events(matching: EventQuery(tags: [tag])).events
                try bench.equal(tagged.map(\.data), [[UInt8(number)], [2]], "events under the tag in form \(number)")
                let category = EventQuery(category: try StreamCategory(validating: form))
                let within = try await store.events(matching: category).events
                try bench.equal(within.map(\.data), [[UInt8(number)]], "events of the category in form \(number)")
            }
        },
        ConformanceCase("appending: what begins with the byte of a dollar sign is reserved, whatever follows") {
            bench in
            let store = bench.store
            for name in ["$x-1", "$\u{301}x-1", "x$-1"] {
                try await store.appendSamples(1, to: StreamID(validating: name))
            }
            let events = try await store.events().events
            try bench.equal(events.map(\.stream), ["x$-1"], "streams of all events")
            let streams = try await store.read { try $0.streams(in: nil, after: nil, limit: 10) }
            try bench.equal(streams.map(\.id), ["x$-1"], "streams")
        },
        ConformanceCase("appending: a tag is claimed once in each form, also by a store that is opened anew") { bench in
            let forms = try ["caf\u{E9}", "cafe\u{301}"].map(Tag.init(validating:))
            @Sendable func claim(_ tag: Tag, _ stream: StreamID, in store: any Store) async throws {
                _ = try await store.append(
                    Append(
                        [.init(stream: stream, event: EventData(type: "claimed", tags: [tag], data: []))],
                        conditions: [.noMatch(EventQuery(tags: [tag]), after: .start)]
                    )
                )
            }
            for (number, form) in forms.enumerated() {
                try await claim(form, StreamID(unchecked: "claim-\(number)"), in: bench.store)
            }
            @Sendable func check(_ store: any Store) async throws {
                for form in forms.reversed() {
                    do {
                        try await claim(form, "claim-late", in: store)
                        try bench.expect(false, "the tag of \(form.rawValue.utf8.count) bytes was claimed twice")
                    } catch is AppendConflict {}
                }
            }
            try await check(bench.store)
            try await bench.reopened { store in try await check(store) }
        },
        ConformanceCase("appending: a batch of 5,000 events") { bench in
            let store = bench.store
            let events = EventData.samples(5_000)
            let result = try await store.append(Append(events, to: "log-1", expecting: .missing))
            try bench.equal(result.positions, Position(1)...Position(5_000), "positions")
            let found = try await store.events(in: "log-1")
            try bench.expect(found.map(\.event) == events, "the events came back changed")
        },
        ConformanceCase("appending: everything about an event comes back") { bench in
            let store = bench.store
            let event = EventData(
                type: "order.placed",
                schemaVersion: 7,
                tags: ["customer:ada", "größe:ß", "a b"],
                metadata: EventMetadata(
                    correlationID: "correlation",
                    causationID: "causation",
                    headers: ["traceparent": "00-ab-cd-01", "empty": "", "ключ": "\u{1F680}\n\"quoted\""]
                ),
                data: Array(#"{"a":1}"#.utf8)
            )
            let plain = EventData(type: "order.placed", data: [])
            _ = try await store.append(Append([event, plain], to: "order-1"))
            try await bench.equal(store.events(in: "order-1").map(\.event), [event, plain], "events of the stream")
            try await bench.equal(store.events().events.map(\.event), [event, plain], "all events")
        },
        ConformanceCase("appending: the time of recording never falls") { bench in
            let store = bench.store
            let start = bench.time.now().wall
            try await store.appendSamples(2, to: "order-1")
            bench.time.setWall(to: start + .seconds(-3_600))
            try await store.appendSamples(1, to: "order-2")
            bench.time.setWall(to: start + .seconds(60))
            try await store.appendSamples(1, to: "order-1")
            try await bench.equal(
                store.events().events.map(\.recordedAt),
                [start, start, start, start + .seconds(60)],
                "times of recording"
            )
        },
        ConformanceCase("appending: what can never be appended is refused by name") { bench in
            let store = bench.store
            var unversioned = EventData.sample()
            unversioned.schemaVersion = 0
            let large = EventData(type: "blob", data: [UInt8](repeating: 0, count: EventData.maximumSize + 1))
            let (course, long) = ("a\nstudent:ada", String(repeating: "a", count: 256))
            let refused = [
                (unversioned, "schema version 0"), (large, "data beyond the maximum"),
                (EventData.sample(tags: ["course:\(course)"]), "a tag of two lines"),
                (EventData.sample(tags: ["course:\(long)"]), "a tag that is too long"),
            ]
            for (event, what) in refused {
                try await bench.expectThrows(.invalidArgument, what) {
                    _ = try await store.append(Append([event], to: "order-1"))
                }
                try await bench.expectThrows(.invalidArgument, "\(what), within a unit") {
                    _ = try await store.write { try $0.append(Append([event], to: "order-1")) }
                }
            }
            try await bench.equal(store.head(), .start, "head")
        },
    ]
}
