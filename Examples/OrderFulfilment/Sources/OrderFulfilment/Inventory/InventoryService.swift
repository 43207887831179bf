import Edda

/// Knows how many pieces of each article are in the house, and for whom they are set aside.
enum InventoryService {
    static let events: [any Event.Type] = [
        StockReceived.self, StockReserved.self, ReservationReleased.self, StockIssued.self,
    ]

    static let levels = Table(
        "stock_levels",
        """
        sku TEXT PRIMARY KEY, initial INTEGER NOT NULL, on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
        reserved INTEGER NOT NULL CHECK (reserved >= 0), shipped INTEGER NOT NULL
        """
    )
    static let reservations = Table("open_reservations", "order_id TEXT PRIMARY KEY")

    /// Inline: a reservation is decided on these rows, and they change in the same commit.
    static let stockLevels = Projection("stock-levels", version: 1, mode: .inline, tables: levels, reservations) {
        On(StockReceived.self) { event, context in
            try context.execute(
                """
                INSERT INTO \(levels) (sku, initial, on_hand, reserved, shipped)
                VALUES (\(context.key), \(event.quantity), \(event.quantity), 0, 0)
                """
            )
        }
        On(StockReserved.self) { event, context in
            for line in event.lines {
                try context.execute(
                    """
                    UPDATE \(levels) SET on_hand = on_hand - \(line.quantity), reserved = reserved + \(line.quantity)
                    WHERE sku = \(line.sku)
                    """
                )
            }
            try context.execute("INSERT INTO \(reservations) (order_id) VALUES (\(context.key))")
        }
        On(ReservationReleased.self) { event, context in
            for line in event.lines {
                try context.execute(
                    """
                    UPDATE \(levels) SET on_hand = on_hand + \(line.quantity), reserved = reserved - \(line.quantity)
                    WHERE sku = \(line.sku)
                    """
                )
            }
            try context.execute("DELETE FROM \(reservations) WHERE order_id = \(context.key)")
        }
        On(StockIssued.self) { event, context in
            for line in event.lines {
                try context.execute(
                    """
                    UPDATE \(levels) SET shipped = shipped + \(line.quantity), reserved = reserved - \(line.quantity)
                    WHERE sku = \(line.sku)
                    """
                )
            }
            try context.execute("DELETE FROM \(reservations) WHERE order_id = \(context.key)")
        }
    }

    static let participant = Participant("inventory") {
        Handle(ReserveStock.self) { command, context in
            for line in command.lines {
                let rows = try context.rows("SELECT on_hand FROM stock_levels WHERE sku = \(line.sku)")
                let onHand: Int64 = try rows.first?.value("on_hand") ?? 0
                guard onHand >= line.quantity else {
                    throw Rejection("stock.insufficient", "\(line.sku): \(line.quantity) wanted, \(onHand) on hand")
                }
            }
            let stream = try StreamID(category: Reservation.category, id: command.order)
            try context.append([StockReserved(lines: command.lines)], to: stream, expecting: .missing)
            return ReserveStock.Reply(reservation: stream.rawValue)
        }
        Handle(ReleaseStock.self) { command, context in
            try context.update(Reservation.self, id: command.order) { $0.release() }
        }
        Handle(IssueStock.self) { command, context in
            try context.update(Reservation.self, id: command.order) { try $0.issue() }
        }
    }

    /// Takes the first stock into the house: all of it in one commit, each article once.
    ///
    /// - Throws: ``DataMismatch`` when an article was received before in another quantity.
    static func receive(_ stock: [StockLine], on runtime: EddaRuntime) async throws {
        let schema = runtime.store.schema
        try await runtime.store.write { transaction in
            var entries: [Append.Entry] = []
            var conditions: [AppendCondition] = []
            for line in stock {
                let stream = try StreamID(category: "stock", id: line.sku)
                let earlier = try transaction.events(in: stream, .forward, versions: 1...1, limit: 1)
                if let first = earlier.first {
                    let received = try schema.decode(StockReceived.self, from: first).quantity
                    guard received == line.quantity else {
                        throw DataMismatch(
                            "The stock of \(line.sku) in this folder began with \(received), now it is to be "
                                + "\(line.quantity). Use the same stock, or another --data folder."
                        )
                    }
                    continue
                }
                let event = try EventData(StockReceived(quantity: line.quantity), schema: schema)
                entries.append(Append.Entry(stream: stream, event: event))
                conditions.append(.stream(stream, .missing))
            }
            _ = try transaction.append(Append(entries, conditions: conditions))
        }
    }
}
