/// Values by key, of which those are dropped that were not used for the longest time.
///
/// All operations are O(1).
package struct RecentlyUsed<Key: Hashable, Value> {
    private struct Slot {
        var key: Key
        var value: Value
        var newer: Int?
        var older: Int?
    }

    /// The most values that are kept, from 1.
    package let limit: Int
    private var slots: [Slot] = []
    private var indices: [Key: Int] = [:]
    private var newest: Int?
    private var oldest: Int?

    /// A memory that keeps so many values, from 1.
    package init(limit: Int) {
        precondition(limit > 0, "A memory of recently used values keeps at least 1.")
        self.limit = limit
    }

    /// How many values are kept.
    package var count: Int { slots.count }

    /// The value of a key, which counts as used.
    package mutating func use(_ key: Key) -> Value? {
        guard let index = indices[key] else { return nil }
        moveToFront(index)
        return slots[index].value
    }

    /// The value of a key, without counting as used.
    package func peek(_ key: Key) -> Value? { indices[key].map { slots[$0].value } }

    /// Keeps a value, which counts as used.
    ///
    /// - Returns: The value that went: the key's own before, or another's that was not used for the longest time.
    @discardableResult
    package mutating func keep(_ value: Value, for key: Key) -> Value? {
        var value = value
        if let index = indices[key] {
            swap(&slots[index].value, &value)
            moveToFront(index)
            return value
        } else if slots.count < limit {
            slots.append(Slot(key: key, value: value))
            indices[key] = slots.count - 1
            link(slots.count - 1)
        } else if let index = oldest {
            indices[slots[index].key] = nil
            unlink(index)
            slots[index].key = key
            swap(&slots[index].value, &value)
            indices[key] = index
            link(index)
            return value
        }
        return nil
    }

    /// Forgets all.
    package mutating func removeAll() { self = RecentlyUsed(limit: limit) }

    private mutating func moveToFront(_ index: Int) {
        guard newest != index else { return }
        unlink(index)
        link(index)
    }

    /// Takes a slot out of the order.
    private mutating func unlink(_ index: Int) {
        let (newer, older) = (slots[index].newer, slots[index].older)
        if let newer { slots[newer].older = older } else { newest = older }
        if let older { slots[older].newer = newer } else { oldest = newer }
    }

    /// Puts a slot that is not in the order before all others.
    private mutating func link(_ index: Int) {
        slots[index].newer = nil
        slots[index].older = newest
        if let newest { slots[newest].newer = index } else { oldest = index }
        newest = index
    }
}
