internal import EddaCore

/// The rows of an outbox in the order of their sequence numbers.
struct MemoryOutbox {
    /// Messages that overtake one another nowhere: the same destination and partition key.
    struct Lane: Hashable {
        let destination: Address
        let key: ExactText

        init(_ message: Message) {
            destination = message.destination
            key = ExactText(message.partitionKey)
        }
    }

    private var rows: [Int64: OutboxRow] = [:]
    private var order: [Int64] = []
    /// How many rows of a lane are held or dead.
    private var blocking: [Lane: Int] = [:]
    /// The next sequence number.
    ///
    /// A unit that fails gives its numbers back, since nobody has seen them.
    var next: Int64 = 1

    subscript(sequence: Int64) -> OutboxRow? { rows[sequence] }

    func isBlocked(_ lane: Lane) -> Bool { blocking[lane] != nil }

    /// The rows after a sequence number.
    func rows(after sequence: Int64) -> some Sequence<OutboxRow> {
        order[index(after: sequence)...].lazy.map { rows[$0]! }
    }

    /// Puts, replaces or removes (`nil`) the row with a sequence number.
    ///
    /// - Returns: What was there before.
    @discardableResult
    mutating func set(_ sequence: Int64, to row: OutboxRow?) -> OutboxRow? {
        let earlier = rows[sequence]
        rows[sequence] = row
        if let earlier, earlier.isBlocking { count(earlier, by: -1) }
        if let row, row.isBlocking { count(row, by: 1) }
        if earlier == nil, row != nil {
            order.insert(sequence, at: index(after: sequence))
        } else if earlier != nil, row == nil {
            order.remove(at: index(after: sequence - 1))
        }
        return earlier
    }

    private mutating func count(_ row: OutboxRow, by change: Int) {
        let lane = Lane(row.message)
        let count = blocking[lane, default: 0] + change
        blocking[lane] = count == 0 ? nil : count
    }

    /// The index of the first sequence number that is greater; found by bisection.
    private func index(after sequence: Int64) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if order[middle] > sequence { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension OutboxRow {
    /// Whether messages of the same lane wait for this one.
    var isBlocking: Bool {
        if case .ready = state { false } else { true }
    }
}
