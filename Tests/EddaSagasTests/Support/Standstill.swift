import EddaTesting
import Synchronization

/// What a test waits for does not come: it fails with a sentence instead of going on for ever.
struct Standstill: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension World {
    /// Counts how often time was let pass in a world.
    final class Passes: Sendable {
        /// Many more than any saga needs.
        private static let limit = 10_000
        private let count = Mutex(0)

        func next() throws {
            let count = count.withLock { count in
                count += 1
                return count
            }
            if count > Self.limit { throw Standstill("Time was let pass \(count) times, and the test still waits.") }
        }
    }

    /// Lets time pass while a coordinator runs, from sleeper to sleeper or by steps, until something holds.
    ///
    /// It does not wait for the coordinator to look at the time in between, so what holds must not depend on when.
    func passTime(by step: Duration? = nil, until holds: () async throws -> Bool) async throws {
        var rounds = 0
        while try await !holds() {
            try Task.checkCancellation()
            rounds += 1
            if rounds > 100_000 { throw Standstill("The time was moved \(rounds) times, and the test still waits.") }
            await time.waitForSleepers(1)
            if let step { time.advance(by: step) } else { time.advanceToNextSleeper() }
            await Task.yield()
        }
    }
}
