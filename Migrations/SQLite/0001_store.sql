-- Format 1 of an Edda database.
--
-- Names are interned: events refer to streams, categories, types and tags by number. Edda's own categories, whose names
-- begin with "$", have negative numbers, so that reads over all events leave them out by `category > 0`.

BEGIN IMMEDIATE;

PRAGMA application_id = 1162101825;  -- "EDDA"

-- One row. `head` is the position of the last event and never falls, also when maintenance deletes events.
-- `marker` is written by every group of commits, so that a writer can learn whether its last commit took effect.
CREATE TABLE edda_log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    head INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,       -- of the last event, microseconds since 1970, UTC
    marker INTEGER NOT NULL,
    boot TEXT NOT NULL,                 -- the boot of the machine on which uptimes below are measured
    outbox INTEGER NOT NULL DEFAULT 0,  -- the last number given to a message
    maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1))
) STRICT;
INSERT INTO edda_log (id, head, recorded_at, marker, boot) VALUES (1, 0, 0, 0, '');

CREATE TABLE edda_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE edda_categories (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE edda_tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE edda_streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    category INTEGER NOT NULL REFERENCES edda_categories (id),
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1))
) STRICT;

-- Positions are assigned by the writer from edda_log.head, which keeps them gapless and never reuses one; an
-- AUTOINCREMENT column would cost a second table's write for each event. What an event refers to is kept by the triggers
-- on the tables of names: a foreign key would look it up again with every insert.
CREATE TABLE edda_events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,            -- of edda_streams
    version INTEGER NOT NULL CHECK (version > 0),
    category INTEGER NOT NULL,          -- of edda_categories
    type INTEGER NOT NULL,              -- of edda_types
    schema_version INTEGER NOT NULL CHECK (schema_version > 0),
    recorded_at INTEGER NOT NULL,       -- microseconds since 1970, UTC
    id BLOB NOT NULL,                   -- 16 bytes of a UUID
    tags TEXT,                          -- names, one a line, sorted
    correlation TEXT,
    causation TEXT,
    headers TEXT,                       -- a JSON object of strings
    data BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX edda_events_stream ON edda_events (stream, version);
CREATE UNIQUE INDEX edda_events_id ON edda_events (id);
CREATE INDEX edda_events_type ON edda_events (type);
CREATE INDEX edda_events_category ON edda_events (category);
CREATE INDEX edda_events_correlation ON edda_events (correlation) WHERE correlation IS NOT NULL;

-- Which schema versions of a type are stored, so that a program learns without a scan whether it can read them all.
CREATE TABLE edda_type_versions (
    type INTEGER NOT NULL REFERENCES edda_types (id),
    schema_version INTEGER NOT NULL,
    PRIMARY KEY (type, schema_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE edda_event_tags (
    tag INTEGER NOT NULL,               -- of edda_tags
    position INTEGER NOT NULL,          -- of edda_events
    PRIMARY KEY (tag, position)
) STRICT, WITHOUT ROWID;

-- FAIL, not ABORT: what can be aborted after a trigger has run is written to a statement journal first, page by page
-- (sqlite.org/tempfiles.html, section 2.5). Nothing has been written when this trigger refuses a row.
CREATE TRIGGER edda_events_append_only BEFORE INSERT ON edda_events
WHEN NEW.position <= (SELECT head FROM edda_log WHERE id = 1)
BEGIN
    SELECT RAISE(FAIL, 'edda: events are only appended, after the head of the log');
END;
CREATE TRIGGER edda_events_no_update BEFORE UPDATE ON edda_events
WHEN (SELECT maintenance FROM edda_log WHERE id = 1) = 0
BEGIN
    SELECT RAISE(ABORT, 'edda: events are never changed');
END;
CREATE TRIGGER edda_events_no_delete BEFORE DELETE ON edda_events
WHEN (SELECT maintenance FROM edda_log WHERE id = 1) = 0
BEGIN
    SELECT RAISE(ABORT, 'edda: events are never deleted');
END;

CREATE TRIGGER edda_events_no_orphan BEFORE DELETE ON edda_events
WHEN OLD.tags IS NOT NULL AND EXISTS (SELECT 1 FROM edda_event_tags WHERE position = OLD.position)
BEGIN
    SELECT RAISE(ABORT, 'edda: an event is deleted after the entries of its tags');
END;

-- Names stand for what events are stored under, so they are never changed and never deleted.
CREATE TRIGGER edda_streams_no_update BEFORE UPDATE OF id, name, category ON edda_streams
BEGIN SELECT RAISE(ABORT, 'edda: streams are never renamed'); END;
CREATE TRIGGER edda_streams_no_delete BEFORE DELETE ON edda_streams
BEGIN SELECT RAISE(ABORT, 'edda: streams are never deleted'); END;
CREATE TRIGGER edda_types_no_update BEFORE UPDATE ON edda_types
BEGIN SELECT RAISE(ABORT, 'edda: types are never renamed'); END;
CREATE TRIGGER edda_types_no_delete BEFORE DELETE ON edda_types
BEGIN SELECT RAISE(ABORT, 'edda: types are never deleted'); END;
CREATE TRIGGER edda_categories_no_update BEFORE UPDATE ON edda_categories
BEGIN SELECT RAISE(ABORT, 'edda: categories are never renamed'); END;
CREATE TRIGGER edda_categories_no_delete BEFORE DELETE ON edda_categories
BEGIN SELECT RAISE(ABORT, 'edda: categories are never deleted'); END;
CREATE TRIGGER edda_tags_no_update BEFORE UPDATE ON edda_tags
BEGIN SELECT RAISE(ABORT, 'edda: tags are never renamed'); END;
CREATE TRIGGER edda_tags_no_delete BEFORE DELETE ON edda_tags
BEGIN SELECT RAISE(ABORT, 'edda: tags are never deleted'); END;

-- What maintenance has deleted: positions and versions that are missing on purpose, and are not given again. A snapshot
-- that contains what was deleted goes with it.
CREATE TABLE edda_holes (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX edda_holes_stream ON edda_holes (stream, version);
CREATE TRIGGER edda_events_hole AFTER DELETE ON edda_events
BEGIN
    INSERT INTO edda_holes (position, stream, version) VALUES (OLD.position, OLD.stream, OLD.version);
    DELETE FROM edda_snapshots WHERE stream = OLD.stream AND version >= OLD.version;
END;

-- The folded state of a stream's aggregate as of a version. It may be missing or deleted at any time: the events tell all.
CREATE TABLE edda_snapshots (
    stream INTEGER PRIMARY KEY REFERENCES edda_streams (id),
    version INTEGER NOT NULL CHECK (version > 0),
    shape TEXT NOT NULL,                -- fingerprint of the type that `state` encodes
    state BLOB NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

-- Restorations from a backup: from this generation on, what a reader saw after `head` may be something else.
CREATE TABLE edda_generations (
    generation INTEGER PRIMARY KEY CHECK (generation > 0),
    head INTEGER NOT NULL,              -- the position of the last event when it began
    began_at INTEGER NOT NULL
) STRICT;

-- An idempotency key and the positions that its append wrote (none when last < first).
CREATE TABLE edda_keys (
    key TEXT PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX edda_keys_age ON edda_keys (recorded_at);

CREATE TABLE edda_checkpoints (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who may do what only one may do at a time. `epoch` rises with every new holder, `beat` while it holds.
CREATE TABLE edda_leases (
    name TEXT PRIMARY KEY,
    holder TEXT,                        -- NULL once given back
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    beat INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE edda_inbox (
    consumer TEXT NOT NULL,
    key TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (
        outcome IN (
            'succeeded', 'rejected', 'failed', 'failed-for-good', 'expired', 'tombstone', 'started', 'unresolved'
        )
    ),
    content BLOB,                       -- the reply, the rejection as JSON, or the reason
    recorded_at INTEGER NOT NULL,
    attributes TEXT,                    -- of the message, a JSON object of strings, as long as it has no outcome
    data BLOB,
    PRIMARY KEY (consumer, key),
    CHECK ((attributes IS NOT NULL) = (outcome IN ('started', 'unresolved')))
) STRICT, WITHOUT ROWID;
CREATE INDEX edda_inbox_open ON edda_inbox (consumer, key) WHERE outcome IN ('started', 'unresolved');
CREATE INDEX edda_inbox_age ON edda_inbox (recorded_at);

-- Numbers are assigned by the writer from edda_log.outbox, as positions are, and never given again: the pump remembers how
-- far it has read, and rows are deleted once sent.
CREATE TABLE edda_outbox (
    sequence INTEGER PRIMARY KEY,
    destination TEXT NOT NULL,
    partition_key TEXT NOT NULL,
    attributes TEXT NOT NULL,           -- the CloudEvents attributes, a JSON object of strings
    data BLOB NOT NULL,
    lane INTEGER NOT NULL DEFAULT 0 CHECK (lane IN (0, 1, 2)),  -- ready, held, dead
    attempts INTEGER NOT NULL DEFAULT 0,
    due_uptime INTEGER,                 -- nanoseconds since edda_log.boot
    due_wall INTEGER,                   -- microseconds since 1970, UTC
    reason TEXT
) STRICT;
CREATE INDEX edda_outbox_key ON edda_outbox (destination, partition_key, sequence);
CREATE INDEX edda_outbox_due ON edda_outbox (due_uptime) WHERE lane = 1 AND due_uptime IS NOT NULL;

CREATE TABLE edda_timers (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    due_uptime INTEGER NOT NULL,        -- nanoseconds since edda_log.boot
    due_wall INTEGER NOT NULL,          -- microseconds since 1970, UTC
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX edda_timers_due ON edda_timers (owner, due_uptime);

CREATE TABLE edda_sagas (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    plan_version INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'compensating', 'completed', 'compensated', 'parked')),
    step TEXT,
    reason TEXT,
    revision INTEGER NOT NULL CHECK (revision > 0),
    correlation TEXT,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deadline INTEGER,                   -- microseconds since 1970, UTC
    attributes TEXT CHECK (attributes IS NULL OR json_valid(attributes)),
    instance BLOB NOT NULL
) STRICT;
CREATE INDEX edda_sagas_status ON edda_sagas (status, id);
CREATE INDEX edda_sagas_correlation ON edda_sagas (correlation, id) WHERE correlation IS NOT NULL;
CREATE INDEX edda_sagas_deadline ON edda_sagas (deadline)
    WHERE deadline IS NOT NULL AND status NOT IN ('completed', 'compensated');

-- The attributes of sagas once more, to find sagas by them; the triggers below keep it.
CREATE TABLE edda_saga_attributes (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    saga TEXT NOT NULL,
    PRIMARY KEY (name, value, saga)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER edda_sagas_attributes_of_new AFTER INSERT ON edda_sagas WHEN new.attributes IS NOT NULL
BEGIN
    INSERT INTO edda_saga_attributes (name, value, saga) SELECT key, value, new.id FROM json_each(new.attributes);
END;

CREATE TRIGGER edda_sagas_attributes_changed AFTER UPDATE OF attributes ON edda_sagas
    WHEN new.attributes IS NOT old.attributes
BEGIN
    DELETE FROM edda_saga_attributes
    WHERE (name, value, saga) IN (SELECT key, value, old.id FROM json_each(old.attributes));
    INSERT INTO edda_saga_attributes (name, value, saga) SELECT key, value, new.id FROM json_each(new.attributes);
END;

CREATE TABLE edda_projections (
    name TEXT NOT NULL,
    build INTEGER NOT NULL CHECK (build > 0),
    version INTEGER NOT NULL CHECK (version > 0),
    status TEXT NOT NULL CHECK (status IN ('building', 'live', 'retired')),
    position INTEGER NOT NULL,
    tables TEXT NOT NULL,               -- public names, one a line
    failure TEXT,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (name, build)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;

COMMIT;
