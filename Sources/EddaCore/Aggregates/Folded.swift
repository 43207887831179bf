/// A decision model as of a position of the store.
///
/// See ``Store/load(_:over:after:upTo:)``.
public struct Folded<Model: DecisionModel>: Sendable {
    /// The model.
    public var model: Model
    /// Everything that matches up to here is folded in: what an append that rests on the model requires with
    /// ``AppendCondition/noMatch(_:after:)``.
    public var head: Position
}

extension Store {
    /// Folds all events that match a query into a decision model, without storing anything.
    ///
    /// ```swift
    /// let stock = try await store.load(Stock.self, over: EventQuery(category: "stock")).model
    /// let before = try await store.load(Stock.self, over: EventQuery(category: "stock"), upTo: position)
    /// ```
    ///
    /// Events are read page by page; from the second page on several threads read and decode pages at the same time,
    /// and they are folded in order. So it is the fastest way to go over all events, with memory for a few pages.
    /// Only what a handler needs is copied out of the database; an event that has no handler is not decoded. What
    /// maintenance deletes meanwhile may be folded in part.
    ///
    /// A projection keeps such a state between runs; an ``Aggregate`` is one whose events are those of a stream.
    ///
    /// - Parameters:
    ///   - model: What the events are folded into; those without a handler are passed over.
    ///   - query: Which events.
    ///   - after: Only events after this position.
    ///   - upTo: Only events up to this position, itself included; `nil` means the head. ``position(asOf:)`` finds the
    ///     position for a time.
    /// - Throws: ``SchemaError`` when an event does not decode, ``StoreError``, `CancellationError`.
    /// - Complexity: O(matching events).
    public func load<Model: DecisionModel>(
        _ model: Model.Type,
        over query: EventQuery = .all,
        after: Position = .start,
        upTo: Position? = nil
    ) async throws -> Folded<Model> {
        var state = ReadModel<Model>(after: after)
        try await state.catchUp(with: query, in: self, upTo: upTo)
        return Folded(model: state.model, head: state.head)
    }
}
