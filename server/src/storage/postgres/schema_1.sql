-- The store in Postgres, version 1. A flag is kept as the JSON that the stream carries, byte for byte.
CREATE TABLE sidekick_store (
    id smallint PRIMARY KEY CHECK (id = 1),
    epoch text NOT NULL,
    revision bigint NOT NULL
);

CREATE TABLE sidekick_flags (
    key text PRIMARY KEY,
    flag text NOT NULL
);

-- Catch-up, tombstones, history and audit at once: one row for each revision, without gaps.
CREATE TABLE sidekick_flag_changes (
    revision bigint PRIMARY KEY,
    key text NOT NULL,
    before text,
    after text,
    actor text NOT NULL,
    time text NOT NULL
);

CREATE INDEX sidekick_flag_changes_of_key ON sidekick_flag_changes (key, revision);
