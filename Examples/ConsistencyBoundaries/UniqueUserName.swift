import Edda

// A user name belongs to one account at a time and can be given back. The boundary is the tag of the name: two people
// who want different names never meet.

struct NameClaimed: Event {
    static let eventType: EventType = "user-name.claimed"
    var name: String
    var account: String
    var tags: Set<Tag> { [nameTag(name)] }
}

struct NameReleased: Event {
    static let eventType: EventType = "user-name.released"
    var name: String
    var tags: Set<Tag> { [nameTag(name)] }
}

/// Whose a name is.
struct NameOwner: DecisionModel {
    static let handlers = EventHandlers<NameOwner> {
        On(NameClaimed.self) { owner, event in owner.account = event.account }
        On(NameReleased.self) { owner, _ in owner.account = nil }
    }
    var account: String?
}

/// User names, each with at most one owner.
struct UserNames: Sendable {
    let store: any Store

    /// Gives a name to an account, unless another one has it.
    func claim(_ name: String, for account: String) async throws {
        try await decide(name, account: account) { owner in
            if owner.account == account { return [] }
            guard owner.account == nil else { throw Rejection("user-name.taken") }
            return [NameClaimed(name: name, account: account)]
        }
    }

    /// Gives a name back; only its owner may.
    func release(_ name: String, by account: String) async throws {
        try await decide(name, account: account) { owner in
            guard owner.account == account else { throw Rejection("user-name.not-yours") }
            return [NameReleased(name: name)]
        }
    }

    private func decide(
        _ name: String,
        account: String,
        _ decision: @escaping @Sendable (NameOwner) throws -> [any Event]
    ) async throws {
        try await store.decide(
            NameOwner.self,
            over: EventQuery(events: NameClaimed.self, NameReleased.self, tags: [nameTag(name)]),
            appendingTo: StreamID(category: "account", id: account),
            decision
        )
    }
}

private func nameTag(_ name: String) -> Tag { "user-name:\(name.lowercased())" }
