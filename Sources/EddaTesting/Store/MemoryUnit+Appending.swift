internal import EddaCore

extension MemoryUnit {
    func append(_ append: Append) throws -> AppendResult {
        try append.validate()
        if let key = append.key, let earlier = try result(of: key) {
            guard holds(earlier, contentOf: append) else {
                throw StoreError(
                    .keyReused,
                    "The idempotency key \(key) was used before for an append of other content"
                        + (earlier.positions.map { " (positions \($0.lowerBound) to \($0.upperBound))" } ?? "")
                        + ". Use a key of its own for every append."
                )
            }
            return earlier
        }
        try check(append)
        for entry in append.entries where state.eventIDs.contains(entry.event.id) {
            throw StoreError(
                .duplicateEvent,
                "Event id \(entry.event.id) is already in the store. Give every event an id of its own, or repeat "
                    + "an append under an idempotency key."
            )
        }
        let start = mark
        let result = insert(append)
        if let positions = result.positions {
            changes.insert(.events)
            let recorded = Array(state.events[Int(positions.lowerBound.value - 1)...])
            do {
                try runHooks(on: recorded)
            } catch {
                rollBack(to: start)
                throw error
            }
        }
        return result
    }

    func archive(_ stream: StreamID) throws {
        guard state.streams[stream] != nil else {
            throw StoreError(.notFound, "Stream \(stream) has no event, so there is nothing to archive.")
        }
        set(\.streams[stream]!.isArchived, to: true)
    }

    /// Whether an earlier append wrote the same content: streams, types, versions, data and tags, not ids and times.
    private func holds(_ earlier: AppendResult, contentOf append: Append) -> Bool {
        guard let positions = earlier.positions else { return append.entries.isEmpty }
        let recorded = state.events[Int(positions.lowerBound.value - 1)..<Int(positions.upperBound.value)]
        return recorded.count == append.entries.count
            && zip(recorded, append.entries)
                .allSatisfy { recorded, entry in
                    recorded.stream == entry.stream && recorded.type == entry.event.type
                        && recorded.schemaVersion == entry.event.schemaVersion && recorded.tags == entry.event.tags
                        && recorded.data == entry.event.data
                }
    }

    private func check(_ append: Append) throws {
        var failures: [AppendConflict.Failure] = []
        var stated: Set<StreamID> = []
        func check(_ stream: StreamID, _ expectation: StreamExpectation) throws {
            guard stated.insert(stream).inserted else { return }
            let actual = try state(of: stream)
            if !expectation.holds(for: actual) {
                failures.append(.stream(stream, expected: expectation, actual: actual))
            }
        }
        for condition in append.conditions {
            switch condition {
            case .stream(let stream, let expectation): try check(stream, expectation)
            case .noMatch(let query, let after):
                let range = indices(after: after, upTo: try head())
                if let found = state.events[range].first(where: query.matches) {
                    failures.append(.match(query, after: after, found: found.position))
                }
            }
        }
        for entry in append.entries { try check(entry.stream, .any) }
        if !failures.isEmpty { throw AppendConflict(failures: failures) }
    }

    private func insert(_ append: Append) -> AppendResult {
        let count = state.events.count
        onRollBack { state in
            while state.events.count > count {
                let event = state.events.removeLast()
                state.eventIDs.remove(event.id)
                if event.version == 1 {
                    state.streams[event.stream] = nil
                } else {
                    state.streams[event.stream]?.indices.removeLast()
                }
            }
        }
        let recordedAt = max(now.wall, state.events.last?.recordedAt ?? now.wall)
        var versions: [StreamID: Int] = [:]
        for entry in append.entries {
            state.streams[entry.stream, default: .init()].indices.append(state.events.count)
            let version = state.streams[entry.stream]?.indices.count ?? 1
            versions[entry.stream] = version
            state.eventIDs.insert(entry.event.id)
            let typeVersion = TypeVersion(entry.event.type, entry.event.schemaVersion)
            if state.typeVersions.insert(typeVersion).inserted {
                onRollBack { $0.typeVersions.remove(typeVersion) }
            }
            state.events.append(
                RecordedEvent(
                    position: Position(Int64(state.events.count + 1)),
                    stream: entry.stream,
                    version: version,
                    recordedAt: recordedAt,
                    event: entry.event
                )
            )
        }
        let positions =
            append.entries.isEmpty ? nil : Position(Int64(count + 1))...Position(Int64(state.events.count))
        let result = AppendResult(positions: positions, versions: versions)
        if let key = append.key { remember(result, under: key) }
        return result
    }

    /// Keeps the result of a key, and forgets up to two that have been kept long enough, the oldest first.
    private func remember(_ result: AppendResult, under key: IdempotencyKey) {
        set(\.results[key], to: result)
        let ages = state.keyAges
        onRollBack { $0.keyAges = ages }
        // The clock may have been set back, so the newest is not always the last.
        let place = (state.keyAges.lastIndex { $0.recordedAt <= now.wall } ?? -1) + 1
        state.keyAges.insert(.init(key: key, recordedAt: now.wall), at: place)
        let oldest = now.wall + (.zero - keyRetention)
        for age in state.keyAges.prefix(2).prefix(while: { $0.recordedAt < oldest }) {
            set(\.results[age.key], to: nil)
            state.keyAges.removeFirst()
        }
    }
}
