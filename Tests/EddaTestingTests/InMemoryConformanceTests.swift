import EddaCore
import EddaTesting
import Testing

@Suite struct InMemoryConformanceTests {
    /// What is held in memory does not outlive its store.
    struct Factory: StoreFactory {
        var supportsSQL: Bool { false }

        func makeStore(time: any TimeSource) async throws -> any Store { InMemoryStore(time: time) }

        func reopen(_ store: any Store) async throws -> (any Store)? { nil }
    }

    @Test(arguments: StoreConformance.cases)
    func conforms(_ behaviour: ConformanceCase) async throws {
        try await behaviour.run(Factory())
    }

    @Test func casesHaveNamesOfTheirOwn() {
        let names = StoreConformance.cases.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count >= 60)
    }
}
