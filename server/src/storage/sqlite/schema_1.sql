-- The embedded store, version 1. A flag is kept as the JSON that the stream carries.
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE flags (
    key TEXT PRIMARY KEY,
    flag TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Catch-up, tombstones, history and audit at once: one row for each revision, without gaps.
CREATE TABLE flag_changes (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    actor TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;

CREATE INDEX flag_changes_of_key ON flag_changes (key, revision);
