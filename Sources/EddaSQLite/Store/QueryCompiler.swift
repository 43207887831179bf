internal import EddaCore

/// Turns an ``EventQuery`` into SQL over the indexes of the store.
///
/// Every alternative becomes one or more arms, each of which an index returns in the order of positions; SQLite merges the
/// arms of a UNION without sorting, so a page costs what it returns.
struct QueryCompiler {
    /// The number of an interned name; `nil` when the store has never met it, and so nothing matches.
    let number: (String, NameMemory.Kind) throws -> Int64?

    /// More arms than this would make a statement that SQLite may refuse; then the types are filtered in a scan.
    private static let armLimit = 100

    /// One arm: what stands after SELECT and its columns, and its bindings before the bounds.
    private struct Arm {
        /// The column that holds the position.
        var place = "e.position"
        /// From FROM on; the events are `e`.
        var source: String
        var values: [SQLValue]

        var positions: String { "SELECT \(place) AS place \(source)" }
    }

    /// A statement that returns positions in order, and its values.
    ///
    /// `nil` when nothing can match.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - direction: The order.
    ///   - after: The lower bound, excluded.
    ///   - upTo: The upper bound, included.
    ///   - limit: At most so many rows.
    func positions(
        of query: EventQuery,
        _ direction: ReadDirection,
        after: Int64,
        upTo: Int64,
        limit: Int64
    ) throws -> (sql: String, values: [SQLValue])? {
        let arms = try arms(of: query)
        guard !arms.isEmpty else { return nil }
        let bounds: [SQLValue] = [.integer(after), .integer(upTo)]
        let union = arms.map(\.positions).joined(separator: " UNION ")
        return (
            "\(union) ORDER BY place \(Self.order(direction)) LIMIT ?",
            arms.flatMap { $0.values + bounds } + [.integer(limit)]
        )
    }

    /// A statement that returns events in order, and its values.
    ///
    /// `nil` for a query with several alternatives, whose positions are looked for first.
    func events(
        of query: EventQuery,
        columns: String,
        _ direction: ReadDirection,
        after: Int64,
        upTo: Int64,
        limit: Int64
    ) throws -> (sql: String, values: [SQLValue])? {
        let arms = try arms(of: query)
        guard arms.count == 1, let arm = arms.first else { return nil }
        return (
            "SELECT \(columns) \(arm.source) ORDER BY \(arm.place) \(Self.order(direction)) LIMIT ?",
            arm.values + [.integer(after), .integer(upTo), .integer(limit)]
        )
    }

    private static func order(_ direction: ReadDirection) -> String { direction == .forward ? "ASC" : "DESC" }

    private func arms(of query: EventQuery) throws -> [Arm] {
        let items = query.items.isEmpty ? [EventQuery.Item()] : query.items
        var arms: [Arm] = []
        for item in items { arms += try self.arms(of: item) }
        if arms.count > Self.armLimit {
            return try items.flatMap { try [scan(of: $0)].compactMap(\.self) }
        }
        return arms
    }

    private func arms(of item: EventQuery.Item) throws -> [Arm] {
        guard let category = try category(of: item), let types = try numbers(item.types.map(\.rawValue), .type) else {
            return []
        }
        guard item.tags.isEmpty else { return try tagged(item, types: types, category: category).map { [$0] } ?? [] }
        guard types.isEmpty else {
            return types.map { type in
                Arm(
                    source: """
                        FROM edda_events e INDEXED BY edda_events_type WHERE e.type = ? AND \
                        \(category.condition) AND \(Self.bounds("e"))
                        """,
                    values: [.integer(type)] + category.values
                )
            }
        }
        let source = item.category == nil ? "NOT INDEXED" : "INDEXED BY edda_events_category"
        return [
            Arm(
                source:
                    "FROM edda_events e \(source) WHERE \(category.condition) AND \(Self.bounds("e"))",
                values: category.values
            )
        ]
    }

    /// Events that have all of the tags: the index over one tag leads, the others are looked up.
    private func tagged(_ item: EventQuery.Item, types: [Int64], category: (condition: String, values: [SQLValue])) throws -> Arm? {
        var tags: [Int64] = []
        for tag in item.tags.sorted() {
            guard let number = try number(tag.rawValue, .tag) else { return nil }
            tags.append(number)
        }
        var joins = ""
        for index in 1..<max(1, tags.count) {
            joins +=
                " JOIN edda_event_tags t\(index) ON t\(index).tag = \(tags[index]) AND t\(index).position = t.position"
        }
        let typeFilter = types.isEmpty ? "" : " AND e.type IN (\(types.map(String.init).joined(separator: ", ")))"
        return Arm(
            place: "t.position",
            source: """
                FROM edda_event_tags t CROSS JOIN edda_events e ON e.position = t.position\(joins) \
                WHERE t.tag = ?\(typeFilter) AND \(category.condition) AND \(Self.bounds("t"))
                """,
            values: [.integer(tags[0])] + category.values
        )
    }

    /// One arm for an item with very many types.
    private func scan(of item: EventQuery.Item) throws -> Arm? {
        guard let category = try category(of: item), let types = try numbers(item.types.map(\.rawValue), .type) else {
            return nil
        }
        if !item.tags.isEmpty { return try tagged(item, types: types, category: category) }
        let typeFilter = types.isEmpty ? "" : " AND e.type IN (\(types.map(String.init).joined(separator: ", ")))"
        return Arm(
            source: """
                FROM edda_events e NOT INDEXED WHERE \(category.condition)\(typeFilter) AND \
                \(Self.bounds("e"))
                """,
            values: category.values
        )
    }

    /// The condition on the category; `nil` when the store has no such category.
    private func category(of item: EventQuery.Item) throws -> (condition: String, values: [SQLValue])? {
        guard let category = item.category else { return ("e.category > 0", []) }
        return try number(category.rawValue, .category).map { ("e.category = ?", [.integer($0)]) }
    }

    /// The numbers of names; `nil` when names were asked for and the store knows none of them.
    private func numbers(_ names: [String], _ kind: NameMemory.Kind) throws -> [Int64]? {
        let numbers = try names.compactMap { try number($0, kind) }.sorted()
        return names.isEmpty || !numbers.isEmpty ? numbers : nil
    }

    private static func bounds(_ table: String) -> String { "\(table).position > ? AND \(table).position <= ?" }
}
