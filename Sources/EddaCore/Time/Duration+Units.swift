extension Duration {
    /// The duration in microseconds, rounded towards zero; saturates at the ends of `Int64`.
    package var wholeMicroseconds: Int64 { whole(unitsPerSecond: 1_000_000) }

    /// The duration in nanoseconds, rounded towards zero; saturates at the ends of `Int64`.
    package var wholeNanoseconds: Int64 { whole(unitsPerSecond: 1_000_000_000) }

    /// The duration in seconds, as a floating-point number, for display.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    private func whole(unitsPerSecond: Int64) -> Int64 {
        let (seconds, attoseconds) = components
        let fraction = attoseconds / (1_000_000_000_000_000_000 / unitsPerSecond)
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: unitsPerSecond)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(fraction)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }
}
