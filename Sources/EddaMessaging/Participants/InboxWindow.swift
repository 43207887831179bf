package import EddaCore

/// For how long an inbox remembers what was done, and how much of that is relied upon.
package struct InboxWindow: Hashable, Sendable {
    /// For how long entries are kept.
    package let length: Duration

    package init(_ length: Duration) { self.length = length }

    /// For how long after a message was first sent its receiver can tell whether it has executed it.
    ///
    /// The clocks of sender and receiver may differ, so the last hour of the window (or half of a shorter one) is not
    /// relied upon.
    package var reliable: Duration { length - min(.seconds(3_600), length / 2) }

    /// Whether what was first sent at a time may have been executed and forgotten.
    package func hasPassed(since firstSent: Timestamp, at now: Timestamp) -> Bool { now.since(firstSent) > reliable }
}
