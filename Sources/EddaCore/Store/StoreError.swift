/// A store could not do what it was asked, for a reason that is not one of the outcomes a program decides on
/// (those are types of their own: ``AppendConflict``, ``Overloaded``, ``CommitUnknown``).
public struct StoreError: Error, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Hashable, Sendable {
        /// An argument breaks a documented rule.
        case invalidArgument
        /// An event with this id is already in the store, or occurs twice in an append.
        case duplicateEvent
        /// The idempotency key was used before, for an append of other content.
        case keyReused
        /// A saga with this id exists under another name.
        case sagaMismatch
        /// A record was changed by somebody else since it was read.
        case staleWrite
        /// The store has no such thing.
        case notFound
        /// This store does not offer the operation.
        case unsupported
        /// The file cannot be opened, or is no Edda database, or is in use by a second store of this process.
        case cannotOpen
        /// The store was opened for reading only, or its file or folder may not be written.
        case readOnly
        /// The file was written by a newer version of Edda.
        case newerFormat
        /// Another process holds the file locked; the operation may be repeated.
        case locked
        /// The disk is full; reading still works, and writing again when there is room.
        case diskFull
        /// The operating system reported an input or output error.
        case ioError
        /// The database file is damaged.
        case corrupt
        /// The SQL of a caller is wrong or breaks a constraint.
        case badSQL
        /// The store was closed.
        case closed
    }

    /// What went wrong.
    public let code: Code
    /// A sentence that names the thing and what to do.
    public let description: String
    /// What caused it, where there is a cause.
    public let underlying: (any Error)?

    /// Describes a failure.
    public init(_ code: Code, _ description: String, underlying: (any Error)? = nil) {
        self.code = code
        self.description = description
        self.underlying = underlying
    }

    /// Events stand behind the head of the log: their positions could be given again, and who reads up to the head
    /// would get them again and again.
    package static func logIsBehind(head: Position, last: Position) -> StoreError {
        StoreError(
            .corrupt,
            "The log says that its head is \(head), but position \(last) is taken. The database was damaged or changed by "
                + "hand: restore it from a backup; `edda verify` names all that is wrong with it."
        )
    }

    /// Whether repeating the same operation later may succeed.
    public var isRetriable: Bool { code == .locked || code == .diskFull || code == .staleWrite }
}

/// The writing queue of a store is full; nothing was written.
///
/// Wait a little and repeat.
public struct Overloaded: Error, Hashable, CustomStringConvertible {
    /// How many units were waiting.
    public let waiting: Int

    /// Describes a full queue.
    public init(waiting: Int) { self.waiting = waiting }

    /// Names the length of the queue.
    public var description: String {
        "The store's writing queue is full (\(waiting) units are waiting). Wait a little and repeat."
    }
}

/// A commit ended in an error and it could not be learned whether it took effect.
///
/// Repeat the append under an idempotency key: with the same key it is written at most once.
public struct CommitUnknown: Error, CustomStringConvertible {
    /// What the commit, or the attempt to learn its outcome, ended in.
    public let underlying: any Error

    /// Describes an unknown commit.
    public init(underlying: any Error) { self.underlying = underlying }

    /// Names the cause.
    public var description: String {
        "It is not known whether the commit took effect (\(underlying)). Repeat it under its idempotency key."
    }
}
