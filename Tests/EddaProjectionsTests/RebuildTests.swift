import EddaCore
import EddaProjections
import EddaSQLite
import EddaTesting
import Testing

@Suite struct RebuildTests {
    let accounts = Accounts("main")
    let history = AccountHistory.random(90, seed: 21)

    func engine(on store: any Store, batchSize: Int = 10) throws -> ProjectionEngine {
        try ProjectionEngine(
            store: store,
            projections: [accounts.projection()],
            logger: .silent,
            configuration: .init(batchSize: batchSize)
        )
    }

    // acceptance: 27, guarantees: G6
    @Test func rowsThatReplayDoesNotMakeAgainAreGone() async throws {
        try await withStore { store in
            try await store.append(history, by: 30)
            let engine = try engine(on: store)
            try await engine.prepare()
            _ = try await store.write { try $0.execute("INSERT INTO main_accounts__1_1 VALUES ('stray', 'nobody', 1)") }
            #expect(try await accounts.rows(in: store) != AccountRows(history))
            let report = try await engine.rebuild(accounts.name)
            #expect(try await accounts.rows(in: store) == AccountRows(history))
            #expect(report.build == 2 && report.version == 1 && report.resumedFrom == nil)
            #expect(report.events == history.filter { !($0.event is Noted) }.count)
            #expect(report.position.value == 90)
        }
    }

    // acceptance: 27
    @Test func tablesOfReplacedBuildsAreRemoved() async throws {
        try await withStore { store in
            try await store.append(history, by: 30)
            let engine = try engine(on: store)
            try await engine.prepare()
            for _ in 0..<3 { _ = try await engine.rebuild(accounts.name) }
            #expect(try await store.builds(of: accounts.name).map(\.build) == [4])
            let names = try await store.read {
                try $0.rows(
                    "SELECT name FROM sqlite_master WHERE name LIKE 'main%' AND type <> 'index' ORDER BY name"
                )
            }
            let expected = ["main_accounts", "main_accounts__1_4", "main_totals", "main_totals__1_4"]
            #expect(names.map(\.values) == expected.map { [.text($0)] })
        }
    }

    // acceptance: 27
    @Test func otherProjectionsAreLeftAlone() async throws {
        try await withStore { store in
            let other = Accounts("other")
            try await store.append(history, by: 30)
            let both = try ProjectionEngine(
                store: store,
                projections: [accounts.projection(), other.projection()],
                logger: .silent
            )
            try await both.prepare()
            _ = try await store.write { try $0.execute("UPDATE other_accounts__1_1 SET owner = 'marked'") }
            let before = try await (store.builds(of: other.name), other.rows(in: store))
            _ = try await both.rebuild(accounts.name)
            #expect(try await store.builds(of: other.name) == before.0)
            #expect(try await other.rows(in: store) == before.1)
        }
    }

    // acceptance: 27
    @Test func aStoreWithoutEventsIsRebuilt() async throws {
        try await withStore { store in
            let engine = try engine(on: store)
            try await engine.prepare()
            #expect(try await store.live(accounts.name)?.build == 1)
            let calls = Shared<[RebuildProgress]>([])
            let report = try await engine.rebuild(accounts.name) { progress in calls.update { $0.append(progress) } }
            #expect(report.events == 0 && report.build == 2)
            #expect(calls.get().last?.fraction == 1)
            #expect(try await accounts.rows(in: store) == AccountRows([]))
        }
    }

    // acceptance: 27, guarantees: G6
    @Test func eventsAppendedMeanwhileAreInTheNewBuild() async throws {
        var unit = 1
        while true {
            let isLast = try await withStore { store in
                try await store.append(Array(history.prefix(60)), by: 30)
                try await engine(on: store).prepare()
                // While one unit of the rebuild waits, somebody appends more than one batch.
                let rest = Array(history[60...])
                let stepped = SteppedStore(store) { [unit] number in
                    if number == unit { try await store.append(rest, by: 7) }
                }
                _ = try await engine(on: stepped).rebuild(accounts.name)
                guard unit <= stepped.count else { return true }
                try await engine(on: store).catchUp()
                #expect(try await accounts.rows(in: store) == AccountRows(history), "appended before unit \(unit)")
                return false
            }
            if isLast { break }
            unit += 1
        }
        #expect(unit > 6)
    }

    // guarantees: G6
    @Test func readersSeeNewEventsInTheOldBuildWhileTheNewOneIsMade() async throws {
        try await withStore { store in
            try await store.append(Array(history.prefix(80)), by: 40)
            let follower = try engine(on: store)
            try await follower.prepare()
            let (rest, accounts, history) = (Array(history[80...]), accounts, history)
            let stepped = SteppedStore(store) { number in
                guard number == 3 else { return }
                try await store.append(rest)
                try await follower.catchUp()
                #expect(try await accounts.rows(in: store) == AccountRows(history))
                #expect(try await store.live(accounts.name)?.build == 1)
            }
            _ = try await engine(on: stepped).rebuild(accounts.name)
            #expect(try await store.live(accounts.name)?.build == 2)
            #expect(try await accounts.rows(in: store) == AccountRows(history))
        }
    }

    // acceptance: 27, guarantees: G12
    @Test func aCancelledRebuildIsContinued() async throws {
        try await withStore { store in
            try await store.append(history, by: 30)
            try await engine(on: store).prepare()
            let stepped = SteppedStore(store) { number in
                if number == 5 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            let first = try engine(on: stepped)
            let name = accounts.name
            await #expect(throws: CancellationError.self) {
                try await Task { try await first.rebuild(name) }.value
            }
            let left = try #require(try await store.builds(of: name).first { $0.status == .building })
            #expect(left.position > .start)
            #expect(try await accounts.rows(in: store) == AccountRows(history), "readers see the old build")

            let calls = Shared<[RebuildProgress]>([])
            let report = try await engine(on: store).rebuild(name) { progress in calls.update { $0.append(progress) } }
            #expect(report.build == left.build && report.resumedFrom == left.position)
            let concern = history.filter { !($0.event is Noted) }.count
            #expect(report.events < concern)
            #expect(calls.get().first.map { $0.done + report.events } == concern)
            #expect(calls.get().last.map { $0.done == concern && $0.total == concern } == true)
            #expect(try await accounts.rows(in: store) == AccountRows(history))
        }
    }

    // guarantees: G6
    @Test func severalRebuildsAtOnceEndInOneSoundBuild() async throws {
        try await withStore { store in
            try await store.append(history, by: 30)
            try await engine(on: store).prepare()
            let name = accounts.name
            let engines = try (0..<5).map { try engine(on: store, batchSize: 3 + $0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for engine in engines {
                    group.addTask {
                        do {
                            _ = try await engine.rebuild(name)
                        } catch let error as ProjectionError {
                            #expect(error.code == .superseded)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await accounts.rows(in: store) == AccountRows(history))
            #expect(try await store.builds(of: name).map(\.status) == [.live])
        }
    }

    @Test func aFailingHandlerStopsTheRebuildAndLeavesTheLiveBuild() async throws {
        try await withStore { store in
            let fails = Shared(false)
            let engine = try ProjectionEngine(
                store: store,
                projections: [accounts.projection { event, _ in if fails.get(), event.cents == 666 { throw Fault() } }],
                logger: .silent,
                configuration: .init(batchSize: 10)
            )
            try await store.append(history, by: 30)
            let position = try #require(
                try await store.append([Deposited(cents: 666)], to: "account-0").positions?.lowerBound
            )
            try await engine.prepare()
            let before = try await (accounts.rows(in: store), store.builds(of: accounts.name))
            fails.set(true)
            let error = await #expect(throws: ProjectionError.self) { try await engine.rebuild(accounts.name) }
            #expect(error?.code == .handlerFailed && error?.underlying is Fault)
            #expect(error?.description.contains("position \(position)") == true)
            #expect(try await accounts.rows(in: store) == before.0)
            #expect(try await store.builds(of: accounts.name) == before.1, "the unfinished build is removed")
            fails.set(false)
            #expect(try await engine.rebuild(accounts.name).resumedFrom == nil)
        }
    }

    @Test func anUnknownProjectionIsNamed() async throws {
        try await withStore { store in
            let engine = try engine(on: store)
            let error = await #expect(throws: ProjectionError.self) { try await engine.rebuild("nope") }
            #expect(error?.code == .unknownProjection)
            #expect(error?.description.contains("nope") == true && error?.description.contains("main") == true)
        }
    }
}
