import EddaTesting
import Testing

/// What stands behind `Faults:` can be copied from a failure into a test.
@Suite struct SagaFaultTests {
    @Test(
        arguments: [
            "lose command 1-40 of reserve-stock", "lose reply 1-3 of ship", "delay reply 1 of ship by 70000 ms",
            "repeat command 1 of capture-payment after 0 ms", "mark late command 1 of ship by 5000 ms",
            "reject try 1 of authorize-payment", "fail try 1-2 of ship", "break try 1 of reserve-stock",
            "crash before commit 2 of payments for 0 ms", "crash after commit 2 of sagas for 7200000 ms",
            "cancel after transition 2",
        ]
    )
    func faultsAreReadAsTheyAreWritten(text: String) async throws {
        let story = try await FulfilOrder.test().replay(faults: text)
        #expect(story.contains("\nFaults: \(text)\n"), "\(story)")
        let two = try await FulfilOrder.test().replay(faults: "\(text); lose command 1 of confirm")
        #expect(two.contains("Faults: \(text)"))
    }

    @Test(
        arguments: [
            "stall call 1 of label by 5000 ms", "hang call 1-3 of label", "hang call 1 of capture-payment",
            "stall call 1 of authorize-payment by 70000 ms", "signal approval after transition 2",
            "crash after commit 1 of sagas for 691200000 ms",
        ]
    )
    func soAreThoseOfSlowness(text: String) async throws {
        let story = try await SignedOrder.test().replay(faults: text)
        #expect(story.contains("\nFaults: \(text)\n"), "\(story)")
    }

    @Test(arguments: [
        "signal", "signal after transition 1", "hang call of label", "lose", "lose the way", "cancel after lunch",
        "crash before commit 0 of sagas for 0 ms",
    ])
    func whatIsNoFaultIsNamed(text: String) async throws {
        let failure = await #expect(throws: TestFailure.self) { try await FulfilOrder.test().replay(faults: text) }
        #expect(failure?.description.contains("\"\(text)\"") == true)
    }
}
