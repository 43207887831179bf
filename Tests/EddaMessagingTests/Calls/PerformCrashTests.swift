import EddaCore
import EddaMessaging
import EddaTesting
import Testing

/// A process may end anywhere between the note that a call was begun and the commit of what came of it.
@Suite(.timeLimit(.minutes(5))) struct PerformCrashTests {
    private let branch = Branch()

    private func deposit(_ key: String = "1") throws -> Message {
        try message(Deposit(account: "a", amount: 5), key: key)
    }

    /// What is there when everything went well, whatever happened before.
    private func checkOneEffect(_ gateway: Gateway, replies: Int = 1) async throws {
        #expect(Set(gateway.keys) == ["/client 1"])
        #expect(gateway.amounts == [5])
        #expect(try await branch.store.amounts(of: "a") == [5])
        let outcomes = try await branch.outcomes()
        #expect(outcomes == Array(repeating: .succeeded(Array(#"{"balance":5}"#.utf8)), count: replies))
    }

    // acceptance: 39
    // guarantees: G8, G12
    @Test func aCallThatWasNotMadeIsMadeAtTheNextStart() async throws {
        let gateway = Gateway(before: { call in if call == 1 { try await hang() } })
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([deposit()]) == [.sent])
            try await gateway.waitForCalls(1)
        }
        guard case .started? = try await branch.inbox("1") else {
            Issue.record("Nothing says that the call was begun.")
            return
        }
        #expect(gateway.amounts.isEmpty)
        // Nothing is sent again.
        try await branch.serving(.cashier(gateway)) { _ in try await branch.replies(1) }
        #expect(gateway.keys.count == 2)
        try await checkOneEffect(gateway)
    }

    // acceptance: 39
    // guarantees: G8, G12
    @Test func aCallThatWasMadeIsMadeAgainWithItsKey() async throws {
        let gateway = Gateway(after: { call in if call == 1 { try await hang() } })
        try await branch.serving(.cashier(gateway)) { transport in
            let fates = try await transport.send([deposit()])
            #expect(fates == [.sent])
            try await gateway.waitForAmounts(1)
        }
        try await branch.serving(.cashier(gateway)) { _ in try await branch.replies(1) }
        #expect(gateway.keys.count == 2)
        try await checkOneEffect(gateway)
    }

    // acceptance: 39
    // guarantees: G8, G12
    @Test(arguments: [false, true])
    func theProcessEndsAtTheCommit(isCommitted: Bool) async throws {
        let gateway = Gateway()
        var dying = branch
        let died = Signal()
        dying.mood = WrappedStore(branch.store) { write in
            guard !gateway.keys.isEmpty else { return try await write() }
            if isCommitted { try await write() }
            died.raise()
            throw StoreError(.closed, "The process has ended.")
        }
        let last = dying
        try await last.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([deposit()]) == [.sent])
            try await died.wait(past: 0)
        }
        try await branch.serving(.cashier(gateway)) { transport in
            try await branch.replies(1)
            #expect(try await transport.send([deposit()]) == [.sent])
            try await branch.replies(2)
        }
        #expect(gateway.keys.count == (isCommitted ? 1 : 2))
        try await checkOneEffect(gateway, replies: 2)
    }

    // acceptance: 39
    // guarantees: G8, G12
    @Test func theProcessEndsBeforeTheDeliveryIsAcknowledged() async throws {
        let gateway = Gateway(before: { call in if call == 1 { try await hang() } })
        var dying = branch
        dying.mood = WrappedStore(branch.store) { write in
            let before = try await branch.inbox("1")
            try await write()
            if before == nil, try await branch.inbox("1") != nil { throw StoreError(.closed, "The process has ended.") }
        }
        let last = dying
        let command = try deposit()
        try await last.serving(.cashier(gateway)) { transport in
            let fates = try await transport.send([command])
            #expect(fates != [.sent])
        }
        let open = Gateway()
        try await branch.serving(.cashier(open)) { transport in
            #expect(try await transport.send([command]) == [.sent])
            try await branch.store.waitForAmounts([5], of: "a")
            try await branch.replies(1)
        }
        #expect(open.amounts == [5])
        #expect(Set(try await branch.store.replies().map(\.data)).count == 1)
    }

    // guarantees: G12
    @Test func everythingThatWasBegunIsTakenUpInPages() async throws {
        let silent = Gateway(before: { _ in try await hang() })
        try await branch.serving(.cashier(silent, calls: 1)) { transport in
            let commands = try (0..<230).map { try deposit("\($0)") }
            for some in stride(from: 0, to: 230, by: 46) {
                #expect(try await transport.send(Array(commands[some..<some + 46])).allSatisfy { $0 == .sent })
            }
        }
        let gateway = Gateway()
        try await branch.serving(.cashier(gateway), capacity: 7) { _ in try await branch.replies(230) }
        #expect(Set(gateway.booked) == Set((0..<230).map { "/client \($0)" }))
        #expect(gateway.keys.count == 230)
        #expect(try await branch.store.read { try $0.openInboxEntries(after: nil, limit: 1) }.isEmpty)
    }

    // guarantees: G8
    @Test func whatItsSenderWasToldOfIsLeftToTheSender() async throws {
        let broken = Gateway(before: { _ in throw LineDown() })
        try await branch.serving(.cashier(broken)) { transport in
            #expect(try await transport.send([deposit("old")]) == [.sent])
            try await branch.replies(1)
        }
        let gateway = Gateway()
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([deposit("new")]) == [.sent])
            try await branch.replies(2)
        }
        #expect(gateway.keys == ["/client new"])
    }

    // acceptance: 64
    // guarantees: G8
    @Test func whatWasBegunLongAgoIsNotCalledAgain() async throws {
        let time = ManualTime()
        let branch = Branch(time: time)
        var command = try deposit()
        command.time = time.now().wall
        command.firstSent = nil
        let first = command
        let silent = Gateway(before: { _ in try await hang() })
        try await branch.serving(.cashier(silent), window: .seconds(7_200)) { transport in
            #expect(try await transport.send([first]) == [.sent])
            try await silent.waitForCalls(1)
        }
        time.advance(by: .seconds(3_601))
        let gateway = Gateway()
        try await branch.serving(.cashier(gateway), window: .seconds(7_200)) { transport in
            try await branch.replies(1)
            #expect(try await transport.send([first]) == [.sent])
            try await branch.replies(2)
        }
        for outcome in try await branch.outcomes() {
            guard case .expired(let reason) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(reason.contains("bank.deposit") && reason.contains("expired"))
        }
        guard case .unresolved? = try await branch.inbox("1") else {
            Issue.record("It is not visible any more.")
            return
        }
        #expect(gateway.keys.isEmpty)
        time.advance(by: .seconds(7_201))
        try await branch.serving(.cashier(gateway), window: .seconds(7_200)) { _ in
            while try await branch.inbox("1") != nil {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    @Test func aProgramThatDoesNotKnowTheCommandLeavesItBegun() async throws {
        let silent = Gateway(before: { _ in try await hang() })
        try await branch.serving(.cashier(silent)) { transport in
            #expect(try await transport.send([deposit()]) == [.sent])
            try await silent.waitForCalls(1)
        }
        let other = Participant("bank") { Handle(Audit.self) { _, _ in } }
        try await branch.serving(other) { transport in
            let fates = try await transport.send([deposit()])
            #expect(fates == [.sent])
        }
        guard case .failed(let reason, isRetriable: true)? = try await branch.outcomes().last else {
            Issue.record("Nobody knows how it ended, so it has not failed for good.")
            return
        }
        #expect(reason.contains("begun"))
        let gateway = Gateway()
        try await branch.serving(.cashier(gateway)) { _ in try await branch.replies(2) }
        #expect(gateway.amounts == [5])
    }

    // acceptance: 59
    @Test func callsInHandAreFinishedAndThoseThatWaitStayBegun() async throws {
        let gate = Gate()
        let gateway = Gateway(before: { _ in try await gate.pass() })
        let transport = InProcessTransport()
        let ready = Signal()
        let worker = ParticipantWorker(
            participant: .cashier(gateway, calls: 1),
            store: branch.store,
            transport: Announcing(inner: transport, subscribed: ready),
            logger: .silent
        )
        try await running([{ try await worker.run() }]) {
            try await ready.wait(past: 0)
            #expect(try await transport.send([deposit("1"), deposit("2")]) == [.sent, .sent])
            try await gateway.waitForCalls(1)
            let waits = Signal()
            async let finished: Void = worker.finishCalls(raising: waits)
            try await waits.wait(past: 0)
            gate.open()
            try await finished
        }
        #expect(gateway.keys.count == 1)
        #expect(try await branch.store.replies().count == 1)
        #expect(try await branch.store.read { try $0.openInboxEntries(after: nil, limit: 9) }.count == 1)
    }
}
