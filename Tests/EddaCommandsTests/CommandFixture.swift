#if CLI
import Edda
import EddaTesting
import Foundation
import Testing

@testable import EddaCommands

/// A database with some orders and a command line on it.
struct CommandFixture {
    let folder: TemporaryFolder
    let database: String

    init() throws {
        folder = try TemporaryFolder()
        database = folder.file("orders.db")
    }

    /// Opens the store, lets `body` work on the runtime, and closes it again.
    func onRuntime<Result: Sendable>(_ body: (EddaRuntime) async throws -> Result) async throws -> Result {
        let store = try await SQLiteStore(path: database)
        let runtime = try EddaRuntime(store: store) {
            Orders.openOrders
            PayOrder.self
            Dine.self
            Orders.payments
            Orders.tables
        }
        let result = try await body(runtime)
        await store.close()
        return result
    }

    /// Lets `body` work on a store once for each of some times, which its clock shows.
    func onDays(_ times: [Timestamp], _ body: (SQLiteStore, _ index: Int) async throws -> Void) async throws {
        for (index, wall) in times.enumerated() {
            let time = ManualTime(wall: wall)
            let store = try await SQLiteStore(path: database, time: time)
            try await body(store, index)
            await store.close()
        }
    }

    /// Three orders in streams of their own.
    func placeOrders() async throws {
        try await onRuntime { runtime in
            for (id, cents) in [("1", 500), ("2", 4_200), ("3", 99)] {
                try await runtime.store.append([OrderPlaced(cents: cents)], to: StreamID(category: "order", id: id))
            }
        }
    }

    func run(_ arguments: String..., width: Int? = nil) async -> Outcome {
        await Outcome.of(Orders.self, arguments + ["--database", database], width: width)
    }

    /// The JSON that a command printed, which has to be all that it printed.
    func json(_ arguments: String...) async throws -> Any {
        let outcome = await Outcome.of(Orders.self, arguments + ["--json", "--database", database])
        try #require(outcome.status == 0, "\(outcome.notes)")
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8), options: .fragmentsAllowed)
    }

    func objects(_ arguments: String...) async throws -> [[String: Any]] {
        let outcome = await Outcome.of(Orders.self, arguments + ["--json", "--database", database])
        try #require(outcome.status == 0, "\(outcome.notes)")
        let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(json as? [[String: Any]])
    }
}
#endif
