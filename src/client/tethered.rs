//! Child processes that end with this one, however this one ends.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::self_exe;

/// The shell between runs the words behind it, and ends them when its input closes. The other end of that pipe is closed
/// by the system when this process is gone, whatever ended it.
const SCRIPT: &str =
    r#""$@" </dev/null & child=$!; read -r nothing; kill "$child" 2>/dev/null; wait "$child" 2>/dev/null"#;

/// How long the end of a process is waited for.
const EXIT_LIMIT: Duration = Duration::from_secs(3);

/// The interval of polling for it.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A child process. It is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Tethered(Child);

impl Tethered {
    /// Starts a program of which nothing is printed. Keys that send signals to this program do not reach it.
    ///
    /// # Errors
    ///
    /// When there is no shell, or no process can be started.
    pub(crate) fn start<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, words: &[S]) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "sh"]).arg(program).args(words).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        self_exe::without_settings(&mut command);
        command.spawn().map(Self)
    }

    /// Starts this program again.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub(crate) fn start_self(words: &[String]) -> io::Result<Self> {
        // This file stays the same when the executable is replaced.
        let own = format!("/proc/{}/exe", std::process::id());
        if std::path::Path::new(&own).exists() {
            return Self::start(own, words);
        }
        Self::start(std::env::current_exe()?, words)
    }

    /// Asks it to end. Returns at once.
    pub(crate) fn end(&mut self) {
        self.0.stdin = None;
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        self.end();
        let begin = Instant::now();
        while matches!(self.0.try_wait(), Ok(None)) {
            if begin.elapsed() > EXIT_LIMIT {
                // It has been told to end, and is left to the system.
                let _ = self.0.kill();
                let _ = self.0.wait();
                return;
            }
            thread::sleep(POLL_INTERVAL);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Whether there is a process with this number that is not only waited for.
    fn is_running(process: &str) -> bool {
        let state = fs::read_to_string(format!("/proc/{process}/stat"));
        state.is_ok_and(|state| !state.contains(") Z "))
    }

    #[test]
    fn a_process_ends_with_its_handle() {
        let file = std::env::temp_dir().join(format!("bytewatch-tethered-{}", std::process::id()));
        let script = format!("echo $$ > {0}.new; mv {0}.new {0}; exec sleep 1000", file.display());
        let child = Tethered::start("sh", &["-c", &script]).unwrap();
        let begin = Instant::now();
        let process = loop {
            if let Ok(process) = fs::read_to_string(&file) {
                fs::remove_file(&file).unwrap();
                break process.trim().to_owned();
            }
            assert!(begin.elapsed() < Duration::from_secs(30));
            thread::sleep(POLL_INTERVAL);
        };
        assert!(is_running(&process));
        drop(child);
        assert!(!is_running(&process));
    }
}
