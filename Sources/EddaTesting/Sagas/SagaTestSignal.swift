public import EddaCore

/// A signal that a test gives when a step waits for it.
public struct SagaTestSignal: Sendable {
    let step: StepID
    let data: @Sendable (SchemaRegistry) throws -> [UInt8]

    /// A signal for a step; for a step within a `forEach`, the same for each element.
    public init(_ step: StepID, _ signal: some Codable & Sendable) {
        self.step = step
        data = { try $0.encode(signal) }
    }
}
