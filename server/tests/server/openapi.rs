//! `openapi.json` against the server: the same routes, the same rights, the same limits, and examples that are real.

use crate::support::{Response, Server};
use serde_json::{Map, Value, json};
use server::auth::Access;
use server::http::ROUTES;
use sidekick_core::{Flag, FlagKey, Revision, TargetingRule};
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = include_str!("../../openapi.json");
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

#[test]
fn the_document_has_exactly_the_routes_of_the_server() {
    let document = document();
    let documented: BTreeSet<_> = operations(&document).into_iter().map(|(path, method, _)| (path, method)).collect();
    let served: BTreeSet<_> =
        ROUTES.iter().map(|route| (route.path.to_owned(), route.method.to_ascii_lowercase())).collect();
    assert_eq!(documented, served);
}

#[test]
fn the_server_serves_the_file_and_its_version_is_the_servers() {
    let served = Server::start().request("GET", "/openapi.json", "");
    assert_eq!((served.status, served.header("content-type")), (200, Some("application/json")));
    assert!(served.text() == FILE, "the served document is another one than the file");
    let document = document();
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    walk(&document, &mut |object| {
        if let Some(reference) = object.get("$ref") {
            used.insert(reference.as_str().unwrap().to_owned());
        }
    });
    for reference in &used {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for kind in ["schemas", "responses", "parameters", "headers"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(used.contains(&reference), "nothing uses {reference}");
        }
    }
}

#[test]
fn every_operation_is_described() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{place} has another's operationId");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{place}");
        let tags = document["tags"].as_array().unwrap();
        assert!(tags.iter().any(|tag| tag["name"] == operation["tags"][0]), "{place} has no tag that is declared");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{place} never succeeds");
        for response in responses.values() {
            assert!(!resolve(&document, response)["description"].as_str().unwrap().is_empty(), "{place}");
        }
        let parameters = parameters(&document, &path, operation);
        let in_path = |name: &str| parameters.iter().any(|known| known["in"] == "path" && known["name"] == name);
        assert_eq!(path.contains("{key}"), in_path("key"), "{place}");
        assert_eq!(path.contains("{name}"), in_path("name"), "{place}");
    }
}

#[test]
fn security_is_what_the_route_asks_for() {
    let document = document();
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.to_ascii_lowercase()];
        let role = match route.access {
            Access::Public => None,
            Access::Client => Some("client"),
            Access::Server => Some("server"),
            Access::Admin => Some("admin"),
        };
        let mut expected: Vec<Value> = role.iter().map(|role| json!({ "bearer": [role] })).collect();
        if route.path == "/stream" {
            expected.push(json!({ "sdk_key": ["client"] }));
        }
        assert_eq!(operation["security"], Value::Array(expected), "{} {}", route.method, route.path);
        let refused = |status| operation["responses"].get(status).is_some();
        let place = format!("{} {}", route.method, route.path);
        assert_eq!(refused("401"), route.access != Access::Public, "{place}");
        assert_eq!(refused("403"), route.access > Access::Client, "{place}");
        // Whoever is asked for a key may fail too often.
        assert_eq!(refused("429"), route.access != Access::Public, "{place}");
    }
}

#[test]
fn limits_are_those_of_the_core() {
    let schemas = document()["components"]["schemas"].clone();
    let limits: [(&str, usize); 7] = [
        ("/FlagKey/maxLength", FlagKey::MAX_LENGTH),
        ("/Description/maxLength", Flag::MAX_DESCRIPTION),
        ("/Rules/maxItems", Flag::MAX_RULES),
        ("/TargetingRule/properties/attribute/maxLength", TargetingRule::MAX_ATTRIBUTE),
        ("/TargetingRule/properties/values/maxItems", TargetingRule::MAX_VALUES),
        ("/TargetingRule/properties/values/items/maxLength", TargetingRule::MAX_VALUE),
        ("/EvaluationAnswer/properties/rule_index/maximum", Flag::MAX_RULES - 1),
    ];
    for (pointer, limit) in limits {
        assert_eq!(schemas.pointer(pointer), Some(&json!(limit)), "{pointer}");
    }
    assert_eq!(schemas["Revision"]["maximum"], Revision::MAX.get());
}

/// Carries the examples out in the order in which a reader would, and compares what the server says with what the
/// document says that it says.
#[test]
fn the_examples_are_what_the_server_takes_and_answers() {
    let document = document();
    let server = Server::start();
    let tour: [(&str, &str, u16); 13] = [
        ("post", "/api/flags", 201),
        ("get", "/api/flags", 200),
        ("get", "/api/flags/{key}", 200),
        ("patch", "/api/flags/{key}", 200),
        ("post", "/api/evaluate", 200),
        ("get", "/api/flags/{key}/history", 200),
        ("get", "/api/history", 200),
        ("post", "/api/keys", 201),
        ("get", "/api/keys", 200),
        ("post", "/api/keys/{name}/rotate", 200),
        ("get", "/api/session", 200),
        ("get", "/healthz", 200),
        ("get", "/readyz", 200),
    ];
    for (method, path, status) in tour {
        let place = format!("{method} {path}");
        let operation = &document["paths"][path][method];
        let (media_type, content) = first(&operation["responses"][status.to_string()]["content"]);
        let answers = examples(content);
        assert!(!answers.is_empty(), "{place} has no example");
        let requests = match operation.get("requestBody") {
            Some(body) => examples(first(&body["content"]).1),
            None => answers.keys().map(|name| (name.clone(), Value::Null)).collect(),
        };
        assert_eq!(requests.keys().collect::<Vec<_>>(), answers.keys().collect::<Vec<_>>(), "{place}");
        for (name, request) in requests {
            let answer = send(&server, method, path, &request);
            assert_eq!(answer.status, status, "{place} {name}: {}", answer.text());
            assert_eq!(answer.header("content-type"), Some(media_type), "{place}");
            assert_eq!(without_times(answer.json()), without_times(answers[&name].clone()), "{place} {name}");
            check_fields(&document, &content["schema"], &answer.json(), &place);
            check_headers(&document, &operation["responses"][status.to_string()], &answer, &place);
        }
    }
}

/// An example cannot have the numbers that a server has; it has the fields.
#[test]
fn the_example_of_the_stats_has_their_fields() {
    let document = document();
    let server = Server::start();
    let mut stream = server.stream(None);
    stream.read_replay();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    stream.next_but_heartbeats().unwrap();
    let content = &document["paths"]["/api/stats"]["get"]["responses"]["200"]["content"]["application/json"];
    let schemas = &document["components"]["schemas"];
    for stats in [server.request("GET", "/api/stats", "").json(), content["example"].clone()] {
        check_fields(&document, &content["schema"], &stats, "stats");
        check_fields(&document, &schemas["Stats"]["properties"]["storage"], &stats["storage"], "storage");
        check_fields(&document, &schemas["Stats"]["properties"]["minutes"], &stats["minutes"], "minutes");
        let lag = &stats["minutes"].as_array().unwrap().last().unwrap()["lag_ms"];
        check_fields(&document, &schemas["Minute"]["properties"]["lag_ms"], lag, "lag_ms");
    }
}

#[test]
fn every_media_type_of_a_body_is_taken() {
    let document = document();
    let server = Server::start();
    for (path, method, operation) in operations(&document) {
        let Some(body) = operation.get("requestBody") else { continue };
        for (media_type, content) in body["content"].as_object().unwrap() {
            for (name, example) in examples(content) {
                server.request("POST", "/api/flags", r#"{"key":"dark_mode"}"#);
                let path = in_example(&path);
                let headers = [("Content-Type", media_type.as_str())];
                let method = method.to_uppercase();
                let answer = server.request_with(&method, &path, &headers, example.to_string().as_bytes());
                let expected = if path == "/api/keys" { 201 } else { 200 };
                assert_eq!(answer.status, expected, "{method} {path} {media_type} {name}: {}", answer.text());
            }
        }
    }
}

/// Method, path, key or query, headers, body, and the status that is right.
type Refusal<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16);

/// Requests of every kind that is refused: the document knows the status, its media type and its headers.
#[test]
fn refusals_are_documented() {
    let document = document();
    let server = Server::start_with(&[("SDK_KEY", "full-key"), ("CLIENT_KEY", "read-key")]);
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"here"}"#).status, 201);
    assert_eq!(server.request("POST", "/api/keys", r#"{"name":"here","kind":"client"}"#).status, 201);
    let json = ("Content-Type", "application/json");
    let (stale, present) = (("If-Match", "\"99\""), ("If-None-Match", "*"));
    let (reader, stranger) = (("Authorization", "Bearer read-key"), ("Authorization", "Bearer other"));
    let long = " ".repeat((512 << 10) + 1);
    let refusals: [Refusal; 39] = [
        ("get", "/api/flags", "", &[("If-None-Match", "*")], "", 304),
        ("get", "/api/flags", "", &[stranger], "", 401),
        ("post", "/api/flags", "", &[json], "{", 400),
        ("post", "/api/flags", "", &[json, stranger], "{}", 401),
        ("post", "/api/flags", "", &[json, reader], "{}", 403),
        ("post", "/api/flags", "", &[json, present], r#"{"key":"here"}"#, 412),
        ("post", "/api/flags", "", &[json], &long, 413),
        ("post", "/api/flags", "", &[], "{}", 415),
        ("get", "/api/flags/{key}", "here", &[present], "", 304),
        ("get", "/api/flags/{key}", "a%20b", &[], "", 400),
        ("get", "/api/flags/{key}", "absent", &[], "", 404),
        ("patch", "/api/flags/{key}", "here", &[json], "[]", 400),
        ("patch", "/api/flags/{key}", "absent", &[json], "{}", 404),
        ("patch", "/api/flags/{key}", "here", &[json, stale], "{}", 412),
        ("patch", "/api/flags/{key}", "here", &[json], &long, 413),
        ("patch", "/api/flags/{key}", "here", &[("Content-Type", "text/plain")], "{}", 415),
        ("patch", "/api/flags/{key}", "here", &[json], r#"{"key":"there"}"#, 422),
        ("delete", "/api/flags/{key}", "absent", &[], "", 404),
        ("delete", "/api/flags/{key}", "here", &[stale], "", 412),
        ("get", "/api/flags/{key}/history", "absent", &[], "", 404),
        ("get", "/api/history", "?limit=0", &[], "", 400),
        ("get", "/api/history", "", &[reader], "", 403),
        ("post", "/api/evaluate", "", &[json], "{}", 400),
        ("get", "/api/keys", "", &[reader], "", 403),
        ("post", "/api/keys", "", &[json], "{}", 400),
        ("post", "/api/keys", "", &[json, reader], "{}", 403),
        ("post", "/api/keys", "", &[json], r#"{"name":"here","kind":"client"}"#, 409),
        ("post", "/api/keys", "", &[json], &long, 413),
        ("post", "/api/keys", "", &[], "{}", 415),
        ("post", "/api/keys/{name}/rotate", "absent", &[], "", 404),
        ("post", "/api/keys/{name}/rotate", "here", &[json], r#"{"overlap_seconds":-1}"#, 400),
        ("post", "/api/keys/{name}/rotate", "here", &[("Content-Type", "text/plain")], "{}", 415),
        ("delete", "/api/keys/{name}", "absent", &[], "", 404),
        ("delete", "/api/keys/{name}", "a%20b", &[], "", 400),
        ("get", "/api/session", "", &[stranger], "", 401),
        ("get", "/api/stats", "", &[reader], "", 403),
        ("get", "/stream", "", &[stranger], "", 401),
        ("get", "/metrics", "", &[reader], "", 403),
        ("get", "/openapi.json", "", &[stranger], "", 401),
    ];
    for (method, path, detail, headers, body, status) in refusals {
        let place = format!("{method} {path} {detail} {headers:?}");
        let target = match path.contains('{') {
            true => path.replace("{key}", detail).replace("{name}", detail),
            false => format!("{path}{detail}"),
        };
        let answer = server.request_with(&method.to_uppercase(), &target, headers, body.as_bytes());
        assert_eq!(answer.status, status, "{place}");
        let documented = &document["paths"][path][method]["responses"][status.to_string()];
        let documented = resolve(&document, documented);
        assert!(documented.is_object(), "{place}: {status} is not documented");
        check_headers(&document, documented, &answer, &place);
        if status != 304 {
            let (media_type, content) = first(&documented["content"]);
            assert_eq!(answer.header("content-type"), Some(media_type), "{place}");
            check_fields(&document, &content["schema"], &answer.json(), &place);
            assert_eq!(content["example"]["title"], answer.json()["title"], "{place}");
        }
    }
}

fn document() -> Value {
    serde_json::from_str(FILE).unwrap()
}

/// Path, method and operation of each route in the document.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter().filter(|(name, _)| METHODS.contains(&name.as_str()));
            methods.map(|(method, operation)| (path.clone(), method.clone(), operation))
        })
        .collect()
}

/// The parameters of a path and of one of its operations.
fn parameters<'d>(document: &'d Value, path: &str, operation: &'d Value) -> Vec<&'d Value> {
    let lists = [&document["paths"][path]["parameters"], &operation["parameters"]];
    lists.into_iter().filter_map(Value::as_array).flatten().map(|parameter| resolve(document, parameter)).collect()
}

fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value.get("$ref") {
        Some(reference) => document.pointer(reference.as_str().unwrap().trim_start_matches('#')).unwrap(),
        None => value,
    }
}

fn walk(value: &Value, visit: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|value| walk(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

/// The first media type of a body.
fn first(content: &Value) -> (&str, &Value) {
    let (media_type, content) = content.as_object().unwrap().iter().next().unwrap();
    (media_type, content)
}

/// The examples of a media type by name; a single one has none.
fn examples(content: &Value) -> BTreeMap<String, Value> {
    match (content.get("example"), content.get("examples")) {
        (Some(example), None) => BTreeMap::from([(String::new(), example.clone())]),
        (None, Some(examples)) => {
            examples.as_object().unwrap().iter().map(|(name, one)| (name.clone(), one["value"].clone())).collect()
        }
        _ => BTreeMap::new(),
    }
}

fn send(server: &Server, method: &str, path: &str, body: &Value) -> Response {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    server.request(&method.to_uppercase(), &in_example(path), &body)
}

/// The path with what the examples are about.
fn in_example(path: &str) -> String {
    path.replace("{key}", "dark_mode").replace("{name}", "web-shop")
}

/// The document without what the clock and chance make of it.
fn without_times(mut document: Value) -> Value {
    fn cut(value: &mut Value) {
        match value {
            Value::Object(object) => {
                for name in ["created_at", "updated_at", "time"] {
                    if let Some(time) = object.get_mut(name) {
                        assert!(time.as_str().unwrap().ends_with('Z'));
                        *time = Value::Null;
                    }
                }
                if let Some(secret) = object.get_mut("secret") {
                    assert!(secret.as_str().unwrap().starts_with("sk_client_"));
                    *secret = Value::Null;
                }
                object.values_mut().for_each(cut);
            }
            Value::Array(items) => items.iter_mut().for_each(cut),
            _ => {}
        }
    }
    cut(&mut document);
    document
}

/// Every field of the answer is in the schema, and every field that the schema requires is in the answer.
fn check_fields(document: &Value, schema: &Value, answer: &Value, place: &str) {
    let schema = resolve(document, schema);
    match answer {
        Value::Array(items) => items.iter().for_each(|item| check_fields(document, &schema["items"], item, place)),
        Value::Object(fields) => {
            let has = |schema: &&Value| {
                let required = resolve(document, schema)["required"].as_array().unwrap();
                required.iter().all(|name| fields.contains_key(name.as_str().unwrap()))
            };
            let schema = match schema["oneOf"].as_array() {
                Some(forms) => resolve(document, forms.iter().find(has).unwrap_or_else(|| panic!("{place}: {answer}"))),
                None => schema,
            };
            let properties = schema["properties"].as_object().unwrap();
            for name in fields.keys() {
                assert!(properties.contains_key(name), "{place}: {name} is not documented");
            }
            for name in schema["required"].as_array().unwrap() {
                assert!(fields.contains_key(name.as_str().unwrap()), "{place}: {name} is missing");
            }
        }
        _ => panic!("{place}: neither an object nor a list: {answer}"),
    }
}

/// The answer has the headers that the document names, but for those that it calls optional.
fn check_headers(document: &Value, response: &Value, answer: &Response, place: &str) {
    let headers = resolve(document, response).get("headers").and_then(Value::as_object);
    for (name, header) in headers.into_iter().flatten() {
        let is_optional = resolve(document, header)["required"] == Value::Bool(false);
        assert!(is_optional || answer.header(name).is_some(), "{place}: no header {name}");
    }
}
