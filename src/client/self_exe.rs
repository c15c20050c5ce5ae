//! Starts further processes of this program.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// The running executable. The kernel keeps this link valid when the file was replaced or removed.
const SELF_EXE: &str = "/proc/self/exe";

/// The variable that says what is logged.
const LOG: &str = "BYTEWATCH_LOG";

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
    without_settings(&mut command);
    Ok(command)
}

/// Lets a process obey its command line alone: the settings of the user are for what the user starts.
pub(crate) fn without_settings(command: &mut Command) {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in names.filter(|name| name.starts_with("BYTEWATCH_") && name != LOG) {
        command.env_remove(name);
    }
    command.env("BYTEWATCH_CONFIG", "none");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_the_program_itself_reads_no_settings() {
        let command = command().unwrap();
        let config = command.get_envs().find(|(name, _)| *name == "BYTEWATCH_CONFIG");
        assert_eq!(config.and_then(|(_, value)| value), Some("none".as_ref()));
        assert!(command.get_envs().all(|(name, _)| name != LOG), "what is logged is up to the user");
    }
}
