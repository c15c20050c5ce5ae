//! Where a setting came from, and what is wrong at a line of the file.

use std::fmt;

/// Where the value of a setting came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Nothing sets it.
    Default,
    /// A line of the configuration file.
    File {
        /// The file as the user knows it.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// An environment variable of this name.
    Environment(String),
    /// The command line.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// What is wrong in the configuration file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: usize,
    /// One sentence that says what is wrong and what to write.
    pub message: String,
}
