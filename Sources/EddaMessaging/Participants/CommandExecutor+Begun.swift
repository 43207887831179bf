package import EddaCore

/// A command that was begun, and that somebody who holds the time himself goes on with.
package struct BegunCommand: Sendable {
    let call: CallBook.Call

    /// The message that is kept.
    package var message: Message { call.message }
}

extension CommandExecutor {
    /// Takes up what was begun and has no outcome, since the process ended meanwhile; what a sender was told about is left
    /// to the sender.
    ///
    /// - Throws: What the store throws; `CancellationError`.
    package func resume() async throws {
        let page = 100
        var place = InboxEntry.Place(consumer: participant.name.rawValue)
        while true {
            let after = place
            let entries = try await store.persistently(logger) {
                try await store.read { try $0.openInboxEntries(after: after, limit: page) }
            }
            for entry in entries where entry.consumer == participant.name.rawValue {
                guard case .started(let message) = entry.state else { continue }
                try await desk.waitForRoom()
                desk.admit(message, key: entry.key, asker: nil)
            }
            guard entries.count == page, let last = entries.last, last.consumer == place.consumer else { return }
            place = last.place
        }
    }

    /// Hands out what was begun and can be gone on with now.
    package func takeBegun() -> [BegunCommand] { desk.take().map(BegunCommand.init) }

    /// Brings a command to its end that was handed out.
    package func goOn(with begun: BegunCommand) async {
        desk.conclude(begun.call.key, await goOn(with: begun.call))
    }
}
