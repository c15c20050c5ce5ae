//! `bytewatch demo`: lessons on the screen, built-in clients, and their end.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use portable_pty::CommandBuilder;
use serde_json::Value;

use crate::outside::{complaint, run};
use crate::pty::{PROGRAM, Shown, record, show_with, signal, start, wait_for};

const LESSONS: [&str; 3] = ["bytes-and-characters", "threads-against-async", "slow-reader"];

pub(crate) fn text(lesson: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/lessons");
    fs::read_to_string(folder.join(format!("{lesson}.txt"))).unwrap()
}

/// Writes a lesson to a file of this name.
fn script(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.txt"));
    fs::write(&path, text).unwrap();
    path
}

fn demo(path: &Path, speed: &str) -> Shown {
    show_with(&["demo", "-l", "0", "--speed", speed, "--script", path.to_str().unwrap()], 100, 40)
}

/// The child processes of a process.
fn children(of: u32) -> Vec<PathBuf> {
    let is_child = |path: &Path| {
        let stat = fs::read_to_string(path.join("stat")).unwrap_or_default();
        // After the name, which may contain anything: the state, the parent.
        let rest = stat.rsplit(')').next().unwrap_or("");
        rest.split_whitespace().nth(1) == Some(&of.to_string())
    };
    let all = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| is_child(path)).collect()
}

/// Waits until a process has `many` children.
fn wait_for_children(of: u32, many: usize) -> Vec<PathBuf> {
    wait_for("the number of processes", || Some(children(of)).filter(|found| found.len() == many))
}

/// Quits, and checks that no child process is left.
fn quit(shown: Shown, children: &[PathBuf]) {
    shown.quit();
    assert_eq!(children.iter().find(|child| child.exists()), None);
}

/// The words only: lines are wrapped, and have a bar before them.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "▌").collect::<Vec<_>>().join(" ")
}

/// Plays a lesson to its end, and checks that all its captions appear.
fn play(lesson: &str) {
    let shown = record(&["demo", "-l", "0", "--speed", "20", "--script", lesson], 80, 24);
    let mut frame = 0;
    let text = text(lesson);
    let said = text.lines().filter_map(|line| line.strip_prefix("say ")).map(words);
    let over = "The lesson is over. q quits, or look around: the clients go on.".to_owned();
    for caption in said.chain([over]) {
        frame = shown.wait_for_frame(&caption, frame, |frame| words(frame).contains(&caption));
    }
    let children = wait_for_children(shown.pid(), 0);
    quit(shown, &children);
}

#[test]
fn bytes_and_characters_runs_to_its_end() {
    play(LESSONS[0]);
}

#[test]
fn threads_against_async_runs_to_its_end() {
    play(LESSONS[1]);
}

#[test]
fn slow_reader_runs_to_its_end() {
    play(LESSONS[2]);
}

#[test]
fn the_default_lesson_has_all_its_clients() {
    let mut shown = record(&["demo", "-l", "0", "--speed", "10"], 100, 40);
    for name in ["ann", "bob", "cleo", "dan", "eve", "finn"] {
        shown.wait_for_frame(name, 0, |frame| frame.contains(&format!("{name} :")));
    }
    shown.wait_for_frame("ten idle ones", 0, |frame| frame.contains("16 live"));
    // The third client's stream. The euro sign that comes in two reads stands at the position of its first byte, and
    // continues in the next row.
    let cut = |frame: &str| {
        let rows: Vec<_> = frame.lines().collect();
        rows.windows(2)
            .any(|rows| rows[0].contains("e2  ") && rows[0].contains('€') && rows[1].contains("82 ac"))
    };
    shown.press("jj");
    shown.wait_for_frame("€ over two reads", 0, cut);
    shown.wait_for_frame("a slow one", 0, |frame| frame.contains(" slow "));
    let children = wait_for_children(shown.pid(), 1);
    quit(shown, &children);
}

#[test]
fn the_traffic_of_the_default_lesson_is_counted_to_the_byte() {
    // If the program prints too little, it ends, and so does this.
    let args = ["demo", "--headless", "-l", "0", "--speed", "20", "--events", "decoded", "--for", "1m"];
    let mut child = Command::new(PROGRAM).args(args).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut events = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let (mut reasons, mut waits, mut whole) = (Vec::new(), false, false);
    while reasons.len() < 5 || !whole {
        let event = events.next();
        let event = event.unwrap_or_else(|| panic!("only {reasons:?}, waiting: {waits}, whole: {whole}"));
        if event["direction"] != "received" {
            continue;
        }
        for part in event["malformed"].as_array().unwrap() {
            if !reasons.contains(&part["reason"]) {
                reasons.push(part["reason"].clone());
            }
        }
        whole |= waits && event["connection"] == 3 && event["text"].as_str().unwrap().starts_with('€');
        waits |= event["connection"] == 3 && event["pending"] == "e2";
    }
    let crowd = children(child.id());
    assert_eq!(crowd.len(), 1);
    signal(child.id(), Signal::SIGTERM);
    events.for_each(drop);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!crowd[0].exists());
}

#[test]
fn clients_are_numbered_in_the_order_of_the_script() {
    let names: Vec<String> = (1..=30).map(|number| format!("c{number}")).collect();
    let steps: String =
        names.iter().map(|name| format!("client {name}\nsend {name} \"I am {name}.\"\n")).collect();
    let path = script("order", &steps);
    let args = ["demo", "--headless", "-l", "0", "--events", "decoded", "--for", "1m", "--script"];
    let mut child = Command::new(PROGRAM).args(args).arg(path).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = 0;
    for line in lines {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if event["direction"] == "received" {
            assert_eq!(event["text"], format!("I am c{}.", event["connection"]));
            seen += 1;
        }
        if seen == names.len() {
            signal(child.id(), Signal::SIGTERM);
            seen = 0;
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn loads_start_and_end_and_do_not_outlive_the_program() {
    let path = script(
        "crowds",
        "crowd a 3 steady 64B rate 30\ncrowd b 2 idle 1B\nwait 20s\nend a\nsay gone\nwait 1h",
    );
    let shown = demo(&path, "10");
    shown.sees(&["5 live"]);
    wait_for_children(shown.pid(), 2);
    shown.sees(&["2 live"]);
    let children = wait_for_children(shown.pid(), 1);
    quit(shown, &children);
}

#[test]
fn clients_of_a_load_can_be_told_from_others() {
    let path = script("crowd-names", "client ann\ncrowd many 3 steady 64B rate 30\nwait 1h");
    let mut shown = demo(&path, "1");
    shown.sees(&["ann :", "many :"]);
    let stranger = shown.connect();
    // `ann` and the unnamed client connect from this address, the load does not.
    shown.press("/127.0.0.1");
    shown.sees(&[&stranger.local_addr().unwrap().to_string(), "2 match"]);
    shown.press("\x15\r3i");
    shown.sees(&["1,005 live"]);
    shown.press("1/idle");
    shown.sees(&["idle :"]);
    shown.press("\x15\r");
    let children = wait_for_children(shown.pid(), 2);
    quit(shown, &children);
}

#[test]
fn faults_by_clients_start_and_end() {
    let faults =
        "hurt slow-reader\nwait 10s\nhurt burst\nwait 1h\nsay It heals.\nhurt burst\nheal burst\nwait 1h";
    let mut shown = demo(&script("hurts", faults), "10");
    // The slow reader connected first, so its row is in view.
    shown.sees(&["51 live", " slow "]);
    wait_for_children(shown.pid(), 2);
    shown.press("n");
    // The second time the fault was active already.
    shown.sees(&[" 1 live", " slow "]);
    let children = wait_for_children(shown.pid(), 1);
    quit(shown, &children);
}

#[test]
fn a_load_that_ends_by_itself_is_reported_and_can_start_again() {
    let path = script("ends", "hurt idle\nwait 30s\nhurt idle\nwait 1h");
    let shown = demo(&path, "10");
    shown.sees(&["1,000 live"]);
    let child = wait_for_children(shown.pid(), 1).remove(0);
    signal(child.file_name().unwrap().to_str().unwrap().parse().unwrap(), Signal::SIGKILL);
    shown.sees(&["is over: its clients are gone"]);
    shown.sees(&["1,000 live"]);
    let children = wait_for_children(shown.pid(), 1);
    quit(shown, &children);
}

#[test]
fn a_lost_terminal_ends_the_clients_too() {
    let path = script("lost", "crowd a 3 steady 64B rate 30\nclient ann\nwait 1h");
    let shown = demo(&path, "1");
    shown.sees(&["4 live"]);
    let children = wait_for_children(shown.pid(), 1);
    let mut child = shown.lose_terminal();
    assert_eq!(wait_for("the end", || child.try_wait().unwrap()).exit_code(), 0);
    assert!(!children[0].exists());
}

#[test]
fn a_killed_program_leaves_no_client_behind() {
    let path = script("killed", "crowd a 3 steady 64B\ncrowd b 3 churn 64B\nwait 1h");
    let mut shown = demo(&path, "1");
    let children = wait_for_children(shown.pid(), 2);
    shown.sees(&[" live"]);
    signal(shown.pid(), Signal::SIGKILL);
    shown.child.wait().unwrap();
    // No process reaps them here: dead ones may still be listed.
    let is_dead = |child: &PathBuf| {
        let stat = fs::read_to_string(child.join("stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    };
    wait_for("the clients' end", || children.iter().all(is_dead).then_some(()));
}

#[test]
fn the_lessons_are_listed() {
    let output = run(&["demo", "--script", "list"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    let names: Vec<_> = text.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(names, LESSONS);
    assert!(text.lines().all(|line| line.len() <= 100 && line.split_whitespace().count() > 4), "{text}");
}

#[test]
fn a_bad_lesson_is_status_1_and_one_line() {
    let path = script("bad", "# Bad\nwait 1s\nsned ann 00\n");
    let path = path.to_str().unwrap();
    for (lesson, part) in [
        (path, "bad.txt: line 3: there is no step 'sned'; there are wait, say"),
        ("slow-raeder", "there is no lesson 'slow-raeder' and no such file"),
        ("/", "cannot read /"),
    ] {
        let output = run(&["demo", "--headless", "-l", "0", "--script", lesson]);
        assert_eq!(output.status.code(), Some(1));
        let said = complaint(&output);
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(run(&["demo", "--speed", "0.2"]).status.code(), Some(2));
    assert_eq!(run(&["demo", "--speed", "101"]).status.code(), Some(2));
}

#[test]
fn without_a_terminal_it_names_the_way_out() {
    let output = run(&["demo", "-l", "0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("--headless"));
}

#[test]
fn a_port_that_is_taken_is_an_error_only_if_it_was_given() {
    // By the test, or by another process.
    let _taken = TcpListener::bind("127.0.0.1:7777");
    let output = run(&["demo", "--headless", "-l", "7777"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("127.0.0.1:7777 is in use"));
    let output = run(&["demo", "--headless", "--for", "100ms", "--events", "listening"]);
    assert_eq!(output.status.code(), Some(0));
    let event: Value = serde_json::from_slice(&output.stdout).unwrap();
    let address: SocketAddr = event["address"].as_str().unwrap().parse().unwrap();
    assert!(address.ip().is_loopback() && address.port() != 7777, "{address}");
}

#[test]
fn space_holds_a_lesson_and_its_clients_and_n_goes_on() {
    let path = script(
        "held",
        "client ann\nsay one\ntalk ann 10ms \"x\"\nwait 1h\nsay two\nwait 1h\nsay three\nwait 1h\nsay four\nwait 1h",
    );
    let mut shown = demo(&path, "0.5");
    shown.sees(&["1/4 one", "Space pause"]);
    shown.press(" ");
    shown.sees(&["1/4 PAUSED one", "FROZEN"]);
    shown.press("n");
    shown.sees(&["2/4 PAUSED two"]);
    // The receive rate of the last whole second: it is zero for a client that sent a hundred times per second before.
    shown.sees(&["◂ in      0 B/s"]);
    shown.press("n");
    shown.sees(&["3/4 PAUSED three"]);
    shown.press(" ");
    shown.sees(&["3/4 three"]);
    shown.wait_for_screen("ann talks again", |screen| {
        (!screen.contents().contains("◂ in      0 B/s")).then_some(())
    });
    shown.press("n");
    shown.sees(&["4/4 four"]);
    shown.quit();
}

#[test]
fn a_program_whose_file_was_replaced_starts_its_own_clients() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("replaced-{}", std::process::id()));
    fs::copy(PROGRAM, &path).unwrap();
    let mut command = CommandBuilder::new(&path);
    command.args(["-l", "0"]);
    let mut shown = start(command, 100, 40);
    shown.sees(&["No client yet"]);
    // As an installation does it: the old file is removed, and another one takes its name. Then without any file.
    fs::remove_file(&path).unwrap();
    fs::write(&path, "This is not a program.").unwrap();
    shown.press("3u");
    shown.sees(&["50 live"]);
    fs::remove_file(&path).unwrap();
    shown.press("r");
    shown.sees(&["51 live"]);
    let children = wait_for_children(shown.pid(), 2);
    quit(shown, &children);
}
