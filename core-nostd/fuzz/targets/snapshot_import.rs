//! Fuzz target: a snapshot is refused and changes nothing, or what was taken is exported and imported unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sidekick_core::murmur3_x86_32;
use sidekick_core::sync::SyncClient;

fuzz_target!(|input: &[u8]| {
    import(input);
    // With a seal that is right, for no input finds it by chance.
    let text = [b": sidekick-snapshot 2\n", input].concat();
    import(&[&text, format!("2{:010}\n", murmur3_x86_32(&text, 0)).as_bytes()].concat());
});

fn import(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut client = SyncClient::new(1);
    match client.import_snapshot(text) {
        Ok(is_taken) => assert!(is_taken, "a client without flags takes any"),
        Err(error) => {
            assert!(error.to_string().len() < 2_000);
            assert!(client.store().is_empty() && client.export_snapshot().is_none() && client.poll_output().is_none());
            return;
        }
    }
    let exported = client.export_snapshot().expect("there are flags");
    let mut heir = SyncClient::new(2);
    assert_eq!(heir.import_snapshot(std::str::from_utf8(&exported).expect("an export is text")), Ok(true));
    assert_eq!((heir.store().id(), heir.store().digest()), (client.store().id(), client.store().digest()));
    assert_eq!(heir.export_snapshot(), Some(exported));
}
