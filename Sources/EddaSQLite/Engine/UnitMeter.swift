internal import EddaCore
internal import Logging
internal import Synchronization

/// Counts the units whose code ran longer than a group may, and names them in their callers' logs: while such a unit runs
/// every other writer of the store waits.
final class UnitMeter: Sendable {
    private let state = Mutex(SQLiteStore.UnitStatus())

    /// What was counted.
    var status: SQLiteStore.UnitStatus { state.withLock(\.self) }

    /// Counts a commit and the units in it.
    func committed(units: Int) {
        state.withLock { state in
            state.committed += units
            state.commits += 1
        }
    }

    /// Takes the time that a unit ran.
    func note(_ time: Duration, of unit: WriteUnit, limit: Duration) {
        guard time > limit else { return }
        state.withLock { state in
            state.overruns += 1
            state.longest = max(state.longest ?? .zero, time)
        }
        unit.logger.debug(
            "A unit ran long while all other writers of the store waited; compute before it, write in it.",
            metadata: ["time": "\(time)", "limit": "\(limit)"]
        )
    }
}
