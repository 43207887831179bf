/// How much longer something is waited for that is looked at again and again.
///
/// A process that was stopped, or whose machine slept, has not waited meanwhile: between two looks no more than a tenth of a
/// second counts. Otherwise it would give up what it has not looked at, and name a holder who had it for a moment.
struct Patience {
    private static let longestLook: Duration = .milliseconds(100)

    private var left: Duration
    private var lastLook: ContinuousClock.Instant

    init(_ limit: Duration, from now: ContinuousClock.Instant = ContinuousClock().now) {
        left = limit
        lastLook = now
    }

    /// Whether it is at an end, asked after each look.
    mutating func isOver(at now: ContinuousClock.Instant = ContinuousClock().now) -> Bool {
        left -= min(now - lastLook, Self.longestLook)
        lastLook = now
        return left <= .zero
    }
}
