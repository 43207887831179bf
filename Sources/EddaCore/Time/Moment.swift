/// A point in time on three scales, so that a duration between two moments is right although the wall clock
/// was set in between.
///
/// Within one boot of the machine durations are measured on a clock that only runs forward and also runs while
/// the machine sleeps; across a reboot the wall clock is all there is.
public struct Moment: Hashable, Codable, Sendable {
    /// Names one boot of the machine.
    public let boot: String
    /// Nanoseconds since that boot, sleep included.
    public let uptime: Int64
    /// The wall clock.
    public let wall: Timestamp

    /// A moment from its three readings.
    public init(boot: String, uptime: Int64, wall: Timestamp) {
        self.boot = boot
        self.uptime = uptime
        self.wall = wall
    }

    /// Reads what ``encode(to:)`` writes.
    ///
    /// - Throws: `DecodingError` when it is something else.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        boot = try container.decode(String.self)
        uptime = try container.decode(Int64.self)
        wall = Timestamp(microseconds: try container.decode(Int64.self))
    }

    /// Writes the boot, the nanoseconds and the wall clock's microseconds since 1970, one after another.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(boot)
        try container.encode(uptime)
        try container.encode(wall.microseconds)
    }

    /// How long after `earlier` this moment is; never negative.
    public func elapsed(since earlier: Moment) -> Duration {
        boot == earlier.boot
            ? .nanoseconds(max(0, uptime - earlier.uptime))
            : max(.zero, wall.since(earlier.wall))
    }

    /// The moment `duration` later; the past is not moved into, and the far end saturates.
    public func advanced(by duration: Duration) -> Moment {
        let nanoseconds = max(0, duration.wholeNanoseconds)
        let (sum, overflow) = uptime.addingReportingOverflow(nanoseconds)
        return Moment(boot: boot, uptime: overflow ? .max : sum, wall: wall + max(.zero, duration))
    }
}
