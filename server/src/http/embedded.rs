//! The dashboard's files that the server carries. `build.rs` makes the table of them.

use super::content_coding::Coding;

/// One file.
pub(super) struct EmbeddedFile {
    path: &'static str,
    /// What tells its content from every other.
    pub(super) tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

static FILES: &[EmbeddedFile] = include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));

/// The file at a path.
pub(super) fn file(path: &str) -> Option<&'static EmbeddedFile> {
    FILES.iter().find(|file| file.path == path)
}

impl EmbeddedFile {
    /// The codings that it is there in, the smallest first.
    pub(super) fn codings(&self) -> impl Iterator<Item = Coding> {
        [Coding::Brotli, Coding::Gzip, Coding::Identity].into_iter().filter(|coding| self.content(*coding).is_some())
    }

    /// The file in a coding, if it is there in that.
    pub(super) const fn content(&self, coding: Coding) -> Option<&'static [u8]> {
        match coding {
            Coding::Brotli => self.brotli,
            Coding::Gzip => self.gzip,
            Coding::Identity => Some(self.plain),
        }
    }
}
