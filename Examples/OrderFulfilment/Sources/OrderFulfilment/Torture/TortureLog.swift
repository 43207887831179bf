import Foundation
import Synchronization

/// What has happened so far; several tasks write it.
final class TortureLog: Sendable {
    struct Counts: Sendable {
        var lives = 0
        var kills = 0
        var terminations = 0
        var stops = 0
        /// Verbs of operators that took effect, by verb.
        var decisions: [String: Int] = [:]
        /// Verbs that were refused, since the saga had moved on.
        var refusals = 0
        /// Calls that ended with an error that names the process which keeps the file locked.
        var lockedOut = 0
        /// Calls that were made while the owner of the files was stopped.
        var observed = 0
        var faults: [Tally.Kind: Int] = [:]
        var worstRecovery = Duration.zero
        var worstTermination = Duration.zero
        var worstVerb = Duration.zero
        var problems: [String] = []
        /// What successful decisions gave as their reasons.
        var reasons: [String] = []
        /// Every process that was started.
        var processes: Set<Int32> = []
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func note(_ change: @Sendable (inout Counts) -> Void) { state.withLock { change(&$0) } }

    func complain(_ problem: String) {
        note { $0.problems.append(problem) }
        Self.say("problem: \(problem)")
    }

    static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
