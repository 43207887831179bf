package import EddaCore

extension SagaRecord {
    /// Since when the saga is parked; `nil` when it is not.
    package func parkedSince(_ schema: SchemaRegistry) -> Timestamp? {
        guard status == .parked else { return nil }
        // One that was parked because it does not decode has not been written since.
        return (try? schema.codec.decode(ParkedSince.self, from: instance))?.parkedSince ?? updatedAt
    }
}

/// The one part of a stored instance that a list of sagas needs.
private struct ParkedSince: Decodable {
    var parkedSince: Timestamp?
}
