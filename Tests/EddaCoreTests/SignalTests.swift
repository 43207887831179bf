import EddaCore
import EddaTesting
import Testing

@Suite struct SignalTests {
    @Test func aChangeBeforeTheWaitIsNotMissed() async throws {
        let signal = Signal()
        let seen = signal.count
        signal.raise()
        #expect(try await signal.wait(past: seen) == seen + 1)
    }

    @Test func raisingWakesAllWhoWait() async throws {
        let signal = Signal()
        let seen = signal.count
        let woken = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<20 { group.addTask { try await signal.wait(past: seen) } }
            group.addTask {
                signal.raise()
                return seen + 1
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(woken == Array(repeating: seen + 1, count: 21))
    }

    @Test func cancellationEndsAWait() async {
        let signal = Signal()
        let (hasBegun, begun) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                begun.yield()
                do {
                    try await signal.wait(past: signal.count)
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            for await _ in hasBegun { break }
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }

    @Test func aTimeoutEndsAWaitWithoutAnError() async throws {
        let signal = Signal()
        let time = ManualTime()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await signal.wait(past: 0, for: .seconds(5), by: time) }
            await time.waitForSleepers(1)
            time.advance(by: .seconds(5))
            try await group.waitForAll()
        }
        #expect(signal.count == 0)
    }

    @Test func aSignalEndsAWaitBeforeItsTimeout() async throws {
        let signal = Signal()
        let time = ManualTime()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await signal.wait(past: 0, for: .seconds(5), by: time) }
            await time.waitForSleepers(1)
            signal.raise()
            try await group.waitForAll()
        }
        #expect(time.sleepers == 0)
        try await signal.wait(past: 1, for: .zero, by: time)
    }
}
