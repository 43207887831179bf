package import EddaCore

extension Moment {
    /// How long from `now` until this moment; zero or less when it has been reached.
    ///
    /// Within one boot the wall clock has no say.
    package func remaining(from now: Moment) -> Duration {
        boot == now.boot
            ? .nanoseconds(uptime.subtractingReportingOverflow(now.uptime).partialValue) : wall.since(now.wall)
    }

    /// Whether this moment has come.
    package func isReached(at now: Moment) -> Bool { remaining(from: now) <= .zero }
}
