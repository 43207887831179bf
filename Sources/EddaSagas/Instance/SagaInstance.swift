package import EddaCore

/// Everything that is known of one saga: its state, and where each step stands.
///
/// A value without I/O. ``apply(_:at:program:policies:refusal:isUnattended:)`` moves it on.
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
    /// The key of the step of another saga that has started it.
    package let parent: String?
    /// How many sagas are above it, each the parent of the next; `nil` means none.
    package let depth: Int?
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
    /// Why it turns back as soon as what is under way has an outcome; `nil` when there is no reason to.
    package internal(set) var turningBack: String?
    /// The step for which it turns back.
    package internal(set) var turningBackAt: StepID?
    /// The steps, in the order of the plan; those of a loop as soon as it is reached.
    package internal(set) var steps: [StepRecord]
    /// What was decided about the blocks that were reached.
    package internal(set) var blocks: [BlockRecord]?
    /// Signals that have come before their steps were reached.
    package internal(set) var signals: [EarlySignal]?
    /// States that open steps in this process are given, also when they are called again.
    package internal(set) var snapshots: [StateSnapshot]?
    /// When it has taken too long.
    package internal(set) var deadline: Moment?
    /// Since when it has taken too long and nevertheless goes on.
    package internal(set) var overdueSince: Timestamp?
    /// How many replies changed nothing: duplicates, and such that came too late or too early.
    package internal(set) var ignoredReplies = 0
    /// When it wants to be woken.
    package internal(set) var wakeAt: Moment?

    /// A saga that has not begun; the input `started` begins it.
    package init(
        id: SagaID,
        state: [UInt8],
        correlationID: String?,
        parent: String? = nil,
        depth: Int? = nil,
        program: SagaProgram,
        now: Moment
    ) {
        self.id = id
        name = program.name
        planVersion = program.version
        fingerprint = program.fingerprint
        self.correlationID = correlationID
        self.parent = parent
        self.depth = depth
        startedAt = now
        deadline = program.deadline.map(now.advanced)
        self.state = StoredBytes(state)
        steps = PlanNode.standingSteps(of: program.nodes).map { StepRecord(id: $0) }
    }

    /// How deep sagas may start sagas: each begins, and ends, on the stack of the one above it.
    package static let greatestDepth = 16

    /// The step it stands at, the first of several; `nil` when it has ended.
    package var currentStep: StepID? {
        switch status {
        case .completed, .compensated: nil
        case .parked: parking?.step
        case .running, .compensating:
            (steps.first(where: \.isUnderWay) ?? steps.first { !$0.status.isBehind && !goesBack })?.id
        }
    }

    /// Whether it has turned back; it does not turn again.
    package var goesBack: Bool { status == .compensating || turnedBackFor != nil }

    /// The record of a block.
    func block(_ id: StepID) -> BlockRecord? { blocks?.first { $0.id == id } }

    /// Whether its time is over.
    func isOverdue(at now: Moment) -> Bool { overdueSince == nil && deadline?.isReached(at: now) ?? false }
}

extension StepRecord {
    /// Whether something is still to be heard of it: an answer, the end of a pause, or another try.
    var isUnderWay: Bool {
        switch status {
        case .dispatched, .undoDispatched: true
        case .failed: forward.due != nil
        case .undoFailed: undo.due != nil
        case .unknown: forward.deadline != nil || forward.due != nil
        default: false
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
        /// The elements of a loop cannot be told apart by their ids.
        case elementsAmbiguous = "elements-ambiguous"
        /// A step's child cannot be started: its id is that of another saga or none at all, or its state cannot be used.
        case childTaken = "child-taken"
        /// A command was sent again and again without time passing.
        case hotLoop = "hot-loop"
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
