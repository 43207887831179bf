/// How a participant answered a command.
public enum CommandOutcome: Hashable, Sendable {
    /// Done; the encoded reply.
    case succeeded([UInt8])
    /// Refused; it has had no effect.
    case rejected(Rejection)
    /// It went wrong and had no effect. `isRetriable` tells whether the same command may succeed later.
    case failed(reason: String, isRetriable: Bool)
    /// It came so long after it was first sent that the participant may have forgotten whether it has executed it.
    ///
    /// It was not executed now. Whether it was before, nobody can tell; see ``Message/firstSent``.
    case expired(reason: String)
}
