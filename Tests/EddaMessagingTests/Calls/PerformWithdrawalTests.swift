import EddaCore
import EddaMessaging
import EddaTesting
import Testing

@testable import EddaMessaging

/// A call to the outside that was begun cannot be taken back: its withdrawal brings the truth about it.
// guarantees: G8, G11
@Suite(.timeLimit(.minutes(5))) struct PerformWithdrawalTests {
    private let branch = Branch()

    private func forward() throws -> Message { try message(Deposit(account: "a", amount: 5), key: "step") }

    private func withdrawal() throws -> Message {
        var message = try forward()
        message.isWithdrawal = true
        return message
    }

    @Test func itWaitsForTheCallInProgress() async throws {
        let gate = Gate()
        let gateway = Gateway(before: { _ in try await gate.pass() })
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await gateway.waitForCalls(1)
            #expect(try await transport.send([withdrawal()]) == [.sent])
            #expect(try await branch.store.replies().isEmpty)
            gate.open()
            try await branch.replies(2)
        }
        #expect(gateway.keys == ["/client step"])
        #expect(gateway.amounts == [5])
        #expect(try await branch.outcomes().allSatisfy { if case .succeeded = $0 { true } else { false } })
        #expect(try await branch.store.amounts(of: "a") == [5])
    }

    @Test(arguments: [true, false])
    func itRepeatsACallOfUnknownEndToLearnIt(tookEffect: Bool) async throws {
        let fail: Gateway.Script = { call in if call == 1 { throw LineDown() } }
        let gateway = tookEffect ? Gateway(after: fail) : Gateway(before: fail)
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await branch.replies(1)
            #expect(try await transport.send([withdrawal()]) == [.sent])
            try await branch.replies(2)
        }
        #expect(gateway.keys == ["/client step", "/client step"])
        #expect(gateway.amounts == [5])
        guard case .succeeded = try await branch.outcomes().last else {
            Issue.record("What was booked counts as withdrawn.")
            return
        }
    }

    @Test func whatTheOutsideRefusesWhenAskedAgainIsRefusedForGood() async throws {
        let gateway = Gateway(before: { call in
            if call == 1 { throw LineDown() }
            throw Rejection("bank.declined")
        })
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await branch.replies(1)
            #expect(try await transport.send([withdrawal(), forward()]) == [.sent, .sent])
            try await branch.replies(3)
        }
        #expect(gateway.keys.count == 2 && gateway.amounts.isEmpty)
        #expect(try await branch.outcomes().suffix(2).allSatisfy { $0 == .rejected(Rejection("bank.declined")) })
    }

    /// A call that went wrong may have had its effect, so it is never taken for withdrawn.
    @Test func whatCannotBeLearnedIsNeitherDoneNorWithdrawn() async throws {
        let gateway = Gateway(after: { call in if call <= 2 { throw LineDown() } })
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([forward()]) == [.sent])
            try await branch.replies(1)
            #expect(try await transport.send([withdrawal()]) == [.sent])
            try await branch.replies(2)
            guard case .failed(_, isRetriable: true) = try await branch.outcomes()[1],
                case .unresolved = try await branch.inbox("step")
            else {
                Issue.record("It counts as known.")
                return
            }
            #expect(try await transport.send([withdrawal()]) == [.sent])
            try await branch.replies(3)
        }
        #expect(gateway.keys.count == 3 && gateway.amounts == [5])
        guard case .succeeded = try await branch.outcomes()[2] else {
            Issue.record("What was booked counts as withdrawn.")
            return
        }
        #expect(try await branch.store.amounts(of: "a") == [5])
    }
}
