import Testing

@testable import OrderFulfilment

@Suite struct InputTests {
    static let good =
        #"{"order":"1","customer":"ada","currency":"EUR","lines":[{"sku":"a","quantity":2,"unitPriceMinor":500}]}"#
    static let stock = #"{"sku":"a","quantity":10}"#

    /// A bad line of orders and a word of the reason.
    static let badLines: [(line: String, reason: String)] = [
        (#"{"order":"2","#, "not JSON"),
        (#"[1,2]"#, "object"),
        (#"{"customer":"ada","currency":"EUR","lines":[]}"#, "\"order\" is missing"),
        (#"{"order":7,"customer":"ada","currency":"EUR","lines":[]}"#, "\"order\" is to be a text"),
        (#"{"order":"2","customer":"ada","currency":"EUR"}"#, "\"lines\" is missing"),
        (#"{"order":"2","customer":"ada","currency":"EUR","lines":[]}"#, "empty"),
        (
            #"{"order":"2","customer":"ada","currency":"euro","lines":[{"sku":"a","quantity":1,"unitPriceMinor":1}]}"#,
            "ISO 4217"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"a","unitPriceMinor":1}]}"#,
            "\"quantity\" is missing"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"a","quantity":0,"unitPriceMinor":1}]}"#,
            "is 0"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"a","quantity":-3,"unitPriceMinor":1}]}"#,
            "is -3"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"a","quantity":"2","unitPriceMinor":1}]}"#,
            "whole number"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"a","quantity":1.5,"unitPriceMinor":1}]}"#,
            "whole number"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"a","quantity":1,"unitPriceMinor":-1}]}"#,
            "is -1"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"z","quantity":1,"unitPriceMinor":1}]}"#,
            "not in stock"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"a","quantity":9223372036854775807,"unitPriceMinor":2}]}"#,
            "overflow"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","lines":[{"sku":"a","quantity":99999999999999999999,"unitPriceMinor":2}]}"#,
            "too large"
        ),
        (
            #"{"order":"2","customer":"ada","currency":"EUR","country":5,"lines":[{"sku":"a","quantity":1,"unitPriceMinor":2}]}"#,
            "country"
        ),
        (good, "second time"),
    ]

    @Test(arguments: badLines.indices)
    func aBadLineIsNamedWithItsNumberAndReasonAndNothingIsPlaced(index: Int) async throws {
        let folder = try Folder()
        let bad = Self.badLines[index]
        let world = try World(
            ordersFile: folder.write([Self.good, bad.line], to: "orders.jsonl"),
            stockFile: folder.write([Self.stock], to: "stock.jsonl"),
            count: 0,
            seed: 1
        )
        #expect(world.bad.map(\.number) == [2])
        #expect(world.bad.first?.reason.contains(bad.reason) == true, "\(world.bad)")
        #expect(world.orders.map(\.id) == ["1"])
    }

    @Test func badInputEndsWith65AndSkippingPlacesTheRest() async throws {
        let folder = try Folder()
        let orders = try folder.write(
            [Self.good] + Self.badLines.map(\.line) + ["", Self.good.replacing("\"1\"", with: "\"9\"")],
            to: "orders.jsonl"
        )
        let stock = try folder.write([Self.stock], to: "stock.jsonl")
        let arguments = ["run", "--orders", orders, "--stock", stock, "--data", folder.file("data"), "--json"]
        let refused = try await Program.run(arguments)
        #expect(refused.status == 65)
        #expect(refused.output.isEmpty)
        for number in 2...(Self.badLines.count + 1) { #expect(refused.errors.contains("orders.jsonl:\(number): ")) }

        let placed = try await Program.run(arguments + ["--skip-invalid"])
        let summary = try Summary(placed)
        #expect(placed.status == 0)
        #expect(summary.orders == 2)
        #expect(summary.invalid == Self.badLines.count)
        #expect(summary.balanced)
    }

    @Test(arguments: [#"{"sku":"a","quantity":-1}"#, #"{"sku":"a"}"#, #"{"sku":"","quantity":1}"#, "{"])
    func aBadLineOfStockIsNamed(line: String) throws {
        let folder = try Folder()
        let world = try World(
            ordersFile: nil,
            stockFile: folder.write([#"{"sku":"b","quantity":1}"#, line], to: "stock.jsonl"),
            count: 1,
            seed: 1
        )
        #expect(world.bad.map(\.number) == [2])
    }

    @Test func orderAndStockThatContradictTheFolderAreRefused() async throws {
        let folder = try Folder()
        let stock = try folder.write([Self.stock], to: "stock.jsonl")
        let orders = try folder.write([Self.good], to: "orders.jsonl")
        let data = ["--data", folder.file("data"), "--json"]
        #expect(try await Program.run(["run", "--orders", orders, "--stock", stock] + data).status == 0)
        let otherOrders = try folder.write([Self.good.replacing(":2,", with: ":3,")], to: "other.jsonl")
        let otherOrder = try await Program.run(["run", "--orders", otherOrders, "--stock", stock] + data)
        #expect(otherOrder.status == 65)
        #expect(otherOrder.errors.contains("Order 1"))
        let otherStocks = try folder.write([#"{"sku":"a","quantity":11}"#], to: "other-stock.jsonl")
        let otherStock = try await Program.run(["run", "--orders", orders, "--stock", otherStocks] + data)
        #expect(otherStock.status == 65)
        #expect(otherStock.errors.contains("stock of a"))
    }

    @Test func theSameSeedMakesTheSameWorld() throws {
        let first = try World(ordersFile: nil, stockFile: nil, count: 30, seed: 5)
        let second = try World(ordersFile: nil, stockFile: nil, count: 30, seed: 5)
        let third = try World(ordersFile: nil, stockFile: nil, count: 30, seed: 6)
        #expect(first.orders == second.orders && first.stock == second.stock)
        #expect(first.orders.count == 30)
        #expect(first.orders != third.orders)
    }
}
