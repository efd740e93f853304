-- The database as the server left it, by server/tests/upgrade/record.sh.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES(1,'82aee17759d06a0a',11);
CREATE TABLE flags (
    key TEXT PRIMARY KEY,
    flag TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO flags VALUES('everyone','{"key":"everyone","is_enabled":true,"rollout_percentage":99.999,"description":null,"rules":[],"revision":9,"created_at":"2026-11-27T18:47:27.629Z","updated_at":"2026-11-27T18:47:28.178Z"}');
INSERT INTO flags VALUES('half','{"key":"half","is_enabled":true,"rollout_percentage":50,"description":"for half of the users","rules":[],"revision":8,"created_at":"2026-11-27T18:47:27.726Z","updated_at":"2026-11-27T18:47:27.961Z"}');
INSERT INTO flags VALUES('late','{"key":"late","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":11,"created_at":"2026-11-27T18:47:28.265Z","updated_at":"2026-11-27T18:47:28.265Z"}');
INSERT INTO flags VALUES('rules','{"key":"rules","is_enabled":true,"rollout_percentage":0,"description":null,"rules":[{"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},{"attribute":"plan","operator":"Equals","values":["pro","team"]},{"attribute":"country","operator":"NotEquals","values":["DE","é"]},{"attribute":"agent","operator":"Contains","values":["bot"]},{"attribute":"path","operator":"StartsWith","values":["/beta/"]}],"revision":6,"created_at":"2026-11-27T18:47:27.847Z","updated_at":"2026-11-27T18:47:27.847Z"}');
INSERT INTO flags VALUES('share','{"key":"share","is_enabled":true,"rollout_percentage":12.345,"description":null,"rules":[],"revision":4,"created_at":"2026-11-27T18:47:27.801Z","updated_at":"2026-11-27T18:47:27.801Z"}');
CREATE TABLE flag_changes (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    actor TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;
INSERT INTO flag_changes VALUES(1,'everyone',NULL,'{"key":"everyone","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[],"revision":1,"created_at":"2026-11-27T18:47:27.629Z","updated_at":"2026-11-27T18:47:27.629Z"}','sdk_key:3d96a458','2026-11-27T18:47:27.629Z');
INSERT INTO flag_changes VALUES(2,'off',NULL,'{"key":"off","is_enabled":false,"rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend","rules":[],"revision":2,"created_at":"2026-11-27T18:47:27.710Z","updated_at":"2026-11-27T18:47:27.710Z"}','sdk_key:3d96a458','2026-11-27T18:47:27.710Z');
INSERT INTO flag_changes VALUES(3,'half',NULL,'{"key":"half","is_enabled":true,"rollout_percentage":50,"description":null,"rules":[],"revision":3,"created_at":"2026-11-27T18:47:27.726Z","updated_at":"2026-11-27T18:47:27.726Z"}','sdk_key:3d96a458','2026-11-27T18:47:27.726Z');
INSERT INTO flag_changes VALUES(4,'share',NULL,'{"key":"share","is_enabled":true,"rollout_percentage":12.345,"description":null,"rules":[],"revision":4,"created_at":"2026-11-27T18:47:27.801Z","updated_at":"2026-11-27T18:47:27.801Z"}','sdk_key:3d96a458','2026-11-27T18:47:27.801Z');
INSERT INTO flag_changes VALUES(5,'gone',NULL,'{"key":"gone","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[],"revision":5,"created_at":"2026-11-27T18:47:27.833Z","updated_at":"2026-11-27T18:47:27.833Z"}','sdk_key:3d96a458','2026-11-27T18:47:27.833Z');
INSERT INTO flag_changes VALUES(6,'rules',NULL,'{"key":"rules","is_enabled":true,"rollout_percentage":0,"description":null,"rules":[{"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},{"attribute":"plan","operator":"Equals","values":["pro","team"]},{"attribute":"country","operator":"NotEquals","values":["DE","é"]},{"attribute":"agent","operator":"Contains","values":["bot"]},{"attribute":"path","operator":"StartsWith","values":["/beta/"]}],"revision":6,"created_at":"2026-11-27T18:47:27.847Z","updated_at":"2026-11-27T18:47:27.847Z"}','sdk_key:3d96a458','2026-11-27T18:47:27.847Z');
INSERT INTO flag_changes VALUES(7,'gone','{"key":"gone","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[],"revision":5,"created_at":"2026-11-27T18:47:27.833Z","updated_at":"2026-11-27T18:47:27.833Z"}',NULL,'sdk_key:3d96a458','2026-11-27T18:47:27.902Z');
INSERT INTO flag_changes VALUES(8,'half','{"key":"half","is_enabled":true,"rollout_percentage":50,"description":null,"rules":[],"revision":3,"created_at":"2026-11-27T18:47:27.726Z","updated_at":"2026-11-27T18:47:27.726Z"}','{"key":"half","is_enabled":true,"rollout_percentage":50,"description":"for half of the users","rules":[],"revision":8,"created_at":"2026-11-27T18:47:27.726Z","updated_at":"2026-11-27T18:47:27.961Z"}','sdk_key:3d96a458','2026-11-27T18:47:27.961Z');
INSERT INTO flag_changes VALUES(9,'everyone','{"key":"everyone","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[],"revision":1,"created_at":"2026-11-27T18:47:27.629Z","updated_at":"2026-11-27T18:47:27.629Z"}','{"key":"everyone","is_enabled":true,"rollout_percentage":99.999,"description":null,"rules":[],"revision":9,"created_at":"2026-11-27T18:47:27.629Z","updated_at":"2026-11-27T18:47:28.178Z"}','sdk_key:3d96a458','2026-11-27T18:47:28.178Z');
INSERT INTO flag_changes VALUES(10,'off','{"key":"off","is_enabled":false,"rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend","rules":[],"revision":2,"created_at":"2026-11-27T18:47:27.710Z","updated_at":"2026-11-27T18:47:27.710Z"}',NULL,'sdk_key:3d96a458','2026-11-27T18:47:28.230Z');
INSERT INTO flag_changes VALUES(11,'late',NULL,'{"key":"late","is_enabled":true,"rollout_percentage":null,"description":null,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":11,"created_at":"2026-11-27T18:47:28.265Z","updated_at":"2026-11-27T18:47:28.265Z"}','sdk_key:3d96a458','2026-11-27T18:47:28.265Z');
CREATE INDEX flag_changes_of_key ON flag_changes (key, revision);
COMMIT;
PRAGMA user_version = 1;
