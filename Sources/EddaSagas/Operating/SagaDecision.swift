public import EddaCore

/// What an operator's verb has led to.
public struct SagaDecision: Hashable, Sendable, CustomStringConvertible {
    /// The saga as it stands now.
    public let saga: SagaRecord
    /// Whether anything has changed; what is wanted may be under way already.
    public let hasEffect: Bool

    /// Where the saga stands, in a sentence.
    public var description: String {
        var text = hasEffect ? "" : "Nothing was changed: what is wanted is under way already. "
        text += "Saga \(saga.id) is \(saga.status.rawValue)"
        if let step = saga.step { text += ", at step \(step)" }
        text += "."
        if !hasEffect, saga.status == .parked {
            text += " It is parked on its way back: `sagas retry`, `sagas skip` or `sagas resolve` sets it going again."
        }
        if hasEffect, saga.status == .parked || saga.status == .running, let reason = saga.reason {
            text += " \(reason)"
        }
        return text
    }
}
