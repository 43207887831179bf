public import EddaCore

/// The stores of a test, one for each service.
public struct SagaTestStores: Sendable {
    /// The store of the service that owns the saga.
    public let saga: any Store
    let byAddress: [Address: any Store]

    /// The store of a participant.
    ///
    /// - Throws: ``TestFailure`` when the test has no such participant.
    public func store(of participant: Address) throws -> any Store {
        guard let store = byAddress[participant] else {
            let known = byAddress.keys.map(\.rawValue).sorted().joined(separator: ", ")
            throw TestFailure("The test has no participant \(participant); it has \(known).")
        }
        return store
    }
}
