internal import EddaCore

/// Counts the events of a build and says when progress is to be reported.
struct RebuildMeter: Hashable, Sendable {
    /// The shortest time between two reports.
    static let interval = Duration.milliseconds(100)

    let projection: ProjectionName
    /// When this run began.
    let started: Moment
    /// How many events the build held before this run.
    let before: Int
    private(set) var done: Int
    private(set) var total: Int
    private var reported: Moment?

    init(projection: ProjectionName, started: Moment, before: Int, done: Int, total: Int) {
        self.projection = projection
        self.started = started
        self.before = before
        self.done = done
        self.total = max(done, total)
    }

    /// The first report of a run.
    func initial(at now: Moment) -> RebuildProgress { progress(at: now) }

    /// Counts events; returns what to report, unless the last report was a moment ago.
    mutating func advance(by count: Int, at now: Moment) -> RebuildProgress? {
        done += count
        total = max(total, done)
        guard now.elapsed(since: reported ?? started) >= Self.interval else { return nil }
        reported = now
        return progress(at: now)
    }

    /// The last report of a run: everything is done.
    func final(at now: Moment) -> RebuildProgress {
        var finished = self
        finished.total = done
        return finished.progress(at: now)
    }

    private func progress(at now: Moment) -> RebuildProgress {
        let elapsed = now.elapsed(since: started)
        let seconds = elapsed.inSeconds
        let rate = done > before && seconds > 0 ? Double(done - before) / seconds : nil
        return RebuildProgress(
            projection: projection,
            done: done,
            total: total,
            eventsPerSecond: rate,
            remaining: done == total ? .zero : rate.map { .seconds(Double(total - done) / $0) },
            elapsed: elapsed
        )
    }
}
