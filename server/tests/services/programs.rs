//! Where the programs of the services are.

use std::path::{Path, PathBuf};

/// The folder that has `initdb`, `postgres`, `psql` and `pg_dump`.
pub fn postgres_folder() -> PathBuf {
    let mut folders = search_path();
    // Debian keeps each version in a folder of its own, off the path, and so does Homebrew.
    folders.extend(newest_first("/usr/lib/postgresql", "", "bin"));
    for prefix in ["/opt/homebrew/opt", "/usr/local/opt"] {
        folders.extend(newest_first(prefix, "postgresql", "bin"));
    }
    let wanted = ["initdb", "postgres", "psql", "pg_dump"];
    folders.into_iter().find(|folder| wanted.iter().all(|name| folder.join(name).is_file())).unwrap_or_else(|| {
        panic!(
            "Postgres is missing: `apt-get install postgresql` or `brew install postgresql`; cargo xtask setup does it"
        )
    })
}

/// `redis-server` or `redis-cli`.
pub fn redis_program(name: &str) -> PathBuf {
    let mut folders = search_path();
    folders.extend(["/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from));
    folders.into_iter().map(|folder| folder.join(name)).find(|program| program.is_file()).unwrap_or_else(|| {
        panic!("{name} is missing: `apt-get install redis-server` or `brew install redis`; cargo xtask setup does it")
    })
}

fn search_path() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// The folders `parent/prefix…/child`, the highest number first.
fn newest_first(parent: &str, prefix: &str, child: &str) -> Vec<PathBuf> {
    let entries = Path::new(parent).read_dir().into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    let number = |name: &String| name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().unwrap_or(0);
    names.sort_by_key(|name| std::cmp::Reverse(number(name)));
    names.into_iter().map(|name| Path::new(parent).join(name).join(child)).collect()
}
