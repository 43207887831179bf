import EddaCore
import EddaTesting
import Logging
import Testing

@testable import EddaMessaging

/// What a compensation does depends on what became of the command that it undoes.
@Suite(.timeLimit(.minutes(5))) struct CompensationTests {
    private let store = InMemoryStore()
    private let executions = Counter()

    private func send(_ messages: Message...) async throws {
        let executor = CommandExecutor(
            participant: .bank(executions: executions),
            store: store,
            logger: .silent,
            inboxWindow: InboxWindow(.seconds(86_400)),
            desk: CallDesk(limit: 1, capacity: 1, time: store.time)
        )
        for message in messages { #expect(await executor.execute(message) == .acknowledged) }
    }

    private func outcomes() async throws -> [CommandOutcome] {
        try await store.replies().map { try ReplyMessage.outcome(of: $0) }
    }

    private func inbox(_ key: String) async throws -> InboxEntry.State? {
        try await store.read { try $0.inboxEntry(consumer: "bank", key: "/client \(key)")?.state }
    }

    private func forward(key: String = "step") throws -> Message {
        try message(Deposit(account: "a", amount: 5), key: key)
    }

    private func undo(key: String = "step/undo", compensates: String = "step") throws -> Message {
        try message(Withdraw(account: "a", amount: 5), key: key, compensates: compensates)
    }

    // acceptance: 43
    @Test func anExecutedCommandIsUndoneOnce() async throws {
        try await send(forward(), undo(), undo())
        #expect(try await store.amounts(of: "a") == [5, -5])
        #expect(executions.value == 2)
    }

    // acceptance: 43
    // guarantees: G8
    @Test func aCancellationThatComesFirstKeepsTheCommandOut() async throws {
        try await send(undo())
        #expect(try await outcomes() == [.succeeded([])])
        #expect(try await inbox("step") == .tombstone)
        try await send(forward(), forward(), undo())
        #expect(
            try await outcomes() == [
                .succeeded([]), .rejected(InboxDecision.cancelled), .rejected(InboxDecision.cancelled), .succeeded([]),
            ]
        )
        #expect(InboxDecision.cancelled.code == "edda.cancelled")
        #expect(executions.value == 0)
        #expect(try await store.head() == .start)
    }

    @Test func aSecondCompensationOfACancelledCommandHasNothingToDo() async throws {
        try await send(undo(), undo(key: "another undo"))
        #expect(try await outcomes() == [.succeeded([]), .succeeded([])])
        #expect(executions.value == 0)
    }

    // acceptance: 64
    // guarantees: G11
    @Test func aCompensationThatComesAfterTheInboxHasForgottenIsExpired() async throws {
        let now = store.time.now().wall
        var late = try undo()
        late.firstSent = now + .seconds(-82_900)
        try await send(late)
        guard case .expired(let reason) = try await outcomes().last else {
            Issue.record("What may have been executed counts as undone.")
            return
        }
        #expect(reason.contains("expired") && reason.contains("step") && reason.contains("bank"))
        #expect(try await inbox("step") == nil)
        #expect(try await inbox("step/undo") == nil)
        // What the inbox knows counts, however late it is.
        try await send(forward(), late)
        var copy = try forward()
        copy.firstSent = late.firstSent
        try await send(copy)
        #expect(try await outcomes().last == .succeeded(Array(#"{"balance":5}"#.utf8)))
        #expect(try await store.amounts(of: "a") == [5, -5])

        var early = try undo(key: "other/undo", compensates: "other")
        early.firstSent = now + .seconds(-82_700)
        try await send(early)
        #expect(try await outcomes().last == .succeeded([]))
        #expect(try await inbox("other") == .tombstone)
    }

    // acceptance: 64
    // guarantees: G8
    @Test func aCommandThatComesAfterTheInboxHasForgottenIsNotExecuted() async throws {
        let now = store.time.now().wall
        var late = try forward()
        late.firstSent = now + .seconds(-82_900)
        try await send(late)
        guard case .expired(let reason) = try await outcomes().last else {
            Issue.record("What may have been executed is executed again.")
            return
        }
        #expect(reason.contains("expired") && reason.contains("bank.deposit") && reason.contains("bank"))
        #expect(executions.value == 0)
        #expect(try await inbox("step") == nil)

        late.replyTo = nil
        let executor = CommandExecutor(
            participant: .bank(),
            store: store,
            logger: .silent,
            inboxWindow: InboxWindow(.seconds(86_400)),
            desk: CallDesk(limit: 1, capacity: 1, time: store.time)
        )
        guard case .refused = await executor.execute(late) else {
            Issue.record("What nobody is told of is lost.")
            return
        }
        late.firstSent = nil
        late.time = now + .seconds(-82_900)
        guard case .refused = await executor.execute(late) else {
            Issue.record("A message that does not say when it was first sent was made then.")
            return
        }
        var early = try forward()
        early.firstSent = now + .seconds(-82_700)
        try await send(early)
        #expect(try await store.amounts(of: "a") == [5])
    }

    // guarantees: G8
    @Test func sendersWithTheSameKeysDoNotTouchEachOther() async throws {
        var foreign = try forward()
        foreign.source = "/another"
        var foreignUndo = try undo()
        foreignUndo.source = "/another"
        try await send(forward(), foreign)
        #expect(try await store.amounts(of: "a") == [5, 5])
        try await send(foreignUndo, undo())
        #expect(try await store.amounts(of: "a") == [5, 5, -5, -5])

        foreignUndo.idempotencyKey = "later/undo"
        foreignUndo.compensates = "later"
        try await send(foreignUndo, forward(key: "later"))
        #expect(try await store.amounts(of: "a") == [5, 5, -5, -5, 5])
        foreign.idempotencyKey = "later"
        try await send(foreign)
        #expect(try await outcomes().last == .rejected(InboxDecision.cancelled))
    }

    @Test func whatWasRefusedNeedsNoUndoing() async throws {
        try await send(message(Withdraw(account: "a", amount: 9), key: "step"), undo())
        #expect(try await outcomes().last == .succeeded([]))
        #expect(executions.value == 1)
        #expect(try await store.head() == .start)
    }

    @Test func whatCouldNotBeReadNeedsNoUndoing() async throws {
        var broken = try forward()
        broken.data = []
        try await send(broken, undo())
        #expect(try await outcomes().last == .succeeded([]))
        #expect(executions.value == 0)
    }

    @Test func aCompensationMayBeRefusedLikeAnyCommand() async throws {
        try await send(
            forward(),
            message(Withdraw(account: "a", amount: 9), key: "step/undo", compensates: "step")
        )
        guard case .rejected = try await outcomes().last else {
            Issue.record("Not refused.")
            return
        }
        #expect(try await store.amounts(of: "a") == [5])
    }

    private static let begun = parcel("forward")

    @Test(
        arguments: [
            (InboxEntry.State.done(.succeeded([1])), false, nil, InboxDecision.answer(.succeeded([1]))),
            (.tombstone, false, nil, .answer(.rejected(InboxDecision.cancelled))),
            (.tombstone, true, .done(.succeeded([])), .answer(.rejected(InboxDecision.cancelled))),
            (nil, false, nil, .execute),
            (nil, true, nil, .skip(leavingTombstone: true)),
            (nil, true, .tombstone, .skip(leavingTombstone: false)),
            (nil, true, .done(.rejected(Rejection("no"))), .skip(leavingTombstone: false)),
            (nil, true, .done(.failed(reason: "no", isRetriable: false)), .skip(leavingTombstone: false)),
            (nil, true, .done(.succeeded([])), .execute),
            (.started(begun), false, nil, .execute),
            (.unresolved(begun, reason: "?"), false, nil, .execute),
            (nil, true, .started(begun), .settleFirst(begun)),
            (.started(parcel("undo")), true, .unresolved(begun, reason: "?"), .settleFirst(begun)),
            (.started(parcel("undo")), true, .done(.rejected(Rejection("no"))), .skip(leavingTombstone: false)),
        ] as [(InboxEntry.State?, Bool, InboxEntry.State?, InboxDecision)]
    )
    func theInboxDecides(
        own: InboxEntry.State?,
        isCompensation: Bool,
        undone: InboxEntry.State?,
        expected: InboxDecision
    ) {
        #expect(InboxDecision(own: own, isCompensation: isCompensation, undone: undone) == expected)
    }
}
