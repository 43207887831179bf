/// A part of a saga's state by which the saga can be found.
///
/// ```swift
/// static let attributes: [SagaAttribute<State>] = [
///     SagaAttribute("customer") { $0.customer },
///     SagaAttribute("shipment") { $0.tracking },      // as soon as it is known
/// ]
/// ```
///
/// `sagas list --where customer=4711` then lists them, and so does `SagaFilter.attributes`. The values are kept beside
/// the saga in an index, and follow its state in the same commit; sagas that were started before an attribute was
/// added get it with their next change of state.
public struct SagaAttribute<State: Sendable>: Sendable {
    /// The name, unique among the attributes of the saga.
    public let name: String
    /// The value; `nil` as long as there is none.
    public let value: @Sendable (State) -> String?

    /// An attribute.
    ///
    /// - Parameters:
    ///   - name: Letters, digits, `-`, `_` and `.`, so that it can be typed in a command line.
    ///   - value: A pure function of the state.
    public init(_ name: String, _ value: @escaping @Sendable (State) -> String?) {
        self.name = name
        self.value = value
    }
}
