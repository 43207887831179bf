import Synchronization
import Testing

@testable import EddaCore

/// How the events are read that a model or an aggregate is folded from.
@Suite struct FoldingTests {
    struct Even: Event {
        static let eventType: EventType = "number.even"
        var number: Int
    }

    struct Odd: Event {
        static let eventType: EventType = "number.odd"
        var number: Int
    }

    struct Numbers: DecisionModel {
        static let handlers = EventHandlers<Numbers> {
            On(Even.self) { numbers, event in numbers.seen.append(event.number) }
            On(Odd.self) { numbers, event in numbers.seen.append(event.number) }
        }
        var seen: [Int] = []
    }

    /// An event for each number, of which the query finds those that are even.
    private func fill(_ store: some Store, _ isEven: [Bool]) async throws {
        for start in stride(from: 0, to: isEven.count, by: 5_000) {
            let events = (start..<min(start + 5_000, isEven.count))
                .map { isEven[$0] ? Even(number: $0) : Odd(number: $0) as any Event }
            try await store.append(events, to: "number-1")
        }
    }

    /// Where the events stand that the query finds.
    enum Layout: CaseIterable {
        case everywhere
        case everySecond
        case everyFifth
        case everyFiftieth
        case byChance
        case atBothEnds
        case atTheEnd

        func contains(_ number: Int) -> Bool {
            switch self {
            case .everywhere: true
            case .everySecond: number % 2 == 0
            case .everyFifth: number % 5 == 0
            case .everyFiftieth: number % 50 == 0
            case .byChance: (number &* 2_654_435_761) >> 16 & 1_023 < 251
            case .atBothEnds: number < 200 || number > 9_000
            case .atTheEnd: number > 6_000
            }
        }
    }

    /// Ranges of positions become as long as holds a page, however dense what matches is and wherever.
    @Test(arguments: Layout.allCases)
    func pagesAreFewAndFull(layout: Layout) async throws {
        let count = 10_000
        let isEven = layout.contains
        let store = CountingStore()
        try await fill(store, (0..<count).map(isEven))
        let expected = (0..<count).filter(isEven)
        var model = ReadModel<Numbers>()
        let reads = try await store.counting {
            try await model.catchUp(with: EventQuery(events: Even.self), in: store, pageSize: 50)
        }
        #expect(model.model.seen == expected)
        #expect(model.head == Position(Int64(count)))
        #expect(reads.reads <= expected.count / 50 * 3 / 2 + 16)
    }

    /// The second range is asked for while the first is still on its way.
    @Test(.timeLimit(.minutes(1))) func pagesAreReadSideBySide() async throws {
        let (begun, others) = AsyncStream.makeStream(of: Int.self)
        let waits = Mutex(false)
        // A page alone, the head, then ranges, of which the first waits for the second.
        let store = CountingStore { number in
            guard waits.withLock({ $0 }) else { return }
            if number == 3 { for await other in begun where other == 4 { break } }
            others.yield(number)
        }
        try await fill(store, Array(repeating: true, count: 500))
        waits.withLock { $0 = true }
        var model = ReadModel<Numbers>()
        let reads = try await store.counting { try await model.catchUp(with: .all, in: store, pageSize: 100) }
        #expect(model.model.seen == Array(0..<500))
        #expect(reads.reads == 6)
    }

    @Test func aLoadThatIsCancelledEnds() async throws {
        let load = Mutex<Task<Int, any Error>?>(nil)
        let store = CountingStore { number in if number == 10 { load.withLock { $0?.cancel() } } }
        try await fill(store, Array(repeating: true, count: 5_000))
        _ = await store.counting {}
        let task = Task {
            while load.withLock({ $0 == nil }) { await Task.yield() }
            var model = ReadModel<Numbers>()
            try await model.catchUp(with: .all, in: store, pageSize: 10)
            return model.model.seen.count
        }
        load.withLock { $0 = task }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// A state whose one part notes when it had to be copied.
    struct Holder: Aggregate {
        final class Part: Sendable {}

        static let category: StreamCategory = "number"
        static let handlers = EventHandlers<Holder> {
            On(Even.self) { holder, _ in
                holder.events += 1
                if !isKnownUniquelyReferenced(&holder.part) {
                    holder.part = Part()
                    holder.copies += 1
                }
            }
        }
        var part = Part()
        var events = 0
        var copies = 0
    }

    /// The state of a long stream is not copied from page to page.
    @Test func aLongStreamIsFoldedInPlace() async throws {
        let store = CountingStore()
        try await fill(store, Array(repeating: true, count: 5_000))
        let loaded = try await store.load(Holder.self, id: "1")
        #expect(loaded.state.events == 5_000)
        #expect(loaded.state.copies == 0)
        // What memory has stays as it is: one copy, for however many pages follow.
        try await fill(store, Array(repeating: true, count: 3_500))
        let later = try await store.load(Holder.self, id: "1")
        #expect(later.state.events == 8_500)
        #expect(later.version == 8_500)
        #expect(later.state.copies == 1)
        #expect(loaded.state.events == 5_000)
    }
}
