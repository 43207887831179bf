/// Holds what is stored against what a program can read.
struct SchemaCheck {
    private let schema: SchemaRegistry
    private let known: [EventType: any Event.Type]
    private let meetsEverything: Bool

    init(schema: SchemaRegistry, handling events: [any Event.Type], subscribingTo queries: [EventQuery]) {
        self.schema = schema
        var known = schema.events
        for event in events {
            for name in event.wireNames where known[name] == nil { known[name] = event }
        }
        self.known = known
        meetsEverything = queries.contains(where: \.isUnrestricted)
    }

    /// The types that the program does not know, if it can do without them.
    ///
    /// - Throws: ``SchemaError`` that lists everything that cannot be read.
    func unknownTypes(in stored: [TypeVersion]) throws(SchemaError) -> [EventType] {
        var problems: [SchemaError] = []
        var unknown: [EventType] = []
        for version in stored.sorted() {
            if let event = known[version.type] {
                if let problem = problem(with: version, read: event) { problems.append(problem) }
            } else if !schema.events.isEmpty, !version.type.isReserved, unknown.last != version.type {
                unknown.append(version.type)
            }
        }
        if meetsEverything {
            problems += unknown.map { type in
                SchemaError(
                    .unknownType,
                    "Events of type \(type) are stored, which this program does not know, and something subscribes to all "
                        + "types. Register the event with the SchemaRegistry, or run the program that wrote it."
                )
            }
        }
        if let first = problems.first {
            throw SchemaError(first.code, problems.map(\.description).joined(separator: "\n"))
        }
        return unknown
    }

    private func problem(with stored: TypeVersion, read event: any Event.Type) -> SchemaError? {
        guard stored.schemaVersion <= event.schemaVersion else {
            return SchemaError(
                .newerVersion,
                "Events of type \(stored.type) are stored in version \(stored.schemaVersion); this program knows versions "
                    + "up to \(event.schemaVersion). Run the program that wrote them, or a later one."
            )
        }
        for version in stored.schemaVersion..<event.schemaVersion
        where schema.upcasters[event.eventType]?[version] == nil {
            return SchemaError(
                .missingUpcaster,
                "Events of type \(stored.type) are stored in version \(stored.schemaVersion), this program reads version "
                    + "\(event.schemaVersion), and no upcaster of \(event.eventType) leads from version \(version) to "
                    + "\(version + 1). Register one with the SchemaRegistry."
            )
        }
        return nil
    }
}
