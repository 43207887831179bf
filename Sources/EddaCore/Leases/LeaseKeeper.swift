/// What one process knows about a lease that it wants or holds, and what it is to do next.
///
/// It does no I/O and asks no clock: the caller says what is stored and what time it is, and does what it is told.
package struct LeaseKeeper: Hashable, Sendable {
    /// What is to be done.
    package enum Step: Hashable, Sendable {
        /// Take the lease: it is free, or the holding that is passed along was not seen to move for long enough.
        case take(over: Lease?)
        /// Show that the holder is at work.
        case beat(Lease)
        /// Nothing for so long; then look again.
        case wait(Duration)
    }

    private enum State: Hashable {
        case unknown
        /// Somebody else's holding, since when it has stood like this, and when it was last looked at.
        case watching(Lease, since: Moment, lookedAt: Moment)
        case holding(Lease, beatAt: Moment)
    }

    /// How long a holder may be silent.
    package let duration: Duration
    private var state = State.unknown

    /// A keeper that knows nothing yet.
    package init(duration: Duration) { self.duration = duration }

    /// The lease, when it is held.
    package var held: Lease? {
        if case .holding(let lease, _) = state { lease } else { nil }
    }

    /// How often a holder beats and an observer looks: several times in a duration, so that one beat may be late.
    package var interval: Duration { max(.nanoseconds(1), duration / 4) }

    /// What somebody who does not hold the lease does when it is stored like this.
    package mutating func look(at stored: Lease?, now: Moment) -> Step {
        guard let stored, stored.holder != nil else {
            state = .unknown
            return .take(over: nil)
        }
        // Who has not looked for a whole duration was asleep itself, and so perhaps was the holder: it counts anew.
        guard case .watching(stored, let since, let lookedAt) = state, now.elapsed(since: lookedAt) <= duration else {
            state = .watching(stored, since: now, lookedAt: now)
            return .wait(interval)
        }
        state = .watching(stored, since: since, lookedAt: now)
        let silence = now.elapsed(since: since)
        return silence >= duration ? .take(over: stored) : .wait(min(interval, duration - silence))
    }

    /// What the holder does now.
    package func hold(now: Moment) -> Step {
        guard case .holding(let lease, let beatAt) = state else { return .wait(interval) }
        let rest = interval - now.elapsed(since: beatAt)
        return rest > .zero ? .wait(rest) : .beat(lease)
    }

    /// The lease was taken, or its beat raised.
    package mutating func didHold(_ lease: Lease, at now: Moment) { state = .holding(lease, beatAt: now) }

    /// The lease was lost, given back, or could not be taken.
    package mutating func didLose() { state = .unknown }
}
