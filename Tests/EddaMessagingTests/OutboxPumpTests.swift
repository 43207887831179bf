import EddaCore
import EddaMessaging
import EddaTesting
import Logging
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct OutboxPumpTests {
    private let time = ManualTime()
    private let store: InMemoryStore

    init() { store = InMemoryStore(time: time) }

    private func pump(
        through transport: any Transport,
        retry: RetryPolicy = .exponential(attempts: 3, initial: .seconds(1))
    ) -> OutboxPump {
        OutboxPump(store: store, transport: transport, logger: .silent, configuration: .init(batch: 4, retry: retry))
    }

    private func enqueue(_ messages: Message...) async throws {
        try await store.write { transaction in for message in messages { try transaction.enqueue(message) } }
    }

    @Test func commitsWakeThePump() async throws {
        let transport = ScriptedTransport { $0.map { _ in .sent } }
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) {
            for number in 0..<20 {
                try await enqueue(parcel("\(number)", key: "\(number % 3)"))
                try await store.waitForOutbox(\.isEmpty)
            }
        }
        #expect(transport.attempted.map(\.id) == (0..<20).map(String.init))
    }

    // guarantees: G9
    @Test func aKeyKeepsItsOrder() async throws {
        let transport = ScriptedTransport { messages in
            #expect(Set(messages.map(\.partitionKey)).count == messages.count, "Two of one key were under way at once.")
            return messages.map { _ in .sent }
        }
        let names = (0..<500).map(String.init)
        try await store.write { transaction in
            for name in names { try transaction.enqueue(parcel(name, key: String(name.suffix(1)))) }
        }
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) { try await store.waitForOutbox(\.isEmpty) }
        for digit in 0..<10 {
            let key = String(digit)
            let ofKey = transport.attempted.filter { $0.partitionKey == key }.map(\.id)
            #expect(ofKey == names.filter { $0.hasSuffix(key) })
        }
    }

    // guarantees: G7
    @Test func whatIsRolledBackIsNeverSent() async throws {
        struct Abandoned: Error {}
        let transport = ScriptedTransport { $0.map { _ in .sent } }
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) {
            await #expect(throws: Abandoned.self) {
                try await store.write { transaction in
                    try transaction.enqueue(parcel("never"))
                    throw Abandoned()
                }
            }
            try await enqueue(parcel("committed"))
            try await store.waitForOutbox(\.isEmpty)
        }
        #expect(transport.attempted.map(\.id) == ["committed"])
    }

    // guarantees: G7, G9
    @Test func aFailureIsTriedAgainAndItsFollowersWaitInOrder() async throws {
        let failures = Counter()
        let transport = ScriptedTransport { messages in
            messages.map { $0.id == "1" && failures.next() <= 2 ? .failed(reason: "busy") : .sent }
        }
        try await enqueue(
            parcel("1", key: "x"),
            parcel("2", key: "x"),
            parcel("other", key: "y"),
            parcel("3", key: "x")
        )
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) {
            try await store.waitForOutbox { rows in
                rows.map(\.message.id) == ["1", "2", "3"] && !rows.contains { $0.state == .ready }
            }
            // One that comes later waits as well.
            try await enqueue(parcel("4", key: "x"))
            try await store.waitForOutbox { rows in rows.count == 4 && !rows.contains { $0.state == .ready } }
            #expect(transport.attempted.map(\.id) == ["1", "other"])
            try await running([{ await passTime(time) }]) { try await store.waitForOutbox(\.isEmpty) }
            // The key is free again.
            try await enqueue(parcel("5", key: "x"))
            try await store.waitForOutbox(\.isEmpty)
        }
        #expect(transport.attempted.map(\.id) == ["1", "other", "1", "1", "2", "3", "4", "5"])
    }

    // guarantees: G7
    @Test func aMessageWhoseTriesAreUsedUpIsAListedDeadLetterAndHoldsItsKey() async throws {
        let transport = ScriptedTransport { messages in
            messages.map { $0.partitionKey == "x" ? .failed(reason: "busy") : .sent }
        }
        try await enqueue(parcel("1", key: "x"), parcel("2", key: "x"))
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) {
            try await running([{ await passTime(time) }]) {
                try await store.waitForOutbox { $0.first?.state == .dead(attempts: 3, reason: "busy") }
            }
            try await enqueue(parcel("3", key: "x"), parcel("other", key: "y"))
            try await store.waitForOutbox { rows in
                rows.map(\.message.id) == ["1", "2", "3"]
                    && rows.dropFirst().allSatisfy { $0.state == .held(attempts: 0, due: nil, reason: nil) }
            }
        }
        #expect(transport.attempted.map(\.id) == ["1", "1", "1", "other"])
    }

    // guarantees: G7
    @Test func whatStandsBehindADeadLetterIsSentWhenThatIsRemoved() async throws {
        let transport = ScriptedTransport { $0.map { $0.id == "1" ? .refused(reason: "never") : .sent } }
        try await enqueue(parcel("1"), parcel("2"), parcel("3"))
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) {
            try await store.waitForOutbox { rows in
                rows.first?.state == .dead(attempts: 1, reason: "never") && !rows.contains { $0.state == .ready }
            }
            let dead = try await store.outbox()[0].sequence
            try await store.write { try $0.removeFromOutbox([dead]) }
            try await store.waitForOutbox(\.isEmpty)
        }
        #expect(transport.attempted.map(\.id) == ["1", "2", "3"])
    }

    // acceptance: 46
    @Test func theDefaultPatienceOutlivesAnOutageOfHours() {
        let retry = OutboxPump.Configuration().retry
        var (attempt, patience) = (1, Duration.zero)
        while let pause = retry.pause(afterAttempt: attempt, entropy: .max / 2) {
            (attempt, patience) = (attempt + 1, patience + pause)
        }
        #expect(patience > .seconds(4 * 3_600) && patience < .seconds(5 * 3_600))
        #expect(retry.cap == .seconds(30), "Nobody waits longer once the destination is back.")
    }

    // acceptance: 45
    @Test func whatIsRefusedIsADeadLetterAtOnce() async throws {
        let transport = ScriptedTransport { $0.map { _ in .refused(reason: "no handler") } }
        try await enqueue(parcel("1"))
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) {
            try await store.waitForOutbox { $0.map(\.state) == [.dead(attempts: 1, reason: "no handler")] }
        }
        #expect(transport.attempted.count == 1)
    }

    // acceptance: 40
    @Test func whatCannotBeRoutedStaysWhileTheRestFlows() async throws {
        let transport = InProcessTransport()
        let received = Signal()
        let reachable = Signal()
        let loop = DeliveryLoop(
            address: "there",
            transport: Announcing(inner: transport, subscribed: reachable),
            logger: .silent
        ) { deliveries in
            received.raise()
            return deliveries.map { Settlement(token: $0.token, fate: .acknowledged) }
        }
        let pump = pump(through: transport)
        try await running([{ try await loop.run() }]) {
            try await reachable.wait(past: 0)
            try await running([{ try await pump.run() }]) {
                try await enqueue(parcel("lost", to: "nowhere"), parcel("1"), parcel("2"))
                try await store.waitForOutbox { rows in
                    guard rows.count == 1, case .held(1, _?, let reason?) = rows[0].state else { return false }
                    return rows[0].message.id == "lost" && reason.contains("nowhere")
                }
                let counts = try await store.read { try $0.outboxCounts() }
                #expect(counts == OutboxCounts(ready: 0, held: 1, dead: 0))
            }
        }
    }

    // acceptance: 44
    @Test func aDestinationThatHangsDoesNotStopTheOthers() async throws {
        let transport = ScriptedTransport { messages in
            if messages[0].destination == "slow" { try await hang() }
            return messages.map { _ in .sent }
        }
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) {
            try await store.write { transaction in
                for number in 0..<100 {
                    try transaction.enqueue(parcel("s\(number)", to: "slow", key: "\(number)"))
                    try transaction.enqueue(parcel("f\(number)", to: "fast", key: "\(number % 7)"))
                }
            }
            try await store.waitForOutbox { rows in rows.allSatisfy { $0.message.destination == "slow" } }
        }
        #expect(transport.attempted.filter { $0.destination == "slow" }.count == 4, "One batch, and no more.")
        #expect(try await store.outbox().count == 100, "Nothing that hangs was given up.")
    }

    @Test func aHeldMessageUnderWayDoesNotHideTheNextOneThatComesDue() async throws {
        let tries = Mutex<[String: Int]>([:])
        let transport = ScriptedTransport { messages in
            var outcomes: [SendOutcome] = []
            for message in messages {
                let count = tries.withLock { tries in
                    tries[message.id, default: 0] += 1
                    return tries[message.id, default: 0]
                }
                if count == 1 {
                    outcomes.append(.failed(reason: "busy"))
                } else {
                    if message.id == "hangs" { try await hang() }
                    outcomes.append(.sent)
                }
            }
            return outcomes
        }
        let pump = pump(through: transport)
        try await running([{ try await pump.run() }]) {
            try await enqueue(parcel("hangs", to: "slow"))
            try await running([{ await passTime(time) }]) {
                try await transport.waitForAttempts { $0.filter { $0.id == "hangs" }.count == 2 }
                try await enqueue(parcel("late", to: "fast"))
                try await store.waitForOutbox { $0.map(\.message.id) == ["hangs"] }
            }
        }
    }

    @Test func cancellationLeavesWhatIsUnderWayInTheOutbox() async throws {
        let hanging = ScriptedTransport { _ in
            try await hang()
            return []
        }
        try await enqueue(parcel("1"))
        let first = pump(through: hanging)
        try await running([{ try await first.run() }]) { try await hanging.waitForAttempts { $0.count == 1 } }
        #expect(try await store.outbox().map(\.state) == [.ready])

        let working = ScriptedTransport { $0.map { _ in .sent } }
        let second = pump(through: working)
        try await running([{ try await second.run() }]) { try await store.waitForOutbox(\.isEmpty) }
        #expect(working.attempted.map(\.id) == ["1"])
    }

    @Test func aRestartGoesOnWithHeldMessages() async throws {
        try await enqueue(parcel("1"), parcel("2"))
        let failing = pump(through: ScriptedTransport { $0.map { _ in .failed(reason: "busy") } })
        try await running([{ try await failing.run() }]) {
            try await store.waitForOutbox { rows in !rows.contains { $0.state == .ready } }
        }
        let transport = ScriptedTransport { $0.map { _ in .sent } }
        let working = pump(through: transport)
        try await running([{ try await working.run() }, { await passTime(time) }]) {
            try await store.waitForOutbox(\.isEmpty)
        }
        #expect(transport.attempted.map(\.id) == ["1", "2"])
    }

    // guarantees: G7
    @Test func whatStandsBehindAMessageThatAnotherPumpHasSentIsSent() async throws {
        let gate = Signal()
        let slow = ScriptedTransport { messages in
            guard messages[0].id == "1" else { return messages.map { _ in .sent } }
            try await gate.wait(past: 0)
            return [.failed(reason: "busy")]
        }
        let quick = ScriptedTransport { messages in
            if messages[0].id != "1" { try await hang() }
            return messages.map { _ in .sent }
        }
        try await enqueue(parcel("1"), parcel("2"), parcel("3"))
        let (first, second) = (pump(through: slow), pump(through: quick))
        try await running([{ try await first.run() }]) {
            try await slow.waitForAttempts { $0.count == 1 }
            try await running([{ try await second.run() }]) {
                try await store.waitForOutbox { $0.map(\.message.id) == ["2", "3"] }
            }
            gate.raise()
            try await store.waitForOutbox(\.isEmpty)
        }
        #expect(slow.attempted.map(\.id) == ["1", "2", "3"])
    }

    @Test func anOverloadedStoreIsAskedAgainAndNothingIsSentTwice() async throws {
        let transport = ScriptedTransport { $0.map { _ in .sent } }
        let trouble = Counter()
        let moody = WrappedStore(store) { write in
            if trouble.next() <= 3 { throw Overloaded(waiting: 1) }
            try await write()
        }
        try await enqueue(parcel("1"))
        let pump = OutboxPump(store: moody, transport: transport, logger: .silent)
        try await running([{ try await pump.run() }, { await passTime(time) }]) {
            try await store.waitForOutbox(\.isEmpty)
        }
        #expect(transport.attempted.map(\.id) == ["1"])
    }

    // guarantees: G7, G9
    @Test func sendingAndRecordingGoOnWhileWhatWasSentIsRemoved() async throws {
        let failures = Counter()
        let transport = ScriptedTransport { messages in
            messages.map { $0.id == "4" && failures.next() == 1 ? .failed(reason: "busy") : .sent }
        }
        let (gate, writes) = (Signal(), Counter())
        let slow = WrappedStore(store) { write in
            if writes.next() == 1 { try await gate.wait(past: 0) }
            try await write()
        }
        try await enqueue(parcel("1", key: "x"))
        let pump = OutboxPump(store: slow, transport: transport, logger: .silent)
        try await running([{ try await pump.run() }]) {
            try await transport.waitForAttempts { $0.count == 1 }
            try await enqueue(parcel("2", key: "x"), parcel("3", key: "y"))
            try await transport.waitForAttempts { $0.count == 3 }
            // The failure is on record although the removal of the first hangs.
            try await enqueue(parcel("4", key: "y"), parcel("5", key: "y"))
            try await store.waitForOutbox { rows in
                rows.filter { $0.state != .ready }.map(\.message.id) == ["4", "5"]
            }
            #expect(try await store.outbox().map(\.message.id).contains("1"))
            gate.raise()
            try await running([{ await passTime(time) }]) { try await store.waitForOutbox(\.isEmpty) }
        }
        #expect(transport.attempted.filter { $0.partitionKey == "x" }.map(\.id) == ["1", "2"])
        #expect(transport.attempted.filter { $0.partitionKey == "y" }.map(\.id) == ["3", "4", "4", "5"])
    }

    @Test func aRecordingOfUnknownOutcomeIsRepeated() async throws {
        let transport = ScriptedTransport { messages in
            messages.map { $0.partitionKey == "x" && $0.id == "1" ? .refused(reason: "never") : .sent }
        }
        let writes = Counter()
        let moody = WrappedStore(store) { write in
            try await write()
            if writes.next() == 1 { throw CommitUnknown(underlying: CancellationError()) }
        }
        try await enqueue(parcel("1", key: "x"), parcel("2", key: "x"), parcel("3", key: "y"))
        let pump = OutboxPump(store: moody, transport: transport, logger: .silent)
        try await running([{ try await pump.run() }, { await passTime(time) }]) {
            try await store.waitForOutbox { $0.map(\.message.id) == ["1", "2"] }
            try await enqueue(parcel("4", key: "y"))
            try await store.waitForOutbox { $0.map(\.message.id) == ["1", "2"] }
        }
        #expect(transport.attempted.map(\.id) == ["1", "3", "4"])
    }
}

/// A store whose units of change go through a closure first.
struct WrappedStore: ForwardingStore {
    let base: any Store
    private let around: @Sendable (_ write: () async throws -> Void) async throws -> Void

    init(_ base: any Store, around: @escaping @Sendable (_ write: () async throws -> Void) async throws -> Void) {
        self.base = base
        self.around = around
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        var result: Result?
        try await around { result = try await base.write(body) }
        guard let result else { throw CancellationError() }
        return result
    }
}
