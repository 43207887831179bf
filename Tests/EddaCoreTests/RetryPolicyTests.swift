import EddaCore
import EddaTesting
import Testing

@Suite struct RetryPolicyTests {
    @Test func boundsGrowUpToTheCap() {
        let policy = RetryPolicy.exponential(attempts: nil, initial: .seconds(1), factor: 3, cap: .seconds(20))
        #expect((1...6).map { policy.bound(afterAttempt: $0) } == [1, 3, 9, 20, 20, 20].map { .seconds($0) })
        #expect(policy.bound(afterAttempt: .max) == .seconds(20))
    }

    @Test func aBoundThatDoesNotGrowStays() {
        let policy = RetryPolicy.exponential(attempts: nil, initial: .seconds(1), factor: 1, cap: .seconds(20))
        #expect(policy.bound(afterAttempt: 1_000) == .seconds(1))
    }

    @Test(arguments: [1e30, .greatestFiniteMagnitude, .infinity])
    func aBoundThatNoDurationHoldsIsCapped(factor: Double) {
        let policy = RetryPolicy.exponential(attempts: nil, initial: .seconds(1), factor: factor)
        #expect((1...4).map { policy.bound(afterAttempt: $0) } == [1, 30, 30, 30].map { .seconds($0) })
    }

    @Test func allPausesTogetherAreAddedUpHoweverManyThereAre() {
        let policy = RetryPolicy.exponential(attempts: nil, initial: .seconds(1), factor: 3, cap: .seconds(20))
        #expect([1, 2, 3, 4, 5, 7].map(policy.bounds(ofTries:)) == [0, 1, 4, 13, 33, 73].map { .seconds($0) })
        #expect(policy.bounds(ofTries: 1 << 30) == .seconds(13 + 20 * ((1 << 30) - 4)))
        let even = RetryPolicy.exponential(attempts: nil, initial: .seconds(1), factor: 1)
        #expect(even.bounds(ofTries: 1 << 30) == .seconds((1 << 30) - 1))
    }

    @Test func withoutAPauseAtFirstThereIsNone() {
        let policy = RetryPolicy.exponential(attempts: nil, initial: .zero, factor: 2)
        #expect(policy.bound(afterAttempt: .max) == .zero)
    }

    @Test func anInitialBoundBeyondTheCapIsCapped() {
        let policy = RetryPolicy.exponential(attempts: nil, initial: .seconds(60), cap: .seconds(20))
        #expect(policy.bound(afterAttempt: 1) == .seconds(20))
    }

    @Test func endsWhenTheTriesAreUsedUp() {
        let policy = RetryPolicy.exponential(attempts: 3)
        #expect(policy.pause(afterAttempt: 2, entropy: 0) != nil)
        #expect(policy.pause(afterAttempt: 3, entropy: 0) == nil)
        #expect(policy.pause(afterAttempt: 4, entropy: 0) == nil)
        #expect(RetryPolicy.never.pause(afterAttempt: 1, entropy: 0) == nil)
        #expect(RetryPolicy.exponential(attempts: nil).pause(afterAttempt: 1_000_000, entropy: 0) != nil)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func pausesAreSpreadBetweenZeroAndTheBound(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let policy = RetryPolicy.exponential(attempts: nil, initial: .seconds(1), factor: 2, cap: .seconds(8))
        for attempt in 1...6 {
            let bound = policy.bound(afterAttempt: attempt)
            let pauses = try (0..<500)
                .map { _ in try #require(policy.pause(afterAttempt: attempt, entropy: generator.next())) }
            #expect(pauses.allSatisfy { $0 >= .zero && $0 < bound }, "seed \(seed)")
            #expect(pauses.contains { $0 < bound * 0.1 } && pauses.contains { $0 > bound * 0.9 }, "seed \(seed)")
        }
        #expect(policy.pause(afterAttempt: 1, entropy: .max).map { $0 < .seconds(1) } == true)
        #expect(policy.pause(afterAttempt: 1, entropy: 0) == .zero)
    }
}
