//! `GET /api/stats` of an instance among others.

use crate::instances::{Follower, instance, put, wait_for_redis};
use crate::services::{Postgres, Redis};
use crate::support::{Server, eventually};
use serde_json::{Value, json};

fn stats(server: &Server) -> Value {
    server.request("GET", "/api/stats", "").json()
}

#[test]
fn each_instance_counts_the_changes_of_all() {
    let redis = Redis::start();
    let url = Postgres::shared().database("stats");
    let servers = [(); 2].map(|()| instance(&url, &[("REDIS_URL", &redis.url())]));
    wait_for_redis(&[&servers[0], &servers[1]], true);
    let mut follower = Follower::of(&servers[1]);
    for number in 0..4 {
        put(&servers[number % 2], "flag", &number.to_string());
    }
    follower.wait_for(4);
    for server in &servers {
        eventually("the changes of both are counted", || stats(server)["changes"] == 4);
        assert_eq!(stats(server)["minutes"][0]["changes"], 4);
    }
    assert_eq!(stats(&servers[0])["minutes"][0]["deliveries"], 0, "its clients only");
    assert_eq!(stats(&servers[1])["minutes"][0]["deliveries"], 4);
}

#[test]
fn it_says_whether_postgres_and_redis_are_there() {
    let (mut postgres, mut redis) = (Postgres::start(), Redis::start());
    let server = instance(&postgres.database("stats"), &[("REDIS_URL", &redis.url())]);
    wait_for_redis(&[&server], true);
    let parts = || (stats(&server)["storage"].clone(), stats(&server)["redis"].clone());
    assert_eq!(parts(), (json!({"kind": "postgres", "is_up": true}), "up".into()));
    redis.kill();
    wait_for_redis(&[&server], false);
    assert_eq!(parts(), (json!({"kind": "postgres", "is_up": true}), "away".into()));
    postgres.kill();
    eventually("the database is missed", || parts().0 == json!({"kind": "postgres", "is_up": false}));
    assert_eq!(stats(&instance_without_redis())["redis"], "none");
}

fn instance_without_redis() -> Server {
    instance(&Postgres::shared().database("stats_alone"), &[])
}
