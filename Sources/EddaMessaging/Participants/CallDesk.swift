internal import EddaCore
internal import Synchronization

/// Carries out what a participant has begun, so many calls at a time, apart from the deliveries that brought it.
///
/// A delivery is done as soon as its command is noted as begun: a slow outside holds up neither the other commands of
/// the participant nor those who send them.
final class CallDesk: Sendable {
    private let book: Mutex<CallBook>
    private let changes = Signal()
    private let time: any TimeSource

    /// A desk on which nothing lies.
    ///
    /// - Parameters:
    ///   - limit: The most calls that are under way together, from 1.
    ///   - capacity: The most commands of one type that are kept, from 1.
    init(limit: Int, capacity: Int, time: any TimeSource) {
        book = Mutex(CallBook(limit: limit, capacity: capacity))
        self.time = time
    }

    /// How many commands of a type lie here, whether they are under way or wait.
    func count(of type: MessageType) -> Int { book.withLock { $0.count(of: type) } }

    /// Whether a command can be taken up, or is here already.
    func hasRoom(for key: String, of type: MessageType) -> Bool {
        book.withLock { $0.hasRoom(for: type) || $0.contains(key) }
    }

    /// Takes up a command that was begun.
    func admit(_ message: Message, key: String, asker: Message?) {
        book.withLock { $0.admit(message, key: key, asker: asker) }
        changes.raise()
    }

    /// Hands out those who are owed an answer to a command.
    func takeAskers(of key: String) -> [Message] { book.withLock { $0.takeAskers(of: key) } }

    /// Carries out what is taken up, until the task is cancelled; then cancels what is under way and returns when it
    /// has ended.
    func run(_ carryOut: @escaping @Sendable (CallBook.Call) async -> CallBook.Ending) async {
        await withDiscardingTaskGroup { group in
            defer { group.cancelAll() }
            while !Task.isCancelled {
                let seen = changes.count
                let now = time.now()
                let (calls, pause) = book.withLock { ($0.next(at: now), $0.pause(from: now)) }
                for call in calls {
                    group.addTask {
                        self.conclude(call.key, await carryOut(call))
                    }
                }
                do {
                    if let pause {
                        try await changes.wait(past: seen, for: pause, by: time)
                    } else {
                        try await changes.wait(past: seen)
                    }
                } catch {
                    return
                }
            }
        }
    }

    /// Carries out what can be carried out now, one after another, and returns when nothing is left that can.
    func runReady(_ carryOut: (CallBook.Call) async -> CallBook.Ending) async {
        while true {
            let calls = take()
            guard !calls.isEmpty else { return }
            for call in calls { conclude(call.key, await carryOut(call)) }
        }
    }

    /// Hands out what can be carried out now; whoever does that concludes it.
    func take() -> [CallBook.Call] { book.withLock { $0.next(at: time.now()) } }

    /// Takes note of what came of a call that was handed out.
    func conclude(_ key: String, _ ending: CallBook.Ending) {
        book.withLock { $0.conclude(key, ending, at: time.now()) }
        changes.raise()
    }

    /// Waits until there is room for one of some types.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func waitForRoom(ofAny types: Set<MessageType>) async throws {
        while true {
            let seen = changes.count
            if book.withLock({ book in types.contains { book.hasRoom(for: $0) } }) { return }
            try await changes.wait(past: seen)
        }
    }

    /// Lets nothing more begin.
    func beginNoMore() { book.withLock { $0.isResting = true } }

    /// Lets nothing more begin and returns when nothing is under way.
    ///
    /// - Parameter waits: Raised when it has to wait.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func rest(raising waits: Signal) async throws {
        beginNoMore()
        while true {
            let seen = changes.count
            if book.withLock({ $0.running == 0 }) { return }
            waits.raise()
            try await changes.wait(past: seen)
        }
    }
}
