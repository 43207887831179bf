/// Where a store and everything on it takes the time from.
///
/// Tests pass a manual one.
public protocol TimeSource: Sendable {
    /// The present moment.
    func now() -> Moment

    /// Returns when at least `duration` has passed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(for duration: Duration) async throws
}

extension TimeSource where Self == SystemTime {
    /// The machine's clocks.
    public static var system: SystemTime { SystemTime() }
}
