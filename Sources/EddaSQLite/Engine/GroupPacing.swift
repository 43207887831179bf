/// Decides how long the writer waits for callers to come back before it begins the next group: a value, so that it can be
/// tested without threads.
///
/// Callers who append one after another are all answered at once. Without a pause the first one back would have the next
/// commit for itself, and the others would have to wait for it: two commits where one would do. A pause pays as long as
/// it is shorter than the commit that it spares; so it lasts a part of what commits take, and ends as soon as everyone
/// is back. One caller alone is waited for as well, but only for a moment: to find the writer awake spares it a change of
/// threads. Where callers do not come back, ever fewer groups wait for them.
struct GroupPacing {
    /// How many units were in the group or waiting when the last group was committed.
    private(set) var expected = 0
    /// What a commit takes, the last ones counting most.
    private var commitTime = Duration.zero
    /// How many pauses in a row have not been in vain.
    private var hits = 0
    /// How many pauses in a row have been in vain.
    private var misses = 0
    /// How many further groups begin without a pause.
    private var skipped = 0

    /// The longest pause.
    static let limit = Duration.milliseconds(5)
    /// The longest pause for one caller alone, in which the writer does not sleep: to wake it would take about half as long.
    static let limitForOne = Duration.microseconds(100)

    /// Notes that a group was committed, and how many further units wait as its callers are about to be answered.
    mutating func committed(units: Int, waiting: Int, in time: Duration) {
        commitTime = commitTime == .zero ? time : (commitTime * 7 + time) / 8
        expected = units + waiting
    }

    /// The longest that the next group shall be put off; zero when it shall begin now.
    mutating func pause(waiting: Int) -> Duration {
        guard waiting < expected else { return .zero }
        guard skipped == 0 else {
            skipped -= 1
            return .zero
        }
        return min(commitTime / 2, expected == 1 ? Self.limitForOne : Self.limit)
    }

    /// Whether those who are waited for have kept coming back, so that their group may be prepared.
    var isSure: Bool { hits >= Self.hitsToBeSure }

    private static let hitsToBeSure = 8

    /// Notes how a pause went: how many units waited when it began, and when it ended.
    mutating func paused(from before: Int, to after: Int) {
        if (after - before) * 2 >= expected - before {
            misses = 0
            hits += 1
        } else {
            hits = 0
            misses = min(misses + 1, 6)
            skipped = 1 << misses
        }
    }
}
