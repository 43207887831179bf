package import EddaCore

extension Rejection {
    /// The answer to a withdrawal: the command was not executed, and no copy of it will be.
    package static let withdrawn = Rejection(
        "edda.withdrawn",
        "The command was withdrawn before it was executed; no copy of it will be."
    )

    /// Whether it says that the inbox keeps the command out: it answers a withdrawal, or a copy that came after one.
    package var isOfWithdrawal: Bool { code == Self.withdrawn.code || code == InboxDecision.cancelled.code }
}
