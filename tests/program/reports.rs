//! Defects that users of comparable programs reported: terminals that are gone, resized to nothing or left in a wrong
//! mode, and a process without free descriptors.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use nix::sys::signal::Signal;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;

use crate::obedience::{modes, terminal};
use crate::pty::{FRAME, LEFT, LIMIT, PROGRAM, Shown, readable, show, signal, start, wait_for};

/// Runs some commands in a shell, which then becomes the program with these arguments.
fn after(what: &str, args: &[&str]) -> Vec<String> {
    let shell = ["-c", &format!("{what}; exec \"$0\" \"$@\""), PROGRAM].map(str::to_owned);
    shell.into_iter().chain(args.iter().map(|arg| (*arg).to_owned())).collect()
}

fn show_after(what: &str) -> Shown {
    let mut command = CommandBuilder::new("bash");
    command.args(after(what, &["-l", "0"]));
    start(command, 80, 24)
}

fn resize(shown: &Shown, rows: u16, cols: u16) {
    shown.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
}

#[test]
fn a_terminal_that_is_lost_ends_it_though_hang_ups_are_ignored() {
    let shown = show_after("trap '' HUP");
    shown.wait(FRAME);
    let mut child = shown.lose_terminal();
    let status = wait_for("the end", || child.try_wait().unwrap());
    assert_eq!(status.exit_code(), 0);
}

#[test]
fn every_signal_that_ends_it_leaves_the_terminal_as_it_was() {
    let fresh = native_pty_system().openpty(PtySize::default()).unwrap();
    let usual = format!("{:?}", fresh.master.get_termios().unwrap());
    for end in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut shown = show();
        shown.wait(FRAME);
        assert_ne!(format!("{:?}", shown.master.get_termios().unwrap()), usual, "raw");
        signal(shown.pid(), end);
        shown.wait(LEFT);
        assert_eq!(shown.child.wait().unwrap().exit_code(), 0);
        assert_eq!(format!("{:?}", shown.master.get_termios().unwrap()), usual, "{end}");
        let mut emulator = terminal((80, 24));
        let before = modes(emulator.screen());
        emulator.process(&readable(&shown.bytes()));
        assert_eq!(modes(emulator.screen()), before, "{end}");
    }
}

#[test]
fn a_terminal_without_a_size_is_drawn_on() {
    for size in ["stty rows 0 cols 0", "stty rows 0 cols 80", "stty rows 24 cols 0"] {
        let shown = show_after(size);
        shown.sees(&["Clients", "async", "help"]);
        shown.quit();
    }
    let shown = show();
    shown.wait(FRAME);
    for (rows, cols) in [(0, 0), (24, 80), (0, 80), (1, 1), (0, 0), (24, 80)] {
        resize(&shown, rows, cols);
        shown.wait(FRAME);
    }
    shown.sees(&["Clients", "async", "help"]);
    shown.quit();
}

#[test]
fn a_terminal_of_an_absurd_size_costs_no_more_memory() {
    let shown = show();
    shown.wait(FRAME);
    resize(&shown, 3_000, 10_000);
    shown.wait(FRAME);
    let status = std::fs::read_to_string(format!("/proc/{}/status", shown.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 512 << 10, "{peak} KiB");
    resize(&shown, 24, 80);
    shown.wait(FRAME);
    shown.quit();
}

/// Whether all threads of a process sleep. A thread that waits for a core is not asleep.
fn sleeps(child: &Child) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
    threads.flatten().all(|thread| {
        // A thread that has ended meanwhile is not busy.
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, fields)| fields.starts_with('S'))
    })
}

/// Waits until a process was asleep in a hundred consecutive checks. A process that retries all the time never is.
fn rests(child: &Child) {
    let mut times = 0;
    wait_for("a rest", || {
        times = if sleeps(child) { times + 1 } else { 0 };
        (times == 100).then_some(())
    });
}

#[test]
fn a_process_that_is_out_of_descriptors_rests_and_serves_again() {
    for backend in ["async", "threads"] {
        let args = ["--headless", "-l", "0", "-b", backend, "--events", "listening,refused,ended"];
        let mut command = Command::new("bash");
        let mut child = command.args(after("ulimit -n 40", &args)).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, events) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            output.lines().for_each(|line| {
                let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
                let _finished = sender.send(event);
            });
        });
        let listening = events.recv_timeout(LIMIT).unwrap();
        let address: SocketAddr = listening["address"].as_str().unwrap().parse().unwrap();
        let clients: Vec<_> = (0..80).map(|_| TcpStream::connect(address).unwrap()).collect();
        assert_eq!(events.recv_timeout(LIMIT).unwrap()["event"], "refused");
        rests(&child);
        assert!(events.try_iter().count() < clients.len(), "{backend}: more events than clients");
        drop(clients);
        wait_for("an echo", || {
            let mut client = TcpStream::connect(address).ok()?;
            client.set_read_timeout(Some(LIMIT)).unwrap();
            client.write_all(b"!").ok()?;
            client.read_exact(&mut [0]).ok()
        });
        signal(child.id(), Signal::SIGTERM);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}
