//! The screen shows what a lesson's caption names while the caption is shown, at three sizes.

use std::thread;

use crate::lessons::{text, words};
use crate::pty::{Shown, show_with};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// The start of a caption, and the words that it names, which stand in one line of the screen, in this order.
type Named = (&'static str, &'static [&'static [&'static str]]);

const SCENE: &[Named] = &[
    ("This server echoes", &[&["echo"], &["ann :"]]),
    ("Select a client", &[&["hex"], &["Stream"]]),
    ("cleo, now selected", &[&["▶", "cleo :"], &["e2", "€"], &["82 ac"]]),
    ("dan sends", &[&["▶", "dan :"], &["2 Stream"]]),
    ("finn reads again", &[&["▶", "finn :"]]),
    ("b moves all", &[&["async", "threads"]]),
    ("? names all keys", &[&["Space pause", "n next", "? help", "q quit"]]),
];

const BYTES: &[Named] = &[
    ("A client, ann", &[&["1 Clients"], &["ann :"], &["2 Stream", "ann"]]),
    ("ann sent the letter A", &[&["41", "A"]]),
    ("Now she sent ä", &[&["c3 a4", "ä", "•"]]),
    ("The sign € takes", &[&["e2", "…"]]),
    ("The rest has come", &[&["82 ac"], &["€"]]),
    ("😀 takes four", &[&["f0 9f 98 80", "😀"]]),
    ("The key x", &[&["2 Stream", "anatomy"], &["😀"], &["11110"]]),
    ("11110 at the start", &[&["11110"], &["10"]]),
    ("Here is the word", &[&["2 Stream", "anatomy"], &["caf"], &["e9"]]),
    ("But a ! follows", &[&["!"], &["e9", "Latin-1"]]),
    ("c0 af is a /", &[&["c0"], &["af"]]),
    ("Above, the malformed", &[&["malformed"], &["ann :"]]),
];

const SLOW: &[Named] = &[
    ("This server sends back", &[&["ann :"], &["▶", "dora :"], &["received", "sent"]]),
    ("From now on dora", &[&["dora :"]]),
    ("What is not read", &[&["dora :"]]),
    ("dora's state", &[&["dora :", "slow"]]),
    ("So her next bytes", &[&["dora :", "slow"]]),
    ("ann and bob notice", &[&["ann :"], &["bob :"], &["[async]"]]),
    ("Now each has", &[&["[threads]"], &["dora :", "slow"]]),
    ("dora reads again", &[&["dora :", "open"]]),
    ("Nothing was lost", &[&["[async]"]]),
];

const THREADS: &[Named] = &[
    ("Four clients talk", &[&["24 live"], &["ann :"], &["3 Backends"], &["● threads", "async"]]),
    ("Look at the left", &[&["read", "recv"], &["clients", "thread"], &["● threads", "async"]]),
    ("latency is how long", &[&["latency", "p50"], &["p99"], &["10 µs", "1 ms", "100 ms"]]),
    ("Now one thread", &[&["[async]"], &["read", "recv", "recv if ready"]]),
    ("Its column", &[&["threads", "● async"], &["clients", "thread", "task"]]),
    ("Threads again", &[&["[threads]"], &["HANG", "ann"]]),
    ("Only ann waits", &[&["ann :", "ms"], &["bob :"]]),
    ("The same on async", &[&["[async]"], &["ann :"], &["bob :", "ms"]]),
    ("BLOCKED, says", &[&["BLOCKED by", "ann"]]),
    ("Without the delay", &[&["1,0", " live"], &["clients", "task"]]),
    ("Back on threads", &[&["[threads]"], &["clients", "thread"], &["1,0", "threads"], &["KiB"]]),
    ("True: on threads", &[&["clients", "thread", "task"]]),
    ("\"Threads cannot serve", &[&["clients", "thread", "task"]]),
];

/// Whether a line contains all of these words in this order.
fn has(line: &str, parts: &[&str]) -> bool {
    let mut rest = line;
    parts.iter().all(|part| {
        let behind = rest.split_once(part).map(|(_, behind)| behind);
        rest = behind.unwrap_or("");
        behind.is_some()
    })
}

/// Waits until the caption and all that it names are on the screen.
fn sees(shown: &Shown, place: &str, caption: &str, named: &[&[&str]]) {
    let whole = format!("{place} {}", words(caption));
    for parts in named {
        shown.wait_for_screen(&format!("{parts:?} while it says {whole:?}"), |screen| {
            let contents = screen.contents();
            // The caption itself does not count, nor the line of captions for faults.
            let there = contents.lines().filter(|line| !line.starts_with('▌') || parts[0] == "HANG");
            let there = there.into_iter().any(|line| has(line, parts));
            (words(&contents).contains(&whole) && there).then_some(())
        });
    }
}

/// Goes through a lesson caption by caption, at all sizes at once: most of the time is waiting.
fn teach(lesson: &str, marks: &[Named]) {
    thread::scope(|scope| {
        for size in SIZES {
            scope.spawn(move || teach_at(size, lesson, marks));
        }
    });
}

fn teach_at((width, height): (u16, u16), lesson: &str, marks: &[Named]) {
    let script = if lesson == "scene" { &[][..] } else { &["--script", lesson] };
    let args = [&["demo", "-l", "0", "--speed", "0.5"], script].concat();
    let mut shown = show_with(&args, width, height);
    let text = text(lesson);
    let captions: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("say ")).collect();
    assert_eq!(captions.len(), marks.len(), "{lesson}");
    for (number, (caption, (begins, named))) in (1..).zip(captions.iter().zip(marks)) {
        assert!(caption.starts_with(begins), "{caption}");
        sees(&shown, &format!("{number}/{}", captions.len()), caption, named);
        shown.press("n");
    }
    if lesson != "scene" {
        shown.sees(&["The lesson is over."]);
    }
    shown.quit();
}

#[test]
fn what_the_default_lesson_names_is_on_the_screen() {
    teach("scene", SCENE);
}

#[test]
fn what_bytes_and_characters_names_is_on_the_screen() {
    teach("bytes-and-characters", BYTES);
}

#[test]
fn what_slow_reader_names_is_on_the_screen() {
    teach("slow-reader", SLOW);
}

#[test]
fn what_threads_against_async_names_is_on_the_screen() {
    // One after the other: a blocked loop cannot be told from one that gets no core.
    SIZES.iter().for_each(|size| teach_at(*size, "threads-against-async", THREADS));
}
