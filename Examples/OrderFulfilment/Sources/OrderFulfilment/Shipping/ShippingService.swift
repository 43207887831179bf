import Edda

struct ShipmentCreated: Event {
    static let eventType: EventType = "shipment.created"
    var tracking: String
    var country: String?
    var lines: [StockLine]
}

/// Has parcels made.
enum ShippingService {
    static let events: [any Event.Type] = [ShipmentCreated.self]

    static let parcels = Table("parcels", "order_id TEXT PRIMARY KEY, tracking TEXT NOT NULL, country TEXT")

    static let shipments = Projection("shipments", version: 1, tables: parcels) {
        On(ShipmentCreated.self) { event, context in
            try context.execute("INSERT INTO \(parcels) VALUES (\(context.key), \(event.tracking), \(event.country))")
        }
    }

    static let participant = Participant("shipping") {
        Handle(CreateShipment.self) { command, context in
            let stream = try StreamID(category: "shipment", id: command.order)
            let tracking = "parcel-\(command.order)"
            let event = ShipmentCreated(tracking: tracking, country: command.country, lines: command.lines)
            if case .missing = try context.transaction.state(of: stream) {
                try context.append([event], to: stream, expecting: .missing)
            }
            return CreateShipment.Reply(tracking: tracking)
        }
    }
}
