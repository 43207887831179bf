internal import EddaCore

// The steps of a loop have one record for each element: `reserve[7]`, and `pack[7][a]` for a loop within a loop. What is in the
// brackets is the element's id, with `%2F` and the like for what a key cannot hold.
extension StepID {
    /// The step of the plan.
    var template: StepID {
        guard let bracket = rawValue.utf8.firstIndex(of: UInt8(ascii: "[")) else { return self }
        return StepID(unchecked: String(rawValue[..<bracket]))
    }

    /// The brackets behind it, the outermost loop first.
    var brackets: [Substring] {
        // By bytes: a bracket and a combining mark with which an element's id begins are one character.
        let starts = rawValue.utf8.indices.filter { rawValue.utf8[$0] == UInt8(ascii: "[") }
        return zip(starts, starts.dropFirst() + [rawValue.endIndex]).map { rawValue[$0..<$1] }
    }

    /// The step for an element.
    func appending(_ brackets: some StringProtocol) -> StepID {
        brackets.isEmpty ? self : StepID(unchecked: rawValue + brackets)
    }

    /// An element's id in brackets.
    static func bracket(_ key: String) -> String {
        var text = Array("[".utf8)
        for byte in key.utf8 {
            switch byte {
            case 0..<0x20, 0x7F, UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "]"):
                let digits = String(byte, radix: 16, uppercase: true)
                text += Array(((digits.count == 1 ? "%0" : "%") + digits).utf8)
            default:
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self) + "]"
    }
}
