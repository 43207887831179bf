/// A consistency boundary whose state is a pure fold over the events of its stream.
///
/// ```swift
/// struct Order: Aggregate {
///     static let category: StreamCategory = "order"
///     var status: Status?
///     static let handlers = EventHandlers<Order> {
///         On(OrderPlaced.self) { order, event in order.status = .placed }
///     }
///     func cancel(because reason: String) throws -> [any Event] {
///         guard status == .placed else { throw Rejection("order.not-open") }
///         return [OrderCancelled(reason: reason)]
///     }
/// }
/// ```
///
/// Its methods decide: they look at the state and return events or throw. ``Store/update(_:id:key:metadata:_:)`` loads,
/// decides and appends.
///
/// Where a decision rests on events of several streams, such as those of a course and of a student, use a
/// ``DecisionModel`` and ``Store/decide(_:over:appendingTo:expecting:key:metadata:_:)`` instead.
public protocol Aggregate: DecisionModel {
    /// The category of its streams.
    static var category: StreamCategory { get }
}
