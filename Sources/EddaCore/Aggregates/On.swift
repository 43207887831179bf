/// A handler for one kind of event, inside ``EventHandlers`` or a projection.
public struct On<Target, E: Event>: Sendable {
    package enum Handler: Sendable {
        case fold(@Sendable (inout Target, E) throws -> Void)
        case handle(@Sendable (E, Target) throws -> Void)
    }

    package let handler: Handler

    package init(handler: Handler) { self.handler = handler }
}

extension On where Target: DecisionModel {
    /// How an event of this kind changes the aggregate or decision model.
    ///
    /// It only assigns: whether the event may happen was decided before it was appended.
    public init(_ type: E.Type, apply: @escaping @Sendable (_ state: inout Target, _ event: E) -> Void) {
        self.init(handler: .fold(apply))
    }
}
