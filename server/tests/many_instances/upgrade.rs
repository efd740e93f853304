//! Upgrades and ways back with Postgres.

use crate::instances::{converged, instance};
use crate::services::Postgres;
use crate::upgrade_drill::{
    KEY, Recording, assert_goes_on, assert_is_refused, assert_keeps_what_is_newer, assert_writes, later_migration,
    recordings,
};

/// One for each version of the schema.
const RECORDINGS: &[Recording] = recordings!("postgres": 1, 2);

const VERSION: &str = "SELECT version FROM sidekick_schema";
/// What a history's name has of the database itself.
const HISTORY: &str = "SELECT epoch, pg_relation_filenode('sidekick_store') FROM sidekick_store";

#[test]
fn a_database_of_every_earlier_version_goes_on_under_instances_of_this_one() {
    let postgres = Postgres::shared();
    for recording in RECORDINGS {
        let url = postgres.database("recorded");
        postgres.sql(&url, recording.database);
        assert_eq!(postgres.sql(&url, VERSION), format!("{}\n", recording.version));
        let history = postgres.sql(&url, HISTORY);
        let servers = [instance(&url, &[KEY]), instance(&url, &[KEY])];
        for server in &servers {
            assert_goes_on(server, recording);
        }
        assert_eq!(postgres.sql(&url, HISTORY), history, "a migration makes no other history");
        assert_eq!(postgres.sql(&url, VERSION), format!("{}\n", RECORDINGS.len()), "each version has a recording");
        assert_writes(&servers[1]);
        converged(&[&servers[0], &servers[1]]);
    }
}

#[test]
fn a_database_that_the_next_version_has_migrated_is_worked_with_and_keeps_what_is_new_in_it() {
    let postgres = Postgres::shared();
    let newest = RECORDINGS.last().unwrap();
    let url = postgres.database("migrated_by_the_next");
    let next = newest.version + 1;
    let migration = format!("{} UPDATE sidekick_schema SET version = {next};", later_migration("sidekick_"));
    postgres.sql(&url, &format!("{} {migration}", newest.database));
    let server = instance(&url, &[KEY]);
    assert_keeps_what_is_newer(&server, |query| postgres.sql(&url, &query.replace("FROM ", "FROM sidekick_")));
    let late = instance(&url, &[KEY]);
    converged(&[&server, &late]);
    assert_eq!(postgres.sql(&url, VERSION), format!("{next}\n"));

    postgres.sql(&url, &format!("UPDATE sidekick_schema SET version = {}", next + 1));
    assert_is_refused(&url, next + 1);
}
