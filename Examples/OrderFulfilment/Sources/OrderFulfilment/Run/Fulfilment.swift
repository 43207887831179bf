import Edda
import EddaTesting

/// One run: places orders and sees each through to its end.
struct Fulfilment: Sendable {
    let services: Services
    let world: World
    /// How many sagas are in flight at a time.
    let concurrency: Int
    /// Whether a parked saga is waited for until an operator has brought it to an end.
    let waitsForOperator: Bool
    /// Whether it goes on until no message waits to be sent.
    var endsQuiet = false

    /// Stocks the house, then places the orders in their order and waits for their sagas.
    ///
    /// Everything in it may be repeated: what was received, placed or finished before is found as it is.
    ///
    /// - Throws: ``DataMismatch`` when the folder holds other stock or other orders under the same ids.
    func run() async throws {
        try await InventoryService.receive(world.stock, on: services.inventory)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var waiting = world.orders[...]
            for order in waiting.prefix(concurrency) { group.addTask { try await fulfil(order) } }
            waiting = waiting.dropFirst(concurrency)
            while try await group.next() != nil {
                if let order = waiting.popFirst() { group.addTask { try await fulfil(order) } }
            }
        }
        if endsQuiet { try await services.settleOutboxes() }
        try await services.settleReadModels()
    }

    private func fulfil(_ order: IncomingOrder) async throws {
        let saga = try await OrdersService.place(order, on: services.orders)
        _ = try await services.orders.sagas.wait(for: saga, until: waitsForOperator ? .end : .rest)
    }
}
