internal import EddaCore

extension SQLiteWriteTransaction {
    func append(_ append: Append) throws -> AppendResult {
        try append.validate()
        let before = effects
        let mark = memory.mark
        try change(.savepointAppend) { _ in }
        do {
            let result = try appendValidated(append)
            try change(.releaseAppend) { _ in }
            return result
        } catch {
            // The body may catch the error and go on, so nothing of the append stays.
            if loss == nil {
                try change(.rollbackToAppend) { _ in }
                try change(.releaseAppend) { _ in }
            }
            effects = before
            memory.rollBack(to: mark)
            throw error
        }
    }

    /// Appends without a savepoint, for a unit that is nothing but this append: an error undoes the unit.
    func appendValidated(_ append: Append) throws -> AppendResult {
        if let key = append.key, let range = try keyRange(key) {
            return try repeated(append, key: key, first: range.first, last: range.last)
        }
        try check(append)
        let first = effects.head + 1
        var recorded: [RecordedEvent] = []
        var versions: [StreamID: Int] = [:]
        var target: (stream: StreamID, head: StreamHeads.Head)?
        func keepTarget() {
            guard let target else { return }
            versions[target.stream] = target.head.version
            memory.heads.change(target.stream, to: target.head)
        }
        for entry in append.entries {
            var head: StreamHeads.Head
            if let target, target.stream == entry.stream {
                head = target.head
            } else {
                keepTarget()
                head = try self.streamHead(entry.stream) ?? makeStream(entry.stream)
            }
            head.version += 1
            target = (entry.stream, head)
            let position = effects.head + 1
            let recordedAt = max(now.wall.microseconds, effects.recordedAt)
            try insert(entry.event, into: head, position: position, recordedAt: recordedAt)
            effects.head = position
            effects.recordedAt = recordedAt
            effects.events = true
            effects.bytes += entry.event.data.count + 256
            if !hooks.isEmpty {
                recorded.append(
                    RecordedEvent(
                        position: Position(position),
                        stream: entry.stream,
                        version: head.version,
                        recordedAt: Timestamp(microseconds: recordedAt),
                        event: entry.event
                    )
                )
            }
        }
        keepTarget()
        if let key = append.key {
            try change(.insertKey) { statement in
                try statement.bind(1, key.rawValue)
                try statement.bind(2, first)
                try statement.bind(3, effects.head)
                try statement.bind(4, now.wall.microseconds)
            }
            // Two go for one that comes, so that those who came before a change of the time are caught up with, and no
            // append pays for more than that.
            let oldest = now.wall + (.zero - keyRetention)
            try change(.forgetKeys) { statement in
                try statement.bind(1, oldest.microseconds)
                try statement.bind(2, 2)
            }
        }
        if !recorded.isEmpty { try runHooks(on: recorded) }
        return AppendResult(
            positions: append.entries.isEmpty
                ? nil : Position(first)...Position(first + Int64(append.entries.count) - 1),
            versions: versions
        )
    }

    func archive(_ stream: StreamID) throws {
        // Before anything is written: what is remembered is what a rollback goes back to.
        guard var head = try streamHead(stream),
            try change(.archiveStream, bind: { try $0.bind(1, stream.rawValue) }) == 1
        else {
            throw StoreError(.notFound, "Stream \(stream) has no event, so there is nothing to archive.")
        }
        head.isArchived = true
        memory.heads.change(stream, to: head)
    }

    /// Checks every condition before anything is written.
    private func check(_ append: Append) throws {
        var failures: [AppendConflict.Failure] = []
        var checked: [StreamID] = []
        func judge(_ stream: StreamID, _ expectation: StreamExpectation) throws {
            checked.append(stream)
            let state = try streamHead(stream)?.state ?? .missing
            if !expectation.holds(for: state) {
                failures.append(.stream(stream, expected: expectation, actual: state))
            }
        }
        for condition in append.conditions {
            switch condition {
            case .stream(let stream, let expectation):
                try judge(stream, expectation)
            case .noMatch(let query, let after):
                let found = try positions(of: query, .forward, after: after, limit: 1)
                if let position = found.first {
                    failures.append(.match(query, after: after, found: Position(position)))
                }
            }
        }
        // A stream that no condition names takes events unless it is archived.
        var last = checked.last
        for entry in append.entries where entry.stream != last {
            last = entry.stream
            if try streamHead(entry.stream)?.isArchived == true, !checked.contains(entry.stream) {
                try judge(entry.stream, .any)
            }
        }
        guard failures.isEmpty else { throw AppendConflict(failures: failures) }
    }

    /// The state of a stream; `nil` when it does not exist.
    func streamHead(_ stream: StreamID) throws -> StreamHeads.Head? {
        if let head = memory.heads[stream] { return head }
        let found = try storedHead(of: stream)
        if let found { memory.heads.remember(stream, found) }
        return found
    }

    private func makeStream(_ stream: StreamID) throws -> StreamHeads.Head {
        let category = stream.category
        let number = try intern(category.rawValue, .category)
        try change(.insertStream) { statement in
            try statement.bind(1, stream.rawValue)
            try statement.bind(2, number)
        }
        return StreamHeads.Head(number: connection.lastInsertedRow, category: number, version: 0)
    }

    private func insert(
        _ event: EventData,
        into stream: StreamHeads.Head,
        position: Int64,
        recordedAt: Int64
    ) throws {
        let type = try intern(event.type.rawValue, .type)
        try note(NameMemory.Version(type: type, schemaVersion: event.schemaVersion))
        let headers = EventRow.text(of: event.metadata.headers)
        do {
            try attempt {
                let statement = try connection.statement(.insertEvent)
                try statement.bind(1, position)
                try statement.bind(2, stream.number)
                try statement.bind(3, stream.version)
                try statement.bind(4, stream.category)
                try statement.bind(5, type)
                try statement.bind(6, event.schemaVersion)
                try statement.bind(7, recordedAt)
                try statement.bind(9, EventRow.text(of: event.tags))
                try statement.bind(10, event.metadata.correlationID)
                try statement.bind(11, event.metadata.causationID)
                try statement.bind(12, headers)
                effects.wrote = true
                try withUnsafeBytes(of: (event.id.high.bigEndian, event.id.low.bigEndian)) { id in
                    try event.data.withUnsafeBytes { data in
                        defer { statement.reset() }
                        try statement.bind(8, borrowed: id)
                        try statement.bind(13, borrowed: data)
                        _ = try statement.step()
                    }
                }
            }
        } catch let error as StoreError {
            guard let failure = error.underlying as? SQLiteFailure,
                failure.extendedCode == SQLiteFailure.uniqueConstraint, failure.message.contains("edda_events.id")
            else { throw error }
            throw StoreError(
                .duplicateEvent,
                "An event with the id \(event.id) is already in the store. Give every event an id of its own, or "
                    + "append under an idempotency key.",
                underlying: failure
            )
        }
        for tag in event.tags.sorted() {
            let number = try intern(tag.rawValue, .tag)
            try change(.insertEventTag) { statement in
                try statement.bind(1, number)
                try statement.bind(2, position)
            }
        }
    }

    /// The number of a name, given one if it has none yet.
    private func intern(_ name: String, _ kind: NameMemory.Kind) throws -> Int64 {
        if let number = try number(of: name, kind) { return number }
        let statement: StoreStatement =
            switch kind {
            case .type: .insertType
            case .tag: .insertTag
            case .category: StreamCategory(unchecked: name).isReserved ? .insertReservedCategory : .insertCategory
            }
        try change(statement) { try $0.bind(1, name) }
        memory.names.intern(name, kind, as: connection.lastInsertedRow)
        return connection.lastInsertedRow
    }

    /// Keeps that a version of a type is stored, once for each.
    private func note(_ version: NameMemory.Version) throws {
        guard !memory.names.contains(version) else { return }
        try change(.insertTypeVersion) { statement in
            try statement.bind(1, version.type)
            try statement.bind(2, version.schemaVersion)
        }
        memory.names.note(version)
    }

    /// The answer to an append whose key was used before.
    private func repeated(_ append: Append, key: IdempotencyKey, first: Int64, last: Int64) throws -> AppendResult {
        // Of what maintenance has deleted only the stream is compared.
        let (stored, deleted) = first <= last ? try written(from: first, through: last) : ([], [])
        let isSame =
            stored.count + deleted.count == append.entries.count && last - first < append.entries.count
            && stored.allSatisfy { stored in
                let entry = append.entries[Int(stored.position.value - first)]
                return stored.stream == entry.stream && stored.type == entry.event.type
                    && stored.schemaVersion == entry.event.schemaVersion && stored.data == entry.event.data
                    && stored.tags == entry.event.tags
            }
            && deleted.allSatisfy { $0.stream == append.entries[Int($0.position - first)].stream }
        guard isSame else {
            throw StoreError(
                .keyReused,
                "The idempotency key \(key) was used for an append of other content (\(stored.count) events from "
                    + "position \(first)). Use a key of its own for every append."
            )
        }
        return try result(of: key) ?? AppendResult(positions: nil, versions: [:], wasRepeated: true)
    }
}
