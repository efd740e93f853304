//! The JSON reader against a public corpus of documents to accept and to refuse (`json_suite/README.md`).

use serde::Deserialize;
use sidekick_core::json::{MAX_DEPTH, Reader};
use sidekick_core::{Error, Flag, Mode};

const DOCUMENTS: &str = include_str!("json_suite/documents.jsonl");

#[derive(Deserialize)]
struct Document {
    name: String,
    input: String,
    #[serde(default)]
    repeat: String,
    #[serde(default)]
    times: usize,
}

/// What the corpus leaves to the reader, and what this one does: numbers of any size are read as text, texts that have
/// no Unicode form are refused, and so is nesting beyond the limit.
const FREE: [(&str, bool); 22] = [
    ("i_number_double_huge_neg_exp", true),
    ("i_number_huge_exp", true),
    ("i_number_neg_int_huge_exp", true),
    ("i_number_pos_double_huge_exp", true),
    ("i_number_real_neg_overflow", true),
    ("i_number_real_pos_overflow", true),
    ("i_number_real_underflow", true),
    ("i_number_too_big_neg_int", true),
    ("i_number_too_big_pos_int", true),
    ("i_number_very_big_negative_int", true),
    ("i_object_key_lone_2nd_surrogate", false),
    ("i_string_1st_surrogate_but_2nd_missing", false),
    ("i_string_1st_valid_surrogate_2nd_invalid", false),
    ("i_string_incomplete_surrogate_and_escape_valid", false),
    ("i_string_incomplete_surrogate_pair", false),
    ("i_string_incomplete_surrogates_escape_valid", false),
    ("i_string_invalid_lonely_surrogate", false),
    ("i_string_invalid_surrogate", false),
    ("i_string_inverted_surrogates_U+1D11E", false),
    ("i_string_lone_second_surrogate", false),
    ("i_structure_500_nested_arrays", false),
    ("i_structure_UTF-8_BOM_empty_object", false),
];

fn documents() -> impl Iterator<Item = (String, Vec<u8>)> {
    DOCUMENTS.lines().map(|line| {
        let document: Document = serde_json::from_str(line).unwrap_or_else(|error| unreachable!("{error}: {line}"));
        (document.name, (document.repeat.repeat(document.times) + &document.input).into_bytes())
    })
}

fn read(document: &[u8]) -> Result<(), Error> {
    Reader::document(document, Reader::skip)
}

fn is_accepted(name: &str) -> bool {
    match name.as_bytes().first() {
        Some(b'y') => true,
        Some(b'n') => false,
        _ => FREE.iter().any(|(free, accepted)| *free == name && *accepted),
    }
}

#[test]
fn each_document_is_accepted_or_refused_as_the_corpus_says() {
    let (mut accepted, mut refused, mut free) = (0, 0, 0);
    for (name, document) in documents() {
        assert_eq!(read(&document).is_ok(), is_accepted(&name), "{name}: {:?}", read(&document));
        match name.as_bytes()[0] {
            b'y' => accepted += 1,
            b'n' => refused += 1,
            _ => {
                assert!(FREE.iter().any(|(listed, _)| *listed == name), "{name} is missing in the table");
                free += 1;
            }
        }
    }
    assert_eq!((accepted, refused, free), (95, 176, FREE.len()));
}

#[test]
fn an_unknown_field_is_skipped_or_refused_likewise() {
    for (name, document) in documents() {
        let flag = [&br#"{"key":"a","x":"#[..], &document, b"}"].concat();
        let read = Flag::from_json(&flag, Mode::Lenient);
        assert_eq!(read.is_ok(), is_accepted(&name), "{name}: {read:?}");
        assert!(Flag::from_json(&flag, Mode::Strict).is_err(), "{name}");
    }
}

#[test]
fn no_document_cut_short_is_accepted_but_numbers_and_blanks() {
    for (name, document) in documents().filter(|(name, document)| name.starts_with('y') && document.len() < 5_000) {
        let text = String::from_utf8(document).unwrap();
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        if text.starts_with(['{', '[', '"', 't', 'f', 'n']) {
            for end in 0..text.len() {
                assert!(read(&text.as_bytes()[..end]).is_err(), "{name} cut at {end}");
            }
        }
    }
}

#[test]
fn ill_formed_utf_8_is_refused_wherever_it_stands() {
    // The kinds of Unicode, section 3.9: lone and missing continuations, overlong forms, surrogates, beyond U+10FFFF.
    for bytes in [
        &b"\x80"[..],
        b"\xbf",
        b"\xe5",
        b"\xff",
        b"\xfe",
        b"\xc0\xaf",
        b"\xc1\xbf",
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xf4\xbf\xbf\xbf",
        b"\xfc\x80\x80\x80\x80\x80",
        b"\xe6\x97",
        b"\xf0\x9f\x98",
    ] {
        for (before, after) in [
            ("", ""),
            ("[", "]"),
            ("[\"", "\"]"),
            ("[\"日", "\"]"),
            ("[\"\\", "\"]"),
            ("[\"\\u", "\"]"),
            ("[1", "]"),
            ("[1e", "]"),
            ("{\"", "\":0}"),
            ("[] ", ""),
        ] {
            let document = [before.as_bytes(), bytes, after.as_bytes()].concat();
            let error = read(&document).unwrap_err();
            assert_eq!(error.offset(), Some(before.len()), "{document:x?}");
        }
    }
    assert!(read(b"\xff\xfe[\0\"\0\xe9\0\"\0]\0").is_err(), "UTF-16 is not JSON's encoding");
    assert!(read(b"\0[\0]").is_err());
}

#[test]
fn nesting_is_read_to_its_limit_and_not_beyond() {
    let limit = MAX_DEPTH;
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let each = open.matches(['[', '{']).count();
        let nested = |levels: usize| {
            let times = levels / each;
            [open.repeat(times), "0".into(), close.repeat(times)].concat()
        };
        assert!(read(nested(limit).as_bytes()).is_ok(), "{open}");
        assert!(read(nested(limit + each).as_bytes()).is_err(), "{open}");
    }
    let wide = format!("[{}[]]", "[],".repeat(1_000));
    assert!(read(wide.as_bytes()).is_ok(), "what is closed counts no more");
}
