import EddaCore
import EddaProjections
import EddaSQLite
import EddaTesting
import Testing

/// However a projection comes to its rows, they are the same.
@Suite struct EquivalenceTests {
    // acceptance: 25, guarantees: G5, G6
    @Test(arguments: [1, 2, 3, UInt64.random(in: .min ... .max)])
    func inlineAndAsynchronousAndRebuiltRowsAreTheSame(_ seed: UInt64) async throws {
        print("inlineAndAsynchronousAndRebuiltRowsAreTheSame: seed \(seed)")
        try await withStore { store in
            let (inline, follower, late) = (Accounts("inline"), Accounts("follower"), Accounts("late"))
            var generator = SeededGenerator(seed: seed)
            let history = AccountHistory.random(400, seed: seed)
            let engine = try ProjectionEngine(
                store: store,
                projections: [inline.projection(mode: .inline), follower.projection()],
                logger: .silent,
                configuration: .init(batchSize: Int.random(in: 1...64, using: &generator))
            )
            try await engine.prepare()
            try await store.append(history, by: Int.random(in: 1...20, using: &generator))

            let expected = AccountRows(history)
            #expect(try await inline.rows(in: store) == expected)
            try await engine.catchUp()
            #expect(try await follower.rows(in: store) == expected)

            for name in [inline.name, follower.name] {
                let report = try await engine.rebuild(name)
                #expect(report.build == 2)
            }
            #expect(try await inline.rows(in: store) == expected)
            #expect(try await follower.rows(in: store) == expected)

            let newcomer = try ProjectionEngine(store: store, projections: [late.projection()], logger: .silent)
            try await newcomer.prepare()
            #expect(try await late.rows(in: store) == expected)
        }
    }

    // guarantees: G5
    @Test func aRunningEngineKeepsUpWhileOthersAppend() async throws {
        try await withStore { store in
            let accounts = Accounts("busy")
            let engine = try ProjectionEngine(store: store, projections: [accounts.projection()], logger: .silent)
            let other = try ProjectionEngine(store: store, projections: [accounts.projection()], logger: .silent)
            try await engine.prepare()
            let histories = (0..<4).map { AccountHistory.random(60, seed: UInt64($0), firstAccount: $0 * 1_000) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Two runners on one projection: they must not apply an event twice.
                group.addTask { try await engine.run() }
                group.addTask { try await other.run() }
                try await withThrowingTaskGroup(of: Void.self) { writers in
                    for history in histories { writers.addTask { try await store.append(history) } }
                    try await writers.waitForAll()
                }
                try await engine.wait(until: store.head(), timeout: .seconds(60))
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(try await accounts.rows(in: store) == AccountRows(histories.joined()))
        }
    }
}
