import Edda
import EddaTesting
import Foundation
import Testing

@Suite struct ArticleTests {
    /// Every block of Swift in an article stands, line by line, in a file of this target, so it compiles.
    @Test(
        arguments: [
            ("AppendingAndConditions", 4), ("Aggregates", 4), ("CommutingCompensations", 3), ("EventsAndSchemas", 4),
            ("MessagesAndParticipants", 4), ("ReadingAndSubscribing", 4), ("TestingSagas", 4), ("UnknownOutcomes", 1),
            ("WritingAPlan", 8),
        ]
    )
    func theCodeOfAnArticleCompiles(article: String, least: Int) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let text = try text(of: article)
        let source = try lines(String(contentsOf: folder.appending(path: "\(article)Code.swift"), encoding: .utf8))
        let blocks = text.components(separatedBy: "```swift\n").dropFirst()
            .map { lines($0.components(separatedBy: "```")[0]) }
        #expect(blocks.count >= least)
        for block in blocks {
            let isThere = source.indices.contains { source[$0...].starts(with: block) }
            #expect(isThere, "The block that begins with \"\(block.first ?? "")\" is not in \(article)Code.swift.")
        }
    }

    @Test func whatTheArticleOnTestingSagasShowsWorks() async throws {
        try await TestingSagasCode.transitions()
        let seed = SagaTest(TestingSagasCode.FulfilOrder.self, state: .init(order: "1042", cents: 4_200)) {
            Fake(TestingSagasCode.ReserveStock.self) { _ in .init(shelf: "A-7") }
            Fake(TestingSagasCode.CapturePayment.self)
            Fake(TestingSagasCode.CreateShipment.self)
        }
        #expect(try await seed.replay(faults: "none").contains("ends completed"))
    }

    @Test func whatTheArticlesShowWorks() async throws {
        let folder = try TemporaryFolder()
        let store = try await AggregatesCode.open(folder.file("test.db"))
        let enough = Array(repeating: AggregatesCode.Deposited(cents: 1_000), count: 7)
        try await store.append(enough, to: "account-1")
        try await store.append(enough, to: "account-2")
        try await store.append(enough, to: "account-7")

        try await AppendingAndConditionsCode.appendings(store)
        try await AppendingAndConditionsCode.transfer(store)
        try await AppendingAndConditionsCode.claim(store)
        await #expect(throws: AppendConflict.self) { try await AppendingAndConditionsCode.claim(store) }
        let course = AppendingAndConditionsCode.CourseDefined(course: "algebra", seats: 1)
        try await store.append([course], to: "course-algebra")
        for _ in 1...2 { try await AppendingAndConditionsCode.enrol(store) }
        try await #expect(store.state(of: "course-algebra") == .version(2))
        for _ in 1...3 { try await AppendingAndConditionsCode.invoice(store) }
        try await #expect(store.state(of: "invoice-3") == .version(1))
        try await store.write { _ = try $0.execute("CREATE TABLE audit (who, what)") }
        try await AppendingAndConditionsCode.unit(store, user: "ada")
        try await #expect(store.read { try $0.rows("SELECT * FROM audit").count } == 1)

        try await AggregatesCode.update(store)
        let states = try await AggregatesCode.lookBack(store, closing: Timestamp(microseconds: 0))
        #expect(states.map(\.state.balance) == [6_500, 7_000, 0])
        await store.close()
    }

    /// What the article "Compensations that commute" shows: what two orders do, in every order in which they can.
    @Test func theCompensationOfTheArticleCommutes() throws {
        typealias Code = CommutingCompensationsCode
        let hold: (String, Int) -> Code.Step = { order, pieces in { try $0.hold(pieces, for: order) } }
        let letGo: (String) -> Code.Step = { order in { $0.letGo(of: order) } }
        let (a, b, undoA) = (hold("a", 2), hold("b", 3), letGo("a"))
        for steps in [[a, b, undoA], [a, undoA, b], [b, a, undoA], [b, a, undoA, undoA], [undoA, b]] {
            #expect(try Code.onHand(after: steps) == 7)
        }
        #expect(throws: Rejection("stock.insufficient")) { try Code.onHand(after: [hold("a", 11)]) }
    }

    /// The plans of the article "Writing a plan" are good ones, and are drawn.
    @Test func thePlansThatAreShownCanBeRun() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(path: folder.file("test.db"))
        let runtime = try WritingAPlanCode.register(store, .init())
        let order = WritingAPlanCode.Order(id: "1042", customer: "ada", cents: 200_000, lines: [.init(sku: "apples")])
        let decided = try EddaRuntime(store: store) {
            WritingAPlanCode.Decided.self
            WritingAPlanCode.Held.self
            WritingAPlanCode.Looped.self
        }
        try await decided.start(WritingAPlanCode.Decided.self, id: "order-1042", state: order)
        try await WritingAPlanCode.signal(decided)
        #expect(try await decided.sagas.timeline(of: "order-1042").step == "capture-payment")
        try await decided.start(WritingAPlanCode.Looped.self, id: "order-1043", state: order)
        #expect(try await decided.sagas.timeline(of: "order-1043").step == "reserve[apples]")
        try await runtime.start(WritingAPlanCode.Packed.self, id: "order-1044", state: order)
        #expect(try await runtime.sagas.timeline(of: "order-1044/pack").step == "seal")
        #expect(WritingAPlanCode.look()[0].contains("large-order<br/>when"))
        await store.close()
    }

    /// What the article "Events and schemas" says of reading old data, in a store that holds every version.
    @Test func whatIsShownOfSchemasWorks() async throws {
        let folder = try TemporaryFolder()
        let store = try await EventsAndSchemasCode.open(folder.file("test.db"), EventsAndSchemasCode.makeSchema())
        let stored: [(type: EventType, version: Int, json: String)] = [
            ("order.placed", 1, #"{"name":"ada","total":42}"#),
            ("order.placed", 2, #"{"cents":4200,"customer":"ada"}"#),
            ("order.placed", 3, #"{"cents":4200,"currency":"EUR","customer":"ada"}"#),
            ("order.withdrawn", 1, #"{"reason":"too late"}"#),
        ]
        let data = stored.map { EventData(type: $0.type, schemaVersion: $0.version, data: Array($0.json.utf8)) }
        _ = try await store.append(Append(data, to: "order-1"))
        try await store.checkSchema(subscribingTo: [.all])
        let events = try await store.events(in: "order-1")
        let words = try events.map { try EventsAndSchemasCode.describe($0, store) }
        #expect(words == Array(repeating: "placed by ada", count: 3) + ["cancelled: too late"])
        let placed = EventsAndSchemasCode.OrderPlaced(customer: "ada", cents: 4_200, currency: "EUR")
        for event in events.prefix(3) {
            #expect(try store.schema.decode(EventsAndSchemasCode.OrderPlaced.self, from: event) == placed)
        }
        await store.close()
    }

    @Test func theGoldenFilesOfTheArticleAreChecked() throws {
        let folder = try TemporaryFolder()
        for (name, json) in [
            ("order.placed.v1", #"{"name":"ada","total":42}"#),
            ("order.placed.v2", #"{"cents":4200,"customer":"ada"}"#),
            ("order.placed.v3", #"{"cents":4200,"currency":"EUR","customer":"ada"}"#),
            ("order.cancelled.v1", #"{"reason":"too late"}"#),
        ] {
            try Data(json.utf8).write(to: URL(filePath: folder.file("\(name).json")))
        }
        try EventsAndSchemasCode.check(folder.path, EventsAndSchemasCode.makeSchema())
    }

    /// What the program says is what the article quotes.
    @Test func theMessagesOfTheArticleAreReal() async throws {
        typealias Code = EventsAndSchemasCode
        let text = try words(text(of: "EventsAndSchemas"))
        func expectQuoted(_ code: SchemaError.Code, _ body: () async throws -> Void) async throws {
            do {
                try await body()
                Issue.record("There was no error \(code).")
            } catch let error as SchemaError {
                #expect(error.code == code)
                #expect(text.contains(words(error.description)), "The article does not quote: \(error.description)")
            }
        }
        func upcaster(_ version: Int) -> Upcaster {
            Upcaster("order.placed", from: version) { (old: Code.OrderPlaced) in old }
        }
        try await expectQuoted(.missingUpcaster) { _ = try SchemaRegistry(upcasters: [upcaster(1), upcaster(3)]) }
        try await expectQuoted(.missingUpcaster) {
            _ = try SchemaRegistry(events: [Code.OrderPlaced.self], upcasters: [upcaster(1)])
        }
        struct OrderPlaced: Event {
            static let eventType: EventType = "order.placed"
            static let aliases: [EventType] = ["order.opened"]
        }
        struct OrderOpened: Event {
            static let eventType: EventType = "order.opened"
            static let aliases: [EventType] = ["order.placed"]
        }
        try await expectQuoted(.aliasCycle) {
            _ = try SchemaRegistry(events: [OrderPlaced.self, OrderOpened.self])
        }

        let schema = try SchemaRegistry(events: [Code.OrderPlaced.self], upcasters: [upcaster(2)])
        for (type, version, code) in [
            ("order.placed", 1, .missingUpcaster), ("order.placed", 4, .newerVersion), ("order.noted", 1, .unknownType),
        ] as [(EventType, Int, SchemaError.Code)] {
            let store = InMemoryStore(schema: schema)
            _ = try await store.append(Append([EventData(type: type, schemaVersion: version, data: [])], to: "order-1"))
            try await expectQuoted(code) { try await store.checkSchema(subscribingTo: [.all]) }
        }
    }

    /// What the article "Reading and subscribing" shows of pages, moments, subscriptions and consumers.
    @Test func whatIsShownOfReadingWorks() async throws {
        typealias Code = ReadingAndSubscribingCode
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(path: folder.file("test.db"))
        for customer in ["ada", "bob", "ada", "eve"] {
            try await store.append([Code.OrderPlaced(customer: customer)], to: "order-1042")
        }
        try await store.append([Code.OrderPlaced(customer: "bob")], to: "invoice-1")

        let stream = try await Code.readStream(store)
        #expect(stream.map { $0.map(\.version) } == [[1, 2, 3, 4], [4, 3, 2, 1], [], [4]])
        let index = Code.Index()
        try await Code.readAll(store, index)
        #expect(await index.positions == [1, 3, 5])
        let closing = try #require(stream[0].last?.recordedAt)
        let then = try await Code.lookBack(store, closing)
        #expect(then.0 >= Position(4) && then.1 == 4 && then.2.events.prefix(2).map(\.position.value) == [1, 3])
        let now = try await Code.readTogether(store)
        #expect(now.head == Position(5) && now.last?.position == Position(5))

        let follower = Code.Index(limit: 2)
        await #expect(throws: Code.Index.IsFull.self) { try await Code.follow(store, after: Position(1), follower) }
        #expect(await follower.positions == [3, 5])

        let placed: [Int64] = [1, 2, 3, 4, 5]
        #expect(try await confirmations(placed.count) { try await Code.consume(store, $0) } == placed)
        #expect(try await Code.goBack(store) == Position(5))
        #expect(try await confirmations(placed.count) { try await Code.consume(store, $0) } == placed)
        let share = ConsumerShare.of(2, index: 1, by: .tag("customer:"))
        let dealt = try await store.events().events.filter(share.contains).map(\.position.value)
        try #require(!dealt.isEmpty && dealt.count < placed.count)
        #expect(try await confirmations(dealt.count) { try await Code.consumeShare(store, $0) } == dealt)
        await store.close()
    }

    /// A reader outside the store forgets what a restoration took back, and keeps a cursor that stays true.
    @Test func whatIsShownOfCursorsWorks() async throws {
        typealias Code = ReadingAndSubscribingCode
        let folder = try TemporaryFolder()
        let path = folder.file("test.db")
        var store = try await SQLiteStore(path: path)
        for _ in 1...2 { try await store.append([Code.OrderPlaced(customer: "ada")], to: "order-1") }
        try await store.backup(to: folder.file("backup.db"))
        try await store.append([Code.OrderPlaced(customer: "bob")], to: "order-1")
        let index = Code.Index(limit: 3)
        await #expect(throws: Code.Index.IsFull.self) { try await Code.synchronise(store, from: .start, index) }
        let saved = await index.cursor
        await store.close()

        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try FileManager.default.copyItem(atPath: folder.file("backup.db"), toPath: path)
        store = try await SQLiteStore(path: path)
        for _ in 1...2 { try await store.append([Code.OrderPlaced(customer: "eve")], to: "order-2") }
        await #expect(throws: Code.Index.IsFull.self) { try await Code.synchronise(store, from: saved, index) }
        #expect(await index.positions == [1, 2, 3])
        #expect(await index.cursor == Cursor(generation: 2, position: Position(3)))
        #expect(try await store.renewed(index.cursor) == index.cursor)
        await store.close()
    }

    /// What a consumer confirms, until it has confirmed so much and is cancelled.
    private func confirmations(
        _ count: Int,
        _ consume: @escaping @Sendable (ReadingAndSubscribingCode.Mailer) async throws -> Void
    ) async throws -> [Int64] {
        let (positions, confirmed) = AsyncStream.makeStream(of: Int64.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consume(.init(confirmed: confirmed)) }
            var found: [Int64] = []
            for await position in positions {
                found.append(position)
                if found.count == count { break }
            }
            group.cancelAll()
            try await group.waitForAll()
            return found
        }
    }

    private func text(of article: String) throws -> String {
        var root = URL(filePath: #filePath)
        for _ in 1...4 { root.deleteLastPathComponent() }
        return try String(contentsOf: root.appending(path: "Sources/Edda/Edda.docc/\(article).md"), encoding: .utf8)
    }

    private func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
