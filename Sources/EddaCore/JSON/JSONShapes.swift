/// What is known of the keys of some kinds of documents: of those that a thread has decoded lately.
struct JSONShapes {
    /// How many kinds are known at most: eight sets of four, of 2 KiB each.
    private static var sets: Int { 8 }
    private static var ways: Int { 4 }

    private let shapes: UnsafeMutablePointer<JSONShape?>
    /// How often a kind found no place.
    private let misses: UnsafeMutablePointer<Int>

    init() {
        shapes = .allocate(capacity: Self.sets * Self.ways)
        shapes.initialize(repeating: nil, count: Self.sets * Self.ways)
        misses = .allocate(capacity: 1)
        misses.initialize(to: 0)
    }

    /// Gives the memory back, that of the shapes too.
    func deallocate() {
        for place in 0..<Self.sets * Self.ways { shapes[place]?.deallocate() }
        shapes.deallocate()
        misses.deallocate()
    }

    /// What is known of a kind, perhaps nothing yet; `nil` when there is no room for more kinds at the moment.
    @inline(__always)
    func shape(of kind: ObjectIdentifier) -> JSONShape? {
        let set = shapes + (Int(bitPattern: kind) >> 4 & (Self.sets - 1)) * Self.ways
        if let first = set.pointee, first.kind == kind { return first }
        return laterShape(of: kind, in: set)
    }

    @inline(never)
    private func laterShape(of kind: ObjectIdentifier, in set: UnsafeMutablePointer<JSONShape?>) -> JSONShape? {
        for way in 0..<Self.ways {
            guard let shape = set[way] else {
                let shape = JSONShape(of: kind)
                set[way] = shape
                return shape
            }
            if shape.kind == kind { return shape }
        }
        // To learn costs as much as to read some documents: who comes seldom is not to drive out who comes often.
        misses.pointee += 1
        guard misses.pointee.isMultiple(of: 64) else { return nil }
        let way = misses.pointee / 64 % Self.ways
        set[way]?.deallocate()
        let shape = JSONShape(of: kind)
        set[way] = shape
        return shape
    }
}
