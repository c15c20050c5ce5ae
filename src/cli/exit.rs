//! Why the program exits without running a command.

/// Why the program exits without running a command.
#[derive(Debug)]
pub enum Exit {
    /// Help or the version was requested: print it, exit status 0.
    Help(clap::Error),
    /// Wrong usage: exit status 2.
    Usage {
        /// One line that says what is wrong.
        message: String,
        /// The command line that prints the matching help.
        help: String,
    },
}

impl Exit {
    /// Wrong usage; `help` is the command line that prints the matching help.
    pub(super) fn wrong(message: String, help: &str) -> Self {
        Self::Usage { message, help: help.to_owned() }
    }

    /// A configuration file or an environment variable that is wrong.
    pub(super) fn wrong_settings(message: String) -> Self {
        Self::wrong(message, "bytewatch config --help")
    }
}
