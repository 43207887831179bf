/// A state on which a decision rests: a pure fold over events, of whatever streams they are.
///
/// ```swift
/// struct Enrolment: DecisionModel {
///     var seats = 0
///     var taken = 0
///     static let handlers = EventHandlers<Enrolment> {
///         On(CourseDefined.self) { course, event in course.seats = event.seats }
///         On(StudentEnrolled.self) { course, _ in course.taken += 1 }
///     }
/// }
/// ```
///
/// A query says which events: ``Store/decide(_:over:appendingTo:expecting:key:metadata:_:)`` folds those that match it,
/// decides, and appends on the condition that no further one has been appended meanwhile. The events inside the query
/// are then the boundary of consistency, one that each decision draws for itself (S. Pellegrini, "Dynamic Consistency
/// Boundary", dcb.events). ``Aggregate`` is the model whose boundary is one stream.
public protocol DecisionModel: Sendable {
    /// How events change it.
    static var handlers: EventHandlers<Self> { get }

    /// The state before any event.
    init()
}
