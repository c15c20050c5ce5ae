//! Other programs that read recordings.

use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Folder, echo, payload, serve};
use crate::modes::Mode;
use crate::tools::{follow, has, run};

fn recording(folder: &Folder, name: &str, length: usize) -> PathBuf {
    let path = folder.path(name);
    let server = serve(Mode::Async, &path, &[]);
    echo(server.connect(), &payload(length));
    server.stop();
    path
}

#[test]
fn capinfos_knows_what_it_is() {
    if !has("capinfos") {
        return;
    }
    let folder = Folder::new();
    let path = recording(&folder, "info.pcapng", 10_000);
    let printed = run("capinfos", &[], &path);
    for part in ["Wireshark/... - pcapng", "nanoseconds", "Raw IP", "bytewatch", "Interface #0"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
fn tcpdump_reads_every_packet() {
    if !has("tcpdump") {
        return;
    }
    let folder = Folder::new();
    let path = recording(&folder, "dump.pcapng", 10_000);
    let printed = run("tcpdump", &["-n", "-v", "-r"], &path);
    assert!(printed.contains("Flags [S]") && printed.contains("Flags [F.]"), "{printed}");
    assert!(!printed.contains("incorrect"), "{printed}");
}

#[test]
fn recordings_are_merged_and_cut() {
    if !has("mergecap") || !has("editcap") || !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let first = recording(&folder, "first.pcapng", 5_000);
    let second = recording(&folder, "second.pcapng", 6_000);
    let merged = folder.path("merged.pcapng");
    let status = Command::new("mergecap").arg("-w").args([&merged, &first, &second]).status().unwrap();
    assert!(status.success());
    assert!(follow(&merged, 0).from_client == payload(5_000));
    assert!(follow(&merged, 1).from_client == payload(6_000));
    let cut = folder.path("cut.pcapng");
    let status = Command::new("editcap").arg("-r").args([&first, &cut]).arg("1-4").status().unwrap();
    assert!(status.success());
    assert_eq!(run("tshark", &["-r"], &cut).lines().count(), 4);
}
