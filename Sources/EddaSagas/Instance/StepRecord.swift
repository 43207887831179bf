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
    /// The saga that it has started.
    package var child: SagaID?
    /// Whether that saga was asked to turn back.
    package var isChildCancelled = false
    /// Whether that saga could not be started: what has its id is another one.
    package var isBlocked = false
    /// Whether it was told that the step, which cannot be undone, does not succeed.
    package var isStruggling = false

    /// Whether its command was taken back and was not executed, so that only the way back is left.
    var isWithdrawn: Bool { status == .failed && forward.isBeingWithdrawn && forward.outcome != nil }

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

// Like those of an exchange, the parts of a step are written only when they say something.
extension StepRecord {
    private enum CodingKeys: String, CodingKey {
        case id, status, forward, undo, reply, lastError, isAskedAgain, child, isChildCancelled, isBlocked, isStruggling
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(StepID.self, forKey: .id)
        status = try container.decodeIfPresent(StepStatus.self, forKey: .status) ?? .never
        forward = try container.decodeIfPresent(Exchange.self, forKey: .forward) ?? Exchange()
        undo = try container.decodeIfPresent(Exchange.self, forKey: .undo) ?? Exchange()
        reply = try container.decodeIfPresent(StoredBytes.self, forKey: .reply)
        lastError = try container.decodeIfPresent(String.self, forKey: .lastError)
        isAskedAgain = try container.decodeIfPresent(Bool.self, forKey: .isAskedAgain) ?? false
        child = try container.decodeIfPresent(SagaID.self, forKey: .child)
        isChildCancelled = try container.decodeIfPresent(Bool.self, forKey: .isChildCancelled) ?? false
        isBlocked = try container.decodeIfPresent(Bool.self, forKey: .isBlocked) ?? false
        isStruggling = try container.decodeIfPresent(Bool.self, forKey: .isStruggling) ?? false
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        if status != .never { try container.encode(status, forKey: .status) }
        if forward != Exchange() { try container.encode(forward, forKey: .forward) }
        if undo != Exchange() { try container.encode(undo, forKey: .undo) }
        try container.encodeIfPresent(reply, forKey: .reply)
        try container.encodeIfPresent(lastError, forKey: .lastError)
        if isAskedAgain { try container.encode(true, forKey: .isAskedAgain) }
        try container.encodeIfPresent(child, forKey: .child)
        if isChildCancelled { try container.encode(true, forKey: .isChildCancelled) }
        if isBlocked { try container.encode(true, forKey: .isBlocked) }
        if isStruggling { try container.encode(true, forKey: .isStruggling) }
    }
}
