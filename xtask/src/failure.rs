//! What went wrong in a command, said to a person, and the exit code that tells a script.

use std::fmt;
use std::process::ExitCode;

/// The result of every step here.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line asks for what there is not.
    Usage(String),
    /// A step did not do what it should; the text says which, and what would be right.
    Step(String),
    /// A program failed: which and how, and those of its lines that tell why.
    Program(String, Vec<String>),
}

impl Failure {
    /// A command line that cannot be understood.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// A step that failed.
    pub(crate) fn step(text: impl Into<String>) -> Self {
        Self::Step(text.into())
    }

    /// What the program that failed said of it, line by line.
    pub(crate) fn said(&self) -> &[String] {
        if let Self::Program(_, lines) = self { lines } else { &[] }
    }

    /// 2 for a wrong command line, 1 for a failed step.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Step(_) | Self::Program(..) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Step(text) | Self::Program(text, _) => formatter.write_str(text),
        }
    }
}
