package import EddaCore

/// Everything that is known of one saga: its state, and where each step stands.
///
/// A value without I/O. ``apply(_:at:program:policies:refusal:)`` moves it on.
package struct SagaInstance: Codable, Hashable, Sendable {
    /// The saga.
    package let id: SagaID
    /// The kind of saga.
    package let name: SagaName
    /// The version of the plan by which it was started.
    package let planVersion: Int
    /// The fingerprint of that plan.
    package let fingerprint: String
    /// The conversation that it is part of.
    package let correlationID: String?
    /// When it was started.
    package let startedAt: Moment
    /// The encoded state.
    package internal(set) var state: StoredBytes
    /// Where it stands as a whole.
    package internal(set) var status: SagaRecord.Status = .running
    /// Why it is compensating, compensated or parked.
    package internal(set) var reason: String?
    /// Why it is being compensated; kept while it is parked for something else.
    package internal(set) var turnedBackFor: String?
    /// What it parked for, and at which step.
    package internal(set) var parking: Parking?
    /// Since when it is parked.
    package internal(set) var parkedSince: Timestamp?
    /// Why it turns back as soon as the step it stands at has an outcome; `nil` when nobody has asked for it.
    package internal(set) var turningBack: String?
    /// The steps, in the order of the plan.
    package internal(set) var steps: [StepRecord]
    /// How many replies changed nothing: duplicates, and such that came too late or too early.
    package internal(set) var ignoredReplies = 0
    /// When it wants to be woken.
    package internal(set) var wakeAt: Moment?

    /// A saga that has not begun; the input `started` begins it.
    package init(id: SagaID, state: [UInt8], correlationID: String?, program: SagaProgram, now: Moment) {
        self.id = id
        name = program.name
        planVersion = program.version
        fingerprint = program.fingerprint
        self.correlationID = correlationID
        startedAt = now
        self.state = StoredBytes(state)
        steps = program.steps.map { StepRecord(id: $0.id) }
    }

    /// The step it stands at; `nil` when it has ended.
    package var currentStep: StepID? {
        switch status {
        case .completed, .compensated: nil
        case .parked: parking?.step
        case .running, .compensating: active.map { steps[$0.index].id }
        }
    }

    /// Whether it has turned back; it does not turn again.
    package var goesBack: Bool { status == .compensating || turnedBackFor != nil }

    /// The exchange that the saga waits for: the first step that is not done, or the compensation in progress.
    var active: (index: Int, direction: Direction)? {
        switch status {
        case .running:
            steps.firstIndex { !$0.status.isBehind }.map { ($0, .forward) }
        case .compensating:
            steps.firstIndex { $0.status == .undoDispatched || $0.status == .undoFailed }.map { ($0, .undo) }
        case .completed, .compensated, .parked: nil
        }
    }
}

/// Why a saga stands still.
package struct Parking: Codable, Hashable, Sendable {
    /// The kinds of reasons.
    package enum Cause: String, Codable, Hashable, Sendable {
        /// Whether the pivot was executed could not be learned.
        case pivotUnknown = "pivot-unknown"
        /// A participant refused a step that cannot be undone any more.
        case stepRejected = "step-rejected"
        /// A participant failed for good at a step that cannot be undone any more.
        case stepFailed = "step-failed"
        /// A compensation was refused, failed for good, used up its retries, or was not answered for too long.
        case undoFailed = "undo-failed"
        /// A step's command came to its participant when that could not tell any more whether it had executed it.
        case expired
        /// What is stored, or a reply, does not decode.
        case unreadable
        /// The program has no plan for this saga, or another one.
        case planChanged = "plan-changed"
        /// What the saga's owner wanted to do at its end went wrong.
        case endingRefused = "ending-refused"
        /// The transition failed: an error in the program.
        case broken
    }

    /// Why.
    package let cause: Cause
    /// The step at which it stands, if it is about one.
    package let step: StepID?

    package init(cause: Cause, step: StepID?) {
        self.cause = cause
        self.step = step
    }
}
