import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct RunTests {
    /// Delivers what the test hands over at one address, and keeps what is settled.
    final class Mailbox: Transport, TransportSubscription {
        private let state = Mutex((waiting: [Message](), next: UInt64(0), settled: [Settlement]()))
        private let changed = Signal()

        func put(_ message: Message) {
            state.withLock { $0.waiting.append(message) }
            changed.raise()
        }

        func send(_ messages: [Message]) async throws -> [SendOutcome] { messages.map { _ in .sent } }

        func subscribe(to address: Address) async throws -> any TransportSubscription { self }

        func receive(limit: Int) async throws -> [Delivery] {
            while true {
                let seen = changed.count
                let deliveries = state.withLock { state in
                    let taken = state.waiting.prefix(limit)
                    state.waiting.removeFirst(taken.count)
                    return taken.map { message in
                        state.next += 1
                        return Delivery(token: state.next, message: message)
                    }
                }
                if !deliveries.isEmpty { return deliveries }
                try await changed.wait(past: seen)
            }
        }

        func settle(_ settlements: [Settlement]) async { state.withLock { $0.settled += settlements } }

        func cancel() async {}

        var settled: [Settlement] { state.withLock { $0.settled } }
    }

    /// Answers every command in the outbox, in order; `outcome` says how.
    private func participants(
        _ world: World,
        _ mailbox: Mailbox,
        _ outcome: @escaping @Sendable (Message) -> CommandOutcome?
    ) async throws {
        var last: Int64 = 0
        while true {
            let seen = world.store.signals.outbox.count
            let after = last
            for row in try await world.store.read({ try $0.outbox(after: after, limit: 100) }) {
                last = row.sequence
                mailbox.put(try world.reply(to: row.message, outcome(row.message)))
            }
            try await world.store.signals.outbox.wait(past: seen)
        }
    }

    @Test func sagasRunToTheirEndsSideBySide() async throws {
        let world = try World(FulfilOrder.self)
        let mailbox = Mailbox()
        let statuses = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.coordinator.run(transport: mailbox) }
            group.addTask {
                try await self.participants(world, mailbox) { message in
                    // Every third order is refused by the bank.
                    let number = Int(message.correlationID?.dropFirst(6) ?? "") ?? 0
                    return message.type == AuthorizePayment.commandType && number % 3 == 0 ? Replies.refusal : nil
                }
            }
            var statuses: [SagaRecord.Status] = []
            for number in 0..<30 {
                let id = try SagaID(validating: "order-\(number)")
                try await world.coordinator.start(FulfilOrder.self, id: id, state: .init(order: "\(number)"))
            }
            for number in 0..<30 {
                let id = try SagaID(validating: "order-\(number)")
                statuses.append(try await world.coordinator.wait(for: id).status)
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return statuses
        }
        #expect(statuses.enumerated().allSatisfy { $0.element == ($0.offset % 3 == 0 ? .compensated : .completed) })
        #expect(mailbox.settled.allSatisfy { $0.fate == .acknowledged })
        #expect(try await world.timer() == nil)
    }

    @Test func timersFireWhileTheCoordinatorRuns() async throws {
        let world = try World(FulfilOrder.self)
        let mailbox = Mailbox()
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.coordinator.run(transport: mailbox) }
            // Nobody answers. Whenever the timer loop sleeps, time moves on to when it wants to be woken.
            try await world.passTime { try await world.record("order-1").status != .running }
            group.cancelAll()
            while try await group.next() != nil {}
        }
        #expect(try await world.keys().last == "order-1/reserve/undo")
    }
}
