extension EventReading {
    /// The cursor of a reader that has seen everything up to a position.
    ///
    /// - Parameter position: The position; the head by default.
    /// - Throws: ``StoreError``.
    public func cursor(at position: Position? = nil) throws -> Cursor {
        Cursor(generation: try restorations().last?.generation ?? 1, position: try position ?? head())
    }

    /// The position of a cursor, if what its reader has seen is what the store holds.
    ///
    /// - Throws: ``StaleCursor`` when it points behind a restoration or behind the head; ``StoreError``.
    public func position(of cursor: Cursor) throws -> Position {
        let (restorations, head) = (try restorations(), try head())
        let generation = restorations.last?.generation ?? 1
        // Every later restoration left standing what lies before its head.
        let common = restorations.lazy.filter { $0.generation > cursor.generation }.map(\.head).min() ?? head
        // A later generation than the database has shares nothing that could be known.
        let agreed = cursor.generation > generation ? Position.start : min(common, head)
        guard cursor.position <= agreed else {
            throw StaleCursor(cursor: cursor, generation: generation, head: head, agreesUpTo: agreed)
        }
        return cursor.position
    }

    /// A cursor at the same place in the present generation, if what its reader has seen is what the store holds.
    ///
    /// - Throws: ``StaleCursor`` when it points behind a restoration or behind the head; ``StoreError``.
    public func renewed(_ cursor: Cursor) throws -> Cursor {
        try self.cursor(at: position(of: cursor))
    }
}

extension Store {
    /// The cursor of a reader that has seen everything up to a position.
    ///
    /// - Parameter position: The position; the head by default.
    /// - Throws: ``StoreError``.
    public func cursor(at position: Position? = nil) async throws -> Cursor {
        try await read { try $0.cursor(at: position) }
    }

    /// The position of a cursor, if what its reader has seen is what the store holds.
    ///
    /// - Throws: ``StaleCursor`` when it points behind a restoration or behind the head; ``StoreError``.
    public func position(of cursor: Cursor) async throws -> Position {
        try await read { try $0.position(of: cursor) }
    }

    /// A cursor at the same place in the present generation, if what its reader has seen is what the store holds.
    ///
    /// What is read from now on belongs to the present generation, so a reader begins with this:
    ///
    /// ```swift
    /// var cursor = try await store.renewed(saved)
    /// for try await event in store.subscribe(after: cursor.position) {
    ///     index.add(event)
    ///     cursor = cursor.advanced(to: event.position)
    /// }
    /// ```
    ///
    /// - Throws: ``StaleCursor`` when it points behind a restoration or behind the head; ``StoreError``.
    public func renewed(_ cursor: Cursor) async throws -> Cursor {
        try await read { try $0.renewed(cursor) }
    }

    /// Follows the events of the store from where a reader stopped.
    ///
    /// A reader that keeps a cursor of what it gets here makes it from ``renewed(_:)``.
    ///
    /// - Parameters:
    ///   - query: Which events.
    ///   - cursor: Only events after it.
    ///   - pageSize: How many events are fetched at a time, from 1.
    /// - Throws: ``StaleCursor`` when the reader has seen what the store does not hold; ``StoreError``.
    public func subscribe(
        to query: EventQuery = .all,
        after cursor: Cursor,
        pageSize: Int = 256
    ) async throws -> EventSubscription {
        subscribe(to: query, after: try await position(of: cursor), pageSize: pageSize)
    }
}
