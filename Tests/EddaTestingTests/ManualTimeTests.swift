import EddaCore
import EddaTesting
import Synchronization
import Testing

@Suite struct ManualTimeTests {
    @Test func standsStillUntilItIsMoved() {
        let time = ManualTime(wall: Timestamp(microseconds: 1_000), uptime: .seconds(5))
        #expect(time.now() == Moment(boot: "boot-1", uptime: 5_000_000_000, wall: Timestamp(microseconds: 1_000)))
        time.advance(by: .milliseconds(2))
        #expect(time.now() == Moment(boot: "boot-1", uptime: 5_002_000_000, wall: Timestamp(microseconds: 3_000)))
    }

    @Test(.timeLimit(.minutes(1))) func timeEndsWithoutATrap() async throws {
        let time = ManualTime()
        async let sleep: Void = time.sleep(for: .seconds(Int64.max))
        await time.waitForSleepers(1)
        time.advanceToNextSleeper()
        try await sleep
        #expect(time.now().uptime == .max)
        time.advance(by: .seconds(Int64.max))
        #expect(time.now().uptime == .max)
    }

    @Test func settingTheWallMovesNoOtherClock() {
        let time = ManualTime()
        let before = time.now()
        time.setWall(to: Timestamp(microseconds: 7))
        #expect(time.now() == Moment(boot: before.boot, uptime: before.uptime, wall: Timestamp(microseconds: 7)))
    }

    @Test func rebootingChangesTheBootAndRestartsTheUptime() {
        let time = ManualTime()
        let before = time.now()
        time.reboot()
        #expect(time.now() == Moment(boot: "boot-2", uptime: 0, wall: before.wall))
        time.advance(by: .seconds(2))
        #expect(time.now().elapsed(since: before) == .seconds(2))
    }

    @Test func wakesThoseWhoseTimeHasCome() async throws {
        let time = ManualTime()
        let woken = Log()
        let changed = Signal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seconds in [30, 10, 20] {
                group.addTask {
                    try await time.sleep(for: .seconds(seconds))
                    woken.append(seconds)
                    changed.raise()
                }
            }
            await time.waitForSleepers(3)
            for (step, expected) in [(10, [10]), (9, [10]), (1, [10, 20]), (3_600, [10, 20, 30])] {
                time.advance(by: .seconds(step))
                #expect(time.sleepers == 3 - expected.count)
                while true {
                    let seen = changed.count
                    if woken.values.count >= expected.count { break }
                    try await changed.wait(past: seen)
                }
                #expect(woken.values == expected)
            }
            try await group.waitForAll()
        }
    }

    @Test func goesToTheNextSleeper() async throws {
        let time = ManualTime()
        #expect(time.advanceToNextSleeper() == nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await time.sleep(for: .seconds(90)) }
            await time.waitForSleepers(1)
            #expect(time.advanceToNextSleeper() == .seconds(90))
            try await group.waitForAll()
        }
    }

    @Test func aRebootWakesNobodyAndPostponesNobody() async throws {
        let time = ManualTime()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await time.sleep(for: .seconds(60)) }
            await time.waitForSleepers(1)
            time.advance(by: .seconds(59))
            time.reboot()
            #expect(time.sleepers == 1)
            time.advance(by: .seconds(1))
            #expect(time.sleepers == 0)
            try await group.waitForAll()
        }
    }

    @Test func cancellationEndsASleep() async throws {
        let time = ManualTime()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await time.sleep(for: .seconds(60))
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            await time.waitForSleepers(1)
            group.cancelAll()
            #expect(await group.next() == true)
        }
        #expect(time.sleepers == 0)
    }

    @Test func sleepingForNoTimeReturns() async throws {
        let time = ManualTime()
        try await time.sleep(for: .zero)
        try await time.sleep(for: .seconds(-1))
        #expect(time.sleepers == 0)
    }
}

/// Numbers in the order in which tasks noted them.
private final class Log: Sendable {
    private let numbers = Mutex<[Int]>([])
    var values: [Int] { numbers.withLock { $0 } }
    func append(_ number: Int) { numbers.withLock { $0.append(number) } }
}
