//! The event-stream parser: the same events however the bytes are cut, and a bound on what it holds.

mod random;

use allocation_counter::measure;
use proptest::collection::vec;
use proptest::prelude::*;
use sidekick_core::sse::{self, Parser};
use sidekick_core::{Change, CompiledFlag, Epoch, ErrorKind, EventId, FlagStore, Mode, Revision};

/// What a parser gave: kind, data and id of each event, what a reconnection needs, and whether it refused the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Outcome {
    events: Vec<(String, String, String)>,
    retry: Option<u64>,
    last_id: String,
    refused: bool,
}

fn parse<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut parser = Parser::new(limit);
    let mut outcome = Outcome::default();
    for mut piece in pieces {
        loop {
            match parser.next_event(&mut piece) {
                Ok(Some(event)) => {
                    outcome.events.push((event.kind.into(), event.data.into(), event.id.into()));
                }
                Ok(None) => break assert!(piece.is_empty(), "bytes were left"),
                Err(error) => {
                    assert_eq!(error.kind(), &ErrorKind::LineTooLong { limit });
                    outcome.refused = true;
                    return outcome;
                }
            }
        }
    }
    outcome.retry = parser.retry();
    outcome.last_id = parser.last_event_id().into();
    outcome
}

fn whole(bytes: &[u8]) -> Outcome {
    parse(1 << 20, [bytes])
}

fn data_of(bytes: &[u8]) -> Vec<String> {
    whole(bytes).events.into_iter().map(|(_, data, _)| data).collect()
}

/// The standard's algorithm on a whole stream: decode, drop the mark, cut into lines, go through them.
fn oracle(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.pop();
    let mut outcome = Outcome::default();
    let (mut kind, mut data, mut id) = (String::new(), String::new(), String::new());
    for line in lines {
        let (name, value) =
            line.split_once(':').map_or((line, ""), |(name, value)| (name, value.strip_prefix(' ').unwrap_or(value)));
        match name {
            "" if line.is_empty() => {
                outcome.last_id.clone_from(&id);
                if let Some(data) = data.strip_suffix('\n') {
                    let kind = if kind.is_empty() { "message" } else { &kind };
                    outcome.events.push((kind.into(), data.into(), id.clone()));
                }
                kind.clear();
                data.clear();
            }
            "event" => kind = value.into(),
            "data" => data = data + value + "\n",
            "id" if !value.contains('\0') => id = value.into(),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                outcome.retry = Some(value.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    outcome
}

#[test]
fn a_byte_order_mark_is_dropped_wherever_it_is_cut() {
    let stream = b"\xef\xbb\xbfdata: a\n\n";
    for first in 0..=3 {
        for second in first..=3 {
            let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
            assert_eq!(parse(64, pieces), whole(b"data: a\n\n"), "cut at {first} and {second}");
        }
    }
    assert_eq!(data_of(b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n"), ["b"], "only one mark is one");
    assert_eq!(data_of(b"data: a\n\n\xef\xbb\xbfdata: b\n\n"), ["a"], "only at the start");
}

#[test]
fn the_start_of_a_byte_order_mark_that_is_none_stays_text() {
    for stream in [&b"\xefdata: x\ndata: a\n\n"[..], b"\xef\xbbdata: x\ndata: a\n\n", b"\xef\xbb\ndata: a\n\n"] {
        assert_eq!(data_of(stream), ["a"]);
        assert_eq!(parse(64, stream.chunks(1)), whole(stream));
    }
}

#[test]
fn a_line_ends_with_lf_cr_or_both() {
    for stream in [&b"data: a\n\ndata: b\n\n"[..], b"data: a\r\rdata: b\r\r", b"data: a\r\n\r\ndata: b\r\n\r\n"] {
        assert_eq!(data_of(stream), ["a", "b"]);
        assert_eq!(parse(64, stream.chunks(1)), whole(stream));
    }
    // CR, then LF, in two pieces is one end of line; LF CR is two.
    let outcome = parse(64, [&b"data: a\r"[..], b"\ndata: b\r", b"\n\r", b"\n"]);
    assert_eq!(outcome.events, [("message".into(), "a\nb".into(), String::new())]);
    assert_eq!(data_of(b"data: a\n\rdata: b\n\r"), ["a", "b"]);
}

#[test]
fn an_event_is_given_out_without_waiting_for_an_lf_after_its_cr() {
    let outcome = parse(64, [&b"data: a\r\r"[..]]);
    assert_eq!(outcome.events.len(), 1);
}

#[test]
fn an_unterminated_event_is_none() {
    assert_eq!(data_of(b"data: a\n\ndata: b\n"), ["a"]);
    assert_eq!(data_of(b"data: a\n\ndata: b"), ["a"]);
}

#[test]
fn an_id_lasts_and_one_with_a_nul_is_ignored() {
    let ids = |bytes: &[u8]| whole(bytes).events.into_iter().map(|(_, _, id)| id).collect::<Vec<_>>();
    assert_eq!(ids(b"id: 1\ndata: a\n\ndata: b\n\nid: 2\x003\ndata: c\n\nid\ndata: d\n\n"), ["1", "1", "1", ""]);
    assert_eq!(ids(b"id: 1\n\ndata: a\n\n"), ["1"], "an event without data is none, but its id counts");
    assert_eq!(whole(b"id: 1\n\n").last_id, "1");
    assert_eq!(whole(b"id: 1\ndata: a\n\nid: 2\ndata: b\n").last_id, "1", "half an event moves no stream on");
}

#[test]
fn a_line_as_long_as_the_limit_passes_and_one_byte_more_does_not() {
    for (length, refused) in [(100, false), (101, true)] {
        let stream = [&b":".repeat(length)[..], b"\n"].concat();
        assert_eq!(parse(100, [&stream[..]]).refused, refused, "{length} bytes");
        assert_eq!(parse(100, stream.chunks(1)).refused, refused, "{length} bytes, one by one");
        assert_eq!(parse(100, stream.chunks(7)).refused, refused, "{length} bytes, seven by seven");
    }
}

#[test]
fn the_data_of_an_event_and_the_line_behind_it_are_held_to_the_same_limit() {
    let lines = |count| [b"data: 123456789\n".repeat(count), b"\n".to_vec()].concat();
    // Nine lines of ten bytes, the line end of the last not among them, and then a line of fifteen.
    assert!(!parse(104, [&lines(10)[..]]).refused);
    assert!(parse(103, [&lines(10)[..]]).refused);
    assert!(parse(99, [&b"data:\n".repeat(200)[..]]).refused, "empty lines add up too");
    assert!(parse(99, [&b"data: \xff\xff\xff\xff\n".repeat(9)[..]]).refused, "what was decoded counts");
    assert!(!parse(104, [&lines(10).repeat(3)[..]]).refused, "each event anew");
}

#[test]
fn whatever_is_sent_the_parser_holds_no_more_than_a_few_times_its_limit() {
    let limit = 10_000;
    for unit in [
        &b"x"[..],
        b"\xff",
        b"data",
        b"data:x",
        b"data:x\n",
        b"data:\n",
        b"data:\xff\xff\xff\xff\xff\n",
        b"id:\xff\xff\xff\xff",
        b"event:\xff\xff\xff\xff",
        b"\xef\xbb",
        b"id: 12345\n",
        b"event: 12345\n",
        b"retry: 12345\n",
        b":\n",
        b"\r",
        b"\n",
    ] {
        let megabyte = unit.repeat(1_000_000 / unit.len());
        for piece in [1_000, 1_000_000] {
            let mut parser = Parser::new(limit);
            let held = measure(|| {
                'stream: for mut bytes in megabyte.chunks(piece) {
                    loop {
                        match parser.next_event(&mut bytes) {
                            Ok(Some(_)) => {}
                            Ok(None) => break,
                            Err(_) => break 'stream,
                        }
                    }
                }
            });
            assert!(held.bytes_max < 12 * limit as u64, "{unit:?}: {} bytes", held.bytes_max);
        }
    }
}

#[test]
fn a_refused_stream_stays_bounded_when_it_is_read_on() {
    let limit = 1_000;
    let held = measure(|| {
        let mut parser = Parser::new(limit);
        for _ in 0..1_000 {
            let mut bytes: &[u8] = &[b'x'; 700];
            let _ = parser.next_event(&mut bytes);
            let mut bytes: &[u8] = b"\ndata: 0123456789\n";
            let _ = parser.next_event(&mut bytes);
        }
    });
    assert!(held.bytes_max < 12 * limit as u64, "{} bytes", held.bytes_max);
}

/// Streams made of the parts that matter, with some bytes that don't.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let parts: Vec<&'static [u8]> = vec![
        b"data",
        b"data: ",
        b"data:",
        b"event: ",
        b"event:",
        b"id: ",
        b"id",
        b"retry: ",
        b"retry",
        b":",
        b" ",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\r\n\r\n",
        b"\xef\xbb\xbf",
        b"\xef",
        b"\xef\xbb",
        b"\0",
        b"\xff",
        b"\xe6\x97",
        b"a",
        b"7",
        b"99999999999999999999",
        "é".as_bytes(),
        "日".as_bytes(),
        b"ready",
    ];
    let part = prop_oneof![
        12 => prop::sample::select(parts).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 1..4),
    ];
    vec(part, 0..60).prop_map(|parts| parts.concat())
}

/// Cuts `bytes` at places drawn from `cuts`.
fn pieces<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).chain([0, bytes.len()]).collect();
    places.sort_unstable();
    places.iter().zip(places.iter().skip(1)).filter_map(|(start, end)| bytes.get(*start..*end)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(700))]

    #[test]
    fn any_bytes_give_the_events_of_the_standard_however_they_are_cut(
        bytes in stream(),
        cuts in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let expected = oracle(&bytes);
        prop_assert_eq!(&whole(&bytes), &expected);
        prop_assert_eq!(&parse(1 << 20, pieces(&bytes, &cuts)), &expected);
        prop_assert_eq!(&parse(1 << 20, bytes.chunks(1)), &expected);
    }

    #[test]
    fn a_stream_is_refused_however_it_is_cut(bytes in stream(), cuts in vec(any::<prop::sample::Index>(), 0..8)) {
        let expected = parse(12, [&bytes[..]]);
        prop_assert_eq!(&parse(12, pieces(&bytes, &cuts)), &expected);
        prop_assert_eq!(&parse(12, bytes.chunks(1)), &expected);
    }

    #[test]
    fn what_the_encoder_writes_is_read_back(
        replay in vec(random::flag(), 0..4),
        changes in vec(prop_oneof![random::flag().prop_map(Change::Upsert), random::key().prop_map(Change::Delete)], 0..4),
        piece in 1..40_usize,
    ) {
        let epoch = Epoch::new("a1b2").unwrap();
        let start = Revision::new(7).unwrap();
        let mut out = Vec::new();
        sse::connected(&mut out);
        replay.iter().for_each(|flag| sse::replay_upsert(&CompiledFlag::new(flag.clone()), &mut out));
        sse::ready(&EventId { epoch: epoch.clone(), revision: start }, replay.len(), &mut out);
        let mut revision = start;
        for change in &changes {
            revision = revision.next();
            sse::change(&epoch, revision, change, &mut out);
        }

        // A client, in short.
        let mut store = FlagStore::new();
        let mut parser = Parser::new(1 << 20);
        let mut read = Vec::new();
        for mut bytes in out.chunks(piece) {
            while let Some(event) = parser.next_event(&mut bytes).unwrap() {
                match event.kind {
                    "connected" => store.begin_replay(),
                    "ready" => prop_assert!(store.commit_replay(EventId::parse(event.id).unwrap())),
                    _ => match Change::from_json(event.data.as_bytes()).unwrap().unwrap() {
                        Change::Upsert(flag) if event.id.is_empty() => prop_assert!(store.stage(flag)),
                        change => {
                            read.push(change.clone());
                            prop_assert!(store.apply(change, EventId::parse(event.id).unwrap().revision));
                        }
                    },
                }
            }
        }
        prop_assert_eq!(read, changes.clone());

        let mut expected = FlagStore::new();
        expected.begin_replay();
        replay.into_iter().for_each(|flag| { expected.stage(flag); });
        expected.commit_replay(EventId { epoch, revision: start });
        let mut revision = start;
        for change in changes {
            revision = revision.next();
            expected.apply(change, revision);
        }
        let documents = |store: &FlagStore| store.flags().iter().map(|flag| flag.document().to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(documents(&store), documents(&expected));
        prop_assert_eq!(store.digest(), expected.digest());
        prop_assert_eq!(store.id(), expected.id());
    }

    #[test]
    fn a_change_is_one_line_of_data(flag in random::flag()) {
        let mut out = Vec::new();
        sse::replay_upsert(&CompiledFlag::new(flag.clone()), &mut out);
        prop_assert_eq!(out.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count(), 2);
        let json = out.strip_prefix(b"data: {\"type\":\"UPSERT\",\"flag\":").unwrap().strip_suffix(b"}\n\n").unwrap();
        prop_assert_eq!(sidekick_core::Flag::from_json(json, Mode::Lenient), Ok(flag));
    }
}
