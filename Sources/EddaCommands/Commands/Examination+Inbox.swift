#if CLI
internal import Edda

extension Examination {
    /// How many calls to the outside have no outcome.
    struct OpenCalls {
        let started: Int
        let unresolved: Int
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
            let now = transaction.now.wall
            oldest = begun.map { max(.zero, now.since($0.recordedAt)) }.max()
        }
    }

    /// How long a call may be under way before it is conspicuous.
    private static let patience = Duration.seconds(600)

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
                    ? "Its participant does not run, or the outside does not answer. `\(program) inbox list` names it."
                    : nil
            ),
            Diagnostic(
                "inbox.unresolved",
                "\(calls.unresolved)\(more)",
                calls.unresolved > 0 ? .note : .ok,
                advice: calls.unresolved > 0
                    ? "Calls have failed, and how they ended is not known. Their senders try again, or undo them; "
                        + "`\(program) inbox list` shows why they failed."
                    : nil
            ),
        ]
    }
}
#endif
