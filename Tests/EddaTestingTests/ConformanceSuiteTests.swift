import EddaCore
import EddaTesting
import Testing

/// The suite finds stores that misbehave.
@Suite struct ConformanceSuiteTests {
    @Test(
        arguments: [
            (Fault.forgetsKeys, "keys: the same content again returns the first result"),
            (.ignoresConditions, "expectations: a missing stream"),
            (.raisesNoError, "units: a body that throws leaves no trace of any kind"),
        ]
    )
    func findsAFault(_ fault: Fault, _ name: String) async throws {
        let behaviour = try #require(StoreConformance.cases.first { $0.name == name })
        let failure = await #expect(throws: ConformanceFailure.self) { try await behaviour.run(Factory(fault: fault)) }
        #expect(failure?.case == name)
    }

    enum Fault: Sendable {
        case forgetsKeys, ignoresConditions, raisesNoError
    }

    struct Factory: StoreFactory {
        let fault: Fault
        var supportsSQL: Bool { false }

        func makeStore(time: any TimeSource) async throws -> any Store {
            BrokenStore(fault: fault, base: InMemoryStore(time: time))
        }

        func reopen(_ store: any Store) async throws -> (any Store)? { nil }
    }

    struct BrokenStore: ForwardingStore {
        let fault: Fault
        let base: any Store

        func append(_ append: Append) async throws -> AppendResult {
            var append = append
            if fault == .forgetsKeys { append.key = nil }
            if fault == .ignoresConditions { append.conditions = [] }
            return try await base.append(append)
        }

        func write<Result: Sendable>(
            _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
        ) async throws -> Result {
            guard fault == .raisesNoError else { return try await base.write(body) }
            // The unit commits although its body threw.
            let outcome = try await base.write { transaction in Swift.Result { try body(transaction) } }
            return try outcome.get()
        }
    }
}
