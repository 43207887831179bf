import EddaTesting
import Testing

@testable import EddaCore

@Suite struct AggregateCacheTests {
    /// No read, no unit besides the append itself.
    @Test func anUpdateOnACachedStateReadsNothing() async throws {
        let store = CountingStore()
        let first = try await store.counting {
            try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        }
        #expect(first == .init(reads: 1, writes: 0, appends: 1))
        let later = try await store.counting {
            for _ in 1...5 { try await store.update(Account.self, id: "1") { try $0.withdraw(1) } }
        }
        #expect(later == .init(reads: 0, writes: 0, appends: 5))
        #expect(try await store.load(Account.self, id: "1").state.balance == 5)
    }

    // acceptance: 62
    @Test func aRefusalDecidedOnAStaleStateIsNotGiven() async throws {
        let store = CountingStore()
        try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        try await store.append([Deposited(amount: 90)], to: "account-1")
        let seen = Log()
        try await store.update(Account.self, id: "1") { account in
            seen.append(account.balance)
            return try account.withdraw(60)
        }
        #expect(seen.values == [10, 100])
        #expect(try await store.load(Account.self, id: "1").state.balance == 40)
    }

    @Test func aRefusalOnACurrentStateCostsOneReadAndIsDecidedOnce() async throws {
        let store = CountingStore()
        try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        let seen = Log()
        let counts = await store.counting {
            await #expect(throws: Rejection.self) {
                try await store.update(Account.self, id: "1") { account in
                    seen.append(account.balance)
                    return try account.withdraw(60)
                }
            }
        }
        #expect(counts == .init(reads: 1, writes: 0, appends: 0))
        #expect(seen.values == [10])
    }

    // acceptance: 62
    @Test func aDecisionForNothingIsMadeAgainWhenTheStreamHasMovedOn() async throws {
        let store = CountingStore()
        try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        try await store.append([Deposited(amount: 90)], to: "account-1")
        let result = try await store.update(Account.self, id: "1") { account in
            account.balance > 50 ? [Withdrawn(amount: 1)] : []
        }
        #expect(result.versions == ["account-1": 3])
        let none = try await store.counting {
            let nothing = try await store.update(Account.self, id: "1") { _ in [] }
            #expect(nothing.positions == nil)
        }
        #expect(none == .init(reads: 1, writes: 0, appends: 0))
    }

    @Test func aLostRaceReadsOnlyWhatIsNew() async throws {
        let codec = CountingCodec()
        let store = InMemoryStore(schema: SchemaRegistry(codec: codec))
        for _ in 1...50 { try await store.append([Deposited(amount: 1)], to: "account-1") }
        let replay = try await codec.counting { _ = try await store.load(Account.self, id: "1") }
        #expect(replay == 50)
        try await store.append([Deposited(amount: 1), Deposited(amount: 1)], to: "account-1")
        let race = try await codec.counting {
            try await store.update(Account.self, id: "1") { try $0.withdraw(52) }
        }
        // Two that came in between, and the own one.
        #expect(race == 3)
        let load = try await codec.counting {
            let balance = try await store.load(Account.self, id: "1").state.balance
            #expect(balance == 0)
        }
        #expect(load == 0)
    }

    /// What a codec loses, memory has lost too.
    @Test func theCachedStateIsWhatAReplayGives() async throws {
        let store = InMemoryStore()
        for _ in 1...3 {
            try await store.update(Notebook.self, id: "1") { notebook in
                [Noted(text: "seen: \(notebook.memos)", memo: "not stored")]
            }
        }
        let cached = try await store.load(Notebook.self, id: "1")
        store.aggregates.removeAll()
        let replayed = try await store.load(Notebook.self, id: "1")
        #expect(cached.state == replayed.state)
        #expect(cached.version == replayed.version)
        #expect(cached.state.memos == ["", "", ""])
    }

    // acceptance: 18
    @Test func anArchivedStreamIsRefusedFromMemoryToo() async throws {
        let store = CountingStore()
        try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        try await store.write { try $0.archive("account-1") }
        let seen = Log()
        let error = await #expect(throws: AppendConflict.self) {
            try await store.update(Account.self, id: "1") { account in
                seen.append(account.balance)
                return try account.deposit(1)
            }
        }
        #expect(error?.failures.first.map { "\($0)" }?.contains("archived at version 1") == true)
        #expect(seen.values == [10])
        #expect(try await store.load(Account.self, id: "1").state.balance == 10)
    }

    @Test func aCacheForNothingKeepsNothing() async throws {
        let store = CountingStore(cachedAggregates: 0)
        for _ in 1...2 {
            let counts = try await store.counting {
                try await store.update(Account.self, id: "1") { try $0.deposit(10) }
            }
            #expect(counts == .init(reads: 1, writes: 0, appends: 1))
        }
        #expect(store.aggregates.count == 0)
    }

    @Test func theCacheIsBounded() async throws {
        let store = CountingStore(cachedAggregates: 3)
        for id in ["1", "2", "3", "1", "4"] {
            try await store.update(Account.self, id: id) { try $0.deposit(10) }
        }
        #expect(store.aggregates.count == 3)
        // The second was not used for the longest time.
        let kept = try await store.counting {
            for id in ["1", "3", "4"] { try await store.update(Account.self, id: id) { try $0.deposit(10) } }
        }
        #expect(kept.reads == 0)
        let dropped = try await store.counting {
            try await store.update(Account.self, id: "2") { try $0.deposit(10) }
        }
        #expect(dropped.reads == 1)
    }

    @Test func aStateNeverGoesBackAndIsNotKeptAcrossADrop() {
        let cache = AggregateCache(limit: 4)
        func aggregate(version: Int, epoch: UInt64) -> HeldAggregate<Account> {
            var aggregate = HeldAggregate<Account>(epoch: epoch)
            aggregate.set(Account(), version: version)
            return aggregate
        }
        cache.keep(aggregate(version: 5, epoch: 0), in: "account-1")
        cache.keep(aggregate(version: 4, epoch: 0), in: "account-1")
        #expect(cache.aggregate(Account.self, in: "account-1")?.version == 5)
        cache.removeAll()
        cache.keep(aggregate(version: 6, epoch: 0), in: "account-1")
        #expect(cache.aggregate(Account.self, in: "account-1") == nil)
        cache.keep(aggregate(version: 2, epoch: cache.epoch), in: "account-1")
        #expect(cache.aggregate(Account.self, in: "account-1")?.version == 2)
    }

    @Test func twoAggregatesOfOneStreamAreKeptApart() async throws {
        let store = CountingStore()
        try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        try await store.update(Movements.self, id: "1") { movements in
            #expect(movements.count == 1)
            return [Deposited(amount: 5)]
        }
        try await store.update(Account.self, id: "1") { account in
            try account.withdraw(15)
        }
        #expect(try await store.load(Movements.self, id: "1").state.count == 3)
    }

    // guarantees: G4
    @Test func manyCallersOfFewAggregatesLoseNothing() async throws {
        let store = InMemoryStore(cachedAggregates: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<32 {
                group.addTask {
                    for _ in 0..<10 {
                        try await store.update(Account.self, id: "\(caller % 4)") { try $0.deposit(1) }
                    }
                }
            }
            try await group.waitForAll()
        }
        for id in 0..<4 { #expect(try await store.load(Account.self, id: "\(id)").state.balance == 80) }
    }

    @Test(arguments: [1, 7, 20_261_121])
    func whatWasNotUsedForTheLongestTimeIsDroppedFirst(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for limit in 1...5 {
            var values = RecentlyUsed<Int, Int>(limit: limit)
            var model: [(key: Int, value: Int)] = []
            for step in 0..<500 {
                let key = Int.random(in: 0..<8, using: &generator)
                let index = model.firstIndex { $0.key == key }
                if generator.chance(0.5) {
                    let expected = index.map { model.remove(at: $0) }
                    if let expected { model.append(expected) }
                    #expect(values.use(key) == expected?.value, "seed \(seed), limit \(limit), step \(step)")
                } else {
                    if let index { model.remove(at: index) }
                    if model.count == limit { model.removeFirst() }
                    model.append((key, step))
                    values.keep(step, for: key)
                }
                #expect(values.count == model.count)
                for entry in model { #expect(values.peek(entry.key) == entry.value) }
            }
        }
    }

    @Test func aCacheOfManyPartsHoldsAsManyAsItsLimitAndNoMore() async throws {
        for limit in [256, 1_024] {
            let cache = AggregateCache(limit: limit)
            for round in 0..<2 {
                for number in 0..<limit {
                    let stream = StreamID(unchecked: "account-\(number)")
                    #expect((cache.aggregate(Account.self, in: stream) != nil) == (round == 1))
                    cache.keep(HeldAggregate<Account>(epoch: cache.epoch), in: stream)
                }
                #expect(cache.count == limit)
            }
            for number in limit..<2 * limit {
                cache.keep(HeldAggregate<Account>(epoch: cache.epoch), in: StreamID(unchecked: "account-\(number)"))
            }
            #expect(cache.count == limit)
            let early = cache.epoch
            cache.removeAll()
            cache.keep(HeldAggregate<Account>(epoch: early), in: "account-1")
            #expect(cache.count == 0)
            cache.keep(HeldAggregate<Account>(epoch: cache.epoch), in: "account-1")
            #expect(cache.count == 1)
        }
        #expect(AggregateCache(limit: .max).count == 0)
    }
}

/// Part of it is not stored.
private struct Noted: Event {
    static let eventType: EventType = "noted"
    var text: String
    var memo = ""

    enum CodingKeys: CodingKey {
        case text
    }

    init(text: String, memo: String) {
        self.text = text
        self.memo = memo
    }
}

private struct Notebook: Aggregate, Hashable {
    static let category: StreamCategory = "notebook"
    static let handlers = EventHandlers<Notebook> {
        On(Noted.self) { notebook, event in
            notebook.texts.append(event.text)
            notebook.memos.append(event.memo)
        }
    }
    var texts: [String] = []
    var memos: [String] = []
}

/// Another view of the streams of ``Account``.
private struct Movements: Aggregate {
    static let category: StreamCategory = "account"
    static let handlers = EventHandlers<Movements> {
        On(Deposited.self) { movements, _ in movements.count += 1 }
        On(Withdrawn.self) { movements, _ in movements.count += 1 }
    }
    var count = 0
}
