/// How often something that failed is tried again, and after which pauses.
///
/// Pauses grow exponentially up to a cap and are drawn evenly between zero and that bound ("full jitter"), so that
/// clients that failed together do not come back together (M. Brooker, "Exponential Backoff And Jitter", AWS
/// Architecture Blog, 2015).
public struct RetryPolicy: Hashable, Sendable {
    /// The most tries, the first included; `nil` for no end.
    public var attempts: Int?
    /// The bound of the first pause.
    public var initial: Duration
    /// By how much the bound grows from pause to pause.
    public var factor: Double
    /// The bound that is not exceeded.
    public var cap: Duration

    /// Exponential pauses.
    ///
    /// - Parameters:
    ///   - attempts: The most tries, the first included: 1 or more, `nil` for no end.
    ///   - initial: The bound of the first pause.
    ///   - factor: The growth from pause to pause, 1 or more.
    ///   - cap: The bound that is not exceeded.
    public static func exponential(
        attempts: Int?,
        initial: Duration = .milliseconds(100),
        factor: Double = 2,
        cap: Duration = .seconds(30)
    ) -> RetryPolicy {
        precondition(attempts.map { $0 >= 1 } ?? true, "A retry policy needs at least 1 attempt.")
        precondition(factor >= 1, "The pauses of a retry policy do not shrink.")
        return RetryPolicy(attempts: attempts, initial: initial, factor: factor, cap: cap)
    }

    /// One try only.
    public static let never = RetryPolicy.exponential(attempts: 1)

    /// The pause after a failed try.
    ///
    /// - Parameters:
    ///   - attempt: Which try failed, from 1.
    ///   - entropy: Any 64 bits; the pause is the bound times `entropy / 2^64`, so that a caller can make it
    ///     reproducible.
    /// - Returns: The pause, or `nil` when no further try is due.
    public func pause(afterAttempt attempt: Int, entropy: UInt64) -> Duration? {
        if let attempts, attempt >= attempts { return nil }
        return bound(afterAttempt: attempt) * (Double(entropy >> 11) / Double(1 << 53))
    }

    /// The longest time that all pauses of so many tries take together, without jitter.
    package func bounds(ofTries tries: Int) -> Duration {
        var (sum, bound, left) = (Duration.zero, min(initial, cap), tries - 1)
        while left > 0 {
            guard factor > 1, bound > .zero, bound < cap else { return sum + bound * left }
            sum += bound
            bound = factor < cap / bound ? bound * factor : cap
            left -= 1
        }
        return sum
    }

    /// The longest pause after a failed try, without jitter.
    public func bound(afterAttempt attempt: Int) -> Duration {
        var bound = initial
        guard factor > 1, bound > .zero else { return min(bound, cap) }
        for _ in 1..<max(1, attempt) {
            // Before it is multiplied: no `Duration` may hold the product.
            guard factor < cap / bound else { return cap }
            bound = bound * factor
        }
        return min(bound, cap)
    }
}
