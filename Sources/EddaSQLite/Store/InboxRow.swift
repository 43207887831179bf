internal import EddaCore

/// How an inbox entry is kept in columns.
enum InboxRow {
    private static let codec = JSONCodec()

    static func columns(of state: InboxEntry.State) throws -> (outcome: String, content: [UInt8]) {
        switch state {
        case .tombstone: ("tombstone", [])
        case .done(.succeeded(let reply)): ("succeeded", reply)
        case .done(.rejected(let rejection)): ("rejected", try codec.encode(rejection))
        case .done(.failed(let reason, let isRetriable)):
            (isRetriable ? "failed" : "failed-for-good", Array(reason.utf8))
        }
    }

    static func state(outcome: String, content: [UInt8]) throws -> InboxEntry.State {
        switch outcome {
        case "tombstone": .tombstone
        case "succeeded": .done(.succeeded(content))
        case "rejected": .done(.rejected(try codec.decode(Rejection.self, from: content)))
        case "failed": .done(.failed(reason: String(decoding: content, as: UTF8.self), isRetriable: true))
        case "failed-for-good": .done(.failed(reason: String(decoding: content, as: UTF8.self), isRetriable: false))
        default: throw StoreError(.corrupt, "An inbox entry has the unknown outcome \(outcome).")
        }
    }
}
