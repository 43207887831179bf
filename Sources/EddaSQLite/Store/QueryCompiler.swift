internal import EddaCore

/// Turns an ``EventQuery`` into SQL over the indexes of the store.
///
/// Every alternative becomes one or more arms, each of which an index returns in the order of positions; SQLite merges
/// the arms of a UNION without sorting, so a page costs what it returns. Where several indexes could lead, the one with
/// the sparsest entries where the reading begins does: the others are looked up for each of them.
struct QueryCompiler {
    /// An index that can lead an arm, and the number it is searched by.
    enum Lead: Hashable {
        case tag(Int64)
        case type(Int64)
        case category(Int64)
    }

    /// The number of an interned name; `nil` when the store has never met it, and so nothing matches.
    let number: (String, NameMemory.Kind) throws -> Int64?
    /// How many positions the first ``sampled`` entries of an index span, from where the reading begins; `nil` when
    /// there are fewer entries between the bounds, the lower one excluded.
    let span: (Lead, ReadDirection, _ after: Int64, _ upTo: Int64?) throws -> Int64?

    /// How many entries of each index are looked at to find the sparsest.
    static let sampled = 32

    /// More arms than this would make a statement that SQLite may refuse; then the types are filtered in a scan.
    private static let armLimit = 100
    /// Each type leads an arm of its own; with more than this they are filtered instead, if something else can lead.
    private static let leadingTypes = 8

    /// One arm: what stands after SELECT and its columns, and its bindings before the bounds.
    private struct Arm {
        /// The column that holds the position.
        var place = "e.position"
        /// From FROM on, without the bounds; the events are `e`.
        var source: String
        var values: [Int64]

        /// The arm between the bounds, with what is selected.
        func selecting(_ columns: String, _ isBounded: Bool) -> String {
            "SELECT \(columns) \(source) AND \(place) > ?" + (isBounded ? " AND \(place) <= ?" : "")
        }
    }

    /// The parts of an item as numbers.
    private struct Parts {
        var types: [Int64]
        var tags: [Int64]
        var category: Int64?
    }

    /// A statement over what matches, and its values.
    struct Selection {
        let sql: String
        let values: [SQLValue]
        /// Whether the rows are events; otherwise they are positions.
        let returnsEvents: Bool
    }

    /// A statement that returns what matches in order.
    ///
    /// A query whose matches one index finds returns whole events if columns are given. For one with several
    /// alternatives, an event of which may match two, only positions are returned, each once.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - columns: What to select of an event `e`; `nil` for positions in any case.
    ///   - direction: The order.
    ///   - after: The lower bound, excluded.
    ///   - upTo: The upper bound, included; without one no row is compared with it.
    ///   - limit: At most so many rows.
    /// - Returns: `nil` when nothing can match.
    func select(
        _ query: EventQuery,
        columns: String? = nil,
        _ direction: ReadDirection,
        after: Int64,
        upTo: Int64? = nil,
        limit: Int64
    ) throws -> Selection? {
        try query.validate()
        let arms = try arms(of: query, direction, after: after, upTo: upTo)
        guard let arm = arms.first else { return nil }
        let bounds = [after, upTo].compactMap(\.self)
        let values = (arms.flatMap { $0.values + bounds } + [limit]).map { SQLValue.integer($0) }
        let order = direction == .forward ? "ASC" : "DESC"
        if let columns, arms.count == 1 {
            let sql = arm.selecting(columns, upTo != nil)
            return Selection(sql: "\(sql) ORDER BY \(arm.place) \(order) LIMIT ?", values: values, returnsEvents: true)
        }
        let union = arms.map { $0.selecting("\($0.place) AS place", upTo != nil) }.joined(separator: " UNION ")
        return Selection(sql: "\(union) ORDER BY place \(order) LIMIT ?", values: values, returnsEvents: false)
    }

    private func arms(of query: EventQuery, _ direction: ReadDirection, after: Int64, upTo: Int64?) throws -> [Arm] {
        let items = try (query.items.isEmpty ? [EventQuery.Item()] : query.items).compactMap(parts)
        let arms = try items.flatMap { try self.arms(of: $0, direction, after: after, upTo: upTo) }
        guard arms.count > Self.armLimit else { return arms }
        return items.map { $0.tags.isEmpty ? scan(of: $0) : tagged($0) }
    }

    // MARK: What leads

    private func arms(of parts: Parts, _ direction: ReadDirection, after: Int64, upTo: Int64?) throws -> [Arm] {
        switch try lead(of: parts, direction, after: after, upTo: upTo) {
        case .tag(let tag):
            var parts = parts
            parts.tags.removeAll { $0 == tag }
            parts.tags.insert(tag, at: 0)
            return [tagged(parts)]
        case .type: return parts.types.map { typed(parts, by: $0) }
        case .category, nil: return [scan(of: parts)]
        }
    }

    /// The index whose entries are sparsest where the reading begins.
    ///
    /// A few entries of each are looked at: those that span the most positions are sparsest. So choosing costs a
    /// bounded number of steps, and the page that is read next is short of useless entries wherever it begins.
    private func lead(of parts: Parts, _ direction: ReadDirection, after: Int64, upTo: Int64?) throws -> Lead? {
        var choices: [[Lead]] = parts.tags.map { [.tag($0)] }
        let others = parts.tags.count + (parts.category == nil ? 0 : 1)
        if !parts.types.isEmpty, parts.types.count <= Self.leadingTypes || others == 0 {
            choices.append(parts.types.map { .type($0) })
        }
        if let category = parts.category { choices.append([.category(category)]) }
        guard choices.count > 1 else { return choices.first?.first }
        var best: (lead: Lead?, span: Int64) = (nil, -1)
        for leads in choices {
            // Several together are as dense as the densest of them, about.
            var least = Int64.max
            for lead in leads { least = try min(least, span(lead, direction, after, upTo) ?? .max) }
            if least > best.span { best = (leads.first, least) }
            if least == .max { break }
        }
        return best.lead
    }

    // MARK: Arms

    /// Events that have all of the tags: the index over the first leads, the others are looked up.
    private func tagged(_ parts: Parts) -> Arm {
        var joins = ""
        for index in 1..<max(1, parts.tags.count) {
            joins += " JOIN edda_event_tags t\(index) ON t\(index).tag = ? AND t\(index).position = t.position"
        }
        let filter = filter(parts, types: true, tags: false)
        return Arm(
            place: "t.position",
            source: """
                FROM edda_event_tags t CROSS JOIN edda_events e ON e.position = t.position\(joins) \
                WHERE t.tag = ? AND \(filter.condition)
                """,
            values: parts.tags.dropFirst() + parts.tags.prefix(1) + filter.values
        )
    }

    private func typed(_ parts: Parts, by type: Int64) -> Arm {
        let filter = filter(parts, types: false, tags: true)
        return Arm(
            source: "FROM edda_events e INDEXED BY edda_events_type WHERE e.type = ? AND \(filter.condition)",
            values: [type] + filter.values
        )
    }

    /// The events of a category, or all.
    private func scan(of parts: Parts) -> Arm {
        let source = parts.category == nil ? "NOT INDEXED" : "INDEXED BY edda_events_category"
        let filter = filter(parts, types: true, tags: true)
        return Arm(
            source: "FROM edda_events e \(source) WHERE \(filter.condition)",
            values: filter.values
        )
    }

    /// The conditions on an event `e`: its category, and the types and tags that have not led to it.
    private func filter(_ parts: Parts, types: Bool, tags: Bool) -> (condition: String, values: [Int64]) {
        var condition = parts.category == nil ? "e.category > 0" : "e.category = ?"
        var values = parts.category.map { [$0] } ?? []
        if types, !parts.types.isEmpty {
            condition += " AND e.type IN (\(parts.types.map { _ in "?" }.joined(separator: ", ")))"
            values += parts.types
        }
        for tag in tags ? parts.tags : [] {
            condition += " AND EXISTS (SELECT 1 FROM edda_event_tags x WHERE x.tag = ? AND x.position = e.position)"
            values.append(tag)
        }
        return (condition, values)
    }

    // MARK: Names

    /// The numbers of an item's names; `nil` when the store has no such category, not every tag, or none of the types.
    private func parts(of item: EventQuery.Item) throws -> Parts? {
        var parts = Parts(types: [], tags: [], category: nil)
        if let category = item.category {
            guard let number = try number(category.rawValue, .category) else { return nil }
            parts.category = number
        }
        for tag in item.tags.sorted() {
            guard let number = try number(tag.rawValue, .tag) else { return nil }
            parts.tags.append(number)
        }
        parts.types = try item.types.compactMap { try number($0.rawValue, .type) }.sorted()
        return item.types.isEmpty || !parts.types.isEmpty ? parts : nil
    }
}
