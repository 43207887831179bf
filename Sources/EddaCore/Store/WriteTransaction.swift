/// The unit of change: what its closure does commits together or not at all.
///
/// A closure that throws leaves no trace. It may be run again when the commit that it was part of had to be repeated,
/// so it changes nothing outside the transaction. Its calls are synchronous; what it reads includes what it wrote.
public protocol WriteTransaction:
    ReadTransaction, EventWriting, SnapshotWriting, CheckpointWriting, InboxWriting, OutboxWriting, TimerWriting,
    SagaWriting, ProjectionWriting, LeaseWriting, SQLWriting
{}

/// Writes events.
public protocol EventWriting: AnyObject {
    /// Appends events under conditions.
    ///
    /// - Throws: ``AppendConflict`` when a condition does not hold; ``StoreError`` with code `keyReused` when the key
    ///   was used for other content, `duplicateEvent` when an event id is taken, `invalidArgument` for what can
    ///   never be appended.
    @discardableResult
    func append(_ append: Append) throws -> AppendResult

    /// Ends a stream: it keeps its events and takes no more. Archiving it again changes nothing.
    ///
    /// - Throws: ``StoreError`` with code `notFound` when the stream has no event.
    func archive(_ stream: StreamID) throws
}

/// Writes snapshots of aggregates.
public protocol SnapshotWriting: AnyObject {
    /// Keeps a snapshot of a stream's aggregate instead of the earlier one.
    ///
    /// One of the same shape and a later version stays.
    ///
    /// - Throws: ``StoreError`` with code `invalidArgument` when the stream has not come so far.
    func putSnapshot(_ snapshot: Snapshot) throws

    /// Removes snapshots. Nothing is lost by it but time.
    ///
    /// - Parameters:
    ///   - category: Only those of this category's streams; `nil` means all.
    ///   - limit: At most so many.
    /// - Returns: How many were removed.
    /// - Throws: ``StoreError``.
    @discardableResult
    func removeSnapshots(in category: StreamCategory?, limit: Int) throws -> Int
}

/// Writes the checkpoints of consumers.
public protocol CheckpointWriting: AnyObject {
    /// Keeps how far a consumer has come.
    ///
    /// - Throws: ``StoreError``.
    func setCheckpoint(_ name: CheckpointName, to position: Position) throws

    /// Forgets a checkpoint; one that is not there is no error.
    ///
    /// - Throws: ``StoreError``.
    func removeCheckpoint(_ name: CheckpointName) throws
}

/// Writes leases.
public protocol LeaseWriting: AnyObject {
    /// Writes the row of a lease.
    ///
    /// Programs call ``WriteTransaction/takeLease(_:for:over:)``, ``WriteTransaction/beat(_:)`` and
    /// ``WriteTransaction/giveBack(_:)``, which rest on it.
    ///
    /// - Throws: ``StoreError`` with code `staleWrite` when the stored lease is of a later epoch.
    func putLease(_ lease: Lease) throws
}

/// Writes the inbox.
public protocol InboxWriting: AnyObject {
    /// Keeps what became of a message; replaces an earlier entry of the same consumer and key.
    ///
    /// - Throws: ``StoreError``.
    func recordInbox(_ entry: InboxEntry) throws

    /// Forgets entries that were recorded before a time, but for those of messages that were begun and go on.
    ///
    /// An unresolved message that asks for no answer is not forgotten either: nobody else knows of it.
    ///
    /// - Returns: How many were forgotten, at most `limit`.
    /// - Throws: ``StoreError``.
    func forgetInbox(before: Timestamp, limit: Int) throws -> Int
}

/// Writes the outbox.
public protocol OutboxWriting: AnyObject {
    /// Puts a message into the outbox; it is sent after the commit.
    ///
    /// - Returns: Its place.
    /// - Throws: ``StoreError``, with code `invalidArgument` for a message that could not be read again: with a time
    ///   outside the years 0 to 9999, or a type or address that was made unchecked and breaks a rule.
    @discardableResult
    func enqueue(_ message: Message) throws -> Int64

    /// Removes messages that were sent, or were given up and are not wanted. For each that was held or dead, the next
    /// one of its destination and key that waits behind it comes due at once, or, when none is left, the key is free
    /// again.
    ///
    /// - Throws: ``StoreError``.
    func removeFromOutbox(_ sequences: [Int64]) throws

    /// Holds a message until `due`, and with it every later ready message of the same destination and key.
    ///
    /// - Parameters:
    ///   - sequence: The message; ready or held.
    ///   - attempts: How often it has been tried.
    ///   - due: When to try again; `nil` when it only waits behind another. When there is no other, because it was sent
    ///     or removed meanwhile, the message comes due at once.
    ///   - reason: Why it failed.
    /// - Throws: ``StoreError``: `notFound` when the message is gone, `invalidArgument` when it was given up.
    func hold(_ sequence: Int64, attempts: Int, due: Moment?, reason: String?) throws

    /// Gives a message up, ready or held. Those behind it are held, and stay so.
    ///
    /// - Throws: ``StoreError``: `notFound` when the message is gone, `invalidArgument` when it was given up before.
    func markDead(_ sequence: Int64, attempts: Int, reason: String) throws

    /// Has a dead letter sent again, as if it had never been tried: at once, or after those of its destination and key that
    /// come before it.
    ///
    /// - Throws: ``StoreError``: `notFound` when the message is gone, `invalidArgument` when it was not given up.
    func retryDeadLetter(_ sequence: Int64) throws
}

/// Writes timers.
public protocol TimerWriting: AnyObject {
    /// Sets a timer; replaces the one of the same owner and key.
    ///
    /// - Throws: ``StoreError``.
    func setTimer(_ timer: TimerRow) throws

    /// Removes a timer; one that is not there is no error.
    ///
    /// - Throws: ``StoreError``.
    func cancelTimer(owner: String, key: String) throws
}

/// Writes sagas.
public protocol SagaWriting: AnyObject {
    /// Writes the row of a saga.
    ///
    /// - Parameters:
    ///   - record: The new row; its revision is one more than the one it replaces.
    /// - Throws: ``StoreError`` with code `staleWrite` when the stored revision is not the one before.
    func putSaga(_ record: SagaRecord) throws
}

/// Writes the register of projections.
public protocol ProjectionWriting: AnyObject {
    /// Writes the row of a build; replaces an earlier one of the same projection and build.
    ///
    /// - Throws: ``StoreError``.
    func putProjection(_ record: ProjectionRecord) throws

    /// Removes the row of a build.
    ///
    /// - Throws: ``StoreError``.
    func removeProjection(_ name: ProjectionName, build: Int) throws
}

/// Writes tables by SQL.
public protocol SQLWriting: AnyObject {
    /// Executes one statement. It may change tables of its caller, never those of Edda, whose names begin with
    /// `edda_`; statements that begin or end transactions are refused.
    ///
    /// - Returns: How many rows it inserted, updated or deleted.
    /// - Throws: ``StoreError`` with code `badSQL`, or `unsupported` in a store without SQL.
    @discardableResult
    func execute(_ statement: SQL) throws -> Int
}
