#if CLI
internal import Edda

/// An event of about 200 bytes, as a shop has many.
struct ItemAdded: Event {
    static let eventType: EventType = "bench.item-added"

    /// What of an item may be missing.
    struct Gift: Codable, Sendable {
        var recipient: String
        var wrapped: Bool
    }

    var order: String
    var sku: String
    var name: String
    var quantity: Int
    var unitPriceMinor: Int
    var currency: String
    var warehouse: Int?
    var gift: Gift?

    /// The item with a number; every fifth is a gift.
    init(_ number: Int) {
        order = "order-\(100_000 + number / 10)"
        sku = "SKU-\(4_000 + number % 997)"
        name = "Enamelled steel mug, 350 ml, number \(number % 100)"
        quantity = 1 + number % 4
        unitPriceMinor = 499 + number % 10_000
        currency = "EUR"
        warehouse = number % 7
        gift = number.isMultiple(of: 5) ? Gift(recipient: "Ada of order \(number)", wrapped: true) : nil
    }
}

/// An item under tags.
struct TaggedItem: Event {
    static let eventType: EventType = "bench.tagged-item"
    var item: ItemAdded
    var tags: Set<Tag>

    func encode(to encoder: any Encoder) throws { try item.encode(to: encoder) }

    init(item: ItemAdded, tags: Set<Tag>) {
        self.item = item
        self.tags = tags
    }

    init(from decoder: any Decoder) throws {
        item = try ItemAdded(from: decoder)
        tags = []
    }
}

/// What is folded from a stream of items.
struct Basket: Aggregate, Codable {
    static let category: StreamCategory = "basket"
    static let handlers = EventHandlers<Basket> {
        On(ItemAdded.self) { basket, event in basket.add(event) }
    }

    var items = 0
    var totalMinor = 0
    var gifts = 0

    mutating func add(_ event: ItemAdded) {
        items += event.quantity
        totalMinor += event.quantity * event.unitPriceMinor
        if event.gift != nil { gifts += 1 }
    }

    mutating func add(_ other: Basket) {
        items += other.items
        totalMinor += other.totalMinor
        gifts += other.gifts
    }
}
#endif
