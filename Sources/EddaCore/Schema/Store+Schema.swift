internal import Logging

extension Store {
    /// Makes sure that this program can read what is stored, without reading the events.
    ///
    /// Every stored version of a type that is registered or handled has to be known to the program, and a chain of
    /// upcasters has to lead from it to the present one. Where the store's ``SchemaRegistry`` has events, types that are
    /// stored and not among them are an error for what subscribes to all types; otherwise they are logged as a warning,
    /// since nothing comes across them.
    ///
    /// `EddaRuntime` and ``consume(as:matching:share:after:lease:batchSize:_:)`` do it when they start.
    ///
    /// O(stored types).
    ///
    /// - Parameters:
    ///   - events: Events that are handled, besides the registered ones.
    ///   - queries: What the program subscribes to.
    /// - Returns: Stored types that the program does not know, when it has registered events.
    /// - Throws: ``SchemaError`` that names all types and versions that cannot be read; ``StoreError``.
    @discardableResult
    public func checkSchema(
        handling events: [any Event.Type] = [],
        subscribingTo queries: [EventQuery] = []
    ) async throws -> [EventType] {
        let stored = try await read { try $0.typeVersions() }
        let check = SchemaCheck(schema: schema, handling: events, subscribingTo: queries)
        let unknown = try check.unknownTypes(in: stored)
        if !unknown.isEmpty {
            Logger.current.warning(
                "Events are stored that this program does not know; nothing handles them.",
                metadata: ["types": "\(unknown.map(\.rawValue).joined(separator: ", "))"]
            )
        }
        return unknown
    }
}
