//! The JavaScript and TypeScript that documents show, checked against the clients' own types.
//!
//! A snippet is an excerpt: what it uses and does not declare is its reader's, and so are packages of others. What it does
//! with our clients must be so. `flags` is the client that the document made last.

use std::fs;
use std::path::{Path, PathBuf};

use super::block::Block;
use crate::failure::{Failure, Outcome};
use crate::tool::tool;
use crate::{npm, repository};

/// What blocks of it are called.
pub(super) const LANGUAGES: [&str; 4] = ["js", "jsx", "ts", "tsx"];

/// Our packages, where their types are made of, and how their client is called, where the entry has one.
const ENTRIES: [(&str, &str, &str); 6] = [
    ("@sidekick-flags/node", "js/node/ts/index.ts", "SidekickClient"),
    ("@sidekick-flags/browser", "js/browser/ts/index.ts", "SidekickBrowserClient"),
    ("@sidekick-flags/browser/inline", "js/browser/ts/inline.ts", "SidekickBrowserClient"),
    ("@sidekick-flags/browser/edge", "js/browser/ts/edge.ts", "SidekickBrowserClient"),
    ("@sidekick-flags/browser/react", "js/browser/ts/react.ts", ""),
    ("@sidekick-flags/react-native", "mobile/ts/index.ts", "SidekickMobileClient"),
];

/// What an excerpt may be found at fault for: a name that it does not declare, by itself, as a guess, or in an object.
const OF_EXCERPTS: [&str; 4] = ["TS2304", "TS2552", "TS18004", "TS2503"];
/// A package that is not there, or has no types.
const OF_PACKAGES: [&str; 2] = ["TS2307", "TS7016"];

/// All snippets of all documents.
#[derive(Default)]
pub(super) struct Snippets {
    snippets: Vec<Snippet>,
}

struct Snippet {
    document: String,
    line: usize,
    text: String,
}

impl Snippets {
    pub(super) fn add(&mut self, document: &str, block: &Block) {
        let made = self.snippets.iter().rev().filter(|snippet| snippet.document == document);
        let client = made.filter_map(|snippet| client_in(&snippet.text)).next();
        // It stands for what the excerpt leaves out.
        let code = block.lines.join("\n").replace('…', "");
        let declares = ["const flags", "let flags"].iter().any(|declaration| code.contains(declaration));
        let known = client.filter(|_| !declares).map_or_else(String::new, |(package, client)| {
            format!(" declare const flags: import('{package}').{client};")
        });
        // One line before the code, and an export, which makes a module of it.
        let text = format!("export {{}};{known}\n{code}\n");
        self.snippets.push(Snippet { document: document.to_owned(), line: block.line, text });
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.snippets.len()
    }

    /// What is wrong with them.
    pub(super) fn check(&self) -> Outcome<Vec<String>> {
        npm::ensure_packages("js")?;
        let folder = repository::scratch("doc-commands").join("snippets");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        }
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        for (number, snippet) in self.snippets.iter().enumerate() {
            write(&folder.join(format!("{number}.tsx")), &snippet.text)?;
        }
        write(&folder.join("tsconfig.json"), &settings())?;
        let compiler = repository::root().join("js/node_modules/.bin/tsc");
        let output = tool(compiler, &["--pretty", "false", "--project", "tsconfig.json"]).current_dir(&folder).output();
        let output = output.map_err(|error| Failure::step(format!("tsc could not start: {error}")))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let found: Vec<String> = said.lines().filter_map(|line| self.finding(line)).collect();
        // Findings in snippets alone are expected: anything else, such as settings that it refuses, is said as it is.
        let is_understood = output.status.success() || said.lines().any(|line| line.contains(": error TS"));
        if is_understood { Ok(found) } else { Err(Failure::step(format!("tsc failed: {}", said.trim()))) }
    }

    /// Of a line such as `3.tsx(7,9): error TS2339: Property …`, if it is about a snippet and our own.
    fn finding(&self, line: &str) -> Option<String> {
        let (place, message) = line.split_once(": error ")?;
        let (file, position) = place.split_once('(')?;
        let snippet = self.snippets.get(file.strip_suffix(".tsx")?.parse::<usize>().ok()?)?;
        let (code, _) = message.split_once(':')?;
        let is_foreign =
            OF_PACKAGES.contains(&code) && !ENTRIES.iter().any(|(name, ..)| message.contains(&format!("'{name}'")));
        if OF_EXCERPTS.contains(&code) || is_foreign {
            return None;
        }
        let within: usize = position.split(',').next()?.parse().ok()?;
        // The line before the code counts too.
        Some(format!("{}:{}: {message}", snippet.document, snippet.line + within - 2))
    }
}

/// Which package's client a snippet makes and calls `flags`.
fn client_in(text: &str) -> Option<(&'static str, &'static str)> {
    let makes = |client: &str| text.contains(&format!("flags = new {client}("));
    let entries = ENTRIES
        .iter()
        .filter(|(package, _, client)| !client.is_empty() && text.contains(&format!("'{package}'")) && makes(client));
    entries.map(|(package, _, client)| (*package, *client)).next()
}

/// Not strict: plain JavaScript cannot say the types of parameters, nor that something is there.
fn settings() -> String {
    let root = repository::root();
    let path = |part: &str| shown(&root.join(part));
    let entries = ENTRIES.iter().map(|(name, entry, _)| format!("\"{name}\": [\"{}\"]", path(entry)));
    let entries = entries.collect::<Vec<_>>().join(", ");
    format!(
        r#"{{
  "compilerOptions": {{
    "target": "ES2022", "lib": ["ES2022", "DOM", "DOM.Iterable"], "module": "ESNext", "moduleResolution": "bundler",
    "strict": false, "jsx": "react-jsx", "noEmit": true, "skipLibCheck": true,
    "allowImportingTsExtensions": true, "types": ["node", "react"], "typeRoots": ["{}"],
    "paths": {{ {entries}, "react": ["{}"], "react/*": ["{}/*"] }}
  }},
  "include": ["*.tsx"]
}}
"#,
        path("js/node_modules/@types"),
        path("js/node_modules/@types/react"),
        path("js/node_modules/@types/react"),
    )
}

fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

fn write(path: &PathBuf, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::step(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::super::block::blocks;
    use super::*;

    fn snippets() -> Snippets {
        let document = "```js\nimport { SidekickClient } from '@sidekick-flags/node';\nconst flags = new SidekickClient(url, '');\n```\n\
                        ```js\nflags.isEnabled('a', 'b');\n```\n";
        let mut snippets = Snippets::default();
        for block in blocks(document) {
            snippets.add("a.md", &block);
        }
        snippets
    }

    #[test]
    fn a_later_snippet_knows_the_client_of_an_earlier_one() {
        let texts: Vec<String> = snippets().snippets.into_iter().map(|snippet| snippet.text).collect();
        assert!(texts[0].starts_with("export {};\nimport"));
        assert!(
            texts[1]
                .starts_with("export {}; declare const flags: import('@sidekick-flags/node').SidekickClient;\nflags")
        );
    }

    #[test]
    fn a_finding_has_the_line_of_the_document() {
        let finding = snippets().finding("1.tsx(2,7): error TS2339: Property 'isEnabeld' does not exist");
        assert_eq!(finding.as_deref(), Some("a.md:6: TS2339: Property 'isEnabeld' does not exist"));
    }

    #[test]
    fn what_an_excerpt_leaves_out_is_no_finding() {
        let snippets = snippets();
        assert_eq!(snippets.finding("0.tsx(3,40): error TS2304: Cannot find name 'url'."), None);
        assert_eq!(snippets.finding("0.tsx(2,1): error TS2307: Cannot find module 'express' or its types."), None);
        assert!(snippets.finding("0.tsx(2,1): error TS2307: Cannot find module '@sidekick-flags/node' or").is_some());
        assert_eq!(snippets.finding("../../../mobile/ts/native.ts(1,1): error TS2307: Cannot find module 'x'"), None);
    }
}
