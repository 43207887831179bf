#if CLI
internal import Edda

/// Begins so many operations a second, however long they take.
///
/// When ``mostUnderWay`` have not ended it begins no more: they end more slowly than they begin, and would never be done.
struct Pace {
    static let mostUnderWay = 256

    var perSecond: Int

    /// Runs `operations` and tells how long each took, counted from when it should have begun.
    func run(
        _ operations: Int,
        _ body: @escaping @Sendable (_ number: Int) async throws -> Void
    ) async throws -> Latencies {
        try await run(while: { $0 < operations }, body)
    }

    /// Runs operations until the signal is raised.
    func run(
        until isOver: Signal,
        _ body: @escaping @Sendable (_ number: Int) async throws -> Void
    ) async throws -> Latencies {
        try await run(while: { _ in isOver.count == 0 }, body)
    }

    private func run(
        while goesOn: (Int) -> Bool,
        _ body: @escaping @Sendable (_ number: Int) async throws -> Void
    ) async throws -> Latencies {
        let clock = ContinuousClock()
        let begin = clock.now
        let ended = Signal()
        return try await withThrowingTaskGroup(of: Duration.self) { group in
            var latencies = Latencies()
            var number = 0
            while goesOn(number), number - Int(ended.count) < Self.mostUnderWay {
                let intended = begin + .nanoseconds(Int64(number) * 1_000_000_000 / Int64(perSecond))
                try await Task.sleep(until: intended, tolerance: .zero, clock: clock)
                group.addTask { [number] in
                    try await body(number)
                    ended.raise()
                    return clock.now - intended
                }
                number += 1
            }
            for try await latency in group { latencies.add(latency) }
            return latencies
        }
    }
}
#endif
