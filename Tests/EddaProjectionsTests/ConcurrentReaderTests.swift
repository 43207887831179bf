import EddaCore
import EddaProjections
import EddaSQLite
import EddaTesting
import Testing

@Suite struct ConcurrentReaderTests {
    // acceptance: 28, guarantees: G6
    @Test func readersNeverSeeAnEmptyOrMixedView() async throws {
        try await withStore { store in
            let accounts = Accounts("seen")
            let history = AccountHistory.random(300, seed: 28)
            try await store.append(history, by: 50)
            let engine = try ProjectionEngine(
                store: store,
                projections: [accounts.projection()],
                logger: .silent,
                configuration: .init(batchSize: 20)
            )
            try await engine.prepare()
            // The old build is told from the new one by a mark in both tables.
            try await store.write { transaction in
                try transaction.execute("UPDATE seen_accounts__1_1 SET owner = 'old'")
                try transaction.execute("UPDATE seen_totals__1_1 SET amount = amount + 1000")
            }
            let old = try await accounts.rows(in: store)
            let new = AccountRows(history)
            let (arrivals, isDone) = (Signal(), Shared(false))
            let seen = try await withThrowingTaskGroup(of: Set<AccountRows>.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        var seen: Set<AccountRows> = [try await accounts.rows(in: store)]
                        arrivals.raise()
                        while !isDone.get() { seen.insert(try await accounts.rows(in: store)) }
                        return seen
                    }
                }
                var arrived = arrivals.count
                while arrived < 100 { arrived = try await arrivals.wait(past: arrived) }
                _ = try await engine.rebuild(accounts.name)
                isDone.set(true)
                return try await group.reduce(into: Set<AccountRows>()) { $0.formUnion($1) }
            }
            #expect(seen.isSubset(of: [old, new]))
            #expect(seen.contains(old), "readers were there before the switch")
            #expect(try await accounts.rows(in: store) == new)
        }
    }
}
