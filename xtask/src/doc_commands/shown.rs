//! What a document shows of a command's output, held against what was printed.
//!
//! `…` stands for anything. Times and ids are another in each run, so only their form counts.

/// Whether the output is the shown one.
pub(super) fn is_shown(shown: &str, printed: &str) -> bool {
    matches(&masked(shown), &masked(printed), true)
}

/// Whether the output begins with the shown one: of a command that does not end.
pub(super) fn begins_as_shown(shown: &str, printed: &str) -> bool {
    matches(&masked(shown), &masked(printed), false)
}

fn matches(shown: &str, printed: &str, to_the_end: bool) -> bool {
    let pieces: Vec<&str> = shown.trim().split('…').map(str::trim).collect();
    let printed = printed.trim();
    match pieces.as_slice() {
        [first, middle @ .., last] => {
            let begin = printed.strip_prefix(first);
            let rest = middle.iter().try_fold(begin, |rest, piece| Some(rest?.split_once(piece).map(|(_, rest)| rest)));
            rest.flatten().is_some_and(|rest| if to_the_end { rest.ends_with(last) } else { rest.contains(last) })
        }
        [all] if to_the_end => printed == *all,
        _ => printed.starts_with(shown.trim()),
    }
}

/// A time in its place: `#` is any digit.
const TIME: &str = "####-##-##T##:##:##.###Z";

/// The text with `<time>` in place of times, and `<hex>` of 16 or more hexadecimal digits in a row.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
        let (length, replacement) = if begins_with_time(rest) {
            (TIME.len(), "<time>")
        } else if digits >= 16 {
            (digits, "<hex>")
        } else if digits > 0 {
            // As a whole, so that no word's end is taken for the beginning of an id.
            masked.push_str(rest.get(..digits).unwrap_or_default());
            (digits, "")
        } else {
            masked.push(first);
            (first.len_utf8(), "")
        };
        masked.push_str(replacement);
        rest = rest.get(length..).unwrap_or_default();
    }
    masked
}

fn begins_with_time(text: &str) -> bool {
    let mut characters = text.chars();
    TIME.chars().all(|form| {
        characters.next().is_some_and(|character| character == form || form == '#' && character.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_ids_may_differ_and_nothing_else() {
        let shown = "id: 74ed7de71c8abced:1\n{\"at\":\"2026-11-23T01:07:47.951Z\"}";
        assert!(is_shown(shown, "id: 0123456789abcdef:1\n{\"at\":\"2027-01-02T03:04:05.678Z\"}\n"));
        assert!(!is_shown(shown, "id: 0123456789abcdef:2\n{\"at\":\"2027-01-02T03:04:05.678Z\"}\n"));
        assert!(!is_shown("{\"a\":1}", "{\"a\":1,\"b\":2}"));
    }

    #[test]
    fn an_ellipsis_stands_for_anything() {
        assert!(is_shown("[{\"a\":1, …},{\"b\":2, …}]", "[{\"a\":1,\"x\":3},{\"b\":2,\"x\":3}]"));
        assert!(is_shown("{\"a\":1, …", "{\"a\":1,\"x\":3}"));
        assert!(is_shown("{\"a\":1, … }", "{\"a\":1,\"x\":{}}"));
        assert!(!is_shown("{\"a\":1, … \"x\":4}", "{\"a\":1,\"x\":3}"));
        assert!(!is_shown("", "anything"));
    }

    #[test]
    fn what_goes_on_need_only_begin_so() {
        assert!(begins_as_shown("event: connected", "event: connected\ndata: true\n"));
        assert!(!begins_as_shown("event: ready", "event: connected\n"));
    }
}
