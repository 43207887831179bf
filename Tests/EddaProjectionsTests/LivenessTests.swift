import EddaCore
import EddaProjections
import EddaSQLite
import EddaTesting
import Testing

/// Whether anybody keeps a projection current, also when there is nothing to do. // acceptance: 32
@Suite struct LivenessTests {
    let followed = Accounts("followed")
    let inline = Accounts("inline")

    func engine(on store: any Store) throws -> ProjectionEngine {
        try ProjectionEngine(
            store: store,
            projections: [followed.projection(), inline.projection(mode: .inline)],
            logger: .silent
        )
    }

    func until(_ engine: ProjectionEngine, on store: any Store, is keeper: ProjectionStatus.Keeper) async throws {
        while true {
            let seen = store.signals.timers.count
            if try await engine.status().map(\.keeper) == [keeper, nil] { return }
            try await store.signals.timers.wait(past: seen)
        }
    }

    @Test func aProgramThatIsNotHeardOfAnyMoreIsMissedWithoutAnyEvent() async throws {
        let time = ManualTime()
        try await withStore(time: time) { store in
            let isCutOff = Shared(false)
            // Whoever is killed writes nothing any more, not even that he has ended.
            let stepped = SteppedStore(store) { _ in
                if isCutOff.get() { throw StoreError(.locked, "It is cut off.") }
            }
            let (running, looking) = (try engine(on: stepped), try engine(on: store))
            try await running.prepare()
            #expect(try await looking.status().map(\.keeper) == [.nobody, nil])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await running.run() }
                try await until(looking, on: store, is: .running)
                for _ in 0..<6 {
                    await time.waitForSleepers(1)
                    let seen = store.signals.timers.count
                    time.advance(by: .seconds(10))
                    try await store.signals.timers.wait(past: seen)
                    #expect(try await looking.status().map(\.keeper) == [.running, nil])
                }
                isCutOff.set(true)
                time.advance(by: .seconds(29))
                #expect(try await looking.status().map(\.keeper) == [.running, nil])
                time.advance(by: .seconds(1))
                let status = try await looking.status()
                #expect(status.map(\.keeper) == [.silent, nil])
                #expect(status.map(\.state) == [.live, .live])
                isCutOff.set(false)
                await time.waitForSleepers(1)
                time.advance(by: .seconds(10))
                try await until(looking, on: store, is: .running)
                group.cancelAll()
                try await group.waitForAll()
            }
            // What ends in good order is not missed.
            #expect(try await looking.status().map(\.keeper) == [.nobody, nil])
        }
    }
}
