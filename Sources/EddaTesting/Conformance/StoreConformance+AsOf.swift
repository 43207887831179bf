internal import EddaCore

extension StoreConformance {
    // acceptance: 14
    static let asOf: [ConformanceCase] = [
        ConformanceCase("as of: the last position that was recorded at or before a time") { bench in
            let store = bench.store
            let start = bench.time.now().wall
            try await bench.equal(store.position(asOf: start), .start, "in an empty store")
            // Positions 1 and 2, then 3 after a minute, 4 with the clock set back, 5 to 7 after two minutes.
            try await store.appendSamples(2, to: "a-1")
            bench.time.setWall(to: start + .seconds(60))
            try await store.appendSamples(1, to: "b-1")
            bench.time.setWall(to: start + .seconds(30))
            try await store.appendSamples(1, to: "a-1")
            bench.time.setWall(to: start + .seconds(120))
            try await store.appendSamples(3, to: "$own-1")
            for (seconds, expected) in [(-1, 0), (0, 2), (30, 2), (59, 2), (60, 4), (119, 4), (120, 7), (9_999, 7)] {
                let found = try await store.position(asOf: start + .seconds(seconds))
                try bench.equal(found.value, Int64(expected), "\(seconds) s after the start")
            }
            let before = try await store.position(asOf: start + .microseconds(-1))
            try bench.equal(before, .start, "a microsecond before the first event")
            try await bench.equal(store.position(asOf: Timestamp(microseconds: .min)), .start, "the beginning of time")
            try await bench.equal(store.position(asOf: Timestamp(microseconds: .max)), Position(7), "the end of time")
        },
        ConformanceCase("as of: the version that a stream had at a position") { bench in
            let store = bench.store
            let order: [StreamID] = ["a-1", "b-1", "a-1", "a-1", "c-1", "b-1", "a-1", "a-1", "b-1"]
            for stream in order { try await store.appendSamples(1, to: stream) }
            for position in 0...12 {
                for stream: StreamID in ["a-1", "b-1", "c-1", "never-1"] {
                    let expected = order.prefix(position).count { $0 == stream }
                    let found = try await store.read {
                        try $0.version(of: stream, asOf: Position(Int64(position)))
                    }
                    try bench.equal(found, expected, "\(stream) at position \(position)")
                }
            }
        },
        ConformanceCase("as of: everything at a time, by query, direction and page") { bench in
            let store = bench.store
            let start = bench.time.now().wall
            for index in 0..<20 {
                bench.time.setWall(to: start + .seconds(index))
                let type: EventType = index % 3 == 0 ? "third" : "other"
                _ = try await store.append(Append([.sample("a-1", "\(index)", type: type)]))
            }
            let time = start + .seconds(10)
            let query = EventQuery(types: ["third"])
            var found: [String] = []
            var position = Position.start
            while true {
                let page = try await store.events(matching: query, after: position, asOf: time, limit: 2)
                found += page.events.map(\.text)
                position = page.head
                if page.events.count < 2 { break }
            }
            try bench.equal(found, ["0", "3", "6", "9"], "pages as of the time")
            try bench.equal(position, Position(11), "where the pages end")
            let backward = try await store.events(matching: query, .backward, asOf: time, limit: 3)
            try bench.equal(backward.events.map(\.text), ["9", "6", "3"], "the last three as of the time")
            let none = try await store.events(asOf: start + .seconds(-1))
            try bench.equal(none, EventPage(events: [], head: .start), "before the first event")
        },
        ConformanceCase("as of: an aggregate at a version, a position and a time") { bench in
            let store = bench.store
            let start = bench.time.now().wall
            for index in 1...6 {
                bench.time.setWall(to: start + .seconds(index))
                try await store.append([Added(amount: index)], to: "tally-1")
                try await store.appendSamples(1, to: "other-1")
            }
            let sums = [0, 1, 3, 6, 10, 15, 21]
            for version in 0...6 {
                for moment: AsOf in [
                    .version(version), .position(Position(Int64(2 * version))), .time(start + .seconds(version)),
                ] {
                    let loaded = try await store.load(Tally.self, id: "1", asOf: moment)
                    try bench.equal(loaded.version, version, "version as of \(moment)")
                    try bench.equal(loaded.state.sum, sums[version], "sum as of \(moment)")
                    try await bench.equal(store.version(of: "tally-1", asOf: moment), version, "\(moment)")
                }
            }
            for moment: AsOf in [.version(7), .version(.max), .position(Position(.max)), .time(start + .seconds(99))] {
                try await bench.equal(store.load(Tally.self, id: "1", asOf: moment).version, 6, "\(moment)")
            }
            for moment: AsOf in [.version(0), .version(-1), .position(.start), .time(start)] {
                try await bench.equal(store.load(Tally.self, id: "1", asOf: moment).version, 0, "\(moment)")
                try await bench.equal(store.load(Tally.self, id: "none", asOf: moment).version, 0, "of a missing one")
            }
        },
    ]
}
