import EddaCore
import EddaMessaging
import EddaTesting
import Testing

/// A command that calls the outside has one effect there and one here, however often it comes.
@Suite(.timeLimit(.minutes(5))) struct PerformTests {
    private let branch = Branch()

    private func deposit(_ key: String = "1", partition: String = "p", replyTo: Address? = "client") throws -> Message {
        try message(Deposit(account: "a", amount: 5), key: key, partition: partition, replyTo: replyTo)
    }

    // guarantees: G1
    @Test func whatCameOfTheCallIsCommittedWithItsReply() async throws {
        let gateway = Gateway()
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([deposit()]) == [.sent])
            try await branch.replies(1)
        }
        let expected = CommandOutcome.succeeded(Array(#"{"balance":5}"#.utf8))
        #expect(gateway.keys == ["/client 1"])
        #expect(try await branch.outcomes() == [expected])
        #expect(try await branch.inbox("1") == .done(expected))
        let event = try #require(try await branch.store.events(in: "account-a").first)
        #expect(event.metadata.correlationID == "conversation")
        #expect(try await branch.store.amounts(of: "a") == [5])
    }

    // acceptance: 41
    // guarantees: G8
    @Test func fiveAtOnceMakeOneCallAndGetFiveEqualReplies() async throws {
        let gate = Gate()
        let gateway = Gateway(before: { _ in try await gate.pass() })
        try await branch.serving(.cashier(gateway)) { transport in
            let duplicates = try (0..<5).map { try deposit(partition: "\($0)") }
            let fates = try await transport.send(duplicates)
            #expect(fates == Array(repeating: .sent, count: 5), "A delivery does not wait for the call.")
            try await gateway.waitForCalls(1)
            guard case .started? = try await branch.inbox("1") else {
                Issue.record("Nothing says that the call was begun.")
                return
            }
            gate.open()
            try await branch.replies(5)
        }
        #expect(gateway.keys.count == 1)
        #expect(gateway.amounts == [5])
        #expect(try await branch.store.amounts(of: "a") == [5])
        let replies = try await branch.store.replies()
        #expect(replies.count == 5)
        #expect(Set(replies.map(\.data)).count == 1)
        #expect(Set(replies.map(\.id)).count == 5)
        #expect(Set(replies.compactMap(\.causationID)).count == 5)
    }

    // acceptance: 42
    // guarantees: G8
    @Test func aCommandWhoseReplyWasLostIsAnsweredWithoutACall() async throws {
        let gateway = Gateway()
        for count in 1...2 {
            try await branch.serving(.cashier(gateway)) { transport in
                #expect(try await transport.send([deposit()]) == [.sent])
                try await branch.replies(count)
            }
        }
        #expect(gateway.keys.count == 1)
        #expect(Set(try await branch.store.replies().map(\.data)).count == 1)
        #expect(try await branch.store.amounts(of: "a") == [5])
    }

    @Test func withoutAWorkerTheCallIsMadeBeforeTheDeliveryIsDone() async throws {
        let gateway = Gateway(after: { call in if call == 1 { throw LineDown() } })
        let executor = CommandExecutor(
            participant: .cashier(gateway),
            store: branch.store,
            logger: .silent,
            inboxWindow: InboxWindow(.seconds(86_400))
        )
        #expect(await executor.execute(try deposit()) == .acknowledged)
        #expect(try await branch.outcomes() == [.failed(reason: "the line is down", isRetriable: true)])
        let undo = try message(Withdraw(account: "a", amount: 5), key: "1/undo", compensates: "1")
        #expect(await executor.execute(undo) == .acknowledged)
        #expect(gateway.amounts == [5, -5])
        #expect(try await branch.store.amounts(of: "a") == [5, -5])
    }

    @Test func theOutsideMayRefuse() async throws {
        let gateway = Gateway(before: { _ in throw Rejection("bank.declined", "No.") })
        try await branch.serving(.cashier(gateway)) { transport in
            for count in 1...2 {
                #expect(try await transport.send([deposit()]) == [.sent])
                try await branch.replies(count)
            }
        }
        let refusal = CommandOutcome.rejected(Rejection("bank.declined", "No."))
        #expect(try await branch.outcomes() == [refusal, refusal])
        #expect(try await branch.inbox("1") == .done(refusal))
        #expect(gateway.keys.count == 1)
        #expect(try await branch.store.head() == .start)
    }

    // acceptance: 43
    // guarantees: G8
    @Test func aCallThatFailsIsOfUnknownEndAndIsMadeAgainWithItsKey() async throws {
        // It takes effect, and the answer is lost.
        let gateway = Gateway(after: { call in if call == 1 { throw LineDown() } })
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([deposit()]) == [.sent])
            try await branch.replies(1)
            #expect(try await branch.outcomes() == [.failed(reason: "the line is down", isRetriable: true)])
            guard case .unresolved(_, let reason)? = try await branch.inbox("1") else {
                Issue.record("Nothing says that nobody knows.")
                return
            }
            #expect(reason == "the line is down")
            #expect(try await transport.send([deposit()]) == [.sent])
            try await branch.replies(2)
        }
        #expect(try await branch.outcomes().last == .succeeded(Array(#"{"balance":5}"#.utf8)))
        #expect(gateway.keys == ["/client 1", "/client 1"])
        #expect(gateway.amounts == [5])
        #expect(try await branch.store.amounts(of: "a") == [5])
    }

    // guarantees: G8
    @Test func oneFailedCallIsOneFailureHoweverManyCopiesHaveJoined() async throws {
        let gate = Gate()
        let gateway = Gateway(before: { call in
            guard call == 1 else { return }
            try await gate.pass()
            throw LineDown()
        })
        try await branch.serving(.cashier(gateway)) { transport in
            let copies = try (0..<4).map { try deposit(partition: "\($0)") }
            #expect(try await transport.send(copies).allSatisfy { $0 == .sent })
            try await gateway.waitForCalls(1)
            gate.open()
            try await branch.replies(1)
            #expect(try await transport.send([deposit()]) == [.sent])
            try await branch.replies(2)
        }
        let outcomes = try await branch.outcomes()
        #expect(outcomes.count == 2, "A sender that counts failures would have counted four.")
        #expect(outcomes.last == .succeeded(Array(#"{"balance":5}"#.utf8)))
    }

    @Test func aCallThatTakesTooLongIsCancelledAndFails() async throws {
        let time = ManualTime()
        let branch = Branch(time: time)
        let gateway = Gateway(before: { call in if call == 1 { try await hang() } })
        try await branch.serving(.cashier(gateway, timeout: .seconds(20))) { transport in
            await time.waitForSleepers(1)
            #expect(try await transport.send([deposit()]) == [.sent])
            try await gateway.waitForCalls(1)
            await time.waitForSleepers(2)
            time.advance(by: .seconds(19))
            #expect(try await branch.outcomes() == [])
            time.advance(by: .seconds(1))
            try await branch.replies(1)
            guard case .failed(let reason, isRetriable: true) = try await branch.outcomes()[0] else {
                Issue.record("It did not fail.")
                return
            }
            #expect(reason.contains("20"))
            #expect(try await transport.send([deposit()]) == [.sent])
            try await branch.replies(2)
        }
        #expect(try await branch.store.amounts(of: "a") == [5])
    }

    @Test func afterTheCallNothingIsRefused() async throws {
        let gateway = Gateway()
        let tries = Counter()
        let strict = Participant("bank") {
            Perform(Withdraw.self) { command, key in
                try await gateway.book(command.amount, key: key)
            } commit: { command, balance, context in
                try context.append([Withdrawn(amount: balance)], to: StreamID("account-\(command.account)"))
                if tries.next() == 1 { throw Rejection("too.late") }
            }
        }
        try await branch.serving(strict) { transport in
            for count in 1...2 {
                #expect(try await transport.send([message(Withdraw(account: "a", amount: 5), key: "1")]) == [.sent])
                try await branch.replies(count)
            }
        }
        let outcomes = try await branch.outcomes()
        guard case .failed(let reason, isRetriable: true) = outcomes[0], case .succeeded = outcomes[1] else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(reason.contains("too.late"))
        #expect(gateway.keys.count == 2 && gateway.amounts == [5])
        #expect(try await branch.store.amounts(of: "a") == [-5])
    }

    @Test func anOverloadedStoreIsWaitedForWithTheResultInHand() async throws {
        let gateway = Gateway()
        let time = ManualTime()
        var branch = Branch(time: time)
        let troubles = Counter()
        branch.mood = WrappedStore(branch.store) { write in
            if !gateway.keys.isEmpty {
                switch troubles.next() {
                case 1: throw Overloaded(waiting: 9)
                case 2:
                    try await write()
                    throw CommitUnknown(underlying: CancellationError())
                default: break
                }
            }
            try await write()
        }
        let (cautious, sent) = (branch, try deposit())
        try await running([{ await passTime(time) }]) {
            try await cautious.serving(.cashier(gateway, timeout: .seconds(86_400))) { transport in
                #expect(try await transport.send([sent]) == [.sent])
                // The commit whose outcome was unknown, and what repeated it.
                try await cautious.replies(2)
            }
        }
        #expect(gateway.keys.count == 1)
        #expect(try await branch.store.amounts(of: "a") == [5])
        #expect(Set(try await branch.store.replies().map(\.data)).count == 1)
    }

    @Test func aFailureThatNobodyWantsToHearOfIsTriedAgain() async throws {
        let time = ManualTime()
        let branch = Branch(time: time)
        let gateway = Gateway(before: { call in if call <= 3 { throw LineDown() } })
        let sent = try deposit(replyTo: nil)
        try await running([{ await passTime(time) }]) {
            try await branch.serving(.cashier(gateway, timeout: .seconds(86_400))) { transport in
                #expect(try await transport.send([sent]) == [.sent])
                try await branch.store.waitForAmounts([5], of: "a")
            }
        }
        #expect(gateway.keys.count == 4)
        #expect(try await branch.store.outbox().isEmpty)
    }

    // guarantees: G12
    @Test func whatNobodyHearsOfIsTriedUntilItSucceedsAlsoAfterARestart() async throws {
        let time = ManualTime()
        let branch = Branch(time: time)
        let gateway = Gateway(before: { call in if call <= 60 { throw LineDown() } })
        let sent = try deposit(replyTo: nil)
        try await running([{ await passTime(time) }]) {
            try await branch.serving(.cashier(gateway, timeout: .seconds(86_400))) { transport in
                #expect(try await transport.send([sent]) == [.sent])
                try await gateway.waitForCalls(30)
            }
            #expect(try await branch.inbox("1")?.openMessage == sent)
            try await branch.serving(.cashier(gateway, timeout: .seconds(86_400))) { _ in
                while try await branch.store.amounts(of: "a") != [5] { await Task.yield() }
            }
        }
        #expect(Set(gateway.keys) == ["/client 1"] && gateway.keys.count == 61)
        #expect(gateway.amounts == [5])
    }

    @Test func whoAsksForWhatIsTriedWithoutEndIsTold() async throws {
        let gateway = Gateway(before: { _ in throw LineDown() })
        try await branch.serving(.cashier(gateway)) { transport in
            #expect(try await transport.send([deposit(replyTo: nil)]) == [.sent])
            try await gateway.waitForCalls(1)
            #expect(try await transport.send([deposit()]) == [.sent])
            try await branch.replies(1)
            let undo = try message(Withdraw(account: "a", amount: 5), key: "1/undo", compensates: "1")
            #expect(try await transport.send([undo]) == [.sent])
            try await branch.replies(2)
        }
        let outcomes = try await branch.outcomes()
        #expect(outcomes[0] == .failed(reason: "the line is down", isRetriable: true))
        guard case .failed(let reason, isRetriable: true) = outcomes[1] else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(reason.contains("bank.deposit") && reason.contains("the line is down"))
        guard case .started? = try await branch.inbox("1") else {
            Issue.record("It is not gone on with.")
            return
        }
    }

    // acceptance: 64
    @Test func whatNobodyHearsOfStaysVisibleWhenItsTimeIsOver() async throws {
        let time = ManualTime()
        let branch = Branch(time: time)
        let gateway = Gateway(before: { _ in throw LineDown() })
        var command = try deposit(replyTo: nil)
        command.time = time.now().wall
        let sent = command
        try await running([{ await passTime(time) }]) {
            try await branch.serving(.cashier(gateway, timeout: .seconds(86_400)), window: .seconds(7_200)) {
                transport in
                #expect(try await transport.send([sent]) == [.sent])
                while true {
                    if case .unresolved(sent, let reason)? = try await branch.inbox("1"), reason.contains("expired") {
                        return
                    }
                    await Task.yield()
                }
            }
        }
        // What is forgotten goes, and this is not forgotten.
        try await branch.store.write { transaction in
            let entry = InboxEntry(
                consumer: "bank",
                key: "/client 2",
                state: .tombstone,
                recordedAt: transaction.now.wall
            )
            try transaction.recordInbox(entry)
        }
        time.advance(by: .seconds(7_201))
        try await branch.serving(.cashier(gateway), window: .seconds(7_200)) { _ in
            while try await branch.inbox("2") != nil { await Task.yield() }
        }
        #expect(try await branch.inbox("1")?.openMessage == sent)
    }

    /// Rings a bell for the alert of a saga.
    private struct Alarm: Command {
        static let commandType: MessageType = AlertMessage.type
        static let destination: Address = "bank"
    }

    /// The bell is broken for longer than the inbox remembers, or the alert comes after so long.
    @Test(arguments: [false, true]) func anAlertIsGivenHoweverLate(isOld: Bool) async throws {
        let time = ManualTime()
        let branch = Branch(time: time)
        let start = time.now().wall
        let gateway = Gateway(before: { _ in
            if !isOld, time.now().wall.since(start) < .seconds(10_800) { throw LineDown() }
        })
        let pager = Participant("bank") {
            Perform(Alarm.self, timeout: .seconds(86_400)) { _, key in
                try await gateway.book(1, key: key)
            } commit: { _, _, context in
                try context.append([Deposited(amount: 1)], to: StreamID("account-a"))
            }
        }
        var alert = try message(Alarm(), key: "1", replyTo: nil)
        alert.time = isOld ? start + .seconds(-86_400) : start
        alert.firstSent = nil
        let sent = alert
        try await running([{ await passTime(time) }]) {
            try await branch.serving(pager, window: .seconds(7_200)) { transport in
                #expect(try await transport.send([sent]) == [.sent])
                while try await branch.store.amounts(of: "a") != [1] { await Task.yield() }
            }
        }
        #expect(gateway.amounts == [1])
    }

    // acceptance: 44
    @Test func whatFailsWithoutEndHoldsUpNoOtherTypeAlsoAfterARestart() async throws {
        let gateway = Gateway()
        let bank = Participant("bank") {
            Perform(Deposit.self) { _, _ -> Int in
                throw LineDown()
            } commit: { _, _, _ in
                Deposit.Reply(balance: 0)
            }
            Perform(Withdraw.self) { command, key in
                _ = try await gateway.book(-command.amount, key: key)
                return command
            } commit: { command, context in
                try context.append([Withdrawn(amount: command.amount)], to: StreamID("account-\(command.account)"))
            }
        }
        let deposits = try (1...5).map { try deposit("\($0)", partition: "\($0)", replyTo: nil) }
        @Sendable func withdrawal(_ key: String) throws -> Message {
            try message(Withdraw(account: "a", amount: 5), key: key, partition: key)
        }
        try await branch.serving(bank, capacity: 3) { transport in
            var fates: [SendOutcome] = []
            for one in deposits { fates += try await transport.send([one]) }
            #expect(fates.map { $0 == .sent } == [true, true, true, false, false])
            #expect(try await transport.send([withdrawal("8")]) == [.sent])
            try await branch.replies(1)
        }
        let hanging = Gateway(before: { _ in try await hang() })
        try await branch.serving(.cashier(hanging)) { transport in
            #expect(try await transport.send(deposits + [withdrawal("9")]).allSatisfy { $0 == .sent })
            try await hanging.waitForCalls(6)
        }
        try await branch.serving(bank, capacity: 3) { _ in try await branch.replies(2) }
        #expect(gateway.keys == ["/client 8", "/client 9"])
        #expect(try await branch.store.amounts(of: "a") == [-5, -5])
    }

    // acceptance: 44
    @Test func aSlowOutsideHoldsUpNothingElse() async throws {
        let gate = Gate()
        let gateway = Gateway(before: { _ in try await gate.pass() })
        let other = InMemoryStore()
        try await branch.serving(.cashier(gateway, calls: 2), capacity: 5) { transport in
            let ready = Signal()
            let neighbour = ParticipantWorker(
                participant: Participant("neighbour") { Handle(Audit.self) { _, _ in } },
                store: other,
                transport: Announcing(inner: transport, subscribed: ready),
                logger: .silent
            )
            // One partition key for all: not even what stands behind a slow call waits for it.
            let slow = try (1...8).map { try deposit("\($0)", partition: "\($0)") }
            var fates: [SendOutcome] = []
            for one in slow { fates += try await transport.send([one]) }
            #expect(fates.prefix(5).allSatisfy { $0 == .sent })
            for fate in fates.dropFirst(5) {
                guard case .failed(let reason) = fate else {
                    Issue.record("More was taken than there is room for.")
                    return
                }
                #expect(reason.contains("bank") && reason.contains("5"))
            }
            try await gateway.waitForCalls(2)
            let audits = try (0..<20).map { try message(Audit(), key: "audit \($0)", partition: "\($0 % 8)") }
            #expect(try await transport.send(audits).allSatisfy { $0 == .sent })
            #expect(try await branch.store.replies().count == 20)
            try await running([{ try await neighbour.run() }]) {
                var elsewhere = audits[0]
                elsewhere.destination = "neighbour"
                try await ready.wait(past: 0)
                #expect(try await transport.send([elsewhere]) == [.sent])
            }
            #expect(gateway.keys.count == 2)
            gate.open()
            try await branch.replies(25)
            #expect(try await transport.send(Array(slow.dropFirst(5))).allSatisfy { $0 == .sent })
            try await branch.replies(28)
        }
        #expect(gateway.most == 2)
        #expect(gateway.amounts.count == 8)
        #expect(try await branch.store.amounts(of: "a").count == 8)
    }
}
