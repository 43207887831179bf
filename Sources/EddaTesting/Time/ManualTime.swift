public import EddaCore
internal import Synchronization

/// A time source that stands still until a test moves it.
///
/// ```swift
/// let time = ManualTime()
/// let store = InMemoryStore(time: time)
/// // … the code under test sleeps for a minute …
/// await time.waitForSleepers(1)
/// time.advance(by: .seconds(60))
/// ```
public final class ManualTime: TimeSource {
    private struct Sleeper {
        var deadline: Int64
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var boot = 1
        var uptime: Int64
        var wall: Timestamp
        /// Nanoseconds that have passed since the source was made; unlike the uptime no reboot sets it back.
        var elapsed: Int64 = 0
        var nextSleeper: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        var cancelled: Set<UInt64> = []

        /// Moves all clocks, at most to the end of what they can show: 292 years.
        mutating func pass(_ duration: Duration) {
            elapsed = elapsed.addingSaturated(duration.wholeNanoseconds)
            uptime = uptime.addingSaturated(duration.wholeNanoseconds)
            wall = wall + duration
        }
    }

    private let state: Mutex<State>
    private let changed = Signal()

    /// A time source that stands at a moment.
    ///
    /// - Parameters:
    ///   - wall: What the wall clock shows at first; 2026-01-01T00:00:00Z by default.
    ///   - uptime: How long the machine has been up; an hour by default.
    public init(
        wall: Timestamp = Timestamp(microseconds: 1_767_225_600_000_000),
        uptime: Duration = .seconds(3_600)
    ) {
        state = Mutex(State(uptime: max(0, uptime.wholeNanoseconds), wall: wall))
    }

    /// The present moment; the same until the time is moved.
    public func now() -> Moment {
        state.withLock { Moment(boot: "boot-\($0.boot)", uptime: $0.uptime, wall: $0.wall) }
    }

    /// How many tasks sleep at present.
    public var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// Lets time pass on all clocks and wakes those whose time has come, the earliest first.
    ///
    /// - Parameter duration: How long, zero or more.
    public func advance(by duration: Duration) {
        precondition(duration >= .zero, "Time does not run backwards. Use setWall(to:) to set the wall clock back.")
        let woken = state.withLock { state in
            state.pass(duration)
            return Self.takeDue(from: &state)
        }
        wake(woken)
    }

    /// Lets time pass until the earliest sleeper wakes.
    ///
    /// - Returns: How long that took, or `nil` when nobody sleeps.
    @discardableResult
    public func advanceToNextSleeper() -> Duration? {
        let (passed, woken) = state.withLock { state -> (Duration?, [CheckedContinuation<Bool, Never>]) in
            guard let deadline = state.sleepers.values.map(\.deadline).min() else { return (nil, []) }
            let duration = Duration.nanoseconds(max(0, deadline - state.elapsed))
            state.pass(duration)
            return (duration, Self.takeDue(from: &state))
        }
        wake(woken)
        return passed
    }

    /// Sets the wall clock, forwards or backwards, as an operator or a time server does.
    ///
    /// Durations and sleepers do not notice.
    public func setWall(to wall: Timestamp) {
        state.withLock { $0.wall = wall }
    }

    /// Starts the machine anew: the boot has another name, and the uptime begins at zero.
    ///
    /// The wall clock goes on. Sleepers stay, since in a test their tasks outlive the reboot.
    public func reboot() {
        state.withLock { state in
            state.boot += 1
            state.uptime = 0
        }
    }

    /// Returns when at least `count` tasks sleep, or when the calling task is cancelled.
    public func waitForSleepers(_ count: Int = 1) async {
        while !Task.isCancelled {
            let seen = changed.count
            if sleepers >= count { return }
            _ = try? await changed.wait(past: seen)
        }
    }

    /// Returns when the time has been moved by at least `duration`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return await Task.yield() }
        let id = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        let hasPassed = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let sleeps = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return false }
                    let deadline = state.elapsed.addingSaturated(duration.wholeNanoseconds)
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    return true
                }
                if sleeps { changed.raise() } else { continuation.resume(returning: false) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(id) }
        guard hasPassed else { throw CancellationError() }
    }

    private static func takeDue(from state: inout State) -> [CheckedContinuation<Bool, Never>] {
        let elapsed = state.elapsed
        let due = state.sleepers.filter { $0.value.deadline <= elapsed }
            .sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
        for (id, _) in due { state.sleepers[id] = nil }
        return due.map(\.value.continuation)
    }

    private func wake(_ sleepers: [CheckedContinuation<Bool, Never>]) {
        for sleeper in sleepers { sleeper.resume(returning: true) }
    }
}

extension Int64 {
    /// The sum with a number that is zero or more, or the greatest integer.
    fileprivate func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}
