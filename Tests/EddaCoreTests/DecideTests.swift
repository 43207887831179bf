import EddaCore
import EddaTesting
import Testing

@Suite struct DecideTests {
    private static let deposits = EventQuery(events: Deposited.self)

    /// Each lost race is decided anew on what has come since; after the second the decision runs inside the unit.
    // guarantees: G4
    @Test(arguments: [(0, 1), (1, 2), (2, 3), (5, 3)])
    func lostRacesAreDecidedAnew(races: Int, decisions: Int) async throws {
        let store = RacingStore(races: races)
        let seen = Log()
        try await store.decide(Account.self, over: Self.deposits, appendingTo: "ledger-1") { account in
            seen.append(account.balance)
            return [Withdrawn(amount: account.balance)]
        }
        #expect(seen.values == (0..<decisions).map { $0 * 100 })
        let last = try #require(try await store.lastEvent(in: "ledger-1"))
        #expect(try store.schema.decode(Withdrawn.self, from: last).amount == (decisions - 1) * 100)
    }

    /// What has no handler in the model is part of the boundary all the same.
    // acceptance: 16
    @Test func eventsWithoutAHandlerAreProtectedToo() async throws {
        let store = RacingStore(races: 1)
        let seen = Log()
        try await store.decide(Blind.self, over: Self.deposits, appendingTo: "ledger-1") { _ in
            seen.append(1)
            return [Withdrawn(amount: 1)]
        }
        #expect(seen.values == [1, 1])
    }

    @Test func aConflictInsideTheUnitIsGivenToTheCaller() async throws {
        let store = RacingStore(races: 2)
        await #expect(throws: AppendConflict.self) {
            try await store.decide(
                Account.self,
                over: Self.deposits,
                appendingTo: "ledger-1",
                expecting: .exists
            ) { _ in [Withdrawn(amount: 1)] }
        }
        #expect(try await store.state(of: "ledger-1") == .missing)
    }

    @Test func aQueryNamesEventsByTheirStructs() {
        let query = EventQuery(events: Deposited.self, Withdrawn.self, tags: ["t"], category: "account")
        #expect(
            query == EventQuery(types: ["account.deposited", "account.withdrawn"], tags: ["t"], category: "account")
        )
        #expect(EventQuery([.init(events: Deposited.self)]) == Self.deposits)
    }

    @Test func aSearchByHalvesFindsTheLastAlsoAcrossHoles() {
        for size in 0...12 {
            for mask in 0..<(1 << size) where mask.nonzeroBitCount < 4 {
                let present = (1...max(1, size)).filter { size > 0 && mask & (1 << ($0 - 1)) == 0 }
                for limit in 0...size + 1 {
                    let found = bisect(upTo: Int64(size)) { number in
                        present.last { $0 <= number }.map { (Int64($0), $0 <= limit) }
                    }
                    #expect(found == Int64(present.last { $0 <= limit } ?? 0), "\(present), \(limit)")
                }
            }
        }
    }
}

/// A model that handles nothing.
private struct Blind: DecisionModel {
    static let handlers = EventHandlers<Blind> {}
}
