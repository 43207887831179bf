import Foundation

extension Report {
    /// One JSON object in one line.
    var json: String {
        let summary = Summary(
            orders: orders,
            completed: completed,
            compensated: compensated,
            parked: parked,
            invalid: invalid,
            stock: .init(
                initial: stock.initial,
                shipped: stock.shipped,
                reserved: stock.reserved,
                onHand: stock.onHand
            ),
            money: money.mapValues { .init(captured: $0.captured, authorized: $0.authorized) },
            bank: .init(bookings: bank.bookings, keys: bank.keys),
            balanced: isBalanced,
            problems: problems,
            seconds: (seconds * 1_000).rounded() / 1_000,
            sagasPerSecond: (sagasPerSecond * 10).rounded() / 10,
            data: folder
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(summary)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private struct Summary: Encodable {
        struct Stock: Encodable {
            let initial: Int64
            let shipped: Int64
            let reserved: Int64
            let onHand: Int64
        }

        struct Money: Encodable {
            let captured: Int64
            let authorized: Int64
        }

        struct Bank: Encodable {
            let bookings: Int
            let keys: Int
        }

        let orders: Int
        let completed: Int
        let compensated: Int
        let parked: Int
        let invalid: Int
        let stock: Stock
        let money: [String: Money]
        let bank: Bank
        let balanced: Bool
        let problems: [String]
        let seconds: Double
        let sagasPerSecond: Double
        let data: String
    }
}
