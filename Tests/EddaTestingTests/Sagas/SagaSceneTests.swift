import EddaCore
import EddaSagas
import EddaTesting
import Testing

@Suite struct SagaSceneTests {
    private let start = SagaTest.given(FulfilOrder.self, state: .init())

    @Test func aSagaBeginsWithItsFirstCommand() async throws {
        let situation = try await start.whenNothingElse().then(.running, sends: [ReserveStock(order: "1042")])
        try situation.step("reserve-stock", is: .dispatched).step("ship", is: .never)
        #expect(situation.wakesAfter.map { $0 <= .seconds(1) } == true)
    }

    @Test func aReplyLeadsToTheNextCommand() async throws {
        try await start
            .when(.succeeded("reserve-stock", ReserveStock.Reply(reservation: "r-7")))
            .then(.running, sends: [AuthorizePayment(order: "1042", cents: 4_200)])
            .step("reserve-stock", is: .succeeded)
            .state { $0.reservation == "r-7" }
    }

    @Test func aRefusalLeadsBack() async throws {
        let reserved = start.and(.succeeded("reserve-stock", ReserveStock.Reply(reservation: "r-7")))
        let back = try await reserved.when(.rejected("authorize-payment", "card.declined"))
            .then(.compensating, sends: [ReleaseStock(order: "1042", reservation: "r-7")])
        #expect(back.reason?.contains("card.declined") == true)
        try await reserved.and(.rejected("authorize-payment", "card.declined"))
            .when(.undone("reserve-stock"))
            .then(.compensated, sends: [])
        try await reserved.and(.rejected("authorize-payment", "card.declined"))
            .when(.undoRejected("reserve-stock", "no.such-reservation"))
            .then(.parked)
            .step("reserve-stock", is: .undoFailed)
    }

    @Test func aFailureIsTriedAgainAfterAPause() async throws {
        try await start.when(.failed("reserve-stock", "busy")).then(.running, sends: [])
            .step("reserve-stock", is: .failed)
        try await start.and(.failed("reserve-stock", "busy")).when(.passing(.milliseconds(200)))
            .then(.running, sends: [ReserveStock(order: "1042")])
        try await start.when(.failed("reserve-stock", "broken", isRetriable: false)).then(.compensated)
    }

    @Test func silenceMakesTheOutcomeUnknown() async throws {
        try await start.when(.passing(.seconds(40))).then(.compensating).step("reserve-stock", is: .undoDispatched)
    }

    @Test func afterThePivotACancellationIsRefused() async throws {
        let captured = start.and(
            .succeeded("reserve-stock", ReserveStock.Reply(reservation: "r-7")),
            .succeeded("authorize-payment", AuthorizePayment.Reply(authorization: "a-7")),
            .succeeded("capture-payment")
        )
        let error = try await captured.when(.cancelled(by: "ada")).thenRefused()
        #expect(error.description.contains("capture-payment"))
        try await captured.and(.rejected("ship", "no.address")).when(.retried(by: "ada", because: "it has one now"))
            .then(.running, sends: [CreateShipment(order: "1042")])
    }

    @Test func aTestThatFailsShowsTheDifference() async throws {
        let failure = await #expect(throws: TestFailure.self) {
            try await start.whenNothingElse().then(.running, sends: [ReserveStock(order: "1043")])
        }
        #expect(failure?.description.contains(#"- inventory.reserve-stock {"order":"1043"}"#) == true)
        let status = await #expect(throws: TestFailure.self) { try await start.whenNothingElse().then(.parked) }
        #expect(status?.description == "Expected the saga to be parked, found running.")
        let early = await #expect(throws: TestFailure.self) { try await start.when(.undone("ship")).then(.running) }
        #expect(early?.description.contains("its command has not left") == true)
        let refusal = await #expect(throws: TestFailure.self) {
            try await start.when(.cancelled(by: "ada")).thenRefused()
        }
        #expect(refusal?.description.contains("Expected a refusal") == true)
    }
}
