/// A durable timer: it comes due once, also when the process was down at that time.
public struct TimerRow: Hashable, Sendable {
    /// Whose timer it is; each owner asks for its own.
    ///
    /// `sagas` for the saga coordinator.
    public let owner: String
    /// Which one; setting a timer under the same owner and key replaces it.
    public let key: String
    /// When it comes due.
    public let due: Moment

    /// A timer.
    public init(owner: String, key: String, due: Moment) {
        self.owner = owner
        self.key = key
        self.due = due
    }
}
