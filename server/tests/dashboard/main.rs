//! The dashboard of several instances: what is changed on the page of one shows on the page of the other.
//!
//! `cargo xtask test dashboard` prepares what it needs (Postgres, Redis, Node and a browser) and runs this; plain `cargo
//! test` leaves it out, for it must pass on a machine that has nothing but Rust.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

#[path = "../services/mod.rs"]
mod services;
#[path = "../server/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;

const PROTOCOL: support::Protocol = support::Protocol::Http1;

use services::{Postgres, Redis};
use std::path::Path;
use std::process::Command;
use support::{Server, eventually};

const KEY: &str = "full/key+1";

/// The pages are played by the browser's tests of `js/dashboard`.
#[test]
fn what_is_changed_on_one_instance_shows_on_the_page_of_the_other() {
    let (postgres, redis) = (Postgres::start(), Redis::start());
    let (database, bus) = (postgres.url(), redis.url());
    let variables = [("DATABASE_URL", &*database), ("REDIS_URL", &*bus), ("SDK_KEY", KEY), ("HOST", "127.0.0.1")];
    let instances = [(); 2].map(|()| Server::start_with(&variables));
    for instance in &instances {
        eventually("Redis is noticed", || instance.metric("sidekick_redis_up") > 0.0);
    }
    let [one, other] = instances.each_ref().map(|instance| format!("http://{}", instance.address));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../js/dashboard");
    let played = Command::new("npm")
        .args(["run", "--silent", "test:instances"])
        .current_dir(folder)
        .envs([("SIDEKICK_ONE", &*one), ("SIDEKICK_OTHER", &*other), ("SIDEKICK_KEY", KEY)])
        .status()
        .unwrap();
    assert!(played.success(), "one: {}\nother: {}", instances[0].log(), instances[1].log());
}
