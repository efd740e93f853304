//! Lists of names, each list one text with blanks between them: a table of them would take eight bytes more for each in a
//! WebAssembly module.

/// The place of a word in a list.
pub(crate) fn place(list: &str, word: &[u8]) -> Option<usize> {
    list.as_bytes().split(|byte| *byte == b' ').position(|listed| listed == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_as_a_whole_and_nothing_else_is() {
        let list = "data event id";
        for (word, expected) in [("data", Some(0)), ("event", Some(1)), ("id", Some(2))] {
            assert_eq!(place(list, word.as_bytes()), expected);
        }
        for word in ["", " ", "dat", "ata", "data ", "data event", "data event id", "retry"] {
            assert_eq!(place(list, word.as_bytes()), None, "{word}");
        }
    }
}
