//! This program, to be started once more.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// The file that runs, as the system keeps it: also where another file has its path by now, or none.
const RUNNING: &str = "/proc/self/exe";

/// A command that starts the program that runs, even if its file was replaced or removed meanwhile.
///
/// # Errors
///
/// The system says neither which file runs nor what its path was.
pub(super) fn again() -> io::Result<Command> {
    let mut command = if Path::new(RUNNING).exists() {
        Command::new(RUNNING)
    } else {
        Command::new(std::env::current_exe()?)
    };
    command.arg0("bytewatch");
    Ok(command)
}
