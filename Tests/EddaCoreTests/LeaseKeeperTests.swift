import Testing

@testable import EddaCore

/// When a process takes, keeps and takes over a lease, decided without clocks and stores. // guarantees: G13
@Suite struct LeaseKeeperTests {
    private var keeper = LeaseKeeper(duration: .seconds(8))
    private let held = Lease(name: "work", holder: "ada", epoch: 3, beat: 5)

    private func at(_ seconds: Double, boot: String = "a") -> Moment {
        Moment(boot: boot, uptime: Int64(seconds * 1e9), wall: Timestamp(microseconds: 0))
    }

    @Test mutating func aFreeLeaseIsTakenAtOnce() {
        #expect(keeper.look(at: nil, now: at(0)) == .take(over: nil))
        let free = Lease(name: "work", holder: nil, epoch: 3, beat: 5)
        #expect(keeper.look(at: free, now: at(0)) == .take(over: nil))
    }

    @Test mutating func aHolderThatIsSilentForAWholeDurationIsReplaced() {
        for second in [0, 2, 4, 6] { #expect(keeper.look(at: held, now: at(Double(second))) == .wait(.seconds(2))) }
        #expect(keeper.look(at: held, now: at(7)) == .wait(.seconds(1)))
        #expect(keeper.look(at: held, now: at(8)) == .take(over: held))
    }

    @Test mutating func everyBeatBeginsTheWaitAnew() {
        var lease = held
        for second in stride(from: 0.0, to: 60, by: 6) {
            lease.beat += 1
            #expect(keeper.look(at: lease, now: at(second)) == .wait(.seconds(2)))
            #expect(keeper.look(at: lease, now: at(second + 5)) == .wait(.seconds(2)))
        }
    }

    @Test mutating func anotherHolderWithTheSameBeatBeginsTheWaitAnew() {
        _ = keeper.look(at: held, now: at(0))
        _ = keeper.look(at: held, now: at(6))
        let other = Lease(name: "work", holder: "bob", epoch: 4, beat: 5)
        #expect(keeper.look(at: other, now: at(8)) == .wait(.seconds(2)))
    }

    @Test mutating func anObserverThatWasAsleepItselfCountsAnew() {
        _ = keeper.look(at: held, now: at(0))
        #expect(keeper.look(at: held, now: at(100)) == .wait(.seconds(2)))
        #expect(keeper.look(at: held, now: at(106)) == .wait(.seconds(2)))
        #expect(keeper.look(at: held, now: at(108)) == .take(over: held))
    }

    @Test mutating func aHolderBeatsSeveralTimesInADuration() {
        #expect(keeper.held == nil)
        keeper.didHold(held, at: at(10))
        #expect(keeper.held == held)
        #expect(keeper.hold(now: at(10)) == .wait(.seconds(2)))
        #expect(keeper.hold(now: at(11)) == .wait(.seconds(1)))
        #expect(keeper.hold(now: at(12)) == .beat(held))
        #expect(keeper.hold(now: at(30)) == .beat(held))
        keeper.didLose()
        #expect(keeper.held == nil)
    }
}
