//! The files of a recording: names, modes, limits, and disks that take nothing.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;

use crate::harness::{Folder, echo, fails, payload, serve, wait};
use crate::modes::Mode;
use crate::program::PROGRAM;
use crate::tools::{all_streams, follow, has};

#[test]
fn a_file_is_private_and_never_overwritten_unasked() {
    let folder = Folder::new();
    let path = folder.path("a.pcapng");
    let server = serve(Mode::Async, &path, &[]);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    server.stop();
    let before = fs::read(&path).unwrap();
    let words = ["serve", "-l", "127.0.0.1:0", "--headless", "--record", path.to_str().unwrap()];
    let (status, said) = fails(words);
    assert_eq!(status, Some(1));
    let line = format!("bytewatch: {} exists; --record-replace records over it\n", path.display());
    assert_eq!(said, line);
    assert!(fs::read(&path).unwrap() == before);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let server = serve(Mode::Async, &path, &["--record-replace"]);
    echo(server.connect(), b"new");
    server.stop();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read(&path).unwrap() != before);
}

#[test]
fn a_directory_that_is_not_there_is_said_at_once() {
    let folder = Folder::new();
    let path = folder.path("none/a.pcapng");
    let words = ["serve", "-l", "127.0.0.1:0", "--headless", "--record", path.to_str().unwrap()];
    let (status, said) = fails(words);
    assert_eq!(status, Some(1));
    let line =
        format!("bytewatch: cannot record to {}: No such file or directory (os error 2)\n", path.display());
    assert_eq!(said, line);
}

#[test]
fn a_full_device_ends_the_recording_and_not_the_server() {
    fills_up(Command::new(PROGRAM), "/dev/full", 10_000);
}

/// A file system of 1 MiB, which any user may mount in a name space of their own. The file is copied out of it at the end.
const ON_A_SMALL_DISK: &str = r#"
mount -t tmpfs -o size=1m none "$DISK" && echo mounted || exit 0
[ $# -eq 0 ] && exit 0
"$@" &
trap 'kill $!' TERM
wait $!
wait $!
status=$?
cp "$DISK/full.pcapng" "$COPY"
exit $status
"#;

#[test]
fn a_full_disk_keeps_whole_packets() {
    let folder = Folder::new();
    let (disk, copy) = (folder.path("disk"), folder.path("copy.pcapng"));
    fs::create_dir(&disk).unwrap();
    let on_the_disk = |words: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["-Urm", "sh", "-c", ON_A_SMALL_DISK, "sh"]).args(words);
        command.env("DISK", &disk).env("COPY", &copy);
        command
    };
    let mounted = on_the_disk(&[]).output();
    if !mounted.is_ok_and(|output| output.stdout == b"mounted\n") {
        eprintln!("no file system can be mounted without root here, so this test is skipped");
        return;
    }
    let path = disk.join("full.pcapng");
    fills_up(on_the_disk(&[PROGRAM]), path.to_str().unwrap(), 400_000);
    let length = fs::metadata(&copy).unwrap().len();
    assert!((500_000..=1 << 20).contains(&length), "{length}");
    let opened = Command::new(PROGRAM).args(["open", "--headless"]).arg(&copy).output().unwrap();
    let lines = String::from_utf8(opened.stdout).unwrap();
    assert!(opened.status.success() && !lines.contains(r#""event":"failed""#), "cut within a packet");
    assert!(lines.contains(r#""event":"bytes""#));
}

/// Starts a server that records to a place that fills up while connections send bytes, and checks that it goes on and says
/// so once it ends.
fn fills_up(mut command: Command, path: &str, length: usize) {
    command.args(["serve", "-l", "127.0.0.1:0", "--headless", "--events", "listening", "--record", path]);
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut printed = std::io::BufReader::new(server.stdout.take().unwrap());
    let listening = std::iter::repeat_with(|| {
        let mut line = String::new();
        assert!(std::io::BufRead::read_line(&mut printed, &mut line).unwrap() > 0, "it has ended");
        line
    })
    .find(|line| line.starts_with('{'));
    let listening: serde_json::Value = serde_json::from_str(&listening.unwrap()).unwrap();
    let connect = || std::net::TcpStream::connect(listening["address"].as_str().unwrap()).unwrap();
    for _ in 0..3 {
        echo(connect(), &payload(length));
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(server.id()).unwrap());
    nix::sys::signal::kill(pid, Signal::SIGTERM).unwrap();
    let mut said = String::new();
    server.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(1));
    let ended = format!("the recording {path} ended");
    let about: Vec<_> = said.lines().filter(|line| line.contains(&ended)).collect();
    assert!(!about.is_empty() && about[0].contains("No space left on device"), "{said}");
    assert!(
        said.ends_with('\n') && said.lines().last().unwrap().starts_with("bytewatch: the recording"),
        "{said}"
    );
}

#[test]
fn a_killed_program_leaves_what_it_saw() {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("killed.pcapng");
    let server = serve(Mode::Async, &path, &[]);
    let mut client = server.connect();
    client.write_all(&payload(50_000)).unwrap();
    let mut back = vec![0; 50_000];
    client.read_exact(&mut back).unwrap();
    wait("the recording", || fs::metadata(&path).unwrap().len() > 100_000);
    server.signal(Signal::SIGKILL);
    assert!(client.read(&mut [0]).is_ok_and(|read| read == 0) || client.take_error().is_ok());
    let streams = follow(&path, 0);
    assert!(streams.from_client == payload(50_000) && streams.to_client == payload(50_000));
}

#[test]
fn a_recording_goes_on_in_the_next_file() {
    if !has("tshark") || !has("mergecap") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("part.pcapng");
    // It belongs to somebody else.
    fs::write(folder.path("part-3.pcapng"), "kept").unwrap();
    let server = serve(Mode::Async, &path, &["--record-rotate", "200KiB"]);
    let client = server.connect();
    let port = server.listening[0].rsplit(':').next().unwrap().to_owned();
    let from = client.local_addr().unwrap().port().to_string();
    echo(client, &payload(500_000));
    server.stop();
    let names = folder.names();
    assert!(names.len() >= 5, "{names:?}");
    assert_eq!(fs::read(folder.path("part-3.pcapng")).unwrap(), b"kept");
    let parts = names.iter().filter(|name| *name != "part-3.pcapng");
    for name in parts.clone() {
        assert!(fs::metadata(folder.path(name)).unwrap().len() < 400_000, "{name}");
    }
    let whole = folder.path("whole.pcapng");
    let merged = Command::new("mergecap")
        .arg("-w")
        .arg(&whole)
        .args(parts.map(|name| folder.path(name)))
        .status()
        .unwrap();
    assert!(merged.success());
    let streams = &all_streams(&whole, &port)[&from];
    assert!(streams.from_client == payload(500_000) && streams.to_client == payload(500_000));
}

#[test]
fn only_the_newest_files_are_kept() {
    let folder = Folder::new();
    let path = folder.path("ring.pcapng");
    let options = ["--record-rotate", "100KiB", "--record-keep", "3"];
    let server = serve(Mode::Async, &path, &options);
    echo(server.connect(), &payload(500_000));
    server.stop();
    let names = folder.names();
    assert!(names.len() <= 3 && !names.contains(&"ring.pcapng".to_owned()), "{names:?}");
}

#[test]
fn wrong_options_are_usage_errors() {
    for (words, part) in [
        (&["--record-keep", "3", "--record", "x"][..], "--record-keep needs --record-rotate"),
        (&["--record-replace"], "need --record"),
        (&["--record-rotate", "soon", "--record", "x"], "it is a size, like 100MiB, or a time, like 1h"),
        (&["--record-rotate", "1MiB", "--record-keep", "0", "--record", "x"], "one file has to be kept"),
    ] {
        let (status, said) = fails([&["serve", "--headless"], words].concat());
        assert!(status == Some(2) && said.contains(part), "{said}");
    }
}
