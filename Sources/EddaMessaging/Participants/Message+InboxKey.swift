internal import EddaCore

extension Message {
    /// Where the inbox of this message's receiver has what became of a command of the same sender.
    ///
    /// Services choose their idempotency keys without knowing of each other, so a key says which command is meant only
    /// together with the sender. A source is a URI reference, which holds no space, and ends at the first one; of a source
    /// that is none of those (names of services may hold spaces) the length is told first, after a space that no other
    /// begins with.
    ///
    /// - Parameter key: The idempotency key of the command.
    func inboxKey(_ key: String) -> String {
        // By bytes: a space and an accent that follows it are one character, which is no space.
        let isPlain = !source.isEmpty && !source.utf8.contains(UInt8(ascii: " "))
        return isPlain ? "\(source) \(key)" : " \(source.utf8.count) \(source) \(key)"
    }
}
