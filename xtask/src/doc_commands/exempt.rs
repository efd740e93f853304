//! What the documents tell to do and this test does not do, each with the reason why.
//!
//! An entry that no command of its document matches is an error: what is excused here is there.

use super::command::Command;

/// Commands of a document that begin alike.
pub(super) struct Exempt {
    /// From the repository's root.
    pub(super) document: &'static str,
    /// How the commands begin.
    pub(super) begins: &'static str,
    pub(super) why: &'static str,
}

impl Exempt {
    pub(super) fn is_about(&self, document: &str, command: &Command) -> bool {
        self.document == document && command.text.starts_with(self.begins)
    }
}

const fn exempt(document: &'static str, begins: &'static str, why: &'static str) -> Exempt {
    Exempt { document, begins, why }
}

const WORKSPACE: &str = "the part `unit` runs it";
const MEASURES: &str =
    "it measures, which takes minutes on a machine at rest; `cargo xtask bench all --quick` shows that it works";
const RELEASE_BUILD: &str = "a build with optimisation takes minutes; `cargo xtask image` makes one and starts it";
const POSTGRES: &str = "it takes a Postgres; the part `instances` does the same with a real one";
const KUBERNETES: &str = "it takes a cluster; the part `ship` checks the manifests";
const DOCKER: &str =
    "it takes Docker; the part `ship` checks the files, and `cargo xtask image` does the same without it";
const RELEASES: &str = "it would publish";
const UNPUBLISHED: &str =
    "the package is not published yet; the parts `node`, `browser` and `mobile` install the packed one";
const PHONE: &str = "it takes an SDK for phones";
const FLUTTER: &str = "it takes Flutter";
const DART: &str = "the part `flutter` runs it, on the Dart VM that it fetches";
const NODE_BUILD: &str = "the parts `node` and `browser` do it";
const EXAMPLE: &str = "the parts `node` and `browser` build and run the examples";
const DASHBOARD: &str = "for who works on the page; the part `dashboard` builds and tests it";
const YOURS: &str = "it speaks to an installation of one's own";
const STREAMS: &str = "it shows nothing before a stream was opened";
const C_LIBRARY: &str = "the part `ffi` builds the library, and programs with it";
const RECORDING: &str = "it writes over what tests are held against; the drills read what it wrote";
const READER: &str = "the part `clients` runs it";
const C_BENCH: &str = "it measures; the part `ffi` builds programs in the same way";

/// All of them, by document.
pub(super) const EXEMPT: &[Exempt] = &[
    exempt("CONTRIBUTING.md", "cargo test --workspace", WORKSPACE),
    exempt("benches/README.md", "cargo bench", MEASURES),
    exempt("benches/README.md", "cargo run --release", MEASURES),
    exempt("benches/README.md", "target/release/fan_out", MEASURES),
    exempt("docker/README.md", "for name in", DOCKER),
    exempt("docker/README.md", "docker ", DOCKER),
    exempt("docker/README.md", "kubectl ", KUBERNETES),
    exempt("docker/README.md", "git commit", RELEASES),
    exempt("docs/BACKUP.md", "pg_dump", POSTGRES),
    exempt("docs/BACKUP.md", "createdb", POSTGRES),
    exempt("docs/BACKUP.md", "pg_restore", POSTGRES),
    exempt("docs/REFERENCE.md", "DATABASE_URL=postgres:", POSTGRES),
    exempt("docs/UPGRADE.md", "psql", POSTGRES),
    exempt("docs/UPGRADE.md", "curl -s -H \"Authorization: Bearer $SDK_KEY\" http://$INSTANCE/metrics", STREAMS),
    exempt("docs/guides/browser.md", "npm install", UNPUBLISHED),
    exempt("docs/guides/flutter.md", "flutter ", FLUTTER),
    exempt("docs/guides/node.md", "npm install", UNPUBLISHED),
    exempt("docs/guides/node.md", "node js/node/pack.mjs", UNPUBLISHED),
    exempt("docs/guides/operating.md", "curl -N -H", YOURS),
    exempt("docs/guides/react-native.md", "(cd js && npm ci)", UNPUBLISHED),
    exempt("docs/guides/react-native.md", "npm install", UNPUBLISHED),
    exempt("docs/guides/react-native.md", "(cd ios", PHONE),
    exempt("ffi/README.md", "cargo build --release", C_LIBRARY),
    exempt("ffi/README.md", "cc ", C_BENCH),
    exempt("ffi/README.md", "target/follow", C_LIBRARY),
    exempt("ffi/README.md", "target/c-bench", C_BENCH),
    exempt("flutter/example/README.md", "flutter ", FLUTTER),
    exempt("flutter/example/README.md", "dart run", DART),
    exempt("js/README.md", "npm ", NODE_BUILD),
    exempt("js/README.md", "cd node", NODE_BUILD),
    exempt("js/browser/README.md", "npm install", UNPUBLISHED),
    exempt("js/browser/bench/README.md", "npm ci", MEASURES),
    exempt("js/browser/bench/README.md", "node bench.mjs", MEASURES),
    exempt("js/browser/examples/esbuild/README.md", "cd js/browser", EXAMPLE),
    exempt("js/browser/examples/no-bundler/README.md", "cd js/browser", EXAMPLE),
    exempt("js/browser/examples/react-ssr/README.md", "cd js/browser", EXAMPLE),
    exempt("js/browser/examples/vite/README.md", "cd js/browser", EXAMPLE),
    exempt("js/browser/examples/webpack/README.md", "cd js/browser", EXAMPLE),
    exempt("js/dashboard/README.md", "npm run", DASHBOARD),
    exempt("js/node/README.md", "npm install", UNPUBLISHED),
    exempt("js/node/bench/README.md", "npm ci", MEASURES),
    exempt("js/node/bench/README.md", "node bench.mjs", MEASURES),
    exempt("js/node/examples/express/README.md", "cd js/node", EXAMPLE),
    exempt("js/node/examples/express/README.md", "curl 'localhost:8080", EXAMPLE),
    exempt("js/node/examples/offline/README.md", "cd js/node", EXAMPLE),
    exempt("js/node/examples/offline/README.md", "npm ", EXAMPLE),
    exempt("mobile/README.md", "npm install", UNPUBLISHED),
    exempt("mobile/README.md", "cd ios", PHONE),
    exempt("mobile/README.md", "(cd js && npm ci)", UNPUBLISHED),
    exempt("mobile/example/README.md", "npx ", PHONE),
    exempt("mobile/example/README.md", "cp -r", PHONE),
    exempt("mobile/example/README.md", "(cd ../js", PHONE),
    exempt("mobile/example/README.md", "npm ", PHONE),
    exempt("server/README.md", "cargo build --release", RELEASE_BUILD),
    exempt("server/README.md", "SDK_KEY=$(openssl", RELEASE_BUILD),
    exempt("server/tests/clients/reader/README.md", "python3 server", READER),
    exempt("server/tests/upgrade/README.md", "server/tests/upgrade/record.sh", RECORDING),
];
