import EddaCore
import EddaSQLite
import EddaTesting
import Testing

// acceptance: 1-10, 13-16, 18, 19; guarantees: G1, G3, G4, G5, G14

@Suite struct SQLiteConformanceTests {
    /// Stores in files of their own, in one folder.
    struct Factory: StoreFactory {
        let folder: TemporaryFolder
        let durability: Durability

        var supportsSQL: Bool { true }

        func makeStore(time: any TimeSource) async throws -> any Store {
            try await open(time: time)
        }

        func reopen(_ store: any Store) async throws -> (any Store)? {
            await store.close()
            return try await open(time: store.time)
        }

        private func open(time: any TimeSource) async throws -> SQLiteStore {
            var configuration = SQLiteStore.Configuration()
            configuration.durability = durability
            return try await folder.store(configuration: configuration, time: time)
        }
    }

    @Test(arguments: StoreConformance.cases, Durability.allCases)
    func conforms(_ behaviour: ConformanceCase, _ durability: Durability) async throws {
        try await behaviour.run(Factory(folder: TemporaryFolder(), durability: durability))
    }
}
