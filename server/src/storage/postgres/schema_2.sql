-- Version 2: named keys. One row for each secret, as JSON and without the secret itself.
CREATE TABLE IF NOT EXISTS sidekick_keys (
    digest text PRIMARY KEY,
    key text NOT NULL,
    last_used_at text
);

-- The version is another one after each change. is_required is set for good when the first admin key comes.
CREATE TABLE IF NOT EXISTS sidekick_key_state (
    id smallint PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL,
    is_required boolean NOT NULL
);

INSERT INTO sidekick_key_state (id, version, is_required) VALUES (1, 0, false) ON CONFLICT DO NOTHING;
