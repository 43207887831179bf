#if CLI
internal import Edda

extension Examination {
    /// How many calls to the outside have no outcome.
    struct OpenCalls {
        let started: Int
        let unresolved: Int
        /// How many of those have no sender who wants to hear of it.
        let unheard: Int
        /// How long the oldest one that is under way has been so.
        let oldest: Duration?
        let isAll: Bool

        /// The most that are looked at.
        private static let limit = 10_000

        init(_ transaction: any ReadTransaction) throws {
            let entries = try transaction.openInboxEntries(after: nil, limit: Self.limit)
            isAll = entries.count < Self.limit
            let begun = entries.filter { $0.state.facts.name == "started" }
            started = begun.count
            unresolved = entries.count - begun.count
            unheard = entries.count { entry in
                guard case .unresolved(let message, _) = entry.state else { return false }
                return message.replyTo == nil
            }
            let now = transaction.now.wall
            oldest = begun.map { max(.zero, now.since($0.recordedAt)) }.max()
        }
    }

    /// How long a call may be under way before it is conspicuous.
    private static let patience = Duration.seconds(600)

    /// What becomes of calls that have failed.
    private func fate(of calls: OpenCalls) -> String {
        if calls.unheard == 0 { return "Their senders try again, or undo them" }
        let rest = calls.unheard < calls.unresolved ? "; the senders of the others try again, or undo them" : ""
        return "Of \(calls.unheard) nobody was told, and nobody tries again: find out what came of them\(rest)"
    }

    /// Calls to the outside that have no outcome.
    func inbox(_ calls: OpenCalls, program: String) -> [Diagnostic] {
        let more = calls.isAll ? "" : " or more"
        let isStuck = calls.oldest.map { $0 > Self.patience } ?? false
        let age = calls.oldest.map { ", the oldest for \(Int64($0.inSeconds)) s" } ?? ""
        return [
            Diagnostic(
                "inbox.started",
                "\(calls.started)\(more)\(age)",
                isStuck ? .note : .ok,
                advice: isStuck
                    ? "Its participant does not run, or the outside does not answer or fails. `\(program) inbox list` names "
                        + "it."
                    : nil
            ),
            Diagnostic(
                "inbox.unresolved",
                "\(calls.unresolved)\(more)",
                calls.unresolved > 0 ? .note : .ok,
                advice: calls.unresolved > 0
                    ? "Calls have failed, and how they ended is not known. \(fate(of: calls)); "
                        + "`\(program) inbox list` shows why they failed."
                    : nil
            ),
        ]
    }
}
#endif
