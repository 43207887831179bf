internal import EddaCore

extension StoreConformance {
    // guarantees: G1, G3, G14
    static let random: [ConformanceCase] = (1...8)
        .map { seed in
            ConformanceCase("random: 200 appends as a simple model has them, seed \(seed)") { bench in
                try await compare(bench, seed: UInt64(seed), steps: 200)
            }
        }

    /// Does random appends to a store and to a model, and compares what they say and what they hold.
    private static func compare(_ bench: ConformanceBench, seed: UInt64, steps: Int) async throws {
        var generator = SeededGenerator(seed: seed)
        var model = AppendModel()
        let store = bench.store
        for step in 1...steps {
            let what = "seed \(seed), step \(step)"
            if generator.chance(0.03) {
                let stream = AppendModel.streams.randomElement(using: &generator)!
                let isThere = model.archive(stream)
                do {
                    try await store.write { try $0.archive(stream) }
                    try bench.expect(isThere, "\(what): archived \(stream), which is missing")
                } catch let error as StoreError where error.code == .notFound {
                    try bench.expect(!isThere, "\(what): \(error)")
                }
                continue
            }
            let append = model.randomAppend(using: &generator)
            let expected = model.append(append)
            let found: AppendModel.Outcome
            do {
                let result = try await store.append(append)
                found = .written(result)
            } catch let error as AppendConflict {
                found = .conflict(error.failures)
            } catch let error as StoreError where error.code == .keyReused {
                found = .keyReused
            }
            try bench.equal(found, expected, "\(what), \(append)")
        }
        let size = Int.random(in: 1...50, using: &generator)
        var events: [RecordedEvent] = []
        var position = Position.start
        while true {
            let page = try await store.events(matching: .all, after: position, limit: size)
            events += page.events
            position = page.head
            if page.events.count < size { break }
        }
        try bench.equal(events.map(AppendModel.Line.init), model.lines, "seed \(seed), all events")
        try bench.equal(
            events.map(\.position.value),
            model.lines.indices.map { Int64($0 + 1) },
            "seed \(seed), positions"
        )
        for stream in AppendModel.streams {
            let found = try await store.events(in: stream, .backward).map(AppendModel.Line.init)
            try bench.equal(found, model.lines.filter { $0.stream == stream }.reversed(), "seed \(seed), \(stream)")
            try await bench.equal(store.state(of: stream), model.state(of: stream), "seed \(seed), state of \(stream)")
        }
    }
}

/// An event store as simple as can be: a list.
private struct AppendModel {
    struct Line: Equatable {
        var stream: StreamID
        var version: Int
        var type: EventType
        var text: String

        init(stream: StreamID, version: Int, type: EventType, text: String) {
            self.stream = stream
            self.version = version
            self.type = type
            self.text = text
        }

        init(_ event: RecordedEvent) {
            self.init(stream: event.stream, version: event.version, type: event.type, text: event.text)
        }
    }

    enum Outcome: Equatable {
        case written(AppendResult)
        case conflict([AppendConflict.Failure])
        case keyReused
    }

    static let streams: [StreamID] = ["a-1", "a-2", "b-1", "b-2", "c-1"]
    static let types: [EventType] = ["x", "y"]

    var lines: [Line] = []
    var archived: Set<StreamID> = []
    var results: [IdempotencyKey: (content: [[String]], result: AppendResult)] = [:]

    func state(of stream: StreamID) -> StreamState {
        let version = lines.count { $0.stream == stream }
        if version == 0 { return .missing }
        return archived.contains(stream) ? .archived(version: version) : .version(version)
    }

    mutating func archive(_ stream: StreamID) -> Bool {
        if state(of: stream) == .missing { return false }
        archived.insert(stream)
        return true
    }

    func randomAppend(using generator: inout SeededGenerator) -> Append {
        let count = Int.random(in: 0...3, using: &generator)
        let entries = (0..<count)
            .map { _ in
                Append.Entry.sample(
                    Self.streams.randomElement(using: &generator)!,
                    ["", "1", "2"].randomElement(using: &generator)!,
                    type: Self.types.randomElement(using: &generator)!
                )
            }
        var conditions: [AppendCondition] = []
        for stream in Self.streams where generator.chance(0.3) {
            let version = max(0, state(of: stream).version + Int.random(in: -1...0, using: &generator))
            var choices: [StreamExpectation] = [.version(version), .version(state(of: stream).version)]
            choices += state(of: stream) == .missing ? [.missing, .missing, .exists] : [.exists, .exists, .missing]
            if entries.contains(where: { $0.stream == stream }) { choices.append(.any) }
            conditions.append(.stream(stream, choices.randomElement(using: &generator)!))
        }
        if generator.chance(0.3) {
            let after = Int64.random(in: max(0, Int64(lines.count) - 4)...Int64(lines.count + 2), using: &generator)
            let type = Self.types.randomElement(using: &generator)!
            conditions.append(.noMatch(EventQuery(types: [type]), after: Position(after)))
        }
        let key = generator.chance(0.4) ? Int.random(in: 1...12, using: &generator) : nil
        return Append(entries, conditions: conditions, key: key.map { IdempotencyKey(unchecked: "key-\($0)") })
    }

    mutating func append(_ append: Append) -> Outcome {
        let content = append.entries.map {
            [$0.stream.rawValue, $0.event.type.rawValue, String(decoding: $0.event.data, as: UTF8.self)]
        }
        if let key = append.key, let earlier = results[key] {
            guard earlier.content == content else { return .keyReused }
            let result = earlier.result
            return .written(AppendResult(positions: result.positions, versions: result.versions, wasRepeated: true))
        }
        let failures = failures(of: append)
        if !failures.isEmpty { return .conflict(failures) }
        let first = Position(Int64(lines.count + 1))
        var versions: [StreamID: Int] = [:]
        for entry in append.entries {
            let version = state(of: entry.stream).version + 1
            versions[entry.stream] = version
            let text = String(decoding: entry.event.data, as: UTF8.self)
            lines.append(Line(stream: entry.stream, version: version, type: entry.event.type, text: text))
        }
        let positions = append.entries.isEmpty ? nil : first...Position(Int64(lines.count))
        let result = AppendResult(positions: positions, versions: versions)
        if let key = append.key { results[key] = (content, result) }
        return .written(result)
    }

    private func failures(of append: Append) -> [AppendConflict.Failure] {
        var failures: [AppendConflict.Failure] = []
        var stated: Set<StreamID> = []
        for condition in append.conditions {
            switch condition {
            case .stream(let stream, let expectation):
                stated.insert(stream)
                let actual = state(of: stream)
                if !expectation.holds(for: actual) {
                    failures.append(.stream(stream, expected: expectation, actual: actual))
                }
            case .noMatch(let query, let after):
                let found = lines.indices.first { index in
                    index >= Int(after.value)
                        && query.items.contains { $0.types.contains(lines[index].type) }
                }
                if let found {
                    failures.append(.match(query, after: after, found: Position(Int64(found + 1))))
                }
            }
        }
        for entry in append.entries where stated.insert(entry.stream).inserted {
            let actual = state(of: entry.stream)
            if case .archived = actual { failures.append(.stream(entry.stream, expected: .any, actual: actual)) }
        }
        return failures
    }
}
