import Edda

extension ServiceName {
    /// The events that the service stores.
    var events: [any Event.Type] {
        switch self {
        case .orders: OrdersService.events
        case .inventory: InventoryService.events
        case .payments: PaymentsService.events
        case .shipping: ShippingService.events
        }
    }

    /// How they are stored; what a database holds is checked against it when the service starts.
    var schema: SchemaRegistry {
        get throws { try SchemaRegistry(events: events) }
    }
}
