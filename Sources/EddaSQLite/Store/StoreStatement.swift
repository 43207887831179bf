/// The statements of the store, by number, so that looking one up is an index into an array.
enum StoreStatement: Int, CaseIterable {
    case begin
    case beginRead
    case commit
    case savepoint
    case release
    case rollbackToSavepoint
    case savepointAppend
    case releaseAppend
    case rollbackToAppend
    case dataVersion
    case lastHole
    case log
    case setLog

    case streamName
    case streamState
    case insertStream
    case archiveStream
    case insertEvent
    case insertEventTag
    case tagSpan
    case tagSpanBackward
    case typeSpan
    case typeSpanBackward
    case categorySpan
    case categorySpanBackward
    case eventAt
    case eventShown
    case eventsBetween
    case recordedAt
    case positionOfVersion
    case streamForward
    case streamBackward
    case streamShown
    case streams
    case correlated
    case usage
    case restorations

    case typeName
    case typeID
    case insertType
    case typeVersions
    case insertTypeVersion
    case categoryID
    case insertCategory
    case insertReservedCategory
    case tagID
    case insertTag

    case key
    case insertKey
    case snapshot
    case putSnapshot
    case removeSnapshots
    case forgetKeys
    case checkpoint
    case setCheckpoint
    case checkpoints
    case removeCheckpoint
    case lease
    case leases
    case putLease
    case inbox
    case inboxOpen
    case setInbox
    case forgetInbox

    case outboxReady
    case outboxDue
    case outboxDueByWall
    case outboxNextDue
    case outboxAll
    case outboxCounts
    case outboxLane
    case insertOutbox
    case deleteReady
    case deleteOutbox
    case releaseNext
    case holdOutbox
    case holdFollowers
    case killOutbox

    case timersDue
    case timersDueByWall
    case nextTimer
    case setTimer
    case cancelTimer

    case saga
    case sagaRevision
    case insertSaga
    case moveSaga
    case updateSaga
    case sagaCounts
    case overdueSagas

    case projections
    case allProjections
    case putProjection
    case removeProjection

    /// The columns from which an event is read, in the order that ``EventRows`` expects.
    static let eventColumns = """
        e.position, e.stream, e.version, e.type, e.schema_version, e.recorded_at, e.id, e.tags, e.correlation, \
        e.causation, e.headers, e.data
        """

    /// The columns of ``StoredEvent``, of an event `e`.
    static let shownColumns = "e.position, e.version, e.type, e.schema_version, e.data"

    /// The version of the stream `s`: that of its last event, also when maintenance has deleted that, so that no
    /// version is given twice.
    static let streamVersion = """
        max(coalesce((SELECT max(e.version) FROM edda_events e WHERE e.stream = s.id), 0), \
        coalesce((SELECT max(h.version) FROM edda_holes h WHERE h.stream = s.id), 0))
        """

    private static let inboxColumns = "consumer, key, outcome, content, recorded_at, attributes, data"

    private static let outboxColumns =
        "o.sequence, o.attributes, o.data, o.lane, o.attempts, o.due_uptime, o.due_wall, o.reason"

    static let sagaColumns = """
        id, name, plan_version, status, step, reason, revision, correlation, started_at, updated_at, deadline, \
        attributes, instance
        """

    private static let projectionColumns = """
        name, build, version, status, position, tables, failure, started_at, updated_at
        """

    var sql: String {
        switch self {
        case .begin: "BEGIN IMMEDIATE"
        case .beginRead: "BEGIN"
        case .commit: "COMMIT"
        case .savepoint: "SAVEPOINT edda_unit"
        case .release: "RELEASE edda_unit"
        case .rollbackToSavepoint: "ROLLBACK TO edda_unit"
        case .savepointAppend: "SAVEPOINT edda_append"
        case .releaseAppend: "RELEASE edda_append"
        case .rollbackToAppend: "ROLLBACK TO edda_append"
        case .dataVersion: "PRAGMA data_version"
        case .lastHole: "SELECT max(position) FROM edda_holes"
        case .log: "SELECT head, recorded_at, marker, boot, outbox FROM edda_log WHERE id = 1"
        case .setLog: "UPDATE edda_log SET head = ?1, recorded_at = ?2, marker = ?3, outbox = ?4 WHERE id = 1"

        case .streamName: "SELECT name FROM edda_streams WHERE id = ?1"
        case .streamState:
            """
            SELECT s.id, s.archived, \(Self.streamVersion), s.category FROM edda_streams s WHERE s.name = ?1
            """
        case .insertStream: "INSERT INTO edda_streams (name, category) VALUES (?1, ?2)"
        case .archiveStream: "UPDATE edda_streams SET archived = 1 WHERE name = ?1"
        case .insertEvent:
            // One row: FAIL undoes no less than ABORT, and needs no statement journal for it (sqlite.org/lang_conflict.html).
            """
            INSERT OR FAIL INTO edda_events (position, stream, version, category, type, schema_version, recorded_at, id, tags,
            correlation, causation, headers, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """
        case .insertEventTag: "INSERT INTO edda_event_tags (tag, position) VALUES (?1, ?2)"
        case .tagSpan: Self.span("edda_event_tags", "tag", "ASC")
        case .tagSpanBackward: Self.span("edda_event_tags", "tag", "DESC")
        case .typeSpan: Self.span("edda_events INDEXED BY edda_events_type", "type", "ASC")
        case .typeSpanBackward: Self.span("edda_events INDEXED BY edda_events_type", "type", "DESC")
        case .categorySpan: Self.span("edda_events INDEXED BY edda_events_category", "category", "ASC")
        case .categorySpanBackward: Self.span("edda_events INDEXED BY edda_events_category", "category", "DESC")
        case .eventAt:
            """
            SELECT \(Self.eventColumns) FROM edda_events e WHERE e.position = ?1
            """
        case .eventShown: "SELECT \(Self.shownColumns) FROM edda_events e WHERE e.position = ?1"
        case .eventsBetween:
            """
            SELECT \(Self.eventColumns) FROM edda_events e WHERE e.position BETWEEN ?1 AND ?2 ORDER BY e.position
            """
        case .recordedAt:
            "SELECT position, recorded_at FROM edda_events WHERE position <= ?1 ORDER BY position DESC LIMIT 1"
        case .positionOfVersion:
            """
            SELECT version, position FROM edda_events INDEXED BY edda_events_stream
            WHERE stream = ?1 AND version <= ?2 ORDER BY version DESC LIMIT 1
            """
        case .streamForward: Self.stream("ASC")
        case .streamBackward: Self.stream("DESC")
        case .streamShown:
            """
            SELECT \(Self.shownColumns) FROM edda_streams s JOIN edda_events e ON e.stream = s.id
            WHERE s.name = ?1 AND e.version > ?2 ORDER BY e.version LIMIT ?3
            """
        case .streams:
            """
            SELECT s.name, s.archived, \(Self.streamVersion)
            FROM edda_streams s WHERE s.name > ?1 AND s.category > 0 ORDER BY s.name LIMIT ?2
            """

        case .correlated:
            """
            SELECT \(Self.eventColumns) FROM edda_events e INDEXED BY edda_events_correlation
            JOIN edda_streams s ON s.id = e.stream
            WHERE e.correlation = ?1 AND e.position > ?2 ORDER BY e.position LIMIT ?3
            """

        case .restorations: "SELECT generation, head, began_at FROM edda_generations ORDER BY generation"
        case .usage:
            """
            SELECT t.name, u.schema_version, u.reserved, u.count, u.first, u.last FROM (
                SELECT type, schema_version, category < 0 AS reserved, count(*) AS count, min(position) AS first,
                max(position) AS last FROM edda_events NOT INDEXED WHERE position > ?1 AND position <= ?2
                GROUP BY type, schema_version, reserved
            ) u JOIN edda_types t ON t.id = u.type ORDER BY t.name, u.schema_version, u.reserved
            """

        case .typeName: "SELECT name FROM edda_types WHERE id = ?1"
        case .typeID: "SELECT id FROM edda_types WHERE name = ?1"
        case .insertType: "INSERT INTO edda_types (name) VALUES (?1)"
        case .typeVersions:
            """
            SELECT t.name, v.schema_version FROM edda_type_versions v JOIN edda_types t ON t.id = v.type
            ORDER BY t.name, v.schema_version
            """
        case .insertTypeVersion:
            "INSERT INTO edda_type_versions (type, schema_version) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
        case .categoryID: "SELECT id FROM edda_categories WHERE name = ?1"
        case .insertCategory:
            "INSERT INTO edda_categories (id, name) SELECT 1 + max(0, coalesce(max(id), 0)), ?1 FROM edda_categories"
        case .insertReservedCategory:
            "INSERT INTO edda_categories (id, name) SELECT min(0, coalesce(min(id), 0)) - 1, ?1 FROM edda_categories"
        case .tagID: "SELECT id FROM edda_tags WHERE name = ?1"
        case .insertTag: "INSERT INTO edda_tags (name) VALUES (?1)"

        case .key: "SELECT first, last FROM edda_keys WHERE key = ?1"
        case .insertKey: "INSERT INTO edda_keys (key, first, last, recorded_at) VALUES (?1, ?2, ?3, ?4)"
        case .snapshot:
            """
            SELECT n.version, n.shape, n.state
            FROM edda_streams s JOIN edda_snapshots n ON n.stream = s.id WHERE s.name = ?1
            """
        case .putSnapshot:
            """
            INSERT INTO edda_snapshots (stream, version, shape, state, recorded_at)
            SELECT id, ?2, ?3, ?4, ?5 FROM edda_streams WHERE name = ?1
            ON CONFLICT (stream) DO UPDATE SET version = excluded.version, shape = excluded.shape,
            state = excluded.state, recorded_at = excluded.recorded_at
            WHERE excluded.version >= edda_snapshots.version OR excluded.shape <> edda_snapshots.shape
            """
        case .removeSnapshots:
            """
            DELETE FROM edda_snapshots WHERE stream IN (SELECT n.stream FROM edda_snapshots n
            JOIN edda_streams s ON s.id = n.stream WHERE ?1 IS NULL OR s.category = ?1 LIMIT ?2)
            """
        case .forgetKeys:
            """
            DELETE FROM edda_keys WHERE key IN
            (SELECT key FROM edda_keys INDEXED BY edda_keys_age WHERE recorded_at < ?1 ORDER BY recorded_at, key LIMIT ?2)
            """
        case .checkpoint: "SELECT position FROM edda_checkpoints WHERE name = ?1"
        case .setCheckpoint:
            """
            INSERT INTO edda_checkpoints (name, position) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET position = excluded.position
            """
        case .checkpoints:
            "SELECT name, position FROM edda_checkpoints WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name"
        case .removeCheckpoint: "DELETE FROM edda_checkpoints WHERE name = ?1"
        case .lease: "SELECT name, holder, epoch, beat FROM edda_leases WHERE name = ?1"
        case .leases: "SELECT name, holder, epoch, beat FROM edda_leases ORDER BY name"
        case .putLease:
            """
            INSERT INTO edda_leases (name, holder, epoch, beat) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = excluded.epoch, beat = excluded.beat
            WHERE edda_leases.epoch <= excluded.epoch
            """
        case .inbox: "SELECT \(Self.inboxColumns) FROM edda_inbox WHERE consumer = ?1 AND key = ?2"
        case .inboxOpen:
            """
            SELECT \(Self.inboxColumns) FROM edda_inbox WHERE outcome IN ('started', 'unresolved')
            AND (consumer, key) > (?1, ?2) ORDER BY consumer, key LIMIT ?3
            """
        case .setInbox:
            """
            INSERT INTO edda_inbox (\(Self.inboxColumns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (consumer, key) DO UPDATE SET outcome = excluded.outcome, content = excluded.content,
            recorded_at = excluded.recorded_at, attributes = excluded.attributes, data = excluded.data
            """
        case .forgetInbox:
            // The attributes are written without spaces, and a quotation mark within a value is escaped.
            """
            DELETE FROM edda_inbox WHERE (consumer, key) IN (SELECT consumer, key FROM edda_inbox
            WHERE recorded_at < ?1 AND outcome <> 'started'
            AND NOT (outcome = 'unresolved' AND instr(attributes, '"replyto":') = 0) ORDER BY recorded_at LIMIT ?2)
            """

        case .outboxReady:
            """
            SELECT \(Self.outboxColumns), EXISTS (SELECT 1 FROM edda_outbox h WHERE h.destination = o.destination
            AND h.partition_key = o.partition_key AND h.lane <> 0)
            FROM edda_outbox o WHERE o.sequence > ?1 AND o.lane = 0 ORDER BY o.sequence LIMIT ?2
            """
        case .outboxDue: Self.due("o.due_uptime <= ?1")
        case .outboxDueByWall: Self.due("o.due_wall <= ?1")
        case .outboxNextDue:
            """
            SELECT due_uptime, due_wall FROM edda_outbox WHERE lane = 1 AND due_uptime IS NOT NULL
            ORDER BY due_uptime LIMIT 1
            """
        case .outboxAll:
            "SELECT \(Self.outboxColumns) FROM edda_outbox o WHERE o.sequence > ?1 ORDER BY o.sequence LIMIT ?2"
        case .outboxCounts: "SELECT lane, count(*) FROM edda_outbox GROUP BY lane"
        case .outboxLane: "SELECT lane, destination, partition_key FROM edda_outbox WHERE sequence = ?1"
        case .insertOutbox:
            """
            INSERT INTO edda_outbox (sequence, destination, partition_key, attributes, data) VALUES (?1, ?2, ?3, ?4, ?5)
            """
        case .deleteReady: "DELETE FROM edda_outbox WHERE sequence = ?1 AND lane = 0"
        case .deleteOutbox: "DELETE FROM edda_outbox WHERE sequence = ?1"
        case .releaseNext:
            """
            UPDATE edda_outbox SET due_uptime = ?1, due_wall = ?2 WHERE lane = 1 AND due_uptime IS NULL AND sequence =
            (SELECT min(sequence) FROM edda_outbox WHERE destination = ?3 AND partition_key = ?4 AND lane <> 0)
            """
        case .holdOutbox:
            """
            UPDATE edda_outbox SET lane = 1, attempts = ?2, due_uptime = ?3, due_wall = ?4, reason = ?5
            WHERE sequence = ?1
            """
        case .holdFollowers:
            """
            UPDATE edda_outbox SET lane = 1
            WHERE destination = ?1 AND partition_key = ?2 AND sequence > ?3 AND lane = 0
            """
        case .killOutbox:
            """
            UPDATE edda_outbox SET lane = 2, attempts = ?2, due_uptime = NULL, due_wall = NULL, reason = ?3
            WHERE sequence = ?1
            """

        case .timersDue: Self.timers("due_uptime")
        case .timersDueByWall: Self.timers("due_wall")
        case .nextTimer:
            "SELECT due_uptime, due_wall FROM edda_timers WHERE owner = ?1 ORDER BY due_uptime LIMIT 1"
        case .setTimer:
            """
            INSERT INTO edda_timers (owner, key, due_uptime, due_wall) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (owner, key) DO UPDATE SET due_uptime = excluded.due_uptime, due_wall = excluded.due_wall
            """
        case .cancelTimer: "DELETE FROM edda_timers WHERE owner = ?1 AND key = ?2"

        case .saga: "SELECT \(Self.sagaColumns) FROM edda_sagas WHERE id = ?1"
        case .sagaRevision: "SELECT revision, name FROM edda_sagas WHERE id = ?1"
        case .insertSaga:
            """
            INSERT INTO edda_sagas (\(Self.sagaColumns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (id) DO NOTHING
            """
        case .moveSaga:
            // What an UPDATE sets it takes out of every index that has it and puts in again, changed or not, and it
            // runs the triggers on it. Most transitions change nothing that is indexed.
            """
            UPDATE edda_sagas SET plan_version = ?3, step = ?5, reason = ?6, revision = ?7, updated_at = ?10, instance = ?13
            WHERE id = ?1 AND name = ?2 AND revision = ?7 - 1 AND status = ?4 AND correlation IS ?8 AND started_at = ?9
            AND deadline IS ?11 AND attributes IS ?12
            """
        case .updateSaga:
            """
            UPDATE edda_sagas SET plan_version = ?3, status = ?4, step = ?5, reason = ?6, revision = ?7,
            correlation = ?8, started_at = ?9, updated_at = ?10, deadline = ?11, attributes = ?12, instance = ?13
            WHERE id = ?1 AND name = ?2 AND revision = ?7 - 1
            """
        case .sagaCounts: "SELECT status, count(*) FROM edda_sagas GROUP BY status"
        case .overdueSagas:
            """
            SELECT name, count(*) FROM edda_sagas
            WHERE deadline < ?1 AND status NOT IN ('completed', 'compensated') GROUP BY name
            """

        case .projections:
            "SELECT \(Self.projectionColumns) FROM edda_projections WHERE name = ?1 ORDER BY build"
        case .allProjections: "SELECT \(Self.projectionColumns) FROM edda_projections ORDER BY name, build"
        case .putProjection:
            """
            INSERT INTO edda_projections (\(Self.projectionColumns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (name, build) DO UPDATE SET version = excluded.version, status = excluded.status,
            position = excluded.position, tables = excluded.tables, failure = excluded.failure,
            started_at = excluded.started_at, updated_at = excluded.updated_at
            """
        case .removeProjection: "DELETE FROM edda_projections WHERE name = ?1 AND build = ?2"
        }
    }

    /// The position of the last of the entries that are looked at to learn how dense an index is.
    private static func span(_ table: String, _ column: String, _ order: String) -> String {
        """
        SELECT position FROM \(table) WHERE \(column) = ?1 AND position > ?2 AND position <= ?3 ORDER BY position \(order) \
        LIMIT 1 OFFSET \(QueryCompiler.sampled - 1)
        """
    }

    private static func stream(_ order: String) -> String {
        // Whoever reads a stream knows its name and needs no number.
        """
        SELECT \(eventColumns.replacing("e.stream", with: "0")) FROM edda_streams s JOIN edda_events e ON e.stream = s.id
        WHERE s.name = ?1 AND e.version BETWEEN ?2 AND ?3 ORDER BY e.version \(order) LIMIT ?4
        """
    }

    private static func due(_ condition: String) -> String {
        """
        SELECT \(outboxColumns) FROM edda_outbox o
        WHERE o.lane = 1 AND o.due_uptime IS NOT NULL AND \(condition) ORDER BY o.due_uptime, o.sequence LIMIT ?2
        """
    }

    private static func timers(_ column: String) -> String {
        """
        SELECT key, due_uptime, due_wall FROM edda_timers
        WHERE owner = ?1 AND \(column) <= ?2 ORDER BY \(column), key LIMIT ?3
        """
    }
}
