//! Text for the clipboard reaches the terminal, also the one around a real tmux or screen, and what the dashboard says
//! about it is true.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portable_pty::CommandBuilder;

use crate::pty::{PROGRAM, Shown, start};

/// Bytes of the read that is copied. As hex digits they need many of the pieces that a screen passes on.
const LENGTH: usize = 2_000;

/// A directory for the socket of a tmux or screen. When this is dropped, it is removed, and what is served there ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bytewatch-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        // A screen refuses a directory that others can read.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // After a test that has passed there is nothing to end.
        let _ = Command::new("tmux").arg("-S").arg(self.0.join("socket")).arg("kill-server").output();
        let _ = Command::new("screen").args(["-X", "quit"]).env("SCREENDIR", &self.0).output();
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[expect(clippy::print_stderr, reason = "a program that is missing has to be told")]
fn is_installed(program: &str, option: &str) -> bool {
    let installed = Command::new(program).arg(option).output().is_ok();
    if !installed {
        eprintln!("not tried, as there is no {program} (apt-get install {program})");
    }
    installed
}

/// A command outside of any tmux or screen that this test may run in.
fn command(words: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(words[0]);
    command.args(&words[1..]);
    for name in ["TMUX", "TMUX_PANE", "STY"] {
        command.env_remove(name);
    }
    command
}

/// Copies the address of a client, and then a long read as hex digits. Returns both texts.
fn copy_two(shown: &mut Shown, said: &str) -> [String; 2] {
    let address = shown.wait_for_contents("an address", |contents| {
        contents.split_whitespace().find_map(|word| word.parse::<std::net::SocketAddr>().ok())
    });
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(&[b'x'; LENGTH]).unwrap();
    let peer = client.local_addr().unwrap().to_string();
    let has = |text: String| move |contents: &str| contents.contains(&text).then_some(());
    shown.wait_for_contents("the client", has(peer.clone()));
    shown.wait_for_contents("the bytes", has("78 78 78".to_owned()));
    shown.press("y");
    shown.wait_for_contents(said, has(said.to_owned()));
    shown.press("2zgy");
    shown.wait_for_contents("the menu", has("Copy · ".to_owned()));
    shown.press("h");
    shown.wait_for_contents("the message", has("as hex (".to_owned()));
    [peer, vec!["78"; LENGTH].join(" ")]
}

/// Waits until the terminal has been given these texts for its clipboard.
fn arrive(shown: &Shown, texts: &[String]) {
    for text in texts {
        let ways = ["", "c"].map(|which| format!("\x1b]52;{which};{}", STANDARD.encode(text)));
        shown.wait_for_bytes("the text for the clipboard", |bytes| {
            let has = |way: &String| bytes.windows(way.len()).any(|part| part == way.as_bytes());
            ways.iter().any(has).then_some(())
        });
    }
}

#[test]
fn a_terminal_is_given_the_text() {
    let mut shown = start(command(&[PROGRAM, "-l", "0"]), 80, 24);
    let texts = copy_two(&mut shown, "sent to the terminal; not all take it");
    arrive(&shown, &texts);
    shown.quit();
}

#[test]
fn the_terminal_around_a_tmux_is_given_the_text() {
    if !is_installed("tmux", "-V") {
        return;
    }
    for setting in ["external", "on"] {
        let folder = Folder::new(&format!("tmux-{setting}"));
        let socket = folder.0.join("socket");
        let socket = socket.to_str().unwrap();
        let program = format!("'{PROGRAM}' -l 0");
        let set = [";", "set-option", "-s", "set-clipboard", setting];
        let tmux = ["tmux", "-S", socket, "-f", "/dev/null", "new-session", &program];
        // The default is not set again.
        let words = [&tmux[..], if setting == "on" { &set } else { &[] }].concat();
        let mut shown = start(command(&words), 80, 25);
        let texts = copy_two(&mut shown, "given to tmux");
        arrive(&shown, &texts);
        shown.press("q");
        shown.end();
    }
}

#[test]
fn without_its_tmux_the_text_is_sent_to_the_terminal() {
    let mut command = command(&[PROGRAM, "-l", "0"]);
    command.env("TMUX", "/nowhere/at/all,1,0");
    let mut shown = start(command, 120, 24);
    let texts = copy_two(&mut shown, "sent by OSC 52, as tmux failed: ");
    arrive(&shown, &texts);
    shown.wait_for_bytes("the text for a tmux that passes it on", |bytes| {
        bytes.windows(7).any(|part| part == b"\x1bPtmux;").then_some(())
    });
    shown.quit();
}

#[test]
fn the_terminal_around_a_screen_is_given_the_text() {
    if !is_installed("screen", "-v") {
        return;
    }
    let folder = Folder::new("screen");
    let mut command = command(&["screen", "-c", "/dev/null", PROGRAM, "-l", "0"]);
    command.env("SCREENDIR", &folder.0);
    let mut shown = start(command, 120, 24);
    let texts = copy_two(&mut shown, "sent through screen to the terminal; not all take it");
    arrive(&shown, &texts);
    shown.press("q");
    shown.end();
}
