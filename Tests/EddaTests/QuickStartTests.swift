import Edda
import EddaTesting
import Testing

/// What the README promises of its quick start, on a SQLite file.
@Suite struct QuickStartTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func runtime(_ store: any Store) throws -> EddaRuntime {
        try EddaRuntime(store: store) {
            Service.orders()
            FulfilOrder.self
            Service.inventory
            Service.payments
        }
    }

    /// Places orders, has them fulfilled, and returns how they ended, by the read model.
    private func fulfil(_ orders: [(String, Int)], with runtime: EddaRuntime) async throws -> [String] {
        try await runtime.whileRunning {
            for (order, cents) in orders {
                try await runtime.store.update(Order.self, id: order) { try $0.place(cents: cents) }
                let id = try SagaID(validating: "fulfil-\(order)")
                try await runtime.start(FulfilOrder.self, id: id, state: .init(order: order, cents: cents))
                _ = try await runtime.sagas.wait(for: id)
            }
            try await runtime.projections.wait(
                for: ["orders"],
                until: runtime.store.head(),
                timeout: .seconds(30)
            )
        }
        return try await runtime.store.read { transaction in
            try transaction.rows("SELECT id, outcome FROM orders ORDER BY id").map { row in
                let (id, outcome): (String, String?) = (try row.value("id"), try row.value("outcome"))
                return "\(id) \(outcome ?? "open")"
            }
        }
    }

    // guarantees: G8, G10, G11
    @Test func sagaCompletesOrCompensatesAndTheReadModelShowsIt() async throws {
        let store = try await SQLiteStore(path: folder.file("orders.db"))
        let outcomes = try await fulfil([("1041", 4_200), ("1042", 420_000)], with: runtime(store))
        #expect(outcomes == ["1041 completed", "1042 compensated"])

        let shelf = try await store.events(in: "shelf-7").map { "\($0.type)" }
        #expect(shelf == ["stock.reserved", "stock.reserved", "stock.released"])
        let refused = try await store.read { try $0.saga("fulfil-1042") }
        #expect(refused?.reason?.contains("card.declined") == true)
        await store.close()
    }

    // guarantees: G8
    @Test func runningItAgainOnTheSameFileChangesNothing() async throws {
        let path = folder.file("orders.db")
        let orders = [("1041", 4_200), ("1042", 420_000)]
        let first = try await SQLiteStore(path: path)
        let outcomes = try await fulfil(orders, with: runtime(first))
        let head = try await first.head()
        await first.close()

        let second = try await SQLiteStore(path: path)
        #expect(try await fulfil(orders, with: runtime(second)) == outcomes)
        #expect(try await second.head() == head)
        await second.close()
    }

    // guarantees: G8, G10
    @Test func servicesWithStoresOfTheirOwnMeetOnOneTransport() async throws {
        let transport = InProcessTransport()
        let orderStore = try await SQLiteStore(path: folder.file("orders.db"))
        let stockStore = try await SQLiteStore(path: folder.file("stock.db"))
        let orders = try EddaRuntime(store: orderStore, transport: transport, name: "orders") {
            FulfilOrder.self
            Service.payments
        }
        let stock = try EddaRuntime(store: stockStore, transport: transport, name: "stock") { Service.inventory }
        let saga = try await stock.whileRunning {
            try await orders.whileRunning {
                try await orders.start(FulfilOrder.self, id: "order-1", state: .init(order: "1", cents: 100))
                return try await orders.sagas.wait(for: "order-1")
            }
        }
        #expect(saga.status == .completed)
        #expect(try await stockStore.events(in: "shelf-7").count == 1)
        #expect(try await orderStore.events(in: "shelf-7").isEmpty)
        await orderStore.close()
        await stockStore.close()
    }
}
