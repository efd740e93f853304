//! An engine that holds a case's flags and is ready to be asked about its users.

use benches::questions::User;
use std::hint::black_box;

/// Asks about all users once; answers for how many the flag is on.
pub(crate) type Lap = Box<dyn FnMut() -> usize>;

/// Who is timed.
pub(crate) struct Contestant {
    /// The package's name, for ours with how it is asked.
    pub(crate) name: &'static str,
    /// The package's version.
    pub(crate) version: String,
    /// What it answers for a user, however slowly.
    pub(crate) answer: Box<dyn FnMut(&User) -> bool>,
    /// With what it keeps of a user made before.
    pub(crate) kept: Lap,
    /// With that made anew for each question, of texts that the caller has.
    pub(crate) fresh: Lap,
}

/// A lap over what is kept of each user.
pub(crate) fn lap<U: 'static>(users: Vec<U>, mut ask: impl FnMut(&U) -> bool + 'static) -> Lap {
    Box::new(move || users.iter().filter(|user| ask(black_box(user))).count())
}

/// The version of a package as this build's lock file has it.
pub(crate) fn version(package: &str) -> String {
    let lock = include_str!("../Cargo.lock");
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}
