/// What is done when somebody else has appended between a read and the append that rests on it.
enum LostRace {
    /// So many races are lost; then the decision runs inside the writing unit, where nobody interferes.
    static let limit = 2

    private static let policy = RetryPolicy.exponential(
        attempts: nil,
        initial: .milliseconds(1),
        cap: .milliseconds(10)
    )

    /// Waits a random while, so that those who lost together do not come back together.
    ///
    /// By the machine's clock, not the store's time source: a test that holds that one still would wait for ever.
    ///
    /// - Throws: `CancellationError`.
    static func pause(after losses: Int) async throws {
        guard losses < limit else { return }
        let pause = policy.pause(afterAttempt: losses, entropy: .random(in: 0...UInt64.max))
        if let pause { try await Task.sleep(for: pause) }
    }
}
