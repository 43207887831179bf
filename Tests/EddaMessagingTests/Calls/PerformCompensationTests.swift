import EddaCore
import EddaMessaging
import EddaTesting
import Testing

@testable import EddaMessaging

/// A compensation undoes what a call to the outside has done, whatever is known about that.
@Suite(.timeLimit(.minutes(5))) struct PerformCompensationTests {
    private let branch = Branch()

    private func forward() throws -> Message { try message(Deposit(account: "a", amount: 5), key: "step") }

    private func undo(_ key: String = "step/undo") throws -> Message {
        try message(Withdraw(account: "a", amount: 5), key: key, compensates: "step")
    }

    /// A cashier whose compensation calls nobody.
    private func teller(_ gateway: Gateway) -> Participant {
        Participant("bank") {
            Perform(Deposit.self) { command, key in
                try await gateway.book(command.amount, key: key)
            } commit: { command, balance, context in
                try context.append([Deposited(amount: command.amount)], to: StreamID("account-\(command.account)"))
                return Deposit.Reply(balance: balance)
            }
            Handle(Withdraw.self) { command, context in
                try context.append([Withdrawn(amount: command.amount)], to: StreamID("account-\(command.account)"))
            }
        }
    }

    // acceptance: 43
    // guarantees: G8, G11
    @Test(arguments: [true, false])
    func itWaitsForTheCallInProgressAndThenUndoesIt(undoCalls: Bool) async throws {
        let gate = Gate()
        let gateway = Gateway(before: { call in if call == 1 { try await gate.pass() } })
        try await branch.serving(undoCalls ? .cashier(gateway, calls: 1) : teller(gateway)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await gateway.waitForCalls(1)
            #expect(try await transport.send([undo(), undo()]) == [.sent, .sent])
            #expect(try await branch.store.replies().isEmpty)
            gate.open()
            try await branch.replies(3)
        }
        #expect(gateway.amounts == (undoCalls ? [5, -5] : [5]))
        #expect(gateway.keys.count == (undoCalls ? 2 : 1))
        #expect(try await branch.store.amounts(of: "a") == [5, -5])
        #expect(try await branch.store.replies().map(\.idempotencyKey) == ["step", "step/undo", "step/undo"])
        #expect(try await branch.outcomes().allSatisfy { if case .succeeded = $0 { true } else { false } })
    }

    // acceptance: 43
    // guarantees: G8, G11
    @Test(arguments: [true, false])
    func itRepeatsACallOfUnknownEndToLearnIt(tookEffect: Bool) async throws {
        let fail: Gateway.Script = { call in if call == 1 { throw LineDown() } }
        let gateway = tookEffect ? Gateway(after: fail) : Gateway(before: fail)
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await branch.replies(1)
            #expect(try await transport.send([undo()]) == [.sent])
            // The failure, what the repeated call has come to, and the compensation.
            try await branch.replies(3)
        }
        #expect(gateway.keys == ["/client step", "/client step", "/client step/undo"])
        #expect(gateway.amounts == [5, -5])
        #expect(try await branch.store.amounts(of: "a") == [5, -5])
        #expect(try await branch.outcomes().last == .succeeded(Array("{}".utf8)))
    }

    // guarantees: G11
    @Test func whatTheOutsideRefusesWhenAskedAgainNeedsNoUndoing() async throws {
        let gateway = Gateway(before: { call in
            if call == 1 { throw LineDown() }
            throw Rejection("bank.declined")
        })
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await branch.replies(1)
            #expect(try await transport.send([undo()]) == [.sent])
            try await branch.replies(3)
        }
        #expect(gateway.keys.count == 2)
        #expect(try await branch.outcomes().last == .succeeded([]))
        #expect(try await branch.store.head() == .start)
    }

    // guarantees: G11
    @Test func whatCannotBeLearnedIsNotUndoneYet() async throws {
        let gateway = Gateway(before: { call in if call <= 2 { throw LineDown() } })
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await branch.replies(1)
            #expect(try await transport.send([undo()]) == [.sent])
            try await branch.replies(3)
            guard case .failed(let reason, isRetriable: true) = try await branch.outcomes()[2] else {
                Issue.record("It counts as undone.")
                return
            }
            #expect(reason.contains("bank.deposit") && reason.contains("the line is down"))
            #expect(try await transport.send([undo()]) == [.sent])
            try await branch.replies(5)
        }
        #expect(gateway.amounts == [5, -5])
        #expect(try await branch.store.amounts(of: "a") == [5, -5])
        #expect(try await branch.store.read { try $0.openInboxEntries(after: nil, limit: 1) }.isEmpty)
    }

    // acceptance: 35, 39, 43
    // guarantees: G8, G11, G12
    @Test func bothAreGoneOnWithAfterARestart() async throws {
        let silent = Gateway(before: { _ in try await hang() })
        try await branch.serving(.cashier(silent)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await silent.waitForCalls(1)
            #expect(try await transport.send([undo()]) == [.sent])
        }
        #expect(try await branch.store.read { try $0.openInboxEntries(after: nil, limit: 9) }.count == 2)
        let gateway = Gateway()
        try await branch.serving(.cashier(gateway, calls: 1)) { _ in try await branch.replies(2) }
        #expect(gateway.booked == ["/client step", "/client step/undo"])
        #expect(try await branch.store.amounts(of: "a") == [5, -5])
    }

    // acceptance: 43
    // guarantees: G8
    @Test func theOutsideIsNotCalledForWhatWasCancelledBefore() async throws {
        let gateway = Gateway()
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([undo(), forward()]) == [.sent, .sent])
            try await branch.replies(2)
        }
        #expect(try await branch.outcomes() == [.succeeded([]), .rejected(InboxDecision.cancelled)])
        #expect(gateway.keys.isEmpty)
    }

    @Test func aCompensationMayBeRefusedAfterItHasWaited() async throws {
        let gate = Gate()
        let gateway = Gateway(before: { _ in try await gate.pass() })
        let stubborn = Participant("bank") {
            Perform(Deposit.self) { command, key in
                try await gateway.book(command.amount, key: key)
            } commit: { balance, _ in
                Deposit.Reply(balance: balance)
            }
            Handle(Withdraw.self) { _, _ in throw Rejection("bank.closed") }
        }
        try await branch.serving(stubborn) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await gateway.waitForCalls(1)
            #expect(try await transport.send([undo()]) == [.sent])
            gate.open()
            try await branch.replies(2)
        }
        #expect(try await branch.outcomes().last == .rejected(Rejection("bank.closed")))
        #expect(try await branch.inbox("step/undo") == .done(.rejected(Rejection("bank.closed"))))
    }
}
