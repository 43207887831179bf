import EddaCore
import EddaTesting
import Logging
import Testing

@testable import EddaMessaging

/// A withdrawal asks what became of a command, and keeps it out when nothing did; no handler ever sees it.
// guarantees: G8, G11
@Suite(.timeLimit(.minutes(5))) struct WithdrawalTests {
    private let store = InMemoryStore()
    private let executions = Counter()

    private func send(_ messages: Message..., to participant: Participant? = nil) async throws {
        let executor = CommandExecutor(
            participant: participant ?? .bank(executions: executions),
            store: store,
            logger: .silent,
            inboxWindow: InboxWindow(.seconds(86_400))
        )
        for message in messages { #expect(await executor.execute(message) == .acknowledged) }
    }

    private func outcomes() async throws -> [CommandOutcome] {
        try await store.replies().map { try ReplyMessage.outcome(of: $0) }
    }

    private func inbox(_ key: String) async throws -> InboxEntry.State? {
        try await store.read { try $0.inboxEntry(consumer: "bank", key: "/client \(key)")?.state }
    }

    private func forward() throws -> Message { try message(Deposit(account: "a", amount: 5), key: "step") }

    private func withdrawal(of command: Message? = nil) throws -> Message {
        var message = try command ?? forward()
        message.id += "-w"
        message.isWithdrawal = true
        return message
    }

    @Test func aCommandThatHasNotComeIsKeptOut() async throws {
        try await send(withdrawal(), forward(), withdrawal(), forward())
        #expect(try await inbox("step") == .tombstone)
        let (withdrawn, cancelled) = (
            CommandOutcome.rejected(.withdrawn), CommandOutcome.rejected(InboxDecision.cancelled)
        )
        #expect(try await outcomes() == [withdrawn, cancelled, withdrawn, cancelled])
        #expect(Rejection.withdrawn.code == "edda.withdrawn")
        #expect(Rejection.withdrawn.isOfWithdrawal && InboxDecision.cancelled.isOfWithdrawal)
        #expect(!Rejection("bank.overdrawn").isOfWithdrawal)
        #expect(executions.value == 0)
        #expect(try await store.head() == .start)
    }

    @Test func aCommandThatWasExecutedIsAnsweredAsEver() async throws {
        try await send(forward(), withdrawal())
        #expect(try await outcomes() == Array(repeating: .succeeded(Array(#"{"balance":5}"#.utf8)), count: 2))
        #expect(executions.value == 1)
        #expect(try await store.amounts(of: "a") == [5])
    }

    @Test func aRefusalStands() async throws {
        let command = try message(Withdraw(account: "a", amount: 9), key: "step")
        try await send(command, withdrawal(of: command))
        let outcomes = try await outcomes()
        #expect(outcomes.count == 2 && outcomes[0] == outcomes[1])
        guard case .rejected(let rejection) = outcomes[1] else {
            Issue.record("Not refused.")
            return
        }
        #expect(rejection.code == "bank.overdrawn")
        #expect(executions.value == 1)
    }

    @Test func aFailureForGoodStands() async throws {
        var broken = try forward()
        broken.data = []
        try await send(broken, withdrawal())
        let outcomes = try await outcomes()
        #expect(outcomes.count == 2 && outcomes[0] == outcomes[1])
        guard case .failed(_, isRetriable: false) = outcomes[1] else {
            Issue.record("Not failed for good.")
            return
        }
    }

    @Test func aCommandThatFailedLeavesNothingBehindAndIsKeptOut() async throws {
        let executions = executions
        let moody = Participant("bank") {
            Handle(Deposit.self) { _, _ -> Deposit.Reply in
                executions.next()
                throw LineDown()
            }
        }
        try await send(forward(), to: moody)
        // A participant that would have done it by now.
        try await send(withdrawal(), forward())
        #expect(try await outcomes().last == .rejected(InboxDecision.cancelled))
        #expect(executions.value == 1)
        #expect(try await store.head() == .start)
    }

    @Test func neitherAHandlerNorReadableDataIsNeeded() async throws {
        var broken = try withdrawal()
        broken.data = [1]
        try await send(broken, to: Participant("bank") { Handle(Audit.self) { _, _ in } })
        #expect(try await outcomes() == [.rejected(.withdrawn)])
        try await send(forward())
        #expect(executions.value == 0)
    }

    // acceptance: 64
    @Test func aWithdrawalThatComesAfterTheInboxHasForgottenIsExpired() async throws {
        var late = try withdrawal()
        late.firstSent = store.time.now().wall + .seconds(-82_900)
        try await send(late)
        guard case .expired(let reason) = try await outcomes().last else {
            Issue.record("What may have been executed counts as withdrawn.")
            return
        }
        #expect(reason.contains("withdrawal of bank.deposit is expired"))
        #expect(try await inbox("step") == nil)
        // What the inbox knows counts, however late it is.
        try await send(forward(), late)
        #expect(try await outcomes().last == .succeeded(Array(#"{"balance":5}"#.utf8)))
    }

    private static let begun = parcel("forward")

    @Test(
        arguments: [
            (nil, .keepOut),
            (.tombstone, .answer(.rejected(.withdrawn))),
            (.done(.succeeded([1])), .answer(.succeeded([1]))),
            (.done(.rejected(Rejection("no"))), .answer(.rejected(Rejection("no")))),
            (.started(begun), .execute),
            (.unresolved(begun, reason: "?"), .execute),
        ] as [(InboxEntry.State?, InboxDecision)]
    )
    func theInboxDecides(own: InboxEntry.State?, expected: InboxDecision) {
        #expect(InboxDecision(own: own, isCompensation: false, undone: nil, isWithdrawal: true) == expected)
    }
}
