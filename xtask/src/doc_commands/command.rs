//! The commands of a block: of `sh`, where each line is one, and of `console`, where they stand behind `$ ` and what they
//! print stands under them.

use super::block::Block;

/// One command, as a shell takes it.
pub(super) struct Command {
    /// Where it stands in its document.
    pub(super) line: usize,
    pub(super) text: String,
    /// What it prints, where the document shows it.
    pub(super) shown: Option<String>,
}

impl Command {
    /// Its words, up to the remark behind them. Quotes are left as they are.
    pub(super) fn words(&self) -> Vec<&str> {
        let words = self.text.split_whitespace();
        words.take_while(|word| !word.starts_with('#')).collect()
    }
}

/// The commands of a block, in their order; none of a block in another language.
pub(super) fn commands(block: &Block) -> Vec<Command> {
    match block.language.as_str() {
        "sh" => of_script(block),
        "console" => of_console(block),
        _ => Vec::new(),
    }
}

fn of_script(block: &Block) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut is_open = false;
    for (index, line) in block.lines.iter().enumerate() {
        match commands.last_mut() {
            Some(command) if is_open => {
                command.text.push('\n');
                command.text.push_str(line);
            }
            _ if line.trim().is_empty() || line.starts_with('#') => continue,
            _ => commands.push(Command { line: block.line + index, text: line.clone(), shown: None }),
        }
        is_open = commands.last().is_some_and(|command| goes_on(&command.text));
    }
    commands
}

fn of_console(block: &Block) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut is_open = false;
    for (index, line) in block.lines.iter().enumerate() {
        match (commands.last_mut(), line.strip_prefix("$ ")) {
            (Some(command), _) if is_open => {
                command.text.push('\n');
                command.text.push_str(line);
            }
            (_, Some(text)) => {
                commands.push(Command { line: block.line + index, text: text.to_owned(), shown: None });
            }
            (Some(command), None) => {
                let shown = command.shown.get_or_insert_default();
                shown.push_str(line);
                shown.push('\n');
                continue;
            }
            (None, None) => continue,
        }
        is_open = commands.last().is_some_and(|command| goes_on(&command.text));
    }
    commands
}

/// Whether a shell would ask for another line: a quote is open, or the line ends with a backslash.
fn goes_on(text: &str) -> bool {
    let mut quote = None;
    let mut is_escaped = false;
    let mut before = ' ';
    let mut is_remark = false;
    for character in text.chars() {
        match quote {
            _ if is_remark => is_remark = character != '\n',
            _ if is_escaped => is_escaped = false,
            Some('\'') if character != '\'' => {}
            _ if character == '\\' => is_escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if character == '#' && before.is_whitespace() => is_remark = true,
            None if character == '\'' || character == '"' => quote = Some(character),
            None => {}
        }
        before = character;
    }
    quote.is_some() || is_escaped
}

#[cfg(test)]
mod tests {
    use super::super::block::blocks;
    use super::*;

    fn all(document: &str) -> Vec<Command> {
        blocks(document).iter().flat_map(commands).collect()
    }

    #[test]
    fn a_script_has_a_command_a_line() {
        let found = all("```sh\none a   # it's a remark\n\n# another\ntwo 'x\ny' \\\n  z\n```");
        let texts: Vec<&str> = found.iter().map(|command| command.text.as_str()).collect();
        assert_eq!(texts, ["one a   # it's a remark", "two 'x\ny' \\\n  z"]);
        assert_eq!(found.iter().map(|command| command.line).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(found[0].words(), ["one", "a"]);
    }

    #[test]
    fn a_console_has_what_is_printed_too() {
        let found = all("```console\n$ one 'a\n$ b'\nsaid\nmore\n$ two\n```");
        let parts: Vec<(&str, Option<&str>)> =
            found.iter().map(|command| (command.text.as_str(), command.shown.as_deref())).collect();
        assert_eq!(parts, [("one 'a\n$ b'", Some("said\nmore\n")), ("two", None)]);
    }

    #[test]
    fn other_languages_have_none() {
        assert!(all("```js\nflags.on('change');\n```").is_empty());
    }
}
