internal import EddaCore

/// How the state of an inbox entry is kept in columns.
struct InboxRow {
    var outcome: String
    var content: [UInt8] = []
    /// The message of an entry that is open.
    var message: Message?

    private static let codec = JSONCodec()

    init(_ state: InboxEntry.State) throws {
        switch state {
        case .tombstone: outcome = "tombstone"
        case .started(let message): (outcome, self.message) = ("started", message)
        case .unresolved(let message, let reason):
            (outcome, content, self.message) = ("unresolved", Array(reason.utf8), message)
        case .done(.succeeded(let reply)): (outcome, content) = ("succeeded", reply)
        case .done(.rejected(let rejection)): (outcome, content) = ("rejected", try Self.codec.encode(rejection))
        case .done(.expired(let reason)): (outcome, content) = ("expired", Array(reason.utf8))
        case .done(.failed(let reason, let isRetriable)):
            (outcome, content) = (isRetriable ? "failed" : "failed-for-good", Array(reason.utf8))
        }
    }

    /// The entry in a row with the columns consumer, key, outcome, content, recorded_at, attributes, data.
    static func entry(_ row: Statement) throws -> InboxEntry {
        InboxEntry(
            consumer: row.text(0),
            key: row.text(1),
            state: try state(row),
            recordedAt: Timestamp(microseconds: row.integer(4))
        )
    }

    private static func state(_ row: Statement) throws -> InboxEntry.State {
        switch row.text(2) {
        case "tombstone": .tombstone
        case "started": .started(try message(row))
        case "unresolved": .unresolved(try message(row), reason: reason(row))
        case "succeeded": .done(.succeeded(row.bytes(3)))
        case "rejected": .done(.rejected(try codec.decode(Rejection.self, from: row.bytes(3))))
        case "failed": .done(.failed(reason: reason(row), isRetriable: true))
        case "failed-for-good": .done(.failed(reason: reason(row), isRetriable: false))
        case "expired": .done(.expired(reason: reason(row)))
        case let other: throw StoreError(.corrupt, "An inbox entry has the unknown outcome \(other).")
        }
    }

    private static func reason(_ row: Statement) -> String { String(decoding: row.bytes(3), as: UTF8.self) }

    private static func message(_ row: Statement) throws -> Message {
        do {
            return try Message(encodedAttributes: row.bytes(5), data: row.bytes(6))
        } catch {
            throw StoreError(.corrupt, "The message kept in the inbox of \(row.text(0)) under \(row.text(1)): \(error)")
        }
    }
}
