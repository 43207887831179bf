public import EddaCore

extension Projection {
    /// One handler, its event type forgotten by the compiler.
    public struct Handler: Sendable {
        let event: any Event.Type
        /// Decodes an event, which needs no transaction, and returns what remains to be done inside one.
        let prepare: @Sendable (RecordedEvent, SchemaRegistry) throws -> @Sendable (ProjectionContext) throws -> Void
    }

    /// Collects handlers.
    @resultBuilder
    public enum Builder {
        /// Takes a handler.
        public static func buildExpression<E: Event>(_ on: On<ProjectionContext, E>) -> Handler {
            Handler(event: E.self) { event, schema in
                let value = try schema.decode(E.self, from: event)
                return { context in
                    guard case .handle(let handle) = on.handler else { return }
                    try handle(value, context)
                }
            }
        }

        /// Joins handlers.
        public static func buildBlock(_ handlers: Handler...) -> [Handler] { handlers }
    }
}

extension On where Target == ProjectionContext {
    /// What an event of this kind changes in the tables of a projection.
    ///
    /// It is synchronous and runs inside the transaction that also keeps the projection's progress. What it throws
    /// rolls that transaction back.
    public init(
        _ type: E.Type,
        handle: @escaping @Sendable (_ event: E, _ context: ProjectionContext) throws -> Void
    ) {
        self.init(handler: .handle(handle))
    }
}
