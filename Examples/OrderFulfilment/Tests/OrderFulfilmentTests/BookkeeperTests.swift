import EddaTesting
import Testing

@testable import OrderFulfilment

@Suite struct BookkeeperTests {
    @Test(arguments: [3, 17, 92] as [UInt64])
    func oneAfterAnotherAnOrderCompletesExactlyIfEveryLineIsInStockAtItsTurn(seed: UInt64) async throws {
        let folder = try Folder()
        var generator = WorldGenerator(seed: seed)
        let orders = generator.orders(40, of: ["a", "b", "c"])
        let stock = ["a": Int64(40), "b": 25, "c": 60]

        var onHand = stock
        var completed = 0
        var captured: [String: Int64] = [:]
        for order in orders where order.stockLines.allSatisfy({ onHand[$0.sku, default: 0] >= $0.quantity }) {
            for line in order.stockLines { onHand[line.sku, default: 0] -= line.quantity }
            captured[order.currency, default: 0] += order.total
            completed += 1
        }
        #expect(completed > 0 && completed < orders.count)

        let orderFile = try folder.write(orders.map(\.line), to: "orders.jsonl")
        let stockFile = try folder.write(
            stock.map { "{\"sku\":\"\($0.key)\",\"quantity\":\($0.value)}" },
            to: "stock.jsonl"
        )
        let ending = try await Program.run([
            "run", "--orders", orderFile, "--stock", stockFile, "--concurrency", "1", "--data", folder.file("data"),
            "--json",
        ])
        let summary = try Summary(ending)
        #expect(summary.completed == completed)
        #expect(summary.compensated == orders.count - completed)
        #expect(summary.stock.onHand == Int(onHand.values.reduce(0, +)))
        #expect(summary.money.filter { $0.value.captured > 0 }.mapValues { Int64($0.captured) } == captured)
        #expect(summary.balanced)
    }
}

extension IncomingOrder {
    /// The order as a line of input.
    var line: String {
        let lines = lines.map {
            "{\"sku\":\"\($0.sku)\",\"quantity\":\($0.quantity),\"unitPriceMinor\":\($0.unitPriceMinor)}"
        }
        return "{\"order\":\"\(id)\",\"customer\":\"\(customer)\",\"currency\":\"\(currency)\",\"lines\":"
            + "[\(lines.joined(separator: ","))]}"
    }
}
