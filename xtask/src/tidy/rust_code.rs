//! Rust text without what the compiler doesn't run: comments and literals blanked, and tests too where asked. Lines keep
//! their numbers.

/// The code with every comment, string and character literal replaced by blanks.
pub(super) fn code(text: &str) -> String {
    let mut rest: Vec<char> = text.chars().rev().collect();
    let mut code = String::with_capacity(text.len());
    while let Some(character) = rest.pop() {
        let next = rest.last().copied();
        match (character, next) {
            ('/', Some('/')) => blank_while(&mut rest, &mut code, |tail| !tail.ends_with(&['\n'])),
            ('/', Some('*')) => blank_block_comment(&mut rest, &mut code),
            ('"', _) => blank_string(&mut rest, &mut code),
            ('r', Some('"' | '#')) if !ends_in_word(&code, &['b', 'c']) => blank_raw_string(&mut rest, &mut code),
            ('\'', _) => blank_character(&mut rest, &mut code),
            _ => code.push(character),
        }
    }
    code
}

/// The code without items under `#[cfg(test)]`.
pub(super) fn shipped_code(text: &str) -> String {
    let mut rest = code(text);
    let mut shipped = String::with_capacity(rest.len());
    while let Some((before, attribute_and_after)) = split_at_first(&rest, "#[cfg(test)]") {
        let end = end_of_item(attribute_and_after);
        let (item, after) = attribute_and_after.split_at(end);
        shipped.push_str(before);
        shipped.extend(item.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        rest = after.to_owned();
    }
    shipped.push_str(&rest);
    shipped
}

fn split_at_first<'a>(text: &'a str, needle: &str) -> Option<(&'a str, &'a str)> {
    text.find(needle).map(|start| text.split_at(start))
}

/// An item ends with the brace that closes its body, or with a semicolon outside all brackets.
fn end_of_item(text: &str) -> usize {
    let mut depth = 0_usize;
    for (index, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(character, '}' | ';') {
            return index + character.len_utf8();
        }
    }
    text.len()
}

// What is left of the text is held backwards, so that taking the next character is a pop. `tail` below is that rest.

fn blank_while(rest: &mut Vec<char>, code: &mut String, goes_on: impl Fn(&[char]) -> bool) {
    code.push(' ');
    while !rest.is_empty() && goes_on(rest) {
        blank_one(rest, code);
    }
}

fn blank_one(rest: &mut Vec<char>, code: &mut String) -> Option<char> {
    let character = rest.pop()?;
    code.push(if character == '\n' { '\n' } else { ' ' });
    Some(character)
}

/// Block comments nest.
fn blank_block_comment(rest: &mut Vec<char>, code: &mut String) {
    code.push(' ');
    let mut depth = 0_usize;
    let mut before = '/';
    while let Some(character) = blank_one(rest, code) {
        match (before, character) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                before = character;
                continue;
            }
        }
        if depth == 0 {
            return;
        }
        before = ' ';
    }
}

fn blank_string(rest: &mut Vec<char>, code: &mut String) {
    code.push(' ');
    while let Some(character) = blank_one(rest, code) {
        match character {
            '\\' => drop(blank_one(rest, code)),
            '"' => return,
            _ => {}
        }
    }
}

/// `r"…"` and `r#"…"#`; `r#name` is a raw identifier and stays.
fn blank_raw_string(rest: &mut Vec<char>, code: &mut String) {
    let hashes = rest.iter().rev().take_while(|character| **character == '#').count();
    if rest.iter().rev().nth(hashes) != Some(&'"') {
        code.push('r');
        return;
    }
    let end: Vec<char> = std::iter::repeat_n('#', hashes).chain(['"']).collect();
    code.push(' ');
    for _ in 0..=hashes {
        blank_one(rest, code);
    }
    while !rest.is_empty() && !rest.ends_with(&end) {
        blank_one(rest, code);
    }
    for _ in 0..end.len() {
        blank_one(rest, code);
    }
}

/// `'a'` and `'\n'` are literals; `'a` is a lifetime and stays.
fn blank_character(rest: &mut Vec<char>, code: &mut String) {
    let mut ahead = rest.iter().rev();
    match (ahead.next(), ahead.next()) {
        (Some('\\'), _) => {
            code.push(' ');
            blank_one(rest, code);
            blank_one(rest, code);
            blank_while(rest, code, |tail| !tail.ends_with(&['\'']));
            blank_one(rest, code);
        }
        (Some(_), Some('\'')) => {
            code.push(' ');
            blank_one(rest, code);
            blank_one(rest, code);
        }
        _ => code.push('\''),
    }
}

/// Whether the code ends within a word, so that an `r` belongs to a name; `br"…"` and `cr"…"` are literals too.
fn ends_in_word(code: &str, prefixes: &[char]) -> bool {
    let word: Vec<char> =
        code.chars().rev().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
    match word.as_slice() {
        [] => false,
        [only] => !prefixes.contains(only),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blank_and_code_stays() {
        assert_eq!(code("a // b\nc").split_whitespace().collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(code("a /* b /* c */ d */ e").split_whitespace().collect::<Vec<_>>(), ["a", "e"]);
        assert_eq!(code(r#"a("b \" c", d)"#).replace(' ', ""), "a(,d)");
        assert_eq!(code("a(r#\"b \" c\"#, d)").replace(' ', ""), "a(,d)");
        assert_eq!(code("a(br\"b\\\", d)").replace(' ', ""), "a(b,d)");
        assert_eq!(code(r"f('\'', '{', 'x', '\u{41}')").replace(' ', ""), "f(,,,)");
        assert_eq!(code("fn f<'a>(x: &'a str, r#type: u8) {}"), "fn f<'a>(x: &'a str, r#type: u8) {}");
    }

    #[test]
    fn lines_keep_their_numbers() {
        let text = "one\n/* two\nthree */\nlet four = \"a\nb\";\nsix";
        assert_eq!(code(text).lines().count(), text.lines().count());
        assert_eq!(code(text).lines().last(), Some("six"));
    }

    #[test]
    fn tests_are_not_shipped() {
        let text = "a();\n#[cfg(test)]\nmod tests {\n fn b() { '{'; }\n}\nc();\n#[cfg(test)]\nextern crate std;\nd();";
        let shipped = shipped_code(text);
        assert_eq!(shipped.split_whitespace().collect::<Vec<_>>(), ["a();", "c();", "d();"]);
        assert_eq!(shipped.lines().count(), text.lines().count());
        assert_eq!(shipped_code("#[cfg(test)]\nfn a(b: [u8; 2]) {\n c() }\nd()").trim(), "d()");
    }
}
