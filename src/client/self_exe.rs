//! Starts further processes of this program.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// The running executable. The kernel keeps this link valid when the file was replaced or removed.
const SELF_EXE: &str = "/proc/self/exe";

/// A command that starts the running executable, even if its file was replaced or removed meanwhile.
///
/// # Errors
///
/// When neither the executable nor its path can be determined.
pub(crate) fn command() -> io::Result<Command> {
    let mut command = if Path::new(SELF_EXE).exists() {
        Command::new(SELF_EXE)
    } else {
        Command::new(std::env::current_exe()?)
    };
    command.arg0("bytewatch");
    Ok(command)
}
