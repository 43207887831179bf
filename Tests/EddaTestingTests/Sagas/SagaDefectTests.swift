import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// The worth of the test kit: mistakes that are made in Edda on purpose are found.
// guarantees: G8, G10, G11
@Suite struct SagaDefectTests {
    /// Those that only a step which hangs, a signal, a call to the outside or eight days bring to light.
    static let ofSlowness: [SagaDefect] = [
        .undoBesideItsCall, .earlySignalForgotten, .expiryIgnored, .expiryCountsAsFailure, .undoOvertakesItsCall,
    ]

    @Test(arguments: SagaDefect.allCases)
    func aMistakeIsFound(defect: SagaDefect) async throws {
        var options = SagaTestOptions()
        options.configuration.defect = defect
        let failure = await #expect(throws: TestFailure.self) {
            if Self.ofSlowness.contains(defect) {
                try await SignedOrder.test(options).exhaustive(seeds: 0..<50)
            } else {
                try await FulfilOrder.test(options).exhaustive(seeds: 0..<50)
            }
        }
        let text = try #require(failure?.description)
        #expect(text.contains(" breaks G"), "\(text)")
        // It is shown by a few faults, and nothing besides them.
        let faults = try #require(text.split(separator: "\n").first { $0.hasPrefix("Faults: ") })
        #expect(faults.split(separator: ";").count <= 2, "\(text)")
    }
}
