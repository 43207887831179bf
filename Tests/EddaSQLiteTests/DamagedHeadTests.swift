import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Testing

/// Databases whose recorded head is not where their last event is: damaged ones, or ones that were changed by hand.
@Suite struct DamagedHeadTests {
    private struct HandedOver: Error {}

    /// A query that one index answers, and one of several alternatives.
    static let queries: [EventQuery] = [
        .all, EventQuery([.init(types: [Added.eventType]), .init(category: "tally")]),
    ]

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Appends 1 to 6: the odd numbers to one stream, the even ones to another.
    private func fill(_ count: Int = 6) async throws -> SQLiteStore {
        let store = try await folder.store()
        for number in 1...count { try await add(number, to: store) }
        return store
    }

    private func add(_ number: Int, to store: SQLiteStore) async throws {
        try await store.append([Added(amount: number)], to: number % 2 == 1 ? "tally-odd" : "tally-even")
    }

    private func setHead(_ head: Int) throws {
        try RawDatabase(folder.file()).execute("UPDATE edda_log SET head = \(head)")
    }

    private func readOnly() async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        configuration.opening = .readOnly
        return try await folder.store(configuration: configuration)
    }

    /// Everything that could be lost or overwritten.
    private func rows() throws -> [String] {
        try RawDatabase(folder.file()).rows(
            "SELECT position, stream, version, hex(id), hex(data) FROM edda_events ORDER BY position"
        )
    }

    private func expectCorrupt(_ head: Int, _ last: Int, _ body: () async throws -> Void) async {
        let error = await #expect(throws: StoreError.self) { try await body() }
        #expect(error?.code == .corrupt)
        #expect(error?.description.contains("head is \(head), but position \(last) is taken") == true)
        #expect(error?.description.contains("edda verify") == true)
    }

    // MARK: The head is behind

    // guarantees: G3, G14
    @Test func behindItsEventsItIsNotOpenedForWriting() async throws {
        await (try fill()).close()
        let before = try rows()
        try setHead(4)
        await expectCorrupt(4, 6) { _ = try await folder.store() }
        #expect(try rows() == before)
        #expect(try RawDatabase(folder.file()).rows("SELECT count(*) FROM edda_generations") == ["0"])
        // Who has put it right opens it, and goes on where it was.
        try setHead(6)
        let store = try await folder.store()
        try await add(7, to: store)
        #expect(try await store.head() == Position(7))
        #expect(try await store.verify().findings == [])
        await store.close()
    }

    /// The position of what was deleted is free, but not to be given again.
    // acceptance: 11; guarantees: G3
    @Test func behindAHoleItIsNotOpenedForWritingEither() async throws {
        await (try fill()).close()
        try RawDatabase(folder.file()).execute(
            """
            BEGIN IMMEDIATE; UPDATE edda_log SET maintenance = 1; DELETE FROM edda_events WHERE position > 4;
            UPDATE edda_log SET maintenance = 0, head = 4; COMMIT
            """
        )
        await expectCorrupt(4, 6) { _ = try await folder.store() }
        let store = try await readOnly()
        let verification = try await store.verify()
        #expect(verification.findings.map(\.check) == ["log-row"])
        #expect(verification.findings.first?.problem.contains("2 events or holes stand behind it, from 5") == true)
        await store.close()
    }

    // guarantees: G3, G14
    @Test func whatIsChangedWhileItIsOpenIsNoticedBeforeTheNextAppend() async throws {
        let store = try await fill()
        let before = try rows()
        try setHead(4)
        for _ in 1...2 { await expectCorrupt(4, 6) { try await add(7, to: store) } }
        await expectCorrupt(4, 6) { try await store.update(Tally.self, id: "odd") { _ in [Added(amount: 7)] } }
        #expect(try rows() == before)
        try setHead(6)
        try await add(7, to: store)
        #expect(try await store.load(Tally.self, id: "odd").state.amounts == [1, 3, 5, 7])
        #expect(try rows().dropLast() == before[...])
        await store.close()
    }

    // guarantees: G5
    @Test(arguments: queries, [ReadDirection.forward, .backward])
    func aReadThatMeetsAnEventBehindTheHeadSaysSo(_ query: EventQuery, _ direction: ReadDirection) async throws {
        await (try fill()).close()
        try setHead(4)
        let store = try await readOnly()
        #expect(try await store.head() == Position(4))
        await expectCorrupt(4, 6) { _ = try await store.events(matching: query, direction) }
        // Below the head everything is as it was.
        let page = try await store.events(matching: query, direction, upTo: Position(3))
        #expect(page.events.map(\.position.value).sorted() == [1, 2, 3])
        #expect(page.head == Position(3))
        await store.close()
    }

    /// They would get what stands behind the head again and again.
    // guarantees: G5
    @Test func whoFollowsTheLogEndsInsteadOfGettingEventsTwice() async throws {
        let store = try await fill()
        try setHead(4)
        await expectCorrupt(4, 6) {
            try await store.consume(as: "reader") { _ in throw HandedOver() }
        }
        await expectCorrupt(4, 6) { for try await _ in store.subscribe() { throw HandedOver() } }
        #expect(try RawDatabase(folder.file()).rows("SELECT name FROM edda_checkpoints") == [])
        await store.close()
    }

    @Test func aggregatesLoadAndModelsSayWhatIsWrong() async throws {
        await (try fill()).close()
        try setHead(4)
        let store = try await readOnly()
        let odd = try await store.load(Tally.self, id: "odd")
        #expect(odd.state.amounts == [1, 3, 5] && odd.version == 3)
        #expect(try await store.events(in: "tally-even").map(\.version) == [1, 2, 3])
        await expectCorrupt(4, 6) { _ = try await store.load(Tally.self, over: .all) }
        await store.close()
    }

    /// More of them than a page, so that they would be read by ranges up to the head.
    @Test func aModelOfManyEventsSaysSoToo() async throws {
        let first = try await folder.store()
        try await first.append((1...2_500).map { Added(amount: $0) }, to: "tally-all")
        await first.close()
        try setHead(1_500)
        let store = try await readOnly()
        let error = await #expect(throws: StoreError.self) { _ = try await store.load(Tally.self, over: .all) }
        #expect(error?.code == .corrupt)
        await store.close()
    }

    // MARK: The head is ahead

    // guarantees: G3
    @Test func aheadOfItsEventsItGoesOnBehindTheHeadAndVerificationNamesTheGap() async throws {
        await (try fill()).close()
        let before = try rows()
        try setHead(9)
        let store = try await folder.store()
        #expect(try await store.head() == Position(9))
        let page = try await store.events(matching: .all)
        #expect(page.events.count == 6 && page.head == Position(9))
        #expect(try await store.load(Tally.self, id: "odd").state.amounts == [1, 3, 5])
        #expect(try await store.load(Tally.self, over: .all).model.amounts == Array(1...6))

        let result = try await store.append([Added(amount: 7)], to: "tally-odd", expecting: .version(3))
        #expect(result.positions == Position(10)...Position(10))
        #expect(try rows().dropLast() == before[...])
        #expect(try await store.load(Tally.self, over: .all).model.amounts == Array(1...7))
        #expect(try await store.events(matching: .all, after: Position(6)).events.map(\.position) == [Position(10)])
        var followed: [Int] = []
        for try await event in store.subscribe(pageSize: 2) {
            followed.append(Int(event.position.value))
            if event.position == Position(10) { break }
        }
        #expect(followed == [1, 2, 3, 4, 5, 6, 10])

        let verification = try await store.verify()
        #expect(verification.findings.map(\.check) == ["position-missing"])
        #expect(verification.findings.first?.problem.contains("Positions 7 to 9") == true)
        await store.close()
    }

    @Test func aModelOfManyEventsEndsBeforeAHeadThatIsAhead() async throws {
        let first = try await folder.store()
        try await first.append((1...2_500).map { Added(amount: $0) }, to: "tally-all")
        await first.close()
        try setHead(9_000_000)
        let store = try await readOnly()
        let loaded = try await store.load(Tally.self, over: .all)
        #expect(loaded.model.amounts == Array(1...2_500))
        await store.close()
    }
}
