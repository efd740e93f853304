//! A program in C or C++ that is compiled against the C library, and run.

use std::fs;
use std::path::{Path, PathBuf};

use super::library::Library;
use crate::failure::{Failure, Outcome};
use crate::repository;
use crate::tool::{self, tool};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    C,
    Cxx,
}

pub(super) struct Program<'a> {
    pub(super) library: Library,
    /// Where the library lies.
    pub(super) folder: &'a Path,
    pub(super) language: Language,
    pub(super) sources: &'a [&'a str],
    pub(super) flags: &'a [&'a str],
}

impl Program<'_> {
    /// With the static library.
    pub(super) fn run(&self, name: &str) -> Outcome {
        tool::run(&mut tool(self.build(name, &[])?, &[]))
    }

    /// With the static library and others besides; gives the program's path.
    pub(super) fn build(&self, name: &str, besides: &[&str]) -> Outcome<PathBuf> {
        let library = self.folder.join("libsidekick_ffi.a").display().to_string();
        self.compile(name, &[&[library.as_str()], besides].concat())
    }

    /// With the shared library.
    pub(super) fn run_shared(&self, name: &str) -> Outcome {
        let folder = self.folder.display().to_string();
        let program =
            self.compile(name, &[&format!("-L{folder}"), "-lsidekick_ffi", &format!("-Wl,-rpath,{folder}")])?;
        tool::run(&mut tool(program, &[]))
    }

    /// With the static library, and a text as standard input.
    pub(super) fn run_with(&self, name: &str, input: &str) -> Outcome {
        let program = self.build(name, &[])?;
        let path = program.with_extension("input");
        super::write(&path, input)?;
        let file = fs::File::open(&path)
            .map_err(|error| Failure::step(format!("{} cannot be read: {error}", path.display())))?;
        tool::run(tool(program, &[]).stdin(file))
    }

    fn compile(&self, name: &str, libraries: &[&str]) -> Outcome<PathBuf> {
        let folder = repository::scratch("c-abi").join(self.library.name());
        fs::create_dir_all(&folder)
            .map_err(|error| Failure::step(format!("{} cannot be made: {error}", folder.display())))?;
        let program = folder.join(name);
        let (compiler, standard) = match self.language {
            Language::C => ("cc", "-std=c11"),
            Language::Cxx => ("c++", "-std=c++17"),
        };
        let mut compile = tool(compiler, &[standard, "-O1", "-Wall", "-Wextra", "-Werror", "-Iffi/include"]);
        compile.args(self.flags).args(sanitizer(self.library)).args(self.sources).args(libraries);
        compile.args(system(self.library)).arg("-o").arg(&program);
        tool::run(&mut compile)?;
        Ok(program)
    }
}

const fn sanitizer(library: Library) -> &'static [&'static str] {
    match library {
        Library::Std | Library::Bare => &[],
        Library::AddressSanitizer => &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
        Library::ThreadSanitizer => &["-fsanitize=thread"],
    }
}

/// What the library needs of the system.
const fn system(library: Library) -> &'static [&'static str] {
    match library {
        Library::Bare => &["-lpthread"],
        _ => &["-lpthread", "-ldl", "-lm"],
    }
}
