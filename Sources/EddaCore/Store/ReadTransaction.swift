/// A consistent view of a store, valid inside the closure that receives it.
///
/// Everything it returns is from the same commit.
///
/// The calls are synchronous and run on a thread of the store; they throw ``StoreError``.
public protocol ReadTransaction:
    EventReading, SnapshotReading, CheckpointReading, InboxReading, OutboxReading, TimerReading, SagaReading,
    ProjectionReading, LeaseReading, SQLReading
{
    /// The present moment of the store's time source.
    var now: Moment { get }
}

/// Reads events.
public protocol EventReading: AnyObject {
    /// The position of the last event; ``Position/start`` in an empty store.
    ///
    /// It never falls.
    ///
    /// - Throws: ``StoreError``.
    func head() throws -> Position

    /// The restorations from a backup that the store has noticed, oldest first; none in most.
    ///
    /// - Throws: ``StoreError``.
    func restorations() throws -> [Restoration]

    /// The state of a stream; one that nobody has written is `missing`, not an error.
    ///
    /// - Throws: ``StoreError``.
    func state(of stream: StreamID) throws -> StreamState

    /// Whether maintenance may have deleted events, so that those of a stream do not tell how far it goes.
    ///
    /// A store that does not know says yes.
    ///
    /// - Throws: ``StoreError``.
    func mayHaveHoles() throws -> Bool

    /// The position of the last event that was recorded at or before a time; ``Position/start`` when there is none.
    ///
    /// O(log events): times of recording never fall, so it is a search by halves.
    ///
    /// - Throws: ``StoreError``.
    func position(asOf time: Timestamp) throws -> Position

    /// The version of a stream's last event at or below a position; 0 when there is none.
    ///
    /// O(log events of the stream), for the same reason.
    ///
    /// - Throws: ``StoreError``.
    func version(of stream: StreamID, asOf position: Position) throws -> Int

    /// Events of one stream.
    ///
    /// - Parameters:
    ///   - stream: The stream.
    ///   - direction: Oldest or newest first.
    ///   - versions: Only events with these versions, both ends included.
    ///   - limit: At most so many events; 0 gives none.
    /// - Throws: ``StoreError``.
    func events(
        in stream: StreamID,
        _ direction: ReadDirection,
        versions: ClosedRange<Int>,
        limit: Int
    ) throws -> [RecordedEvent]

    /// Events of the whole store.
    ///
    /// - Parameters:
    ///   - query: Which events; an event that matches several items comes once.
    ///   - direction: Oldest or newest first.
    ///   - after: Only events after this position.
    ///   - upTo: Only events up to this position, itself included; `nil` means the head.
    ///   - limit: At most so many events; 0 gives none.
    /// - Throws: ``StoreError``.
    func events(
        matching query: EventQuery,
        _ direction: ReadDirection,
        after: Position,
        upTo: Position?,
        limit: Int
    ) throws -> EventPage

    /// Events of one conversation in the order of positions, Edda's own included.
    ///
    /// - Parameters:
    ///   - correlation: The id that their ``EventMetadata/correlationID`` is.
    ///   - after: Only events after this position, for paging.
    ///   - limit: At most so many events; 0 gives none.
    /// - Throws: ``StoreError``.
    func events(correlatedWith correlation: String, after: Position, limit: Int) throws -> [RecordedEvent]

    /// Where the events are that an append under this key wrote; `nil` when the key is free.
    ///
    /// - Throws: ``StoreError``.
    func result(of key: IdempotencyKey) throws -> AppendResult?

    /// How many events after a position match a query.
    ///
    /// O(matching events).
    ///
    /// - Throws: ``StoreError``.
    func count(matching query: EventQuery, after: Position) throws -> Int

    /// How often every schema version of every event type occurs, Edda's own included, in the order of types and versions.
    ///
    /// O(events between the positions).
    ///
    /// - Parameters:
    ///   - after: Only events after this position.
    ///   - upTo: Only events up to this position, itself included.
    /// - Throws: ``StoreError``.
    func usage(after: Position, upTo: Position) throws -> [EventUsage]

    /// Which versions of which event types are stored, Edda's own included, in order.
    ///
    /// Maintenance that deletes events leaves their versions in this list. O(types).
    ///
    /// - Throws: ``StoreError``.
    func typeVersions() throws -> [TypeVersion]

    /// Streams in the order of their ids.
    ///
    /// - Parameters:
    ///   - category: Only of this category; `nil` means all but Edda's own.
    ///   - after: Only ids after this one, for paging.
    ///   - limit: At most so many.
    /// - Throws: ``StoreError``.
    func streams(in category: StreamCategory?, after: StreamID?, limit: Int) throws -> [StreamInfo]
}

/// Reads snapshots of aggregates.
public protocol SnapshotReading: AnyObject {
    /// The snapshot of a stream's aggregate; `nil` when there is none.
    ///
    /// - Throws: ``StoreError``.
    func snapshot(of stream: StreamID) throws -> Snapshot?
}

/// Reads the checkpoints of consumers.
public protocol CheckpointReading: AnyObject {
    /// How far a consumer has come; ``Position/start`` when it never began.
    ///
    /// - Throws: ``StoreError``.
    func checkpoint(_ name: CheckpointName) throws -> Position

    /// The checkpoints whose names begin with a text, in the order of their names.
    ///
    /// O(checkpoints).
    ///
    /// - Throws: ``StoreError``.
    func checkpoints(beginningWith prefix: String) throws -> [Checkpoint]
}

/// How far a consumer has come.
public struct Checkpoint: Hashable, Sendable {
    /// The name under which it is kept.
    public var name: CheckpointName
    /// The last position that the consumer is done with.
    public var position: Position

    /// A checkpoint.
    public init(_ name: CheckpointName, _ position: Position) {
        self.name = name
        self.position = position
    }
}

/// Reads leases.
public protocol LeaseReading: AnyObject {
    /// A lease; `nil` when nobody has ever taken it.
    ///
    /// - Throws: ``StoreError``.
    func lease(_ name: LeaseName) throws -> Lease?

    /// All leases in the order of their names.
    ///
    /// - Throws: ``StoreError``.
    func leases() throws -> [Lease]
}

/// Reads the inbox.
public protocol InboxReading: AnyObject {
    /// What a consumer remembers of an idempotency key.
    ///
    /// - Throws: ``StoreError``.
    func inboxEntry(consumer: String, key: String) throws -> InboxEntry?

    /// The entries of messages that were begun and have no outcome, in the order of consumers and keys.
    ///
    /// - Parameters:
    ///   - place: Those after this place; `nil` means from the first.
    ///   - limit: At most so many.
    /// - Throws: ``StoreError``.
    func openInboxEntries(after place: InboxEntry.Place?, limit: Int) throws -> [InboxEntry]
}

/// Reads the outbox.
public protocol OutboxReading: AnyObject {
    /// Ready rows in the order of commits.
    ///
    /// - Parameters:
    ///   - after: Only rows after this sequence number.
    ///   - limit: At most so many.
    /// - Returns: The rows, each with whether a message of the same destination and partition key is held or dead.
    /// - Throws: ``StoreError``.
    func readyMessages(after: Int64, limit: Int) throws -> [(row: OutboxRow, isBlocked: Bool)]

    /// Held rows whose next try is due, earliest first.
    ///
    /// Rows behind them are not among them.
    ///
    /// - Throws: ``StoreError``.
    func dueMessages(at moment: Moment, limit: Int) throws -> [OutboxRow]

    /// When the next held row comes due.
    ///
    /// - Throws: ``StoreError``.
    func nextDueMessage() throws -> Moment?

    /// Rows of any state in the order of commits, for lists.
    ///
    /// - Throws: ``StoreError``.
    func outbox(after: Int64, limit: Int) throws -> [OutboxRow]

    /// How many rows there are.
    ///
    /// - Throws: ``StoreError``.
    func outboxCounts() throws -> OutboxCounts
}

/// Reads timers.
public protocol TimerReading: AnyObject {
    /// The timers of an owner that are due, earliest first.
    ///
    /// - Throws: ``StoreError``.
    func dueTimers(owner: String, at moment: Moment, limit: Int) throws -> [TimerRow]

    /// When the owner's next timer comes due.
    ///
    /// - Throws: ``StoreError``.
    func nextTimer(owner: String) throws -> Moment?
}

/// Reads sagas.
public protocol SagaReading: AnyObject {
    /// The row of a saga.
    ///
    /// - Throws: ``StoreError``.
    func saga(_ id: SagaID) throws -> SagaRecord?

    /// The rows that pass a filter, in the order of their ids.
    ///
    /// - Throws: ``StoreError``.
    func sagas(_ filter: SagaFilter) throws -> [SagaRecord]

    /// How many sagas stand where.
    ///
    /// - Throws: ``StoreError``.
    func sagaCounts() throws -> [SagaRecord.Status: Int]

    /// How many sagas of each kind have not ended although their deadline lies before a time.
    ///
    /// O(sagas that are overdue).
    ///
    /// - Throws: ``StoreError``.
    func overdueSagas(at now: Timestamp) throws -> [SagaName: Int]
}

/// Reads the register of projections.
public protocol ProjectionReading: AnyObject {
    /// All builds of a projection, or of all projections, by name and build.
    ///
    /// - Throws: ``StoreError``.
    func projections(_ name: ProjectionName?) throws -> [ProjectionRecord]
}

/// Reads tables by SQL.
public protocol SQLReading: AnyObject {
    /// The rows that a query returns.
    ///
    /// Statements that write are refused.
    ///
    /// - Throws: ``StoreError`` with code `badSQL`, or `unsupported` in a store without SQL.
    func rows(_ query: SQL) throws -> [SQLRow]
}

extension EventReading {
    /// Yes.
    public func mayHaveHoles() throws -> Bool { true }
}
