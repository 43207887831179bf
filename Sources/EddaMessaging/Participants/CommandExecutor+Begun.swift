package import EddaCore

/// A command that was begun, and that somebody who holds the time himself goes on with.
package struct BegunCommand: Sendable {
    let call: CallBook.Call

    /// The message that is kept.
    package var message: Message { call.message }
}

extension CommandExecutor {
    /// Takes up what was begun and has no outcome, since the process ended meanwhile; what a sender was told about is
    /// left to the sender.
    ///
    /// - Throws: What the store throws; `CancellationError`.
    package func resume() async throws {
        let page = 100
        var left: [(key: String, message: Message)] = []
        var place = InboxEntry.Place(consumer: participant.name.rawValue)
        while true {
            let after = place
            let entries = try await store.persistently(logger) {
                try await store.read { try $0.openInboxEntries(after: after, limit: page) }
            }
            let own = ExactText(participant.name.rawValue)
            for entry in entries where ExactText(entry.consumer) == own {
                guard case .started(let message) = entry.state else { continue }
                if !takeUp(message, entry.key) { left.append((entry.key, message)) }
            }
            guard entries.count == page, let last = entries.last, ExactText(last.consumer) == own else { break }
            place = last.place
        }
        // A type of which so many fail that there is no room holds up no other one.
        while !left.isEmpty {
            try await desk.waitForRoom(ofAny: Set(left.map(\.message.type)))
            left = left.filter { !takeUp($0.message, $0.key) }
        }
    }

    /// Takes up a command that was begun.
    ///
    /// - Returns: Whether there was room.
    private func takeUp(_ message: Message, _ key: String) -> Bool {
        guard desk.hasRoom(for: key, of: message.type) else { return false }
        desk.admit(message, key: key, asker: nil)
        return true
    }

    /// Hands out what was begun and can be gone on with now.
    package func takeBegun() -> [BegunCommand] { desk.take().map(BegunCommand.init) }

    /// Brings a command to its end that was handed out.
    package func goOn(with begun: BegunCommand) async {
        desk.conclude(begun.call.key, await goOn(with: begun.call))
    }
}
