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
CREATE TABLE public.sidekick_schema (
    version integer NOT NULL
);
CREATE TABLE public.sidekick_store (
    id smallint NOT NULL,
    epoch text NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT sidekick_store_id_check CHECK ((id = 1))
);
INSERT INTO public.sidekick_flag_changes VALUES (1, 'everyone', NULL, '{"key":"everyone","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[],"revision":1,"created_at":"2026-11-27T18:47:53.520Z","updated_at":"2026-11-27T18:47:53.520Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:53.520Z');
INSERT INTO public.sidekick_flag_changes VALUES (2, 'off', NULL, '{"key":"off","is_enabled":false,"rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend","rules":[],"revision":2,"created_at":"2026-11-27T18:47:53.578Z","updated_at":"2026-11-27T18:47:53.578Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:53.578Z');
INSERT INTO public.sidekick_flag_changes VALUES (3, 'half', NULL, '{"key":"half","is_enabled":true,"rollout_percentage":50,"description":null,"rules":[],"revision":3,"created_at":"2026-11-27T18:47:53.622Z","updated_at":"2026-11-27T18:47:53.622Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:53.622Z');
INSERT INTO public.sidekick_flag_changes VALUES (4, 'share', NULL, '{"key":"share","is_enabled":true,"rollout_percentage":12.345,"description":null,"rules":[],"revision":4,"created_at":"2026-11-27T18:47:53.662Z","updated_at":"2026-11-27T18:47:53.662Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:53.662Z');
INSERT INTO public.sidekick_flag_changes VALUES (5, 'gone', NULL, '{"key":"gone","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[],"revision":5,"created_at":"2026-11-27T18:47:53.690Z","updated_at":"2026-11-27T18:47:53.690Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:53.690Z');
INSERT INTO public.sidekick_flag_changes VALUES (6, 'rules', NULL, '{"key":"rules","is_enabled":true,"rollout_percentage":0,"description":null,"rules":[{"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},{"attribute":"plan","operator":"Equals","values":["pro","team"]},{"attribute":"country","operator":"NotEquals","values":["DE","é"]},{"attribute":"agent","operator":"Contains","values":["bot"]},{"attribute":"path","operator":"StartsWith","values":["/beta/"]}],"revision":6,"created_at":"2026-11-27T18:47:53.752Z","updated_at":"2026-11-27T18:47:53.752Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:53.752Z');
INSERT INTO public.sidekick_flag_changes VALUES (7, 'gone', '{"key":"gone","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[],"revision":5,"created_at":"2026-11-27T18:47:53.690Z","updated_at":"2026-11-27T18:47:53.690Z"}', NULL, 'sdk_key:3d96a458', '2026-11-27T18:47:53.779Z');
INSERT INTO public.sidekick_flag_changes VALUES (8, 'half', '{"key":"half","is_enabled":true,"rollout_percentage":50,"description":null,"rules":[],"revision":3,"created_at":"2026-11-27T18:47:53.622Z","updated_at":"2026-11-27T18:47:53.622Z"}', '{"key":"half","is_enabled":true,"rollout_percentage":50,"description":"for half of the users","rules":[],"revision":8,"created_at":"2026-11-27T18:47:53.622Z","updated_at":"2026-11-27T18:47:53.852Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:53.852Z');
INSERT INTO public.sidekick_flag_changes VALUES (9, 'everyone', '{"key":"everyone","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[],"revision":1,"created_at":"2026-11-27T18:47:53.520Z","updated_at":"2026-11-27T18:47:53.520Z"}', '{"key":"everyone","is_enabled":true,"rollout_percentage":99.999,"description":null,"rules":[],"revision":9,"created_at":"2026-11-27T18:47:53.520Z","updated_at":"2026-11-27T18:47:54.035Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:54.035Z');
INSERT INTO public.sidekick_flag_changes VALUES (10, 'off', '{"key":"off","is_enabled":false,"rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend","rules":[],"revision":2,"created_at":"2026-11-27T18:47:53.578Z","updated_at":"2026-11-27T18:47:53.578Z"}', NULL, 'sdk_key:3d96a458', '2026-11-27T18:47:54.055Z');
INSERT INTO public.sidekick_flag_changes VALUES (11, 'late', NULL, '{"key":"late","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":11,"created_at":"2026-11-27T18:47:54.078Z","updated_at":"2026-11-27T18:47:54.078Z"}', 'sdk_key:3d96a458', '2026-11-27T18:47:54.078Z');
INSERT INTO public.sidekick_flags VALUES ('share', '{"key":"share","is_enabled":true,"rollout_percentage":12.345,"description":null,"rules":[],"revision":4,"created_at":"2026-11-27T18:47:53.662Z","updated_at":"2026-11-27T18:47:53.662Z"}');
INSERT INTO public.sidekick_flags VALUES ('rules', '{"key":"rules","is_enabled":true,"rollout_percentage":0,"description":null,"rules":[{"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},{"attribute":"plan","operator":"Equals","values":["pro","team"]},{"attribute":"country","operator":"NotEquals","values":["DE","é"]},{"attribute":"agent","operator":"Contains","values":["bot"]},{"attribute":"path","operator":"StartsWith","values":["/beta/"]}],"revision":6,"created_at":"2026-11-27T18:47:53.752Z","updated_at":"2026-11-27T18:47:53.752Z"}');
INSERT INTO public.sidekick_flags VALUES ('half', '{"key":"half","is_enabled":true,"rollout_percentage":50,"description":"for half of the users","rules":[],"revision":8,"created_at":"2026-11-27T18:47:53.622Z","updated_at":"2026-11-27T18:47:53.852Z"}');
INSERT INTO public.sidekick_flags VALUES ('everyone', '{"key":"everyone","is_enabled":true,"rollout_percentage":99.999,"description":null,"rules":[],"revision":9,"created_at":"2026-11-27T18:47:53.520Z","updated_at":"2026-11-27T18:47:54.035Z"}');
INSERT INTO public.sidekick_flags VALUES ('late', '{"key":"late","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":11,"created_at":"2026-11-27T18:47:54.078Z","updated_at":"2026-11-27T18:47:54.078Z"}');
INSERT INTO public.sidekick_schema VALUES (1);
INSERT INTO public.sidekick_store VALUES (1, 'fa94ae645ea5ec96', 11);
ALTER TABLE ONLY public.sidekick_flag_changes
    ADD CONSTRAINT sidekick_flag_changes_pkey PRIMARY KEY (revision);
ALTER TABLE ONLY public.sidekick_flags
    ADD CONSTRAINT sidekick_flags_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.sidekick_store
    ADD CONSTRAINT sidekick_store_pkey PRIMARY KEY (id);
CREATE INDEX sidekick_flag_changes_of_key ON public.sidekick_flag_changes USING btree (key, revision);
