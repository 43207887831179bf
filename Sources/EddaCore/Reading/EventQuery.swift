/// Which events are wanted: those that match any of its items.
///
/// A query without items matches every event except Edda's own (see ``StreamCategory/isReserved``).
public struct EventQuery: Hashable, Sendable, CustomStringConvertible {
    /// One alternative: any of the types, and all of the tags, and the category.
    public struct Item: Hashable, Sendable, CustomStringConvertible {
        /// The event has one of these types; empty means any type.
        public var types: Set<EventType>
        /// The event has all of these tags.
        public var tags: Set<Tag>
        /// The event's stream is in this category; `nil` means any but Edda's own.
        public var category: StreamCategory?

        /// An alternative.
        public init(types: Set<EventType> = [], tags: Set<Tag> = [], category: StreamCategory? = nil) {
            self.types = types
            self.tags = tags
            self.category = category
        }

        /// An alternative that names the types by their structs.
        ///
        /// ```swift
        /// EventQuery([
        ///     .init(events: CourseDefined.self, StudentEnrolled.self, tags: ["course:algebra"]),
        ///     .init(events: StudentEnrolled.self, tags: ["student:ada"]),
        /// ])
        /// ```
        public init(
            events first: any Event.Type,
            _ others: any Event.Type...,
            tags: Set<Tag> = [],
            category: StreamCategory? = nil
        ) {
            self.init(types: EventQuery.types(of: [first] + others), tags: tags, category: category)
        }

        /// The parts that restrict, joined by "and".
        public var description: String {
            var parts: [String] = []
            if !types.isEmpty { parts.append("type in \(types.sorted())") }
            if !tags.isEmpty { parts.append("all tags of \(tags.sorted())") }
            if let category { parts.append("category \(category)") }
            return parts.isEmpty ? "any event" : parts.joined(separator: " and ")
        }

        /// Whether an event matches.
        public func matches(type: EventType, tags: Set<Tag>, category: StreamCategory) -> Bool {
            guard self.types.isEmpty || self.types.contains(type) else { return false }
            guard self.tags.isSubset(of: tags) else { return false }
            if let required = self.category { return required == category }
            return !category.isReserved
        }
    }

    /// The alternatives.
    public var items: [Item]

    /// Every event but Edda's own.
    public static let all = EventQuery([])

    /// Events that match any of the items.
    public init(_ items: [Item]) { self.items = items }

    /// Events with one of the types and all of the tags in the category.
    public init(types: Set<EventType> = [], tags: Set<Tag> = [], category: StreamCategory? = nil) {
        self.init([Item(types: types, tags: tags, category: category)])
    }

    /// Events of these structs, under whichever name they were stored, with all of the tags in the category.
    ///
    /// ```swift
    /// EventQuery(events: OrderPlaced.self, OrderCancelled.self, category: "order")
    /// ```
    public init(
        events first: any Event.Type,
        _ others: any Event.Type...,
        tags: Set<Tag> = [],
        category: StreamCategory? = nil
    ) {
        self.init(types: Self.types(of: [first] + others), tags: tags, category: category)
    }

    /// The types under which events of these structs are stored, aliases included.
    package static func types(of events: [any Event.Type]) -> Set<EventType> {
        Set(events.flatMap { $0.wireNames })
    }

    /// Whether it may return events of any type.
    package var coversAnyType: Bool { items.isEmpty || items.contains { $0.types.isEmpty } }

    /// Whether it returns every event but Edda's own.
    package var isUnrestricted: Bool {
        items.isEmpty || items.contains { $0.types.isEmpty && $0.tags.isEmpty && $0.category == nil }
    }

    /// Whether a stored event matches.
    public func matches(_ event: RecordedEvent) -> Bool {
        let category = event.stream.category
        guard !items.isEmpty else { return !category.isReserved }
        return items.contains { $0.matches(type: event.type, tags: event.tags, category: category) }
    }

    /// The items, joined by "or".
    public var description: String {
        items.isEmpty ? "any event" : items.map { "(\($0))" }.joined(separator: " or ")
    }
}
