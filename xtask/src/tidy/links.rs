//! Every relative link and picture in a Markdown file leads to a file, and to a heading in it where it names one; every
//! other one has the form of an address, which nobody tries here.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| file.extension() == "md").flat_map(|file| check_file(tree, file)).collect()
}

/// The addresses outside of the repository, each with the places that link to it.
pub(super) fn outside(tree: &Tree) -> BTreeMap<String, Vec<String>> {
    let mut addresses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| file.extension() == "md") {
        for (line, target) in targets(file).into_iter().filter(|(_, target)| is_outside(target)) {
            addresses.entry(target).or_default().push(format!("{}:{line}", file.path));
        }
    }
    addresses
}

fn targets(file: &File) -> Vec<(usize, String)> {
    let links_of = |(line, text): (usize, String)| links(&text).into_iter().map(move |link| (line, link));
    prose(&file.text).into_iter().flat_map(links_of).collect()
}

fn is_outside(target: &str) -> bool {
    target.contains(':')
}

/// `https://` with a name of a host, or `mailto:` with an address of mail.
fn is_address(target: &str) -> bool {
    let is_name = |host: &str| {
        host.contains('.')
            && host.split('.').all(|label| {
                !label.is_empty()
                    && label.chars().all(|character| character.is_ascii_alphanumeric() || character == '-')
            })
    };
    if let Some(address) = target.strip_prefix("mailto:") {
        return address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && is_name(host));
    }
    target.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next()).is_some_and(is_name)
}

fn check_file(tree: &Tree, file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, target) in targets(file) {
        if is_outside(&target) {
            if !is_address(&target) {
                findings.push(Finding::at(
                    file,
                    line,
                    format!("`{target}` is no address"),
                    "`https://` and the name of a host, or `mailto:`",
                ));
            }
            continue;
        }
        let (path, heading) =
            target.split_once('#').map_or((target.as_str(), None), |(path, heading)| (path, Some(heading)));
        let resolved = if path.is_empty() { Some(file.path.clone()) } else { resolve(file.folder(), path) };
        let Some(resolved) = resolved.filter(|resolved| tree.has(resolved)) else {
            findings.push(Finding::at(
                file,
                line,
                format!("`{target}` leads nowhere"),
                "the path of a committed file, from this file's folder",
            ));
            continue;
        };
        let document = tree.file(&resolved).filter(|document| document.extension() == "md");
        if let (Some(heading), Some(document)) = (heading, document)
            && !anchors(&document.text).iter().any(|anchor| anchor == heading)
        {
            findings.push(Finding::at(
                file,
                line,
                format!("`{resolved}` has no heading `#{heading}`"),
                "a heading that is there",
            ));
        }
    }
    findings
}

/// The lines outside code blocks, with code spans blanked.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut in_block = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            let outside = line.split('`').enumerate().map(|(part, text)| if part % 2 == 0 { text } else { "code" });
            lines.push((index + 1, outside.collect()));
        }
    }
    lines
}

/// The targets of `[text](target)`, `[name]: target`, `<https://…>` and of HTML's `src` and `href`.
fn links(line: &str) -> Vec<String> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let definition = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target);
    let bare = line.split("<https:").skip(1).filter_map(|rest| rest.split_once('>'));
    let bare: Vec<String> = bare.map(|(rest, _)| format!("https:{rest}")).collect();
    let html = [" src=\"", " href=\""].into_iter().flat_map(|attribute| line.split(attribute).skip(1));
    let html = html.filter_map(|rest| rest.split('"').next());
    let targets = inline
        .chain(definition)
        .chain(html)
        .chain(bare.iter().map(String::as_str))
        .filter_map(|target| target.split_whitespace().next());
    targets.map(|target| target.trim_matches(['<', '>']).to_owned()).collect()
}

/// The path from the root, or nothing where it leaves the repository.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let start = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The headings as GitHub names them: lower case, blanks as hyphens, other signs dropped, and a number for a repetition.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        in_block ^= line.trim_start().starts_with("```");
        let title = line.trim_start_matches('#');
        if in_block || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let plain = title.trim().to_lowercase().replace(' ', "-");
        let anchor: String =
            plain.chars().filter(|character| character.is_alphanumeric() || "-_".contains(*character)).collect();
        let earlier = anchors.iter().filter(|other| **other == anchor).count();
        if earlier > 0 {
            anchors.push(format!("{anchor}-{earlier}"));
        }
        anchors.push(anchor);
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    fn findings(text: &str) -> usize {
        check(&tree(&[
            ("docs/a.md", text),
            ("docs/b.md", "# One thing & another\n## One\n## One\n"),
            ("server/src/main.rs", ""),
        ]))
        .len()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        assert_eq!(findings("[b](b.md) ![c](../server/src/main.rs \"title\") [d](../server/)"), 0);
        assert_eq!(findings("[b](b.md#one-thing--another) [c](b.md#one-1)\n# Here\n[d](#here)"), 0);
        assert_eq!(findings("[x](https://example.org/none.md) [y](mailto:a@example.org)"), 0);
        assert_eq!(findings("```\n[x](none.md)\n```\n`[x](none.md)`"), 0);
        assert_eq!(findings("[b]: b.md"), 0);
        assert_eq!(findings("<img src=\"../server/src/main.rs\" alt=\"\"> <https://example.org/a>"), 0);
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        assert_eq!(findings("[x](none.md)"), 1);
        assert_eq!(findings("[x](b.md) and [y](../server/src/lib.rs)"), 1);
        assert_eq!(findings("[x](../../outside.md)"), 1);
        assert_eq!(findings("[x](b.md#two)"), 1);
        assert_eq!(findings("[x]: none.md"), 1);
        assert_eq!(findings("<img src=\"none.png\" alt=\"\">"), 1);
    }

    #[test]
    fn addresses_that_are_none_are_found() {
        assert_eq!(findings("[x](https://example)"), 1);
        assert_eq!(findings("[x](http://example.org)"), 1);
        assert_eq!(findings("[x](https:/example.org) [y](mailto:a)"), 2);
    }

    #[test]
    fn addresses_outside_are_listed_with_their_places() {
        let files = [("a.md", "[x](https://example.org/1)\n\n[y](a.md)"), ("b.md", "<https://example.org/1>")];
        let found: Vec<(String, Vec<String>)> = outside(&tree(&files)).into_iter().collect();
        assert_eq!(found, [("https://example.org/1".to_owned(), vec!["a.md:1".to_owned(), "b.md:1".to_owned()])]);
    }
}
