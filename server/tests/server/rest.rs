//! The REST routes: what each does and answers when it is used as it should be.

use crate::support::Server;

#[test]
fn a_flag_is_created_read_patched_replaced_and_deleted() {
    let server = Server::start();
    let created =
        server.request("POST", "/api/flags", r#"{"key":"dark_mode","is_enabled":true,"rollout_percentage":12.5}"#);
    assert_eq!(created.status, 201);
    assert_eq!(created.header("location"), Some("/api/flags/dark_mode"));
    assert_eq!(created.header("etag"), Some("\"1\""));
    let read = server.request("GET", "/api/flags/dark_mode", "");
    assert_eq!((read.status, read.text()), (200, created.text()));

    let patched =
        server.request("PATCH", "/api/flags/dark_mode", r#"{"rollout_percentage":null,"description":"for all"}"#);
    assert_eq!(patched.status, 200);
    let flag = patched.json();
    assert_eq!((&flag["is_enabled"], &flag["rollout_percentage"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!((&flag["revision"], &flag["created_at"]), (&2.into(), &created.json()["created_at"]));

    let replaced = server.request("POST", "/api/flags", r#"{"key":"dark_mode"}"#);
    assert_eq!(replaced.status, 200);
    assert_eq!(
        (&replaced.json()["is_enabled"], &replaced.json()["description"]),
        (&false.into(), &serde_json::Value::Null)
    );

    let deleted = server.request("DELETE", "/api/flags/dark_mode", "");
    assert_eq!((deleted.status, deleted.text()), (204, ""));
    assert_eq!(server.request("GET", "/api/flags/dark_mode", "").status, 404);
    assert_eq!(server.request("DELETE", "/api/flags/dark_mode", "").status, 404);
}
