//! A rotation of keys: a server is started anew with another key beside the old ones, and both must be taken.

use super::cluster::{Cluster, WRITER_KEYS};
use super::http::Connection;
use super::violation::{Kind, Violation};

/// Ends a server, starts it with one more key, and asks with that one, with an old one and with none that it knows.
pub fn rotate(cluster: &Cluster, server: usize) -> Vec<Violation> {
    let fresh = format!("writer-{}", fastrand::u64(..));
    cluster.terminate(server);
    cluster.launch_with(server, &[("SDK_KEY", &format!("{},{fresh}", WRITER_KEYS.join(",")))]);
    let status = |key: &str| {
        let answer = Connection::open(cluster.address(server), key)
            .and_then(|mut connection| connection.request("GET", "/api/session", "", ""));
        answer.map_or(0, |answer| answer.status)
    };
    let asked = [(fresh.as_str(), 200), (WRITER_KEYS[0], 200), ("writer", 401)];
    let wrong = asked.into_iter().filter(|(key, expected)| status(key) != *expected);
    wrong.map(|(key, expected)| Violation::new(Kind::Protocol, format!("{key} was not answered {expected}"))).collect()
}
