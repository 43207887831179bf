package import EddaCore
internal import Synchronization

/// What is to be done in this process: each call once at a time, so many side by side, and a compensation not beside its step.
///
/// It forgets everything with the process: the timers of the sagas repeat what has not come to an end.
package final class LocalRunner: Sendable {
    /// A step, or its compensation: of the two only one is done at a time.
    private struct Place: Hashable {
        let saga: SagaID
        let step: StepID

        /// `nil` unless a test wants the two beside each other.
        let direction: Direction?
    }

    private struct Running {
        let key: SagaKey
        let abandoned: Signal
        let since: Moment
        /// Whether it was broken off, and no longer counts as one of so many.
        var isBrokenOff = false
    }

    private struct State {
        var isOpen = false
        var isStandingBy = false
        /// Whether nothing more begins.
        var isResting = false
        /// What may begin, oldest first, from `first` on.
        var queue: [LocalCall] = []
        var first = 0
        /// What waits for the call of the same step to end.
        var behind: [Place: [LocalCall]] = [:]
        /// The keys of both.
        var waiting: Set<SagaKey> = []
        var running: [Place: Running] = [:]
        /// How many of them count.
        var busy = 0
    }

    /// How many calls may wait; each holds the state of its saga.
    ///
    /// What finds no room is handed in again when the timer of its saga comes due.
    private let room: Int
    private let state = Mutex(State())
    /// Raised when something may have to be begun.
    private let arrivals = Signal()
    /// Raised when somebody has to wait until nothing is being done.
    package let waits = Signal()

    private let defect: SagaDefect?

    package init(room: Int = 4_096, defect: SagaDefect? = nil) {
        self.room = room
        self.defect = defect
    }

    private func place(_ key: SagaKey) -> Place {
        Place(saga: key.saga, step: key.step, direction: defect == .undoBesideItsCall ? key.direction : nil)
    }

    /// Whether somebody does what is handed in.
    var isOpen: Bool { state.withLock(\.isOpen) }

    /// Whether another process does what is to be done, and nothing is to be handed in here.
    var isStandingBy: Bool {
        get { state.withLock(\.isStandingBy) }
        set { state.withLock { $0.isStandingBy = newValue } }
    }

    /// Where a call stands in this process; `nil` when it is not here and there is room for it.
    package func standing(of key: SagaKey) -> LocalStanding? {
        state.withLock { state in
            let running = state.running[place(key)]
            if let running, running.key == key {
                return running.isBrokenOff ? .brokenOff : .running(since: running.since)
            }
            if state.waiting.contains(key) { return running == nil ? .waiting : .behind }
            return state.waiting.count >= room ? .noRoom : nil
        }
    }

    /// Takes calls; one that waits or is being done already is not taken twice.
    package func submit(_ calls: [LocalCall]) {
        guard !calls.isEmpty else { return }
        state.withLock { state in
            for call in calls {
                let running = state.running[place(call.key)]
                guard running?.key != call.key, state.waiting.count < room,
                    state.waiting.insert(call.key).inserted
                else { continue }
                if running == nil {
                    state.queue.append(call)
                } else {
                    state.behind[place(call.key), default: []].append(call)
                }
            }
        }
        arrivals.raise()
    }

    /// Cancels calls.
    package func abandon(_ keys: [SagaKey]) {
        guard !keys.isEmpty else { return }
        let signals = state.withLock { state in
            let waiting = state.waiting.intersection(keys)
            if !waiting.isEmpty {
                state.waiting.subtract(waiting)
                state.queue = state.queue[state.first...].filter { !waiting.contains($0.key) }
                state.first = 0
                for place in Set(waiting.map(self.place)) {
                    state.behind[place]?.removeAll { waiting.contains($0.key) }
                }
            }
            return keys.compactMap { key in
                state.running[place(key)].flatMap { $0.key == key ? $0.abandoned : nil }
            }
        }
        for signal in signals { signal.raise() }
    }

    /// The next call that may begin, with the signal that cancels it.
    ///
    /// Every `next` is followed by a `finish`.
    package func next(at now: Moment) -> (call: LocalCall, abandoned: Signal)? {
        state.withLock { state in
            while !state.isResting, state.first < state.queue.count {
                let call = state.queue[state.first]
                state.first += 1
                if state.first * 2 > state.queue.count {
                    state.queue.removeFirst(state.first)
                    state.first = 0
                }
                let place = self.place(call.key)
                guard state.running[place] == nil else {
                    state.behind[place, default: []].append(call)
                    continue
                }
                state.waiting.remove(call.key)
                let running = Running(key: call.key, abandoned: Signal(), since: now)
                state.running[place] = running
                state.busy += 1
                return (call, running.abandoned)
            }
            return nil
        }
    }

    package func finish(_ call: LocalCall) {
        let place = self.place(call.key)
        state.withLock { state in
            if state.running.removeValue(forKey: place)?.isBrokenOff == false { state.busy -= 1 }
            state.queue += state.behind.removeValue(forKey: place) ?? []
        }
        arrivals.raise()
    }

    /// Whether nothing more begins; what has begun goes on.
    package var isResting: Bool {
        get { state.withLock(\.isResting) }
        set {
            state.withLock { $0.isResting = newValue }
            arrivals.raise()
        }
    }

    /// Returns when nothing is being done, but for what was broken off and does not heed that.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func waitUntilIdle() async throws {
        while true {
            let seen = arrivals.count
            if state.withLock({ $0.busy }) == 0 { return }
            waits.raise()
            try await arrivals.wait(past: seen)
        }
    }

    /// Does what is handed in until the task is cancelled.
    package func run(
        limit: Int,
        time: any TimeSource,
        _ perform: @escaping @Sendable (LocalCall, _ abandoned: Signal) async -> Void
    ) async {
        state.withLock { $0.isOpen = true }
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let seen = arrivals.count
                while state.withLock({ $0.busy }) < limit, let (call, abandoned) = next(at: time.now()) {
                    group.addTask {
                        await perform(call, abandoned)
                        self.finish(call)
                    }
                }
                do { try await arrivals.wait(past: seen) } catch { break }
            }
            state.withLock { state in
                state.isOpen = false
                state.queue = []
                state.first = 0
                state.behind = [:]
                state.waiting = []
            }
        }
    }

    /// How a call was broken off.
    package enum Break: Hashable, Sendable {
        /// Nobody needs its result any more.
        case abandoned
        /// It has taken too long.
        case late
    }

    /// Does the work of a call, and cancels it when its signal is raised or its time is over.
    ///
    /// In every case it returns when the work has ended. Work that does not heed its cancellation keeps its step from
    /// being called again, but does not count any more as one of so many that are done side by side.
    ///
    /// - Parameter isMinded: Asked when the time is over: whether somebody else cancels it when it is time to.
    package func `do`<Value: Sendable>(
        _ call: LocalCall,
        unless abandoned: Signal,
        within limit: Duration,
        by time: any TimeSource,
        isMinded: @escaping @Sendable () async -> Bool = { false },
        _ work: @escaping @Sendable () async -> Value
    ) async -> (value: Value?, broken: Break?) {
        await withTaskGroup(of: (value: Value?, broken: Break?).self) { group in
            group.addTask { (await work(), nil) }
            group.addTask {
                do { try await abandoned.wait(past: 0) } catch { return (nil, nil) }
                return (nil, .abandoned)
            }
            group.addTask {
                repeat {
                    do { try await time.sleep(for: limit) } catch { return (nil, nil) }
                } while await isMinded()
                return (nil, .late)
            }
            var broken: Break?
            while let event = await group.next() {
                if let value = event.value {
                    group.cancelAll()
                    return (value, broken)
                }
                guard broken == nil, let reason = event.broken else { continue }
                broken = reason
                breakOff(call)
                group.cancelAll()
            }
            return (nil, broken)
        }
    }

    /// Stops counting a call that does not heed its cancellation as one of so many.
    func breakOff(_ call: LocalCall) {
        state.withLock { state in
            guard state.running[place(call.key)]?.isBrokenOff == false else { return }
            state.running[place(call.key)]?.isBrokenOff = true
            state.busy -= 1
        }
        arrivals.raise()
    }
}

/// Where a call stands in this process.
package enum LocalStanding: Hashable, Sendable {
    /// It has been handed in and has not begun, since too much else is being done.
    case waiting
    /// It waits for the other call of its step to end, and nobody knows how long that takes.
    case behind
    /// It is not here, and so much waits already that it would not be taken.
    case noRoom
    /// It has begun.
    case running(since: Moment)
    /// It was cancelled and does not heed that: it may still have an effect.
    case brokenOff
}
