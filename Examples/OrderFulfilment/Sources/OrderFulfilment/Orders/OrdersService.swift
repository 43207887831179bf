import Edda

/// Takes orders, drives their fulfilment, and knows how each stands.
enum OrdersService {
    static let events: [any Event.Type] = [OrderPlaced.self, OrderConfirmed.self, OrderCancelled.self]

    static let summaries = Table(
        "order_summary",
        """
        order_id TEXT PRIMARY KEY, customer TEXT NOT NULL, currency TEXT NOT NULL, total INTEGER NOT NULL,
        status TEXT NOT NULL, tracking TEXT, reason TEXT
        """,
        indexes: ["status": "status, currency"]
    )

    static let orderSummary = Projection("order-summary", version: 1, tables: summaries) {
        On(OrderPlaced.self) { event, context in
            try context.execute(
                """
                INSERT INTO \(summaries) (order_id, customer, currency, total, status)
                VALUES (\(context.key), \(event.customer), \(event.currency), \(event.total), \("placed"))
                """
            )
        }
        On(OrderConfirmed.self) { event, context in
            try context.execute(
                """
                UPDATE \(summaries) SET status = \("confirmed"), tracking = \(event.tracking)
                WHERE order_id = \(context.key)
                """
            )
        }
        On(OrderCancelled.self) { event, context in
            try context.execute(
                """
                UPDATE \(summaries) SET status = \("cancelled"), reason = \(event.reason)
                WHERE order_id = \(context.key)
                """
            )
        }
    }

    static let participant = Participant("orders") {
        Handle(ConfirmOrder.self) { command, context in
            try context.update(Order.self, id: command.order) { try $0.confirm(tracking: command.tracking) }
        }
    }

    /// Places an order and starts its fulfilment, in one commit; an order that was placed before stays as it is.
    ///
    /// - Returns: The id of its saga.
    /// - Throws: ``DataMismatch`` when the order was placed with other content.
    static func place(_ order: IncomingOrder, on runtime: EddaRuntime) async throws -> SagaID {
        let stream = try StreamID(category: Order.category, id: order.id)
        let saga = try SagaID(validating: "order-\(order.id)")
        let placed = order.placed
        let state = order.sagaState
        let schema = runtime.store.schema
        let sagas = runtime.sagas
        try await runtime.store.write { transaction in
            let earlier = try transaction.events(in: stream, .forward, versions: 1...1, limit: 1)
            if let first = earlier.first {
                guard try schema.decode(OrderPlaced.self, from: first) == placed else {
                    throw DataMismatch(
                        "Order \(order.id) was placed before with other content. Use another id, or another --data folder."
                    )
                }
                return
            }
            try transaction.append(
                [placed],
                to: stream,
                expecting: .missing,
                metadata: EventMetadata(correlationID: saga.rawValue),
                schema: schema
            )
            try sagas.start(FulfilOrder.self, id: saga, state: state, in: transaction)
        }
        return saga
    }
}
