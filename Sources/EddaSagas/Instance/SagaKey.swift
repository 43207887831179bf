package import EddaCore

/// The idempotency key of a step's command, `<saga id>/<step id>`, or of its compensation, with `/undo` behind it.
///
/// When an operator has one of them tried again that was answered for good, `/#2` stands behind that, then `/#3`, and so
/// on. Step ids hold no slash, are not `undo` and do not begin with `#`, so every key has one reading, whatever the saga's
/// id is.
package struct SagaKey: Hashable, Sendable {
    static let undoSuffix = "undo"

    /// The saga.
    package let saga: SagaID
    /// The step.
    package let step: StepID
    /// The command or its compensation.
    package let direction: Direction
    /// Which of the keys for it, from 1.
    package let round: Int

    package init(saga: SagaID, step: StepID, direction: Direction, round: Int = 1) {
        self.round = round
        self.saga = saga
        self.step = step
        self.direction = direction
    }

    /// Reads a key; `nil` when it is none of a saga.
    package init?(_ text: String) {
        var rest = Substring(text)
        var direction = Direction.forward
        var round = 1
        if let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")), rest[slash...].utf8.starts(with: "/#".utf8) {
            guard let number = Int(rest[slash...].dropFirst(2)), number > 1, rest[slash...] == "/#\(number)" else {
                return nil
            }
            round = number
            rest = rest[..<slash]
        }
        // By bytes: a slash may be part of one character with what stands before it.
        let undo = ("/" + Self.undoSuffix).utf8
        if rest.utf8.suffix(undo.count).elementsEqual(undo) {
            direction = .undo
            rest = rest[..<rest.utf8.index(rest.endIndex, offsetBy: -undo.count)]
        }
        guard let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")),
            let saga = SagaID(rawValue: String(rest[..<slash])),
            let step = StepID(rawValue: String(rest[rest.utf8.index(after: slash)...]))
        else { return nil }
        self.init(saga: saga, step: step, direction: direction, round: round)
    }

    /// The key as it is sent.
    package var text: String {
        let forward = "\(saga)/\(step)"
        let key = direction == .forward ? forward : "\(forward)/\(Self.undoSuffix)"
        return round == 1 ? key : "\(key)/#\(round)"
    }
}

/// Which of a step's two commands is meant.
package enum Direction: String, Codable, Hashable, Sendable {
    /// The command.
    case forward
    /// Its compensation.
    case undo
}
