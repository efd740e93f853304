-- The database as the server left it, by server/tests/upgrade/record.sh.
CREATE TABLE public.sidekick_flag_changes (
    revision bigint NOT NULL,
    key text NOT NULL,
    before text,
    after text,
    actor text NOT NULL,
    "time" text NOT NULL
);
CREATE TABLE public.sidekick_flags (
    key text NOT NULL,
    flag text NOT NULL
);
CREATE TABLE public.sidekick_key_state (
    id smallint NOT NULL,
    version bigint NOT NULL,
    is_required boolean NOT NULL,
    CONSTRAINT sidekick_key_state_id_check CHECK ((id = 1))
);
CREATE TABLE public.sidekick_keys (
    digest text NOT NULL,
    key text NOT NULL,
    last_used_at text
);
CREATE TABLE public.sidekick_schema (
    version integer NOT NULL
);
CREATE TABLE public.sidekick_store (
    id smallint NOT NULL,
    epoch text NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT sidekick_store_id_check CHECK ((id = 1))
);
INSERT INTO public.sidekick_flag_changes VALUES (1, 'everyone', NULL, '{"key":"everyone","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[],"revision":1,"created_at":"2026-11-27T18:47:42.229Z","updated_at":"2026-11-27T18:47:42.229Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.229Z');
INSERT INTO public.sidekick_flag_changes VALUES (2, 'off', NULL, '{"key":"off","is_enabled":false,"rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend","client_visible":true,"rules":[],"revision":2,"created_at":"2026-11-27T18:47:42.300Z","updated_at":"2026-11-27T18:47:42.300Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.300Z');
INSERT INTO public.sidekick_flag_changes VALUES (3, 'half', NULL, '{"key":"half","is_enabled":true,"rollout_percentage":50,"description":null,"client_visible":true,"rules":[],"revision":3,"created_at":"2026-11-27T18:47:42.375Z","updated_at":"2026-11-27T18:47:42.375Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.375Z');
INSERT INTO public.sidekick_flag_changes VALUES (4, 'share', NULL, '{"key":"share","is_enabled":true,"rollout_percentage":12.345,"description":null,"client_visible":true,"rules":[],"revision":4,"created_at":"2026-11-27T18:47:42.429Z","updated_at":"2026-11-27T18:47:42.429Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.429Z');
INSERT INTO public.sidekick_flag_changes VALUES (5, 'gone', NULL, '{"key":"gone","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[],"revision":5,"created_at":"2026-11-27T18:47:42.452Z","updated_at":"2026-11-27T18:47:42.452Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.452Z');
INSERT INTO public.sidekick_flag_changes VALUES (6, 'rules', NULL, '{"key":"rules","is_enabled":true,"rollout_percentage":0,"description":null,"client_visible":true,"rules":[{"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},{"attribute":"plan","operator":"Equals","values":["pro","team"]},{"attribute":"country","operator":"NotEquals","values":["DE","é"]},{"attribute":"agent","operator":"Contains","values":["bot"]},{"attribute":"path","operator":"StartsWith","values":["/beta/"]}],"revision":6,"created_at":"2026-11-27T18:47:42.497Z","updated_at":"2026-11-27T18:47:42.497Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.497Z');
INSERT INTO public.sidekick_flag_changes VALUES (7, 'gone', '{"key":"gone","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[],"revision":5,"created_at":"2026-11-27T18:47:42.452Z","updated_at":"2026-11-27T18:47:42.452Z"}', NULL, 'sdk_key:3d96a458', '2026-11-27T18:47:42.540Z');
INSERT INTO public.sidekick_flag_changes VALUES (8, 'half', '{"key":"half","is_enabled":true,"rollout_percentage":50,"description":null,"client_visible":true,"rules":[],"revision":3,"created_at":"2026-11-27T18:47:42.375Z","updated_at":"2026-11-27T18:47:42.375Z"}', '{"key":"half","is_enabled":true,"rollout_percentage":50,"description":"for half of the users","client_visible":true,"rules":[],"revision":8,"created_at":"2026-11-27T18:47:42.375Z","updated_at":"2026-11-27T18:47:42.607Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.607Z');
INSERT INTO public.sidekick_flag_changes VALUES (9, 'hidden', NULL, '{"key":"hidden","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":false,"rules":[],"revision":9,"created_at":"2026-11-27T18:47:42.662Z","updated_at":"2026-11-27T18:47:42.662Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.662Z');
INSERT INTO public.sidekick_flag_changes VALUES (10, 'hashed', NULL, '{"key":"hashed","is_enabled":true,"rollout_percentage":0,"description":null,"client_visible":true,"rules":[{"attribute":"email","operator":"Equals","values":["ada@acme.com"],"hash_values":true}],"revision":10,"created_at":"2026-11-27T18:47:42.732Z","updated_at":"2026-11-27T18:47:42.732Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:42.732Z');
INSERT INTO public.sidekick_flag_changes VALUES (11, 'everyone', '{"key":"everyone","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[],"revision":1,"created_at":"2026-11-27T18:47:42.229Z","updated_at":"2026-11-27T18:47:42.229Z"}', '{"key":"everyone","is_enabled":true,"rollout_percentage":99.999,"description":null,"client_visible":true,"rules":[],"revision":11,"created_at":"2026-11-27T18:47:42.229Z","updated_at":"2026-11-27T18:47:44.269Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:44.269Z');
INSERT INTO public.sidekick_flag_changes VALUES (12, 'off', '{"key":"off","is_enabled":false,"rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend","client_visible":true,"rules":[],"revision":2,"created_at":"2026-11-27T18:47:42.300Z","updated_at":"2026-11-27T18:47:42.300Z"}', NULL, 'sdk_key:3d96a458', '2026-11-27T18:47:44.320Z');
INSERT INTO public.sidekick_flag_changes VALUES (13, 'late', NULL, '{"key":"late","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":13,"created_at":"2026-11-27T18:47:44.378Z","updated_at":"2026-11-27T18:47:44.378Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:44.378Z');
INSERT INTO public.sidekick_flags VALUES ('share', '{"key":"share","is_enabled":true,"rollout_percentage":12.345,"description":null,"client_visible":true,"rules":[],"revision":4,"created_at":"2026-11-27T18:47:42.429Z","updated_at":"2026-11-27T18:47:42.429Z"}');
INSERT INTO public.sidekick_flags VALUES ('rules', '{"key":"rules","is_enabled":true,"rollout_percentage":0,"description":null,"client_visible":true,"rules":[{"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},{"attribute":"plan","operator":"Equals","values":["pro","team"]},{"attribute":"country","operator":"NotEquals","values":["DE","é"]},{"attribute":"agent","operator":"Contains","values":["bot"]},{"attribute":"path","operator":"StartsWith","values":["/beta/"]}],"revision":6,"created_at":"2026-11-27T18:47:42.497Z","updated_at":"2026-11-27T18:47:42.497Z"}');
INSERT INTO public.sidekick_flags VALUES ('half', '{"key":"half","is_enabled":true,"rollout_percentage":50,"description":"for half of the users","client_visible":true,"rules":[],"revision":8,"created_at":"2026-11-27T18:47:42.375Z","updated_at":"2026-11-27T18:47:42.607Z"}');
INSERT INTO public.sidekick_flags VALUES ('hidden', '{"key":"hidden","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":false,"rules":[],"revision":9,"created_at":"2026-11-27T18:47:42.662Z","updated_at":"2026-11-27T18:47:42.662Z"}');
INSERT INTO public.sidekick_flags VALUES ('hashed', '{"key":"hashed","is_enabled":true,"rollout_percentage":0,"description":null,"client_visible":true,"rules":[{"attribute":"email","operator":"Equals","values":["ada@acme.com"],"hash_values":true}],"revision":10,"created_at":"2026-11-27T18:47:42.732Z","updated_at":"2026-11-27T18:47:42.732Z"}');
INSERT INTO public.sidekick_flags VALUES ('everyone', '{"key":"everyone","is_enabled":true,"rollout_percentage":99.999,"description":null,"client_visible":true,"rules":[],"revision":11,"created_at":"2026-11-27T18:47:42.229Z","updated_at":"2026-11-27T18:47:44.269Z"}');
INSERT INTO public.sidekick_flags VALUES ('late', '{"key":"late","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":13,"created_at":"2026-11-27T18:47:44.378Z","updated_at":"2026-11-27T18:47:44.378Z"}');
INSERT INTO public.sidekick_key_state VALUES (1, 4661704308162430322, true);
INSERT INTO public.sidekick_keys VALUES ('8ffcda370e4b823063f6b1dd6c32934347f36976a49daf6268448ca0c8326ec0', '{"digest":"8ffcda370e4b823063f6b1dd6c32934347f36976a49daf6268448ca0c8326ec0","name":"ops","kind":"admin","generation":1,"created_at":"2026-11-27T18:47:43.297Z","created_by":"cli","rotated_at":null,"expires_at":null,"revoked_at":null,"revoked_by":null}', NULL);
INSERT INTO public.sidekick_keys VALUES ('853e33f97c0d3fb64bd0b92c64b36841f23275987008fa2c1e88502508e3fa56', '{"digest":"853e33f97c0d3fb64bd0b92c64b36841f23275987008fa2c1e88502508e3fa56","name":"web","kind":"client","generation":1,"created_at":"2026-11-27T18:47:42.787Z","created_by":"cli","rotated_at":"2026-11-27T18:47:44.066Z","expires_at":"2027-02-25T18:47:44.066Z","revoked_at":null,"revoked_by":null}', NULL);
INSERT INTO public.sidekick_keys VALUES ('2be5d991655ad8686f5314fcf881977b9cb87dc0c8862483853809ac3ca38065', '{"digest":"2be5d991655ad8686f5314fcf881977b9cb87dc0c8862483853809ac3ca38065","name":"web","kind":"client","generation":2,"created_at":"2026-11-27T18:47:44.066Z","created_by":"cli","rotated_at":null,"expires_at":null,"revoked_at":null,"revoked_by":null}', NULL);
INSERT INTO public.sidekick_schema VALUES (2);
INSERT INTO public.sidekick_store VALUES (1, '04c0fdb46bbe6e14', 13);
ALTER TABLE ONLY public.sidekick_flag_changes
    ADD CONSTRAINT sidekick_flag_changes_pkey PRIMARY KEY (revision);
ALTER TABLE ONLY public.sidekick_flags
    ADD CONSTRAINT sidekick_flags_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.sidekick_key_state
    ADD CONSTRAINT sidekick_key_state_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sidekick_keys
    ADD CONSTRAINT sidekick_keys_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.sidekick_store
    ADD CONSTRAINT sidekick_store_pkey PRIMARY KEY (id);
CREATE INDEX sidekick_flag_changes_of_key ON public.sidekick_flag_changes USING btree (key, revision);
