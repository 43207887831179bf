import Edda
import Synchronization

/// The machine's time, but for the wall clock: now and then it jumps an hour ahead or back.
///
/// Where it stands follows from the seed and the uptime alone, so all services of one process see the same jumps.
final class JumpingTime: TimeSource {
    private let seed: UInt64
    private let interval: Int64
    private let tally: Tally?
    private let offset = Mutex(Int64(0))

    /// A time whose wall clock may jump at the end of each interval.
    init(every interval: Duration, seed: UInt64, tally: Tally?) {
        self.interval = max(1, Int64(interval / .nanoseconds(1)))
        self.seed = seed
        self.tally = tally
    }

    func now() -> Moment {
        let moment = SystemTime().now()
        let hours = Self.hours(in: moment.uptime / interval, seed: seed)
        let hasJumped = offset.withLock { offset in
            defer { offset = hours }
            return offset != hours
        }
        if hasJumped { tally?.add(1, to: .clockJumps) }
        return Moment(boot: moment.boot, uptime: moment.uptime, wall: moment.wall + .seconds(3_600 * hours))
    }

    func sleep(for duration: Duration) async throws { try await SystemTime().sleep(for: duration) }

    /// By how many hours the wall clock is wrong in an interval: -1, 0 or 1.
    private static func hours(in interval: Int64, seed: UInt64) -> Int64 {
        // SplitMix64's mixing, as in `SeededGenerator`.
        var mixed = seed &+ UInt64(bitPattern: interval) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int64((mixed ^ (mixed >> 31)) % 3) - 1
    }
}
