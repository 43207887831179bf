import EddaCore
import EddaMessaging
import EddaTesting
import Logging
import Synchronization
import Testing

/// A bank outside that remembers the keys of what it has done, and does nothing twice.
final class Gateway: Sendable {
    private struct State {
        var keys: [String] = []
        var ledger: [(key: String, amount: Int)] = []
        var underWay = 0
        var most = 0
    }

    /// What happens at a call, before or after it takes effect; it gets the number of the call, from 1.
    typealias Script = @Sendable (_ call: Int) async throws -> Void

    private let state = Mutex(State())
    private let changes = Signal()
    private let before: Script
    private let after: Script

    init(before: @escaping Script = { _ in }, after: @escaping Script = { _ in }) {
        self.before = before
        self.after = after
    }

    /// The keys of all calls, in their order.
    var keys: [String] { state.withLock { $0.keys } }
    /// What took effect, in its order.
    var amounts: [Int] { state.withLock { $0.ledger.map(\.amount) } }
    /// The keys of what took effect.
    var booked: [String] { state.withLock { $0.ledger.map(\.key) } }
    /// The most calls that were under way together.
    var most: Int { state.withLock { $0.most } }

    /// Books an amount once under a key, and tells the balance after it.
    func book(_ amount: Int, key: String) async throws -> Int {
        let call = state.withLock { state in
            state.keys.append(key)
            state.underWay += 1
            state.most = max(state.most, state.underWay)
            return state.keys.count
        }
        changes.raise()
        defer {
            state.withLock { $0.underWay -= 1 }
            changes.raise()
        }
        try await before(call)
        let balance = state.withLock { state in
            if !state.ledger.contains(where: { $0.key == key }) { state.ledger.append((key, amount)) }
            let end = state.ledger.firstIndex { $0.key == key } ?? 0
            return state.ledger[...end].reduce(0) { $0 + $1.amount }
        }
        changes.raise()
        try await after(call)
        return balance
    }

    /// Waits until so many calls have begun.
    func waitForCalls(_ count: Int) async throws { try await wait { self.keys.count >= count } }

    /// Waits until so much has taken effect.
    func waitForAmounts(_ count: Int) async throws { try await wait { self.amounts.count >= count } }

    private func wait(until holds: () -> Bool) async throws {
        while true {
            let seen = changes.count
            if holds() { return }
            try await changes.wait(past: seen)
        }
    }
}

/// Lets nobody through until it is opened.
final class Gate: Sendable {
    private let opened = Signal()
    func open() { opened.raise() }
    func pass() async throws { try await opened.wait(past: 0) }
}

extension Participant {
    /// A bank whose money is booked outside.
    static func cashier(_ gateway: Gateway, calls: Int = 16, timeout: Duration = .seconds(60)) -> Participant {
        Participant("bank", calls: calls) {
            Perform(Deposit.self, timeout: timeout) { command, key in
                try await gateway.book(command.amount, key: key)
            } commit: { command, balance, context in
                try context.append([Deposited(amount: command.amount)], to: StreamID("account-\(command.account)"))
                return Deposit.Reply(balance: balance)
            }
            Perform(Withdraw.self, timeout: timeout) { command, key in
                _ = try await gateway.book(-command.amount, key: key)
                return command
            } commit: { command, context in
                try context.append([Withdrawn(amount: command.amount)], to: StreamID("account-\(command.account)"))
            }
            Handle(Audit.self) { _, _ in }
        }
    }
}

/// Does nothing, at once.
struct Audit: Command {
    static let commandType: MessageType = "bank.audit"
    static let destination: Address = "bank"
}

/// The gateway's line is dead.
struct LineDown: Error, CustomStringConvertible {
    var description: String { "the line is down" }
}

/// Runs a participant on a store and sends to it.
struct Branch: Sendable {
    let store: InMemoryStore
    /// What the participant works on: the store, or one that has its moods.
    var view: any Store { mood ?? store }
    var mood: (any Store)?

    init(time: any TimeSource = SystemTime()) { store = InMemoryStore(time: time) }

    /// Runs the participant while `body` sends; the worker is stopped afterwards, as if the process ended.
    @discardableResult
    func serving<Result: Sendable>(
        _ participant: Participant,
        capacity: Int = 1_000,
        window: Duration = .seconds(7 * 86_400),
        while body: @Sendable (InProcessTransport) async throws -> Result
    ) async throws -> Result {
        let transport = InProcessTransport()
        let ready = Signal()
        let worker = ParticipantWorker(
            participant: participant,
            store: view,
            transport: Announcing(inner: transport, subscribed: ready),
            logger: .silent,
            configuration: .init(inboxWindow: window, callCapacity: capacity)
        )
        return try await running([{ try await worker.run() }]) {
            try await ready.wait(past: 0)
            return try await body(transport)
        }
    }

    /// Waits until there are so many replies.
    @discardableResult
    func replies(_ count: Int) async throws -> [Message] {
        try await store.waitForOutbox { rows in rows.count { $0.message.type == ReplyMessage.type } >= count }
        return try await store.replies()
    }

    func outcomes() async throws -> [CommandOutcome] {
        try await store.replies().map { try ReplyMessage.outcome(of: $0) }
    }

    func inbox(_ key: String) async throws -> InboxEntry.State? {
        try await store.read { try $0.inboxEntry(consumer: "bank", key: "/client \(key)")?.state }
    }
}
