import EddaCore
import Foundation
import Synchronization

/// What callers were told about their units, and which messages were let out.
final class FaultLedger: Sendable {
    enum Answer: Hashable, Sendable {
        case acknowledged(ClosedRange<Int64>?)
        case refused(String)
        case unknown
    }

    struct Entry: Sendable {
        var token: Int
        var step: Int
        var answer: Answer
    }

    private struct State {
        var entries: [Entry] = []
        var messages: Set<String> = []
    }

    private let state = Mutex(State())
    /// A file that outlives the process; `nil` when the ledger need not.
    private let file: FileHandle?

    init(file: FileHandle? = nil) { self.file = file }

    var entries: [Entry] { state.withLock(\.entries) }
    /// The ids of messages that a pump would have sent.
    var messages: Set<String> { state.withLock(\.messages) }

    func note(_ token: Int, step: Int, _ answer: Answer) {
        state.withLock { $0.entries.append(Entry(token: token, step: step, answer: answer)) }
        guard let file else { return }
        let text =
            switch answer {
            case .acknowledged(let range?): "\(token) \(step) + \(range.lowerBound) \(range.upperBound)"
            case .acknowledged(nil): "\(token) \(step) +"
            case .refused: "\(token) \(step) -"
            case .unknown: "\(token) \(step) ?"
            }
        file.write(Data((text + "\n").utf8))
    }

    func note(messages: [String]) { state.withLock { $0.messages.formUnion(messages) } }

    /// The ledger that a process has left behind.
    convenience init(contentsOf path: String) throws {
        self.init()
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count >= 3, let token = Int(parts[0]), let step = Int(parts[1]) else { continue }
            let answer: Answer =
                switch parts[2] {
                case "+":
                    .acknowledged(parts.count == 5 ? (Int64(parts[3]) ?? 0)...(Int64(parts[4]) ?? 0) : nil)
                case "?": .unknown
                default: .refused("")
                }
            note(token, step: step, answer)
        }
    }

    /// What a unit's callers know of it together.
    enum Verdict {
        case mustBeWhole(ClosedRange<Int64>?)
        case mustBeAbsent
        case mayBeEither
    }

    func verdict(on token: Int) -> Verdict {
        let answers = entries.filter { $0.token == token }.map(\.answer)
        for case .acknowledged(let range) in answers { return .mustBeWhole(range) }
        if answers.isEmpty || answers.contains(.unknown) { return .mayBeEither }
        return .mustBeAbsent
    }
}
