import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// The worth of the test kit: mistakes that are made in Edda on purpose are found.
// guarantees: G8, G10, G11
@Suite struct SagaDefectTests {
    /// Those that only a step which hangs, a signal, a call to the outside or eight days bring to light, and what does.
    static let ofSlowness: [SagaDefect: String] = [
        .undoBesideItsCall: "stall call 1 of label by 35000 ms",
        .earlySignalForgotten: "signal approval after transition 1",
        .expiryIgnored: "delay command 1 of authorize-payment by 691200000 ms",
        .expiryCountsAsFailure:
            "lose reply 1 of capture-payment; crash after commit 6 of sagas for 691200000 ms",
        .undoOvertakesItsCall: "stall call 1 of authorize-payment by 35000 ms",
    ]

    @Test(arguments: SagaDefect.allCases)
    func aMistakeIsFound(defect: SagaDefect) async throws {
        var options = SagaTestOptions()
        options.configuration.defect = defect
        let failure = await #expect(throws: TestFailure.self) {
            if let faults = Self.ofSlowness[defect] {
                let test = SignedOrder.test(options)
                // The search finds them, too, and takes its time.
                if try SagaSeeds.chosen().count >= 10_000 { try await test.exhaustive(seeds: 0..<50) }
                try await test.replay(faults: faults)
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
