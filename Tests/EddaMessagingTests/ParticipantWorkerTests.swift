import EddaCore
import EddaMessaging
import EddaTesting
import Logging
import Testing

/// A participant whose outbox nobody empties, so that its replies can be looked at.
@Suite(.timeLimit(.minutes(5))) struct ParticipantWorkerTests {
    private let store = InMemoryStore()
    private let executions = Counter()

    private func serving<Result: Sendable>(
        _ participant: Participant? = nil,
        store: (any Store)? = nil,
        while body: @Sendable (InProcessTransport) async throws -> Result
    ) async throws -> Result {
        let transport = InProcessTransport()
        let ready = Signal()
        let worker = ParticipantWorker(
            participant: participant ?? .bank(executions: executions),
            store: store ?? self.store,
            transport: Announcing(inner: transport, subscribed: ready),
            logger: .silent
        )
        return try await running([{ try await worker.run() }]) {
            try await ready.wait(past: 0)
            return try await body(transport)
        }
    }

    /// Sends messages one after another and tells how each went.
    private func deliver(_ messages: Message..., to participant: Participant? = nil) async throws -> [SendOutcome] {
        try await serving(participant) { transport in
            var outcomes: [SendOutcome] = []
            for message in messages { outcomes += try await transport.send([message]) }
            return outcomes
        }
    }

    private func outcomes() async throws -> [CommandOutcome] {
        try await store.replies().map { try ReplyMessage.outcome(of: $0) }
    }

    private func inbox(_ key: String) async throws -> InboxEntry.State? {
        try await store.read { try $0.inboxEntry(consumer: "bank", key: "/client \(key)")?.state }
    }

    // guarantees: G1
    @Test func effectNoteAndReplyAreThereTogether() async throws {
        #expect(try await deliver(message(Deposit(account: "a", amount: 5), key: "1")) == [.sent])
        let expected = CommandOutcome.succeeded(Array(#"{"balance":5}"#.utf8))
        #expect(try await store.amounts(of: "a") == [5])
        #expect(try await outcomes() == [expected])
        #expect(try await inbox("1") == .done(expected))
    }

    @Test func eventsCarryTheConversationTheCauseAndTheTrace() async throws {
        let command = try message(Deposit(account: "a", amount: 5), key: "1")
        #expect(try await deliver(command) == [.sent])
        let metadata = try #require(try await store.events(in: "account-a").first?.metadata)
        #expect(metadata.correlationID == "conversation")
        #expect(metadata.causationID == command.id)
        let trace = try #require(command.traceParent)
        #expect(metadata.headers == ["traceparent": trace])
    }

    // guarantees: G8
    @Test func theKeyOfOneSenderIsNotTheKeyOfAnother() async throws {
        var first = try message(Deposit(account: "a", amount: 5), key: "c")
        first.source = "/a b"
        var second = try message(Deposit(account: "a", amount: 7), key: "b c")
        second.source = "/a"
        #expect(try await deliver(first, second) == [.sent, .sent])
        #expect(try await store.amounts(of: "a") == [5, 7])
    }

    // acceptance: 41
    // guarantees: G8
    @Test func theSameCommandFiveTimesAtOnceHasOneEffectAndFiveEqualReplies() async throws {
        try await serving { transport in
            let duplicates = try (0..<5).map {
                try message(Deposit(account: "a", amount: 5), key: "1", partition: "\($0)")
            }
            let fates = try await transport.send(duplicates)
            #expect(fates == Array(repeating: .sent, count: 5))
        }
        #expect(executions.value == 1)
        #expect(try await store.amounts(of: "a") == [5])
        let replies = try await store.replies()
        #expect(replies.count == 5)
        #expect(Set(replies.map(\.data)).count == 1)
        #expect(Set(replies.map(\.id)).count == 5, "A broker would swallow a repeated id.")
    }

    // acceptance: 34, 42
    // guarantees: G8
    @Test func aCommandWhoseReplyWasLostIsAnsweredFromTheInboxAfterARestart() async throws {
        let first = try message(Deposit(account: "a", amount: 5), key: "1")
        #expect(try await deliver(first) == [.sent])
        let again = try message(Deposit(account: "a", amount: 5), key: "1")
        #expect(try await deliver(again) == [.sent])
        #expect(executions.value == 1)
        #expect(try await store.amounts(of: "a") == [5])
        let replies = try await store.replies()
        #expect(replies.map(\.causationID) == [first.id, again.id])
        #expect(replies[0].data == replies[1].data)
    }

    @Test func aRefusalLeavesNothingBehindButItsAnswer() async throws {
        let command = try message(Withdraw(account: "a", amount: 5), key: "1")
        #expect(try await deliver(command, command) == [.sent, .sent])
        let expected = CommandOutcome.rejected(Rejection("bank.overdrawn", "The account has less than 5."))
        #expect(try await outcomes() == [expected, expected])
        #expect(try await inbox("1") == .done(expected))
        #expect(try await store.head() == .start, "What the handler had appended was rolled back.")
        #expect(executions.value == 1)
    }

    private struct Broken: Error {}

    /// Appends, then fails a few times.
    private func fragile(failures: Int, with error: any Error = Broken()) -> Participant {
        Participant("bank") { [executions] in
            Handle(Deposit.self) { command, context in
                try context.append([Deposited(amount: command.amount)], to: "account-a")
                try context.publish(parcel("side effect"))
                if executions.next() <= failures { throw error }
                return Deposit.Reply(balance: 0)
            }
        }
    }

    @Test func aFailureIsAnsweredAndTheSameCommandMaySucceedLater() async throws {
        let command = try message(Deposit(account: "a", amount: 5), key: "1")
        #expect(try await deliver(command, command, to: fragile(failures: 1)) == [.sent, .sent])
        let found = try await outcomes()
        guard found.count == 2, case .failed(_, isRetriable: true) = found[0], case .succeeded = found[1] else {
            Issue.record("\(found)")
            return
        }
        #expect(try await store.amounts(of: "a") == [5])
        #expect(try await store.outbox().filter { $0.message.id == "side effect" }.count == 1)
    }

    @Test func aLostRaceInsideAHandlerMaySucceedLater() async throws {
        let conflict = AppendConflict(failures: [.stream("account-a", expected: .missing, actual: .version(1))])
        let command = try message(Deposit(account: "a", amount: 5), key: "1")
        #expect(try await deliver(command, to: fragile(failures: 1, with: conflict)) == [.sent])
        guard case .failed(let reason, isRetriable: true) = try await outcomes().first else {
            Issue.record("No retriable failure.")
            return
        }
        #expect(reason.contains("account-a"))
        #expect(try await inbox("1") == nil)
    }

    @Test func aFailureThatNobodyWantsToHearOfGoesBackToTheSender() async throws {
        let command = try message(Deposit(account: "a", amount: 5), key: "1", replyTo: nil)
        let fates = try await deliver(command, command, to: fragile(failures: 1))
        guard case .failed = fates[0] else {
            Issue.record("The failure was lost.")
            return
        }
        #expect(fates[1] == .sent)
        #expect(try await store.amounts(of: "a") == [5])
    }

    @Test func anOverloadedStoreHandsBackAndWhatStandsBehindDoesNotOvertake() async throws {
        let writes = Counter()
        // The first unit is the tidying of the inbox, the second one is the first command.
        let tidied = Signal()
        let moody = WrappedStore(store) { write in
            if writes.next() == 2 { throw Overloaded(waiting: 9) }
            try await write()
            tidied.raise()
        }
        try await serving(store: moody) { transport in
            try await tidied.wait(past: 0)
            let commands = try (1...3).map { try message(Deposit(account: "a", amount: $0), key: "\($0)") }
            let outcomes = try await transport.send(commands)
            #expect(!outcomes.contains(.sent))
        }
        #expect(try await store.head() == .start)
        #expect(try await store.outbox().isEmpty, "Nobody is told of a trouble that passes.")
    }

    // acceptance: 45
    // guarantees: G14
    @Test func dataThatDoesNotDecodeFailsForGood() async throws {
        var broken = try message(Deposit(account: "a", amount: 5), key: "1")
        broken.data = Array("{\"account\":7}".utf8)
        #expect(try await deliver(broken) == [.sent])
        guard case .failed(let reason, isRetriable: false) = try await outcomes().first else {
            Issue.record("No failure for good.")
            return
        }
        #expect(reason.contains("bank.deposit") && reason.contains("bank"))
        #expect(try await inbox("1") == .done(.failed(reason: reason, isRetriable: false)))

        broken.replyTo = nil
        broken.idempotencyKey = "2"
        guard case .refused = try await deliver(broken)[0] else {
            Issue.record("It would be sent again and again.")
            return
        }
        #expect(executions.value == 0)
    }

    // acceptance: 45
    // guarantees: G10
    @Test func aCommandThatNobodyHandlesIsAnsweredAndNamedAndHoldsUpNothing() async throws {
        var strange = try message(Deposit(account: "a", amount: 5), key: "1")
        strange.type = "bank.close"
        let compensation = try message(Withdraw(account: "a", amount: 5), key: "1/undo", compensates: "1")
        #expect(try await deliver(strange, compensation) == [.sent, .sent])
        guard case .failed(let reason, isRetriable: false) = try await outcomes().first else {
            Issue.record("No failure for good.")
            return
        }
        #expect(reason.contains("bank.close") && reason.contains("participant bank"))
        #expect(try await inbox("1") == .done(.failed(reason: reason, isRetriable: false)))
        #expect(try await outcomes().last == .succeeded([]), "There is nothing to undo.")
        #expect(executions.value == 0)

        strange.replyTo = nil
        guard case .refused(reason) = try await deliver(strange)[0] else {
            Issue.record("A command that nobody handles and nobody waits for was lost.")
            return
        }
    }

    // guarantees: G11
    @Test func aCompensationThatNobodyHandlesOrCanReadIsExecutedOnceItCan() async throws {
        #expect(try await deliver(message(Deposit(account: "a", amount: 5), key: "1")) == [.sent])
        let compensation = try message(Withdraw(account: "a", amount: 5), key: "1/undo", compensates: "1")
        var strange = compensation
        strange.type = "bank.take-back"
        var broken = compensation
        broken.data = []
        #expect(try await deliver(strange, broken, compensation) == [.sent, .sent, .sent])
        let found = try await outcomes()
        guard found.count == 4, case .failed(_, isRetriable: false) = found[1],
            case .failed(_, isRetriable: false) = found[2], case .succeeded = found[3]
        else {
            Issue.record("\(found)")
            return
        }
        #expect(try await store.amounts(of: "a") == [5, -5])
    }

    @Test func aHandlerMaySendFurtherCommands() async throws {
        let relay = Participant("bank") {
            Handle(Withdraw.self) { command, context in
                try context.send(
                    Deposit(account: "fees", amount: 1),
                    idempotencyKey: "\(context.message.idempotencyKey)/fee"
                )
            }
        }
        let command = try message(Withdraw(account: "a", amount: 1), key: "1", replyTo: nil)
        #expect(try await deliver(command, to: relay) == [.sent])
        let sent = try #require(try await store.outbox().first?.message)
        #expect(sent.type == Deposit.commandType && sent.destination == "bank" && sent.source == "/bank")
        #expect(sent.idempotencyKey == "1/fee" && sent.partitionKey == command.partitionKey)
        #expect(sent.causationID == command.id && sent.correlationID == "conversation")
        #expect(sent.traceParent == command.traceParent && sent.replyTo == nil)
    }

    @Test func twoHandlersForOneCommandAreAProgrammingError() async {
        await #expect(processExitsWith: .failure) {
            _ = Participant("bank") {
                Handle(Withdraw.self) { _, _ in }
                Handle(Withdraw.self) { _, _ in }
            }
        }
    }

    // guarantees: G9
    @Test func commandsOfOneKeyAreExecutedInTheirOrder() async throws {
        try await serving { transport in
            let commands = try (1...60).map {
                try message(Deposit(account: "\($0 % 3)", amount: $0), key: "\($0)", partition: "\($0 % 3)")
            }
            _ = try await transport.send(commands)
        }
        for account in 0..<3 {
            #expect(try await store.amounts(of: "\(account)") == (1...60).filter { $0 % 3 == account })
        }
    }

    @Test func theInboxForgetsWhatIsOlderThanItsWindow() async throws {
        let time = ManualTime()
        let store = InMemoryStore(time: time)
        let worker = ParticipantWorker(
            participant: .bank(),
            store: store,
            transport: InProcessTransport(),
            logger: .silent,
            configuration: .init(inboxWindow: .seconds(5_400), retentionPage: 3)
        )
        try await running([{ try await worker.run() }]) {
            await time.waitForSleepers(1)
            try await store.write { transaction in
                for key in 0..<10 {
                    let now = transaction.now.wall
                    try transaction.recordInbox(
                        InboxEntry(consumer: "bank", key: "\(key)", state: .tombstone, recordedAt: now)
                    )
                }
            }
            let count: @Sendable () async throws -> Int = {
                try await store.read { transaction in
                    try (0..<10).filter { try transaction.inboxEntry(consumer: "bank", key: "\($0)") != nil }.count
                }
            }
            time.advance(by: .seconds(3_600))
            await time.waitForSleepers(1)
            #expect(try await count() == 10)
            time.advance(by: .seconds(3_600))
            await time.waitForSleepers(1)
            #expect(try await count() == 0)
        }
    }
}
