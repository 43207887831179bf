internal import EddaCore

extension Message {
    /// Where the inbox of this message's receiver has what became of a command of the same sender.
    ///
    /// Services choose their idempotency keys without knowing of each other, so a key says which command is meant only
    /// together with the sender. A source is a URI reference and holds no space.
    ///
    /// - Parameter key: The idempotency key of the command.
    func inboxKey(_ key: String) -> String { "\(source) \(key)" }
}
