package import EddaCore

/// What a saga remembers of one of its steps.
package struct StepRecord: Codable, Hashable, Sendable {
    /// The step.
    package let id: StepID
    /// Where it stands.
    package private(set) var status: StepStatus = .never
    /// Its command.
    package var forward = Exchange()
    /// Its compensation; recorded, not yet sent, as soon as the forward command leaves.
    package var undo = Exchange()
    /// The encoded reply.
    package var reply: StoredBytes?
    /// The last refusal or failure, or why the step was skipped.
    package var lastError: String?
    /// Whether a pivot without an answer has been asked again.
    package var isAskedAgain = false

    init(id: StepID) { self.id = id }

    /// Goes to another status.
    ///
    /// - Throws: ``SagaError`` with code `illegalTransition` when the present status does not allow it.
    package mutating func move(to next: StepStatus) throws(SagaError) {
        guard status.successors.contains(next) else {
            throw SagaError(
                .illegalTransition,
                "Step \(id) cannot go from \(status.rawValue) to \(next.rawValue). Nothing was changed."
            )
        }
        status = next
    }

    subscript(direction: Direction) -> Exchange {
        get { direction == .forward ? forward : undo }
        set { if direction == .forward { forward = newValue } else { undo = newValue } }
    }
}
