public import EddaCore

/// A read model: tables, and what each kind of event changes in them.
///
/// ```swift
/// let orders = Table("open_orders", "order_id TEXT PRIMARY KEY, total INTEGER NOT NULL")
/// let openOrders = Projection("open-orders", version: 1, tables: orders) {
///     On(OrderPlaced.self) { event, context in
///         try context.execute("INSERT INTO \(orders) VALUES (\(context.key), \(event.total))")
///     }
///     On(OrderCancelled.self) { _, context in
///         try context.execute("DELETE FROM \(orders) WHERE order_id = \(context.key)")
///     }
/// }
/// ```
///
/// The same handlers serve inline and asynchronous processing and the rebuild. They depend on nothing but the event
/// and the tables of the projection, and change nothing else: the unit that runs them may be run again.
///
/// Raise the version whenever tables or handlers change. The engine then builds the new version beside the old one and
/// switches readers over when it is complete.
public struct Projection: Sendable {
    /// When the tables follow the events.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// In the transaction that appends: readers never lag, and a failing handler fails the append.
        case inline
        /// Afterwards, in a transaction of its own that also keeps how far it has come.
        case async
    }

    /// The name by which its rows, its progress and its commands are found.
    public let name: ProjectionName
    /// The version of its tables and handlers, from 1.
    public let version: Int
    /// When its tables follow the events.
    public let mode: Mode
    /// Its tables.
    public let tables: [Table]

    /// The kinds of events that have a handler.
    package let events: [any Event.Type]
    /// The handlers by every name under which their events may be stored.
    let handlers: [EventType: Handler]
    let ambiguousTypes: [EventType]

    /// Defines a projection.
    ///
    /// The definition is checked when it is given to a ``ProjectionEngine``.
    ///
    /// - Parameters:
    ///   - name: The name, unique in the store.
    ///   - version: From 1; raise it with every change of tables or handlers.
    ///   - mode: Inline or asynchronous; may change without a new version.
    ///   - tables: The tables that the handlers fill.
    ///   - handlers: One for each kind of event that matters to the tables.
    public init(
        _ name: ProjectionName,
        version: Int,
        mode: Mode = .async,
        tables: Table...,
        @Builder handlers: () -> [Handler]
    ) {
        self.name = name
        self.version = version
        self.mode = mode
        self.tables = tables
        let handlers = handlers()
        events = handlers.map(\.event)
        let named = handlers.flatMap { handler in handler.event.wireNames.map { (name: $0, handler: handler) } }
        self.handlers = Dictionary(named.map { ($0.name, $0.handler) }) { first, _ in first }
        ambiguousTypes = Dictionary(grouping: named, by: \.name).filter { $1.count > 1 }.keys.sorted()
    }

    /// Which events the projection handles, under whichever of their names; every event of the application when it has no handler.
    public var query: EventQuery { handlers.isEmpty ? .all : EventQuery(types: Set(handlers.keys)) }

    /// The names of the tables, as the register keeps them.
    var tableNames: [String] { tables.map(\.name) }
}
