#if CLI
import ArgumentParser
import Edda
import Synchronization

@testable import EddaCommands

struct OrderPlaced: Event {
    static let eventType: EventType = "order.placed"
    var cents: Int
    var tags: Set<Tag> { cents > 1_000 ? ["big"] : ["small"] }

    enum CodingKeys: CodingKey { case cents }
}

struct CapturePayment: Command {
    static let commandType: MessageType = "payments.capture"
    static let destination: Address = "payments"
    var order: String
}

struct PayOrder: Saga {
    static let name: SagaName = "order.pay"
    static let version = 3
    struct State: Codable, Sendable { var order: String }
    static let attributes: [SagaAttribute<State>] = [SagaAttribute("order") { $0.order }]

    static var plan: some Plan<State> {
        pivot("capture-payment") { CapturePayment(order: $0.order) }
    }
}

struct BookTable: Command {
    static let commandType: MessageType = "tables.book"
    static let destination: Address = "tables"
    struct Reply: Codable, Sendable { var table: Int }
    var guest: String
}

struct FreeTable: Command {
    static let commandType: MessageType = "tables.free"
    static let destination: Address = "tables"
    var guest: String
}

/// A saga that is turned back and parks, since tables are never freed.
struct Dine: Saga {
    static let name: SagaName = "guest.dine"
    static let version = 1
    struct State: Codable, Sendable { var guest: String }
    static let deadline: Duration? = .seconds(600)

    static var plan: some Plan<State> {
        call("book-table") { BookTable(guest: $0.guest) }
            .compensate { state, _ in FreeTable(guest: state.guest) }
        pivot("pay") { CapturePayment(order: $0.guest) }
        retriable("serve") { BookTable(guest: "dish-\($0.guest)") }
    }
}

/// The program whose commands are tested.
struct Orders: EddaApplication {
    static let table = Table("open_orders", "id TEXT PRIMARY KEY, cents INTEGER NOT NULL")
    static let openOrders = Projection("open-orders", version: 2, tables: table) {
        On(OrderPlaced.self) { event, context in
            try context.execute("INSERT INTO \(table) VALUES (\(context.key), \(event.cents))")
        }
    }
    static let payments = Participant("payments") {
        Handle(CapturePayment.self) { command, _ in
            if command.order == "declined" { throw Rejection("card.declined", "No.") }
        }
    }

    static let tables = Participant("tables") {
        Handle(BookTable.self) { command, _ in
            if command.guest.hasPrefix("dish-") { throw Rejection("kitchen.closed", "No more dishes.") }
            return BookTable.Reply(table: 7)
        }
        Handle(FreeTable.self) { _, _ in throw Rejection("table.taken", "Somebody sits there.") }
    }

    static let abstract = "Takes orders."

    static func make(_ setup: Setup) async throws -> EddaRuntime {
        let store = try await SQLiteStore(path: setup.database)
        return try EddaRuntime(store: store, logger: setup.logger) {
            openOrders
            PayOrder.self
            Dine.self
            payments
            tables
        }
    }
}

/// What a command wrote, and how it ended.
struct Outcome {
    var status: Int32
    var output: String
    var notes: String

    /// Runs a command of an application in this process.
    static func of<App: EddaApplication>(
        _ application: App.Type,
        _ arguments: [String],
        width: Int? = nil,
        canRedraw: Bool = false
    ) async -> Outcome {
        let written = Written()
        let output = Output(
            write: { text in written.output.withLock { $0 += text } },
            note: { text in written.notes.withLock { $0 += text } },
            width: width,
            canRedraw: canRedraw
        )
        let status = await Output.$current.withValue(output) { await App.run(arguments) }
        return Outcome(
            status: status,
            output: written.output.withLock { $0 },
            notes: written.notes.withLock { $0 }
        )
    }

    private final class Written: Sendable {
        let output = Mutex("")
        let notes = Mutex("")
    }
}
#endif
