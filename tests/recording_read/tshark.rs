//! What tshark says of a file.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::opened::unhex;

/// Whether a program is installed; says on standard error what to install if it is not.
pub(crate) fn is_installed(program: &str, package: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths)
        .chain([Path::new("/usr/sbin").to_path_buf()])
        .any(|folder| folder.join(program).is_file());
    if !found {
        let said = format!("{program} is not there (apt-get install {package}): this is skipped\n");
        let _ = std::io::stderr().write_all(said.as_bytes());
    }
    found
}

/// One connection as tshark follows it: node 0 is who it saw first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Followed {
    pub(crate) nodes: [String; 2],
    pub(crate) bytes: [Vec<u8>; 2],
}

/// Follows every TCP connection of a file.
pub(crate) fn follow(file: &Path) -> Vec<Followed> {
    let streams = Command::new("tshark")
        .args(["-n", "-T", "fields", "-e", "tcp.stream", "-r"])
        .arg(file)
        .output()
        .unwrap();
    let streams = String::from_utf8(streams.stdout).unwrap();
    let number =
        streams.lines().filter_map(|line| line.trim().parse::<usize>().ok()).max().map_or(0, |last| last + 1);
    let mut command = Command::new("tshark");
    command.args(["-n", "-q", "-r"]).arg(file);
    for stream in 0..number {
        command.args(["-z", &format!("follow,tcp,raw,{stream}")]);
    }
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let mut all = Vec::new();
    for line in output.lines() {
        if line.starts_with("Follow:") {
            all.push(Followed::default());
        }
        let Some(current) = all.last_mut() else { continue };
        if let Some(node) = line.strip_prefix("Node 0: ") {
            node.clone_into(&mut current.nodes[0]);
        } else if let Some(node) = line.strip_prefix("Node 1: ") {
            node.clone_into(&mut current.nodes[1]);
        } else if line.trim_start().bytes().all(|byte| byte.is_ascii_hexdigit()) && !line.trim().is_empty() {
            let node = usize::from(line.starts_with('\t'));
            current.bytes[node].extend(unhex(line.trim()));
        }
    }
    assert_eq!(all.len(), number);
    // Those with the highest number come first.
    all
}
