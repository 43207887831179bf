internal import EddaCore

/// Which of the commands that a participant has begun are under way, and who waits for which.
///
/// A pure value; ``CallDesk`` keeps it behind a lock and carries out what it hands out. What it forgets is in the
/// store: every command in it has an open inbox entry.
struct CallBook: Sendable {
    /// A command that was begun.
    struct Call: Hashable, Sendable {
        /// Its place in the inbox.
        let key: String
        /// The message that was kept.
        let message: Message
        /// Whether the sender of the kept message is owed an answer, since no delivery has brought it here.
        let answersKept: Bool
        /// How often it has failed without anybody to tell.
        var failures = 0
        /// Why the command that it undoes could not be brought to its end, although it was tried.
        var obstacle: String?
    }

    /// What came of carrying a call out.
    enum Ending: Hashable, Sendable {
        /// It has an outcome, and those who asked have their answers.
        case concluded
        /// It failed, and those who asked have been told.
        case failed(reason: String)
        /// It could not be gone on with, and nobody was told; it stays begun.
        case stopped(reason: String)
        /// It failed, and there is nobody to tell: it is tried again after a pause.
        case tryAgain(after: Duration, reason: String)
        /// Another command has to be brought to its end first.
        case waits(for: Message, key: String)
    }

    private enum State: Hashable, Sendable {
        case ready
        case running
        case waiting(for: ExactText)
        case pausing(until: Moment)
    }

    private struct Entry: Sendable {
        var call: Call
        var state: State
        /// The messages that are owed an answer, their data removed.
        var askers: [Message]
    }

    private let limit: Int
    private let capacity: Int
    private var entries: [ExactText: Entry] = [:]
    /// How many there are of each type.
    private var counts: [MessageType: Int] = [:]
    /// The keys of those that are ready, in the order in which they became so.
    private var ready: [ExactText] = []
    private(set) var running = 0
    private var askers = 0
    /// Whether nothing more is handed out.
    var isResting = false

    /// An empty book.
    ///
    /// - Parameters:
    ///   - limit: The most calls that are under way together, from 1.
    ///   - capacity: The most of one type that are kept, from 1: those of a type that fails without end leave the room
    ///     of the others alone.
    init(limit: Int, capacity: Int) {
        self.limit = max(1, limit)
        self.capacity = max(1, capacity)
    }

    var count: Int { entries.count }

    /// How many commands of a type are in the book.
    func count(of type: MessageType) -> Int { counts[type, default: 0] }

    /// Whether there is room for one more of a type.
    func hasRoom(for type: MessageType) -> Bool { count(of: type) < capacity }

    /// Whether a command is in the book.
    func contains(_ key: String) -> Bool { entries[ExactText(key)] != nil }

    /// Takes up a command that was begun, or joins those who wait for it.
    ///
    /// - Parameters:
    ///   - message: The message that was kept.
    ///   - key: Its place in the inbox.
    ///   - asker: The message that is to be answered; `nil` for the kept one, which no delivery has brought.
    ///
    /// Who joins a book that is full of askers gets no answer of his own: the one to the first copy of his message is
    /// the same.
    mutating func admit(_ message: Message, key: String, asker: Message?) {
        let place = ExactText(key)
        if entries[place] == nil {
            entries[place] = Entry(
                call: Call(key: key, message: message, answersKept: asker == nil),
                state: .ready,
                askers: []
            )
            counts[message.type, default: 0] += 1
            ready.append(place)
        }
        guard var asker, askers < capacity || entries[place]?.askers.isEmpty == true else { return }
        asker.data = []
        entries[place]?.askers.append(asker)
        askers += 1
        // Somebody asks for what was put off: it is tried now.
        if case .pausing = entries[place]?.state { makeReady(place) }
    }

    /// Hands out what may be carried out now.
    mutating func next(at now: Moment) -> [Call] {
        guard !isResting else { return [] }
        for (key, entry) in entries {
            if case .pausing(let until) = entry.state, until.delay(from: now) <= .zero { makeReady(key) }
        }
        let keys = ready.prefix(limit - running)
        ready.removeFirst(keys.count)
        running += keys.count
        return keys.compactMap { key in
            entries[key]?.state = .running
            return entries[key]?.call
        }
    }

    /// How long until one that pauses is tried again; `nil` when none is, as at rest.
    func pause(from now: Moment) -> Duration? {
        guard !isResting else { return nil }
        return entries.values
            .compactMap { if case .pausing(let until) = $0.state { until.delay(from: now) } else { nil } }
            .min()
    }

    /// Hands out those who are owed an answer to a command; the caller sees to it that they get it.
    mutating func takeAskers(of key: String) -> [Message] { takeAskers(of: ExactText(key)) }

    private mutating func takeAskers(of key: ExactText) -> [Message] {
        let taken = entries[key]?.askers ?? []
        entries[key]?.askers = []
        askers -= taken.count
        return taken
    }

    /// Takes note of what came of a call that was handed out.
    mutating func conclude(_ key: String, _ ending: Ending, at now: Moment) {
        let key = ExactText(key)
        guard let entry = entries[key], entry.state == .running else { return }
        running -= 1
        switch ending {
        case .concluded: remove(key, obstacle: nil)
        case .failed(let reason): remove(key, obstacle: reason)
        case .stopped(let reason):
            // They are answered when they come again.
            _ = takeAskers(of: key)
            remove(key, obstacle: reason)
        case .tryAgain(let pause, let reason):
            entries[key]?.call.failures += 1
            // Next time it asks again for what it undoes.
            entries[key]?.call.obstacle = nil
            entries[key]?.state = .pausing(until: now.advanced(by: pause))
            wake(behind: key, obstacle: reason)
        case .waits(let message, let other):
            let place = ExactText(other)
            guard !waits(place, for: key) else {
                entries[key]?.call.obstacle = "It and what it undoes undo each other."
                return makeReady(key)
            }
            admit(message, key: other, asker: nil)
            entries[key]?.state = .waiting(for: place)
            if case .pausing = entries[place]?.state { makeReady(place) }
        }
    }

    private mutating func makeReady(_ key: ExactText) {
        entries[key]?.state = .ready
        ready.append(key)
    }

    /// Whether a command waits for another one, be it through others.
    private func waits(_ key: ExactText, for other: ExactText) -> Bool {
        var key = key
        // A row of commands that wait ends, since none is let in that would close it to a circle.
        while key != other {
            guard case .waiting(let next) = entries[key]?.state else { return false }
            key = next
        }
        return true
    }

    /// Lets those go on that wait for a command, for they are told how it went.
    private mutating func wake(behind key: ExactText, obstacle: String?) {
        for (other, entry) in entries where entry.state == .waiting(for: key) {
            entries[other]?.call.obstacle = obstacle
            makeReady(other)
        }
    }

    private mutating func remove(_ key: ExactText, obstacle: String?) {
        wake(behind: key, obstacle: obstacle)
        if entries[key]?.askers.isEmpty == false {
            // They came while the others were being answered.
            makeReady(key)
        } else if let type = entries.removeValue(forKey: key)?.call.message.type {
            let left = count(of: type) - 1
            counts[type] = left == 0 ? nil : left
        }
    }
}

extension Moment {
    /// How long after `moment` this one comes; the wall clock counts only across a reboot.
    fileprivate func delay(from moment: Moment) -> Duration {
        boot == moment.boot ? .nanoseconds(uptime) - .nanoseconds(moment.uptime) : wall.since(moment.wall)
    }
}
