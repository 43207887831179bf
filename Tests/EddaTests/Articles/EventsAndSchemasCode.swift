import Edda
import EddaTesting

/// The code of the article "Events and schemas", as it stands there.
enum EventsAndSchemasCode {
    struct OrderPlaced: Event, Equatable {
        static let eventType: EventType = "order.placed"
        static let schemaVersion = 3
        var customer: String
        var cents: Int
        var currency: String
        var note: String?
        var tags: Set<Tag> { ["customer:\(customer)"] }
    }

    struct OrderPlacedV1: Codable {
        var name: String
        var total: Int
    }

    struct OrderPlacedV2: Codable {
        var customer: String
        var cents: Int
    }

    static func makeSchema() throws -> SchemaRegistry {
        let schema = try SchemaRegistry(
            events: [OrderPlaced.self, OrderCancelled.self],
            upcasters: [
                Upcaster("order.placed", from: 1) { (old: OrderPlacedV1) in
                    OrderPlacedV2(customer: old.name, cents: old.total * 100)
                },
                Upcaster("order.placed", from: 2) { (old: OrderPlacedV2) in
                    OrderPlaced(customer: old.customer, cents: old.cents, currency: "EUR")
                },
            ]
        )
        return schema
    }

    static func open(_ path: String, _ schema: SchemaRegistry) async throws -> SQLiteStore {
        let store = try await SQLiteStore(path: path, schema: schema)
        try await store.checkSchema(subscribingTo: [.all])
        return store
    }

    struct OrderCancelled: Event {
        static let eventType: EventType = "order.cancelled"
        static let aliases: [EventType] = ["order.withdrawn"]
        var reason: String
    }

    static func describe(_ event: RecordedEvent, _ store: SQLiteStore) throws -> String {
        switch try store.schema.decode(event) {
        case let event as OrderPlaced: return "placed by \(event.customer)"
        case let event as OrderCancelled: return "cancelled: \(event.reason)"
        default: return "\(event.type)"
        }
    }

    static func check(_ folder: String, _ schema: SchemaRegistry) throws {
        try GoldenFiles(
            in: folder,
            schema: schema,
            samples: [
                OrderPlaced(customer: "ada", cents: 4_200, currency: "EUR"),
                OrderCancelled(reason: "too late"),
            ]
        )
        .check()
    }
}
