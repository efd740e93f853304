//! The flag store: replays, live changes, handles and the digest.

mod random;

use proptest::collection::vec;
use proptest::prelude::*;
use sidekick_core::{Change, CompiledFlag, Digest, EventId, Flag, FlagHandle, FlagKey, FlagStore, Revision};
use std::collections::BTreeMap;

fn key(name: &str) -> FlagKey {
    FlagKey::new(name).unwrap_or_else(|error| unreachable!("{error}"))
}

fn at(revision: u64) -> Revision {
    Revision::new(revision).unwrap_or_else(|| unreachable!("{revision} is too great"))
}

fn id(epoch: &str, revision: u64) -> EventId {
    EventId::parse(&format!("{epoch}:{revision}")).unwrap_or_else(|error| unreachable!("{error}"))
}

fn flag(name: &str, revision: u64) -> Flag {
    Flag { revision: at(revision), ..Flag::new(key(name)) }
}

fn upsert(name: &str, revision: u64) -> Change {
    Change::Upsert(flag(name, revision))
}

fn store_of(flags: &[Flag], id: EventId) -> FlagStore {
    let mut store = FlagStore::new();
    store.begin_replay();
    for flag in flags {
        store.stage(flag.clone());
    }
    store.commit_replay(id);
    store
}

/// Keys and revisions of the live flags.
fn listed(store: &FlagStore) -> Vec<(String, u64)> {
    store.flags().iter().map(|flag| (flag.key().to_string(), flag.revision().get())).collect()
}

/// The flag as it was put in.
fn read(held: &CompiledFlag) -> Flag {
    held.flag().unwrap_or_else(|error| unreachable!("{error}"))
}

fn all(store: &FlagStore) -> Vec<Flag> {
    store.flags().into_iter().map(read).collect()
}

/// The digest from its definition: the sum of `fmix64(fnv1a64(key) ^ revision × 0x9E3779B97F4A7C15)`.
fn digest<'a>(flags: impl Iterator<Item = &'a Flag>) -> u64 {
    let mut sum = 0_u64;
    for flag in flags {
        let mut term = 0xcbf2_9ce4_8422_2325_u64;
        for byte in flag.key.as_str().bytes() {
            term = (term ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        term ^= flag.revision.get().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        term = (term ^ (term >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        term = (term ^ (term >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        sum = sum.wrapping_add(term ^ (term >> 33));
    }
    sum
}

#[test]
fn a_new_store_is_empty_and_belongs_to_no_history() {
    let store = FlagStore::new();
    assert!(store.is_empty() && store.flags().is_empty());
    assert_eq!((store.len(), store.id(), store.epoch()), (0, None, None));
    assert_eq!((store.revision(), store.digest()), (Revision::ZERO, Digest::EMPTY));
    assert!(store.get("a").is_none() && store.resolve("a").is_none());
}

#[test]
fn a_replay_is_unseen_until_it_is_committed() {
    let mut store = store_of(&[flag("a", 1), flag("b", 2)], id("first", 2));
    let (before, digest) = (listed(&store), store.digest());
    let handle = store.resolve("a").unwrap();
    store.begin_replay();
    assert!(store.stage(flag("c", 7)));
    assert!(store.stage(flag("a", 8)));
    assert_eq!((listed(&store), store.digest(), store.id()), (before, digest, Some(&id("first", 2))));
    assert_eq!(store.get_by_handle(handle).unwrap().revision(), at(1));
    assert!(store.get("c").is_none());

    assert!(store.commit_replay(id("second", 9)));
    assert_eq!(listed(&store), [("a".into(), 8), ("c".into(), 7)]);
    assert_eq!((store.len(), store.id()), (2, Some(&id("second", 9))));
    assert!(store.get("b").is_none());
}

#[test]
fn an_abandoned_replay_leaves_no_trace() {
    let mut store = store_of(&[flag("a", 1)], id("first", 1));
    let handle = store.resolve("a").unwrap();
    store.begin_replay();
    store.stage(flag("b", 2));
    store.abandon_replay();
    assert!(!store.commit_replay(id("second", 2)));
    assert!(!store.stage(flag("c", 3)));
    assert_eq!((listed(&store), store.id()), (vec![("a".into(), 1)], Some(&id("first", 1))));
    assert!(store.get_by_handle(handle).is_some());
}

#[test]
fn a_replay_that_starts_anew_forgets_the_half_before() {
    let mut store = FlagStore::new();
    store.begin_replay();
    store.stage(flag("a", 1));
    store.begin_replay();
    store.stage(flag("b", 2));
    store.commit_replay(id("first", 2));
    assert_eq!(listed(&store), [("b".into(), 2)]);
}

#[test]
fn changes_before_the_first_replay_are_ignored() {
    let mut store = FlagStore::new();
    assert!(!store.apply(upsert("a", 1), at(1)));
    store.begin_replay();
    assert!(!store.apply(upsert("a", 1), at(1)));
    assert!(store.is_empty());
    store.commit_replay(id("first", 0));
    assert!(store.apply(upsert("a", 1), at(1)));
    assert_eq!(listed(&store), [("a".into(), 1)]);
}

#[test]
fn a_change_at_or_below_the_revision_is_ignored() {
    let mut store = store_of(&[flag("a", 5)], id("first", 5));
    for stale in [0, 4, 5] {
        assert!(!store.apply(upsert("a", stale), at(stale)));
        assert!(!store.apply(Change::Delete(key("a")), at(stale)));
        assert_eq!((listed(&store), store.revision()), (vec![("a".into(), 5)], at(5)));
    }
    // Later views of the flags may leave revisions out.
    assert!(store.apply(upsert("a", 9), at(9)));
    assert!(!store.apply(upsert("a", 8), at(8)));
    assert_eq!((listed(&store), store.revision()), (vec![("a".into(), 9)], at(9)));
    assert_eq!(store.id(), Some(&id("first", 9)));
}

#[test]
fn a_delete_of_an_unknown_flag_counts_as_a_change() {
    let mut store = store_of(&[flag("a", 1)], id("first", 1));
    assert!(store.apply(Change::Delete(key("b")), at(2)));
    assert_eq!((listed(&store), store.revision()), (vec![("a".into(), 1)], at(2)));
}

#[test]
fn a_live_change_during_a_replay_changes_the_live_flags_only() {
    let mut store = store_of(&[flag("a", 1)], id("first", 1));
    store.begin_replay();
    store.stage(flag("a", 3));
    assert!(store.apply(upsert("b", 2), at(2)));
    assert_eq!(listed(&store), [("a".into(), 1), ("b".into(), 2)]);
    store.commit_replay(id("first", 3));
    assert_eq!(listed(&store), [("a".into(), 3)]);
}

#[test]
fn of_two_flags_with_one_key_in_a_replay_the_later_counts() {
    let flags = [flag("a", 3), flag("b", 1), flag("a", 2), flag("c", 4), flag("b", 5), flag("a", 1)];
    let store = store_of(&flags, id("first", 9));
    assert_eq!(listed(&store), [("a".into(), 1), ("b".into(), 5), ("c".into(), 4)]);
    assert_eq!(store.len(), 3);
    assert_eq!(store.digest().get(), digest(all(&store).iter()));
}

#[test]
fn handles_go_stale_when_a_flag_is_changed_or_deleted_or_a_replay_ends() {
    let mut store = store_of(&[flag("a", 1), flag("b", 1)], id("first", 1));
    let (a, b) = (store.resolve("a").unwrap(), store.resolve("b").unwrap());
    assert!(store.apply(upsert("a", 2), at(2)));
    assert!(store.get_by_handle(a).is_none(), "what was known of the flag need not hold any more");
    let a = store.resolve("a").unwrap();
    assert!(store.apply(Change::Delete(key("a")), at(3)));
    assert!(store.get_by_handle(a).is_none());
    assert!(store.resolve("a").is_none());
    assert!(store.apply(upsert("a", 4), at(4)));
    assert!(store.get_by_handle(a).is_none(), "the flag that came back is another");
    assert!(store.get_by_handle(b).is_none(), "flags lie in a row, and others moved");

    let (a, b) = (store.resolve("a").unwrap(), store.resolve("b").unwrap());
    assert!(store.apply(Change::Delete(key("c")), at(5)));
    assert_eq!(store.get_by_handle(b).unwrap().key(), &key("b"), "nothing has changed");
    store.begin_replay();
    store.stage(flag("b", 1));
    store.stage(flag("a", 1));
    assert!(store.get_by_handle(a).is_some());
    store.commit_replay(id("first", 6));
    assert!(store.get_by_handle(a).is_none() && store.get_by_handle(b).is_none());
}

#[test]
fn a_handle_of_nothing_finds_nothing() {
    let store = store_of(&[flag("a", 1)], id("first", 1));
    let handle = store.resolve("a").unwrap();
    assert!(store.get_by_handle(FlagHandle { slot: u32::MAX, ..handle }).is_none());
    assert!(store.get_by_handle(FlagHandle { generation: handle.generation.wrapping_sub(1), ..handle }).is_none());
}

#[derive(Clone, Debug)]
enum Step {
    Begin,
    Stage(Flag),
    Commit(u64),
    Abandon,
    Upsert(Flag, u64),
    Delete(FlagKey, u64),
}

fn step() -> impl Strategy<Value = Step> {
    // Few keys, so that steps meet; the revision goes a little back or on from where the store stands.
    let key = || prop::sample::select((b'a'..=b'l').map(|name| key(&char::from(name).to_string())).collect::<Vec<_>>());
    let flag = || (key(), 0..1_000_u64).prop_map(|(key, revision)| Flag { revision: at(revision), ..Flag::new(key) });
    prop_oneof![
        1 => Just(Step::Begin),
        4 => flag().prop_map(Step::Stage),
        1 => (0..20_u64).prop_map(Step::Commit),
        1 => Just(Step::Abandon),
        8 => (flag(), 0..4_u64).prop_map(|(flag, ahead)| Step::Upsert(flag, ahead)),
        5 => (key(), 0..4_u64).prop_map(|(key, ahead)| Step::Delete(key, ahead)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_store_agrees_with_a_map(steps in vec(step(), 1..80)) {
        let mut store = FlagStore::new();
        let mut live: BTreeMap<FlagKey, Flag> = BTreeMap::new();
        let mut staging: Option<BTreeMap<FlagKey, Flag>> = None;
        let mut revision: Option<u64> = None;
        // Every handle there ever was, with its key while it is valid.
        let mut handles: Vec<(FlagHandle, Option<FlagKey>)> = Vec::new();

        for step in steps {
            match step {
                Step::Begin => {
                    store.begin_replay();
                    staging = Some(BTreeMap::new());
                }
                Step::Stage(flag) => {
                    prop_assert_eq!(store.stage(flag.clone()), staging.is_some());
                    if let Some(staging) = &mut staging {
                        staging.insert(flag.key.clone(), flag);
                    }
                }
                Step::Commit(to) => {
                    prop_assert_eq!(store.commit_replay(id("history", to)), staging.is_some());
                    if let Some(staging) = staging.take() {
                        (live, revision) = (staging, Some(to));
                        handles.iter_mut().for_each(|(_, key)| *key = None);
                    }
                }
                Step::Abandon => {
                    store.abandon_replay();
                    staging = None;
                }
                Step::Upsert(flag, ahead) => {
                    let to = (revision.unwrap_or(1) + ahead).saturating_sub(1);
                    let applies = revision.is_some_and(|now| to > now);
                    prop_assert_eq!(store.apply(Change::Upsert(flag.clone()), at(to)), applies);
                    if applies {
                        handles.iter_mut().for_each(|(_, key)| *key = None);
                        live.insert(flag.key.clone(), flag);
                        revision = Some(to);
                    }
                }
                Step::Delete(key, ahead) => {
                    let to = (revision.unwrap_or(1) + ahead).saturating_sub(1);
                    let applies = revision.is_some_and(|now| to > now);
                    prop_assert_eq!(store.apply(Change::Delete(key.clone()), at(to)), applies);
                    if applies {
                        if live.remove(&key).is_some() {
                            handles.iter_mut().for_each(|(_, key)| *key = None);
                        }
                        revision = Some(to);
                    }
                }
            }
            prop_assert_eq!(all(&store), live.values().cloned().collect::<Vec<_>>());
            prop_assert_eq!(store.len(), live.len());
            prop_assert_eq!(store.revision().get(), revision.unwrap_or(0));
            prop_assert_eq!(store.digest().get(), digest(live.values()));
            for (handle, key) in &handles {
                let found = store.get_by_handle(*handle).map(read);
                prop_assert_eq!(found.as_ref(), key.as_ref().and_then(|key| live.get(key)));
            }
            for (key, flag) in &live {
                let found = store.get(key.as_str()).map(read);
                prop_assert_eq!(found.as_ref(), Some(flag));
                let handle = store.resolve(key.as_str()).unwrap();
                if let Some((_, owner)) = handles.iter().find(|(known, _)| *known == handle) {
                    prop_assert_eq!(owner.as_ref(), Some(key), "a handle is never given again");
                } else {
                    handles.push((handle, Some(key.clone())));
                }
            }
        }
    }

    #[test]
    fn the_digest_does_not_depend_on_the_order(flags in vec(random::flag(), 0..12), reversed: bool) {
        let last: BTreeMap<&FlagKey, &Flag> = flags.iter().map(|flag| (&flag.key, flag)).collect();
        let mut unique: Vec<Flag> = last.values().map(|flag| (*flag).clone()).collect();
        if reversed {
            unique.reverse();
        }
        let store = store_of(&unique, id("history", 1));
        prop_assert_eq!(store.digest().get(), digest(unique.iter()));
        prop_assert_eq!(store.digest(), store_of(&flags, id("history", 1)).digest());
        prop_assert_eq!(Digest::parse(&store.digest().to_string()), Some(store.digest()));
    }
}
