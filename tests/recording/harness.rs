//! The program while it records, in a folder that is removed behind the test.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::modes::Mode;
use crate::program::{EVENTS, LIMIT, PROGRAM, Program};

/// A folder of its own for each test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("bytewatch-recording-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let names =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Starts an echo server that records to `path`.
pub(crate) fn serve(mode: Mode, path: &Path, options: &[&str]) -> Program {
    run(mode, &["serve", "-l", "127.0.0.1:0"], path, options)
}

/// Starts the program with these words, so that it records to `path`.
pub(crate) fn run(mode: Mode, words: &[&str], path: &Path, options: &[&str]) -> Program {
    let record = ["--record", path.to_str().unwrap(), "--events", EVENTS];
    Program::run(&mut Command::new(PROGRAM), mode, &[words, &record, options].concat())
}

/// Runs the program until it ends. Returns its exit status and what it says on standard error.
pub(crate) fn fails(words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> (Option<i32>, String) {
    let output = Command::new(PROGRAM).args(words).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Sends bytes to an echo and reads them back, then half-closes and waits for the end.
pub(crate) fn echo(mut client: TcpStream, sent: &[u8]) {
    let mut reader = client.try_clone().unwrap();
    let length = sent.len();
    let reading = std::thread::spawn(move || {
        let mut back = vec![0; length];
        reader.read_exact(&mut back).unwrap();
        assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        back
    });
    client.write_all(sent).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert!(reading.join().unwrap() == sent);
}

/// Bytes in which each offset is recognised.
pub(crate) fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(2_654_435_761) >> 7) as u8).collect()
}

/// Waits until a condition holds.
pub(crate) fn wait(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::yield_now();
    }
}

/// Waits until this number of connections is closed.
pub(crate) fn wait_for_closes(program: &Program, count: usize) {
    program.wait("closed connections", |events| {
        (events.iter().filter(|event| event["event"] == "closed").count() >= count).then_some(())
    });
}
