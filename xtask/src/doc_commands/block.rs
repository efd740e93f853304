//! The fenced blocks of a Markdown document.

/// What stands between two fences.
pub(super) struct Block {
    /// The number of its first line within the document, from 1.
    pub(super) line: usize,
    /// The word behind the opening fence, or nothing.
    pub(super) language: String,
    /// Its lines, without the indentation of the fence.
    pub(super) lines: Vec<String>,
}

const FENCE: &str = "```";

/// All blocks, in their order.
pub(super) fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Block)> = None;
    for (index, line) in document.lines().enumerate() {
        let content = line.trim_start();
        let indentation = line.len() - content.len();
        match open.take() {
            None => {
                if let Some(language) = content.strip_prefix(FENCE) {
                    let language = language.trim().to_owned();
                    open = Some((indentation, Block { line: index + 2, language, lines: Vec::new() }));
                }
            }
            Some((_, block)) if content.trim_end() == FENCE => blocks.push(block),
            Some((outer, mut block)) => {
                // A line that is indented less than the fence is blank, or a mistake that shows by itself.
                block.lines.push(line.get(outer.min(indentation)..).unwrap_or_default().to_owned());
                open = Some((outer, block));
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_their_language_line_and_text() {
        let document =
            "# Title\n\n```sh\none\n\n  two\n```\ntext\n1. item\n\n   ```json\n   {\n     1\n   ```\n```\nplain\n```\n";
        let found = blocks(document);
        let shown: Vec<(usize, &str, String)> =
            found.iter().map(|block| (block.line, block.language.as_str(), block.lines.join("|"))).collect();
        let expected =
            [(4, "sh", "one||  two".to_owned()), (12, "json", "{|  1".to_owned()), (16, "", "plain".to_owned())];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_fence_that_is_not_closed_is_no_block() {
        assert!(blocks("```sh\none\n").is_empty());
    }
}
