import EddaCore
import EddaMessaging
import EddaTesting
import Logging
import Synchronization
import Testing

struct Deposited: Event {
    static let eventType: EventType = "account.deposited"
    var amount: Int
}

struct Withdrawn: Event {
    static let eventType: EventType = "account.withdrawn"
    var amount: Int
}

struct Account: Aggregate {
    static let category: StreamCategory = "account"
    static let handlers = EventHandlers<Account> {
        On(Deposited.self) { account, event in account.balance += event.amount }
        On(Withdrawn.self) { account, event in account.balance -= event.amount }
    }
    var balance = 0
}

struct Deposit: Command {
    static let commandType: MessageType = "bank.deposit"
    static let destination: Address = "bank"
    struct Reply: Codable, Sendable { var balance: Int }
    var account: String
    var amount: Int
}

struct Withdraw: Command {
    static let commandType: MessageType = "bank.withdraw"
    static let destination: Address = "bank"
    var account: String
    var amount: Int
}

/// Counts how often something happened.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    @discardableResult
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

extension Participant {
    /// A bank that refuses to go below zero.
    static func bank(executions: Counter = Counter()) -> Participant {
        Participant("bank") {
            Handle(Deposit.self) { command, context in
                executions.next()
                try context.update(Account.self, id: command.account) { _ in [Deposited(amount: command.amount)] }
                return Deposit.Reply(balance: try context.load(Account.self, id: command.account).state.balance)
            }
            Handle(Withdraw.self) { command, context in
                executions.next()
                try context.append([Withdrawn(amount: command.amount)], to: StreamID("account-\(command.account)"))
                guard try context.load(Account.self, id: command.account).state.balance >= 0 else {
                    throw Rejection("bank.overdrawn", "The account has less than \(command.amount).")
                }
            }
        }
    }
}

extension StreamID {
    init(_ text: String) { self.init(unchecked: text) }
}

/// Runs `body` while the jobs run; cancels them afterwards and waits for their end.
@discardableResult
func running<Result: Sendable>(
    _ jobs: [@Sendable () async throws -> Void],
    while body: @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for job in jobs { group.addTask { try await job() } }
        let result: Result
        do {
            result = try await body()
        } catch {
            group.cancelAll()
            throw error
        }
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

extension Store {
    /// Waits until the outbox is as wanted.
    func waitForOutbox(_ isWanted: @Sendable ([OutboxRow]) -> Bool) async throws {
        while true {
            let seen = signals.outbox.count
            if isWanted(try await outbox()) { return }
            try await signals.outbox.wait(past: seen)
        }
    }

    func outbox() async throws -> [OutboxRow] { try await read { try $0.outbox(after: 0, limit: .max) } }

    /// The replies in the outbox.
    func replies() async throws -> [Message] {
        try await outbox().map(\.message).filter { $0.type == ReplyMessage.type }
    }

    /// Waits until the amounts of an account are as wanted.
    func waitForAmounts(_ wanted: [Int], of account: String) async throws {
        while true {
            let seen = signals.events.count
            if try await amounts(of: account) == wanted { return }
            try await signals.events.wait(past: seen)
        }
    }

    func amounts(of account: String) async throws -> [Int] {
        let schema = schema
        return try await events(in: StreamID("account-\(account)")).map { event in
            event.type == Deposited.eventType
                ? try schema.decode(Deposited.self, from: event).amount
                : try -schema.decode(Withdrawn.self, from: event).amount
        }
    }
}

/// A message with a command; its idempotency key is `key`.
func message(
    _ command: some Command,
    key: String,
    partition: String = "p",
    replyTo: Address? = "client",
    compensates: String? = nil
) throws -> Message {
    var message = try CommandMessage.make(
        command,
        from: "client",
        idempotencyKey: key,
        partitionKey: partition,
        replyTo: replyTo,
        compensates: compensates,
        time: .now(),
        schema: SchemaRegistry()
    )
    message.correlationID = "conversation"
    message.traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    return message
}

/// A message without meaning, for what only carries it.
func parcel(_ name: String, to destination: Address = "there", key: String = "k") -> Message {
    Message(
        id: name,
        source: "/test",
        type: "test.parcel",
        destination: destination,
        time: Timestamp(microseconds: 0),
        partitionKey: key,
        idempotencyKey: name,
        data: Array(name.utf8)
    )
}

/// A transport whose sending is a closure, and which remembers what was given to it.
final class ScriptedTransport: Transport {
    private let attempts = Mutex<[Message]>([])
    private let changed = Signal()
    private let script: @Sendable ([Message]) async throws -> [SendOutcome]

    init(_ script: @escaping @Sendable ([Message]) async throws -> [SendOutcome]) { self.script = script }

    var attempted: [Message] { attempts.withLock { $0 } }

    func send(_ messages: [Message]) async throws -> [SendOutcome] {
        attempts.withLock { $0 += messages }
        changed.raise()
        return try await script(messages)
    }

    func subscribe(to address: Address) async throws -> any TransportSubscription {
        throw TransportError("Nothing is received here.")
    }

    func waitForAttempts(_ isWanted: @Sendable ([Message]) -> Bool) async throws {
        while true {
            let seen = changed.count
            if isWanted(attempted) { return }
            try await changed.wait(past: seen)
        }
    }
}

/// Waits until it is cancelled.
func hang() async throws {
    try await Signal().wait(past: 0)
}

/// Lets a manual time source pass by as long as somebody sleeps on it.
func passTime(_ time: ManualTime) async {
    while !Task.isCancelled {
        await time.waitForSleepers(1)
        time.advance(by: .seconds(60))
        await Task.yield()
    }
}
