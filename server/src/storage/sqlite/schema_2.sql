-- Version 2: named keys. One row for each secret, as JSON and without the secret itself.
CREATE TABLE keys (
    digest TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    last_used_at TEXT
) STRICT, WITHOUT ROWID;

-- The version is another one after each change. is_required is set for good when the first admin key comes.
CREATE TABLE key_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    is_required INTEGER NOT NULL
) STRICT;

INSERT INTO key_state (id, version, is_required) VALUES (1, 0, 0);
