import Testing

@testable import EddaSQLite

@Suite struct GroupPacingTests {
    @Test func oneCallerIsWaitedForOnceItHasCome() {
        var pacing = GroupPacing()
        #expect(pacing.pause(waiting: 0) == .zero)
        pacing.committed(units: 1, waiting: 0, in: .microseconds(120))
        #expect(pacing.pause(waiting: 0) == .microseconds(60))
        #expect(pacing.pause(waiting: 1) == .zero)
        // Not for long, however long commits take.
        pacing.committed(units: 1, waiting: 0, in: .seconds(1))
        #expect(pacing.pause(waiting: 0) == GroupPacing.limitForOne)
    }

    @Test func aGroupIsPreparedWhenItsCallersHaveKeptComingBack() {
        var pacing = GroupPacing()
        for _ in 0..<100 where !pacing.isSure {
            pacing.committed(units: 1, waiting: 0, in: .milliseconds(1))
            pacing.paused(from: 0, to: 1)
        }
        #expect(pacing.isSure)
        pacing.paused(from: 0, to: 0)
        #expect(!pacing.isSure)
    }

    @Test func callersWhoComeBackTogetherShareACommit() {
        var pacing = GroupPacing()
        pacing.committed(units: 2, waiting: 62, in: .milliseconds(1))
        #expect(pacing.expected == 64)
        #expect(pacing.pause(waiting: 3) == .microseconds(500))
        pacing.paused(from: 3, to: 64)
        pacing.committed(units: 64, waiting: 0, in: .milliseconds(1))
        #expect(pacing.pause(waiting: 0) == .microseconds(500))
        #expect(pacing.pause(waiting: 64) == .zero)
    }

    @Test func noPauseIsLong() {
        var pacing = GroupPacing()
        pacing.committed(units: 9, waiting: 0, in: .seconds(1))
        #expect(pacing.pause(waiting: 0) == GroupPacing.limit)
    }

    @Test func callersWhoDoNotComeBackAreWaitedForEverMoreSeldom() {
        var pacing = GroupPacing()
        var pauses = 0
        for _ in 0..<1_000 {
            pacing.committed(units: 8, waiting: 0, in: .milliseconds(1))
            if pacing.pause(waiting: 1) > .zero {
                pauses += 1
                pacing.paused(from: 1, to: 2)
            }
        }
        #expect((1...25).contains(pauses))
        // Once they do, every group waits for them again.
        while pacing.pause(waiting: 1) == .zero {}
        pacing.paused(from: 1, to: 8)
        for _ in 0..<10 {
            pacing.committed(units: 8, waiting: 0, in: .milliseconds(1))
            #expect(pacing.pause(waiting: 1) > .zero)
        }
    }
}
