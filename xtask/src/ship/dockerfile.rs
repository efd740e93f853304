//! A Dockerfile, read as far as ours go: instructions and stages.

use std::fs;

use crate::failure::{Failure, Outcome};
use crate::repository;

/// One file.
pub(super) struct Dockerfile {
    path: String,
    instructions: Vec<Instruction>,
}

/// `COPY a b`, its continued lines joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Of its first line, from 1.
    pub(super) line: usize,
    /// In capitals.
    pub(super) keyword: String,
    /// All that follows.
    pub(super) rest: String,
}

impl Dockerfile {
    /// Reads a file of the repository.
    pub(super) fn read(path: &str) -> Outcome<Self> {
        let text = fs::read_to_string(repository::root().join(path))
            .map_err(|error| Failure::step(format!("{path} cannot be read: {error}")))?;
        Ok(Self { path: path.to_owned(), instructions: parse(&text) })
    }

    /// The instructions of the stage that is called so, without its `FROM`.
    pub(super) fn stage(&self, name: &str) -> Outcome<&[Instruction]> {
        let end = format!(" AS {name}");
        self.after(|from| from.rest.ends_with(&end))
            .ok_or_else(|| Failure::step(format!("{} has no stage `{name}`", self.path)))
    }

    /// The instructions of the last stage, which is the image.
    pub(super) fn image(&self) -> Outcome<&[Instruction]> {
        let last = self.instructions.iter().rfind(|instruction| instruction.keyword == "FROM").map(|from| from.line);
        self.after(|from| Some(from.line) == last).ok_or_else(|| Failure::step(format!("{} has no FROM", self.path)))
    }

    fn after(&self, is_it: impl Fn(&Instruction) -> bool) -> Option<&[Instruction]> {
        let is_from = |instruction: &Instruction| instruction.keyword == "FROM";
        let start = self.instructions.iter().position(|instruction| is_from(instruction) && is_it(instruction))? + 1;
        let rest = self.instructions.get(start..)?;
        rest.get(..rest.iter().position(is_from).unwrap_or(rest.len()))
    }
}

impl Instruction {
    /// All of it.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.keyword, self.rest)
    }

    /// What follows the flags, which begin with `--`.
    pub(super) fn operands(&self) -> &str {
        let mut rest = self.rest.as_str();
        while rest.starts_with("--") {
            rest = rest.split_once(' ').map_or("", |(_, after)| after.trim_start());
        }
        rest
    }

    /// The value of a flag.
    pub(super) fn flag(&self, name: &str) -> Option<&str> {
        let flags = self.rest.split(' ').take_while(|word| word.starts_with("--"));
        flags
            .filter_map(|flag| flag.strip_prefix("--")?.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

fn parse(text: &str) -> Vec<Instruction> {
    let mut instructions: Vec<Instruction> = Vec::new();
    let mut goes_on = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (content, continues) =
            trimmed.strip_suffix('\\').map_or((trimmed, false), |content| (content.trim_end(), true));
        match instructions.last_mut().filter(|_| goes_on) {
            Some(instruction) => {
                instruction.rest.push(' ');
                instruction.rest.push_str(content);
            }
            None => {
                let (keyword, rest) = content.split_once(' ').unwrap_or((content, ""));
                let (keyword, rest) = (keyword.to_uppercase(), rest.trim_start().to_owned());
                instructions.push(Instruction { line: index + 1, keyword, rest });
            }
        }
        goes_on = continues;
    }
    instructions
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# syntax\nFROM a AS build\nRUN --mount=type=cache,target=/x \\\n    one \\\n    # why\n    && two\n\n\
                        FROM b\nCOPY --from=build --chown=1:2 /x /y\nUSER 1\n";

    fn file() -> Dockerfile {
        Dockerfile { path: "Dockerfile".to_owned(), instructions: parse(TEXT) }
    }

    #[test]
    fn continued_lines_are_one_instruction() {
        let file = file();
        let [step] = file.stage("build").unwrap() else { panic!("one step") };
        assert_eq!((step.line, step.operands()), (3, "one && two"));
        assert_eq!(step.flag("mount"), Some("type=cache,target=/x"));
    }

    #[test]
    fn the_last_stage_is_the_image() {
        let file = file();
        let [copy, user] = file.image().unwrap() else { panic!("two steps") };
        assert_eq!((copy.flag("from"), copy.flag("chown"), copy.operands()), (Some("build"), Some("1:2"), "/x /y"));
        assert_eq!(user.text(), "USER 1");
        assert!(file.stage("other").is_err());
    }
}
