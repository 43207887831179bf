internal import EddaCore
internal import EddaMessaging
internal import EddaSagas
internal import Synchronization

/// Looks on when handlers execute commands, lets them fail, and keeps what has come to be: the effects that were
/// committed.
final class SagaJournal: Participant.Watch, LocalWatch {
    /// A command that was executed and committed.
    struct Entry: Sendable {
        let participant: Address
        let type: MessageType
        let key: String
        let isCompensation: Bool
        /// Since the start, in nanoseconds.
        let at: Int64
        /// What was answered; not known of what is done in the coordinator's process.
        var reply: [UInt8]?
    }

    /// A handler fails since the test wants it.
    private struct Injected: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var current: Message?
        var asked: [String: Int] = [:]
        var pending: [Entry] = []
        var entries: [Entry] = []
        var lastProblem: String?
        /// The keys under which calls were made that had their effect: they cannot be refused any more.
        var called: Set<String> = []
        /// Whether the call that is made now does not return in time.
        var isHanging = false
    }

    private let fates: SagaFates
    private let names: SagaNames
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    init(fates: SagaFates, names: SagaNames, now: @escaping @Sendable () -> Int64) {
        self.fates = fates
        self.names = names
        self.now = now
    }

    var entries: [Entry] { state.withLock { $0.entries } }

    /// The keys of what was called, whether or not anything was committed then.
    var called: Set<String> { state.withLock { $0.called } }

    /// What the last handler was made to throw.
    func takeProblem() -> String? {
        state.withLock { state in
            defer { state.lastProblem = nil }
            return state.lastProblem
        }
    }

    /// The command that will be executed next.
    func expect(_ message: Message) { expect(message, isHanging: false) }

    /// A command that was begun is gone on with.
    func expect(_ message: Message, isHanging: Bool) {
        state.withLock { state in
            state.current = message
            state.isHanging = isHanging
        }
    }

    /// A unit begins; what an earlier one left unfinished was rolled back.
    func beginUnit() { state.withLock { $0.pending = [] } }

    /// The unit was committed.
    func commitUnit() {
        state.withLock { state in
            state.entries += state.pending
            state.pending = []
        }
    }

    func decode(_ type: MessageType) throws {
        let problem: String? = state.withLock { state in
            guard let message = state.current else { return nil }
            let key = names.short(message.idempotencyKey)
            let number = state.asked[key, default: 0] + 1
            guard fates.at(.execution(key: key), number).contains(.breakage) else { return nil }
            state.asked[key] = number
            state.lastProblem = "cannot execute it at all"
            return "the test wants that nobody understands it"
        }
        if let problem { throw Injected(description: problem) }
    }

    func call() throws {
        let problem: (any Error)? = state.withLock { state in
            guard let message = state.current else { return nil }
            let key = names.short(message.idempotencyKey)
            let number = state.asked[key, default: 0] + 1
            let isRejected = fates.at(.execution(key: key), number).contains(.rejection)
            guard isRejected, !state.called.contains(message.idempotencyKey) else {
                state.called.insert(message.idempotencyKey)
                return nil
            }
            state.asked[key] = number
            state.lastProblem = "rejects it"
            return Rejection("test.rejected", "the test wants it")
        }
        if let problem { throw problem }
    }

    func begin(_ message: Message) throws {
        let key = names.short(message.idempotencyKey)
        let problem: (any Error)? = state.withLock { state in
            if state.isHanging {
                state.lastProblem = "gets no end of its call"
                return Injected(description: "the test wants a call that takes too long")
            }
            let number = state.asked[key, default: 0] + 1
            state.asked[key] = number
            let effects = fates.at(.execution(key: key), number)
            if effects.contains(.rejection), !state.called.contains(message.idempotencyKey) {
                state.lastProblem = "rejects it"
                return Rejection("test.rejected", "the test wants it")
            }
            if effects.contains(.failure) {
                state.lastProblem = "fails"
                return Injected(description: "the test wants a failure")
            }
            return nil
        }
        if let problem { throw problem }
    }

    func end(_ message: Message, _ reply: [UInt8]) {
        let entry = Entry(
            participant: message.destination,
            type: message.type,
            key: message.idempotencyKey,
            isCompensation: SagaKey(message.idempotencyKey)?.direction == .undo,
            at: now(),
            reply: reply
        )
        state.withLock { $0.pending.append(entry) }
    }

    // A step that is done in the coordinator's process: its effect is there when the work returns.

    func begin(_ key: String) throws {
        let name = names.short(key)
        let problem: (any Error)? = state.withLock { state in
            let number = state.asked[name, default: 0] + 1
            state.asked[name] = number
            let effects = fates.at(.execution(key: name), number)
            // Whoever has done it under this key says so when he is asked again.
            if effects.contains(.rejection), !state.called.contains(key) {
                return Rejection("test.rejected", "the test wants it")
            }
            if effects.contains(.breakage) {
                return SagaError(.unreadableState, "the test wants that it cannot be done")
            }
            return effects.contains(.failure) ? Injected(description: "the test wants a failure") : nil
        }
        if let problem { throw problem }
    }

    func end(_ key: String) {
        let entry = Entry(
            participant: "local",
            type: "edda.local",
            key: key,
            isCompensation: SagaKey(key)?.direction == .undo,
            at: now()
        )
        state.withLock { state in
            state.entries.append(entry)
            state.called.insert(key)
        }
    }
}

/// The names under which a test speaks of keys: without the id of its saga.
struct SagaNames: Sendable {
    let saga: SagaID

    func short(_ key: String) -> String {
        let prefix = "\(saga)/"
        return key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : key
    }
}
