import Edda

// A token opens a door once. That it has not been used yet needs no reading at all: an append on the condition that
// nothing under its tag says so, from the beginning of the store, decides and writes in one commit.

struct TokenIssued: Event {
    static let eventType: EventType = "token.issued"
    var token: String
    var tags: Set<Tag> { ["token:\(token)"] }
}

struct TokenUsed: Event {
    static let eventType: EventType = "token.used"
    var token: String
    var tags: Set<Tag> { ["token:\(token)"] }
}

/// Tokens that can be used once.
struct Tokens: Sendable {
    let store: any Store

    func issue(_ token: String) async throws {
        try await store.append {
            $0.add([TokenIssued(token: token)], to: try StreamID(category: "token", id: token), expecting: .missing)
        }
    }

    /// Uses a token.
    ///
    /// - Returns: Whether it was good: issued, and never used before.
    func use(_ token: String) async throws -> Bool {
        let used = EventQuery(events: TokenUsed.self, tags: ["token:\(token)"])
        do {
            try await store.append {
                $0.add([TokenUsed(token: token)], to: try StreamID(category: "token", id: token), expecting: .exists)
                $0.require(.noMatch(used, after: .start))
            }
            return true
        } catch is AppendConflict {
            return false
        }
    }
}
