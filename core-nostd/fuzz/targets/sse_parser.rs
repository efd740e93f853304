//! Fuzz target: a stream gives the same events however it is cut, and no event is beyond the parser's limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sidekick_core::sse::Parser;

/// Small, so that inputs reach it.
const LIMIT: usize = 96;

/// The events, what a reconnection needs, and whether the stream was refused.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    events: Vec<(String, String, String)>,
    retry: Option<u64>,
    last_id: String,
    is_refused: bool,
}

fuzz_target!(|input: &[u8]| {
    let Some((cut, stream)) = input.split_first() else { return };
    let whole = parse([stream]);
    assert_eq!(parse(stream.chunks(1)), whole);
    assert_eq!(parse(stream.chunks(usize::from(*cut).max(1))), whole);
    let (first, second) = stream.split_at(usize::from(*cut).min(stream.len()));
    assert_eq!(parse([first, &[], second]), whole);
});

fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut parser = Parser::new(LIMIT);
    let mut outcome = Outcome::default();
    for mut piece in pieces {
        loop {
            match parser.next_event(&mut piece) {
                Ok(Some(event)) => {
                    // A byte that is not UTF-8 is three bytes when it is read; of the data those are what counts.
                    assert!(event.data.len() <= LIMIT && event.kind.len().max(event.id.len()) <= 3 * LIMIT);
                    outcome.events.push((event.kind.into(), event.data.into(), event.id.into()));
                }
                Ok(None) => break assert!(piece.is_empty(), "bytes were left"),
                Err(_) => {
                    outcome.is_refused = true;
                    return outcome;
                }
            }
        }
    }
    outcome.retry = parser.retry();
    outcome.last_id = parser.last_event_id().into();
    outcome
}
