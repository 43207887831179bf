internal import EddaCore

/// The units that wait for the writer: a value, so that what it decides can be tested without threads.
struct WriteQueue<Unit> {
    /// What the caller who added a unit has to do.
    enum Admission: Equatable {
        /// Wake the writer.
        case wake
        /// Nothing: the writer is awake and will come to it.
        case wait
        /// Tell its caller that the queue is full.
        case refuse(waiting: Int)
        /// Tell its caller that the store is closed.
        case closed
    }

    /// The most units that wait.
    let limit: Int
    private var units: [Unit] = []
    private var first = 0
    private var isAwake = false
    private(set) var isClosed = false

    init(limit: Int) { self.limit = limit }

    /// How many units are held, those among them that are done.
    var held: Int { units.count }

    /// How many units wait.
    var count: Int { units.count - first }

    /// Adds a unit at the end.
    mutating func add(_ unit: Unit) -> Admission {
        if isClosed { return .closed }
        if count >= limit { return .refuse(waiting: count) }
        units.append(unit)
        if isAwake { return .wait }
        isAwake = true
        return .wake
    }

    /// Takes the units of the next group.
    ///
    /// With none left the writer goes to sleep.
    mutating func takeGroup(most: Int) -> [Unit] {
        let end = min(units.count, first + most)
        let group = Array(units[first..<end])
        first = end
        if first == units.count {
            units.removeAll(keepingCapacity: true)
            first = 0
        } else if first > 1_024 {
            // Those that are done are let go of, also in a queue that never runs dry.
            units.removeFirst(first)
            first = 0
        }
        if group.isEmpty { isAwake = false }
        return group
    }

    /// Puts units back that did not fit into their group, before all others.
    mutating func putBack(_ rest: some Collection<Unit>) {
        guard !rest.isEmpty else { return }
        units.replaceSubrange(0..<first, with: rest)
        first = 0
    }

    /// Takes no more units from now on.
    ///
    /// - Returns: Whether the writer must be woken to end.
    mutating func close() -> Bool {
        isClosed = true
        defer { isAwake = true }
        return !isAwake
    }
}
