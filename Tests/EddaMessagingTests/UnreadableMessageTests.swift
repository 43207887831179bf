import EddaCore
import EddaMessaging
import EddaSQLite
import EddaTesting
import Foundation
import Testing

// A row of the outbox that was damaged, or that another program wrote.
// acceptance: 45; guarantees: G7, G9, G14
@Suite(.timeLimit(.minutes(5))) struct UnreadableMessageTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "edda-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private var file: URL { folder.appending(path: "test.db") }

    /// Lets a message say that it is of another version of CloudEvents.
    private func spoil(_ id: String) throws {
        var bytes = try Data(contentsOf: file)
        let message = try #require(bytes.range(of: Data(#""id":"\#(id)""#.utf8)))
        let version = try #require(bytes[message.upperBound...].range(of: Data(#""specversion":"1.0""#.utf8)))
        bytes.replaceSubrange(version, with: Data(#""specversion":"7.0""#.utf8))
        try bytes.write(to: file)
    }

    private func isDead(_ row: OutboxRow) -> Bool {
        if case .dead(_, let reason) = row.state { reason.contains("specversion") } else { false }
    }

    @Test func itIsADeadLetterAndTheOthersAreSent() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try await SQLiteStore(path: file.path(percentEncoded: false))
        let parcels = [
            parcel("1", key: "x"), parcel("broken", key: "y"), parcel("2", key: "x"), parcel("behind", key: "y"),
            parcel("3", key: "z"), parcel("also-broken", key: "z"),
        ]
        try await first.write { transaction in for parcel in parcels { try transaction.enqueue(parcel) } }
        await first.close()
        try spoil("broken")
        try spoil("also-broken")

        let store = try await SQLiteStore(path: file.path(percentEncoded: false))
        let rows = try await store.outbox()
        #expect(rows.filter { $0.damage != nil }.map(\.message.id) == ["broken", "also-broken"])
        let damaged = rows[1].message
        #expect(damaged.destination == "there" && damaged.partitionKey == "y" && damaged.data == Array("broken".utf8))
        let transport = ScriptedTransport { $0.map { _ in .sent } }
        let pump = OutboxPump(store: store, transport: transport, logger: .silent)
        try await running([{ try await pump.run() }]) {
            try await transport.waitForAttempts { Set($0.map(\.id)) == ["1", "2", "3"] }
            // The pump goes on.
            try await store.write { transaction in _ = try transaction.enqueue(parcel("later", key: "x")) }
            try await transport.waitForAttempts { $0.contains { $0.id == "later" } }
            try await store.waitForOutbox { $0.filter(isDead).map(\.message.id) == ["broken", "also-broken"] }
            let left = try await store.outbox()
            #expect(left.first { $0.message.id == "behind" }?.state == .held(attempts: 0, due: nil, reason: nil))

            // An operator who tries it again gets it back; one who removes it frees those behind it.
            let sequence = try #require(left.first(where: isDead)).sequence
            try await store.write { try $0.retryDeadLetter(sequence) }
            try await store.waitForOutbox { $0.first { $0.sequence == sequence }.map(isDead) == true }
            try await store.write { try $0.removeFromOutbox([sequence]) }
            try await transport.waitForAttempts { $0.contains { $0.id == "behind" } }
        }
        let sent = transport.attempted.map(\.id)
        #expect(Set(sent) == ["1", "2", "3", "later", "behind"])
        await store.close()
    }
}
