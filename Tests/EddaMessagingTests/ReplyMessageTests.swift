import EddaCore
import EddaMessaging
import Testing

@Suite struct ReplyMessageTests {
    @Test(arguments: [
        CommandOutcome.succeeded([1, 2, 3]),
        .succeeded([]),
        .rejected(Rejection("stock.insufficient", "Only 2 are left.")),
        .rejected(Rejection("stock.insufficient")),
        .failed(reason: "no \"line\"", isRetriable: true),
        .failed(reason: "cannot be read", isRetriable: false),
        .expired(reason: "first sent last week"),
    ])
    func everyOutcomeSurvivesTheJourney(outcome: CommandOutcome) throws {
        let command = try message(Deposit(account: "a", amount: 1), key: "key-1", partition: "a")
        let reply = try #require(
            ReplyMessage.make(
                outcome: outcome,
                to: command,
                from: "bank",
                time: .now(),
                contentType: "application/json"
            )
        )
        let arrived = try Message(attributes: reply.attributes, data: reply.data)
        #expect(try ReplyMessage.outcome(of: arrived) == outcome)
    }

    @Test func aReplySaysWhichCommandItAnswers() throws {
        let command = try message(Deposit(account: "a", amount: 1), key: "key-1", partition: "a")
        func reply() throws -> Message {
            try #require(
                ReplyMessage.make(
                    outcome: .succeeded([]),
                    to: command,
                    from: "bank",
                    time: .now(),
                    contentType: "application/json"
                )
            )
        }
        let first = try reply()
        #expect(first.type == "edda.reply")
        #expect(first.destination == "client")
        #expect(first.source == "/bank")
        #expect(first.subject == "bank.deposit")
        #expect(first.idempotencyKey == "key-1")
        #expect(first.partitionKey == "a")
        #expect(first.correlationID == "conversation")
        #expect(first.causationID == command.id)
        #expect(first.traceParent == command.traceParent)
        #expect(try reply().id != first.id)
    }

    @Test func whoeverAsksForNoAnswerGetsNone() throws {
        let command = try message(Deposit(account: "a", amount: 1), key: "key-1", replyTo: nil)
        let reply = ReplyMessage.make(
            outcome: .succeeded([]),
            to: command,
            from: "bank",
            time: .now(),
            contentType: "application/json"
        )
        #expect(reply == nil)
    }

    // guarantees: G14
    @Test func aReplyThatCannotBeReadNamesTheAttribute() {
        var reply = parcel("r")
        #expect(throws: MessageError(attribute: "outcome", problem: "is missing")) {
            try ReplyMessage.outcome(of: reply)
        }
        reply.outcome = "perhaps"
        let unknown = #expect(throws: MessageError.self) { try ReplyMessage.outcome(of: reply) }
        #expect(unknown?.attribute == "outcome")
        reply.outcome = "rejected"
        let malformed = #expect(throws: MessageError.self) { try ReplyMessage.outcome(of: reply) }
        #expect(malformed?.attribute == "data")
    }
}
