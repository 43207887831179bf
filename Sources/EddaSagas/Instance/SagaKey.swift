package import EddaCore

/// The idempotency key of a step's command, `<saga id>/<step id>`, or of its compensation, with `/undo` behind it.
///
/// Step ids hold no slash and are not `undo`, so every key has one reading, whatever the saga's id is.
package struct SagaKey: Hashable, Sendable {
    static let undoSuffix = "undo"

    /// The saga.
    package let saga: SagaID
    /// The step.
    package let step: StepID
    /// The command or its compensation.
    package let direction: Direction

    package init(saga: SagaID, step: StepID, direction: Direction) {
        self.saga = saga
        self.step = step
        self.direction = direction
    }

    /// Reads a key; `nil` when it is none of a saga.
    package init?(_ text: String) {
        var rest = Substring(text)
        var direction = Direction.forward
        if rest.hasSuffix("/" + Self.undoSuffix) {
            direction = .undo
            rest = rest.dropLast(Self.undoSuffix.count + 1)
        }
        guard let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")),
            let saga = SagaID(rawValue: String(rest[..<slash])),
            let step = StepID(rawValue: String(rest[rest.utf8.index(after: slash)...]))
        else { return nil }
        self.init(saga: saga, step: step, direction: direction)
    }

    /// The key as it is sent.
    package var text: String {
        let forward = "\(saga)/\(step)"
        return direction == .forward ? forward : "\(forward)/\(Self.undoSuffix)"
    }
}

/// Which of a step's two commands is meant.
package enum Direction: String, Codable, Hashable, Sendable {
    /// The command.
    case forward
    /// Its compensation.
    case undo
}
