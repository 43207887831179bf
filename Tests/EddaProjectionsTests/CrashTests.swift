import EddaCore
import EddaSQLite
import EddaTesting
import Testing

@testable import EddaProjections

/// A unit fails, or its success is not learned, at every point: rows and position agree, and the next try ends right.
@Suite struct CrashTests {
    let accounts = Accounts("crash")

    /// What a service does over time: build, follow, rebuild.
    func work(on store: any Store, events: any Store, history: [AccountHistory.Entry]) async throws {
        let engine = try ProjectionEngine(
            store: store,
            projections: [accounts.projection()],
            logger: .silent,
            configuration: .init(batchSize: 7)
        )
        try await engine.prepare()
        let head = try await Int(events.head().value)
        if head < history.count { try await events.append(Array(history[head...]), by: 3) }
        try await engine.catchUp()
        _ = try await engine.rebuild(accounts.name)
    }

    /// Every build that has tables holds exactly the events up to its position.
    func checkAgreement(in store: any Store, history: [AccountHistory.Entry]) async throws {
        let builds = try await store.builds(of: accounts.name).filter { $0.status != .retired }
        #expect(builds.filter { $0.status == .live }.count <= 1)
        #expect(builds.filter { $0.status == .building }.count <= 1)
        for record in builds {
            let tables = BuildTables(record)
            let names = (
                try #require(tables.physicalName(of: accounts.accounts.name)),
                try #require(tables.physicalName(of: accounts.totals.name))
            )
            let rows = try await store.read { try AccountRows(accounts: names.0, totals: names.1, in: $0) }
            #expect(rows == AccountRows(history.prefix(Int(record.position.value))), "\(record)")
        }
    }

    // acceptance: 26, guarantees: G5, G12
    @Test(arguments: SteppedStore.Moment.allCases)
    func rowsAndPositionAgreeWhereverAUnitFails(_ moment: SteppedStore.Moment) async throws {
        let history = AccountHistory.random(60, seed: 11)
        var unit = 1
        while true {
            let wasReached = try await withStore { store in
                try await store.append(Array(history.prefix(40)), by: 8)
                let faulty = SteppedStore(store, failing: (unit, moment))
                do {
                    try await work(on: faulty, events: store, history: history)
                    return false
                } catch is SteppedStore.InjectedFault {
                    try await checkAgreement(in: store, history: history)
                }
                try await work(on: store, events: store, history: history)
                try await checkAgreement(in: store, history: history)
                #expect(try await accounts.rows(in: store) == AccountRows(history))
                #expect(try await store.builds(of: accounts.name).map(\.status) == [.live])
                return true
            }
            guard wasReached else { break }
            unit += 1
        }
        #expect(unit > 15, "the scenario has many units, so the loop has seen many faults")
    }

    // guarantees: G1, G12
    @Test(arguments: SteppedStore.Moment.allCases)
    func anInlineProjectionAgreesWithTheEventsWhereverAnAppendFails(_ moment: SteppedStore.Moment) async throws {
        let history = AccountHistory.random(12, seed: 12)
        for unit in 1...12 {
            try await withStore { store in
                let engine = try ProjectionEngine(
                    store: store,
                    projections: [accounts.projection(mode: .inline)],
                    logger: .silent
                )
                try await engine.prepare()
                let faulty = SteppedStore(store, failing: (unit, moment))
                await #expect(throws: SteppedStore.InjectedFault.self) { try await faulty.append(history) }
                let head = try await Int(store.head().value)
                #expect(head == (moment == .beforeCommit ? unit - 1 : unit))
                #expect(try await accounts.rows(in: store) == AccountRows(history.prefix(head)))
                try await checkAgreement(in: store, history: history)
            }
        }
    }
}
