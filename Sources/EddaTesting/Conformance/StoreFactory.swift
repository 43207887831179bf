public import EddaCore

/// Makes the stores that the conformance suite runs on.
public protocol StoreFactory: Sendable {
    /// Whether the stores offer `rows` and `execute`.
    var supportsSQL: Bool { get }

    /// A new, empty store.
    ///
    /// - Throws: Anything; the case fails.
    func makeStore(time: any TimeSource) async throws -> any Store

    /// Closes a store and opens another one on the same data.
    ///
    /// - Returns: The other one, or `nil` when the data does not outlive its store; then what reopening would show is
    ///   not checked.
    /// - Throws: Anything; the case fails.
    func reopen(_ store: any Store) async throws -> (any Store)?
}
