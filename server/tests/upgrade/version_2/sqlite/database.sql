-- The database as the server left it, by server/tests/upgrade/record.sh.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES(1,'54d086d50f8f3bf0',13);
CREATE TABLE flags (
    key TEXT PRIMARY KEY,
    flag TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO flags VALUES('everyone','{"key":"everyone","is_enabled":true,"rollout_percentage":99.999,"description":null,"client_visible":true,"rules":[],"revision":11,"created_at":"2026-11-27T18:48:13.571Z","updated_at":"2026-11-27T18:48:14.777Z"}');
INSERT INTO flags VALUES('half','{"key":"half","is_enabled":true,"rollout_percentage":50,"description":"for half of the users","client_visible":true,"rules":[],"revision":8,"created_at":"2026-11-27T18:48:13.748Z","updated_at":"2026-11-27T18:48:14.169Z"}');
INSERT INTO flags VALUES('hashed','{"key":"hashed","is_enabled":true,"rollout_percentage":0,"description":null,"client_visible":true,"rules":[{"attribute":"email","operator":"Equals","values":["ada@acme.com"],"hash_values":true}],"revision":10,"created_at":"2026-11-27T18:48:14.295Z","updated_at":"2026-11-27T18:48:14.295Z"}');
INSERT INTO flags VALUES('hidden','{"key":"hidden","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":false,"rules":[],"revision":9,"created_at":"2026-11-27T18:48:14.240Z","updated_at":"2026-11-27T18:48:14.240Z"}');
INSERT INTO flags VALUES('late','{"key":"late","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":13,"created_at":"2026-11-27T18:48:14.927Z","updated_at":"2026-11-27T18:48:14.927Z"}');
INSERT INTO flags VALUES('rules','{"key":"rules","is_enabled":true,"rollout_percentage":0,"description":null,"client_visible":true,"rules":[{"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},{"attribute":"plan","operator":"Equals","values":["pro","team"]},{"attribute":"country","operator":"NotEquals","values":["DE","é"]},{"attribute":"agent","operator":"Contains","values":["bot"]},{"attribute":"path","operator":"StartsWith","values":["/beta/"]}],"revision":6,"created_at":"2026-11-27T18:48:14.019Z","updated_at":"2026-11-27T18:48:14.019Z"}');
INSERT INTO flags VALUES('share','{"key":"share","is_enabled":true,"rollout_percentage":12.345,"description":null,"client_visible":true,"rules":[],"revision":4,"created_at":"2026-11-27T18:48:13.819Z","updated_at":"2026-11-27T18:48:13.819Z"}');
CREATE TABLE flag_changes (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    actor TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;
INSERT INTO flag_changes VALUES(1,'everyone',NULL,'{"key":"everyone","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[],"revision":1,"created_at":"2026-11-27T18:48:13.571Z","updated_at":"2026-11-27T18:48:13.571Z"}','sdk_key:3d96a458','2026-11-27T18:48:13.571Z');
INSERT INTO flag_changes VALUES(2,'off',NULL,'{"key":"off","is_enabled":false,"rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend","client_visible":true,"rules":[],"revision":2,"created_at":"2026-11-27T18:48:13.669Z","updated_at":"2026-11-27T18:48:13.669Z"}','sdk_key:3d96a458','2026-11-27T18:48:13.669Z');
INSERT INTO flag_changes VALUES(3,'half',NULL,'{"key":"half","is_enabled":true,"rollout_percentage":50,"description":null,"client_visible":true,"rules":[],"revision":3,"created_at":"2026-11-27T18:48:13.748Z","updated_at":"2026-11-27T18:48:13.748Z"}','sdk_key:3d96a458','2026-11-27T18:48:13.748Z');
INSERT INTO flag_changes VALUES(4,'share',NULL,'{"key":"share","is_enabled":true,"rollout_percentage":12.345,"description":null,"client_visible":true,"rules":[],"revision":4,"created_at":"2026-11-27T18:48:13.819Z","updated_at":"2026-11-27T18:48:13.819Z"}','sdk_key:3d96a458','2026-11-27T18:48:13.819Z');
INSERT INTO flag_changes VALUES(5,'gone',NULL,'{"key":"gone","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[],"revision":5,"created_at":"2026-11-27T18:48:13.934Z","updated_at":"2026-11-27T18:48:13.934Z"}','sdk_key:3d96a458','2026-11-27T18:48:13.934Z');
INSERT INTO flag_changes VALUES(6,'rules',NULL,'{"key":"rules","is_enabled":true,"rollout_percentage":0,"description":null,"client_visible":true,"rules":[{"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org"]},{"attribute":"plan","operator":"Equals","values":["pro","team"]},{"attribute":"country","operator":"NotEquals","values":["DE","é"]},{"attribute":"agent","operator":"Contains","values":["bot"]},{"attribute":"path","operator":"StartsWith","values":["/beta/"]}],"revision":6,"created_at":"2026-11-27T18:48:14.019Z","updated_at":"2026-11-27T18:48:14.019Z"}','sdk_key:3d96a458','2026-11-27T18:48:14.019Z');
INSERT INTO flag_changes VALUES(7,'gone','{"key":"gone","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[],"revision":5,"created_at":"2026-11-27T18:48:13.934Z","updated_at":"2026-11-27T18:48:13.934Z"}',NULL,'sdk_key:3d96a458','2026-11-27T18:48:14.096Z');
INSERT INTO flag_changes VALUES(8,'half','{"key":"half","is_enabled":true,"rollout_percentage":50,"description":null,"client_visible":true,"rules":[],"revision":3,"created_at":"2026-11-27T18:48:13.748Z","updated_at":"2026-11-27T18:48:13.748Z"}','{"key":"half","is_enabled":true,"rollout_percentage":50,"description":"for half of the users","client_visible":true,"rules":[],"revision":8,"created_at":"2026-11-27T18:48:13.748Z","updated_at":"2026-11-27T18:48:14.169Z"}','sdk_key:3d96a458','2026-11-27T18:48:14.169Z');
INSERT INTO flag_changes VALUES(9,'hidden',NULL,'{"key":"hidden","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":false,"rules":[],"revision":9,"created_at":"2026-11-27T18:48:14.240Z","updated_at":"2026-11-27T18:48:14.240Z"}','sdk_key:3d96a458','2026-11-27T18:48:14.240Z');
INSERT INTO flag_changes VALUES(10,'hashed',NULL,'{"key":"hashed","is_enabled":true,"rollout_percentage":0,"description":null,"client_visible":true,"rules":[{"attribute":"email","operator":"Equals","values":["ada@acme.com"],"hash_values":true}],"revision":10,"created_at":"2026-11-27T18:48:14.295Z","updated_at":"2026-11-27T18:48:14.295Z"}','sdk_key:3d96a458','2026-11-27T18:48:14.295Z');
INSERT INTO flag_changes VALUES(11,'everyone','{"key":"everyone","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[],"revision":1,"created_at":"2026-11-27T18:48:13.571Z","updated_at":"2026-11-27T18:48:13.571Z"}','{"key":"everyone","is_enabled":true,"rollout_percentage":99.999,"description":null,"client_visible":true,"rules":[],"revision":11,"created_at":"2026-11-27T18:48:13.571Z","updated_at":"2026-11-27T18:48:14.777Z"}','sdk_key:3d96a458','2026-11-27T18:48:14.777Z');
INSERT INTO flag_changes VALUES(12,'off','{"key":"off","is_enabled":false,"rollout_percentage":100,"description":"é 😀 \"quoted\" \\ \u2028 line\nend","client_visible":true,"rules":[],"revision":2,"created_at":"2026-11-27T18:48:13.669Z","updated_at":"2026-11-27T18:48:13.669Z"}',NULL,'sdk_key:3d96a458','2026-11-27T18:48:14.828Z');
INSERT INTO flag_changes VALUES(13,'late',NULL,'{"key":"late","is_enabled":true,"rollout_percentage":null,"description":null,"client_visible":true,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":13,"created_at":"2026-11-27T18:48:14.927Z","updated_at":"2026-11-27T18:48:14.927Z"}','sdk_key:3d96a458','2026-11-27T18:48:14.927Z');
CREATE TABLE keys (
    digest TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    last_used_at TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO keys VALUES('01ac94fd9babd2d86e1655914dcfdac39382e403ece583f33339051899ebf111','{"digest":"01ac94fd9babd2d86e1655914dcfdac39382e403ece583f33339051899ebf111","name":"web","kind":"client","generation":1,"created_at":"2026-11-27T18:48:14.346Z","created_by":"cli","rotated_at":"2026-11-27T18:48:14.482Z","expires_at":"2027-02-25T18:48:14.482Z","revoked_at":null,"revoked_by":null}',NULL);
INSERT INTO keys VALUES('e664e60637466bf99afa63fff4fa8e2420cd95e22d7748b1dbae5b9fadb132f5','{"digest":"e664e60637466bf99afa63fff4fa8e2420cd95e22d7748b1dbae5b9fadb132f5","name":"web","kind":"client","generation":2,"created_at":"2026-11-27T18:48:14.482Z","created_by":"cli","rotated_at":null,"expires_at":null,"revoked_at":null,"revoked_by":null}',NULL);
INSERT INTO keys VALUES('f200f540d1c8b5109873f6ca77abbed10222d30f5d6a43c8db7c080388be3ecf','{"digest":"f200f540d1c8b5109873f6ca77abbed10222d30f5d6a43c8db7c080388be3ecf","name":"ops","kind":"admin","generation":1,"created_at":"2026-11-27T18:48:14.393Z","created_by":"cli","rotated_at":null,"expires_at":null,"revoked_at":null,"revoked_by":null}',NULL);
CREATE TABLE key_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    is_required INTEGER NOT NULL
) STRICT;
INSERT INTO key_state VALUES(1,-1505059295406472208,1);
CREATE INDEX flag_changes_of_key ON flag_changes (key, revision);
COMMIT;
PRAGMA user_version = 2;
