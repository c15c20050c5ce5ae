//! The log pane, and tests that need lines in it. They are a test program of their own that runs one test at a time,
//! because the logger is global.

use parking_lot::{Mutex, MutexGuard};
use ratatui::crossterm::event::KeyCode;

#[cfg(test)]
#[path = "dashboard/harness.rs"]
mod harness;

#[cfg(test)]
#[path = "dashboard/hostile.rs"]
mod hostile;

use harness::Harness;

static LOGGER: Mutex<()> = Mutex::new(());

/// Empties the log and sets its capacity to this number of records.
fn empty(events: usize) -> MutexGuard<'static, ()> {
    let alone = LOGGER.lock();
    tui_logger::set_default_level(log::LevelFilter::Trace);
    tui_logger::set_hot_buffer_depth(events.max(1_000));
    tui_logger::move_events();
    tui_logger::set_buffer_depth(events);
    alone
}

fn log(level: log::Level, target: &str, message: &str) {
    tui_logger::Drain::new()
        .log(&log::Record::builder().level(level).target(target).args(format_args!("{message}")).build());
}

/// The log pane on the whole screen.
fn harness(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    harness.keys("4z");
    harness
}

/// The screen after these keys.
fn after(harness: &mut Harness, keys: &str) -> String {
    harness.keys(keys);
    harness.screen()
}

/// The last word of each line that is shown.
fn shown(harness: &Harness) -> Vec<String> {
    let screen = harness.screen();
    let inside = screen.lines().filter_map(|line| line.split('│').nth(1));
    inside.filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
}

#[test]
fn lines_are_shown_wrapped_and_by_target() {
    let _alone = empty(1_000);
    log(log::Level::Info, "bytewatch::server", "listening on 127.0.0.1:7777");
    log(log::Level::Warn, "bytewatch::server::switch::controller", &"a slow reader ".repeat(12));
    log(log::Level::Error, "other", "esc \u{1b}[2J and \u{202e} and more");
    tui_logger::move_events();
    let mut harness = harness(100, 20);
    let screen = harness.screen();
    assert!(screen.contains("INFO  server: listening on 127.0.0.1:7777"), "{screen}");
    assert!(
        screen.contains("\n│                   a slow reader")
            || screen.contains("│                   reader a slow"),
        "{screen}"
    );
    assert!(screen.contains("ERROR other: esc"), "{screen}");
    assert!(!screen.contains(['\u{1b}', '\u{202e}']), "{screen}");
    let screen = after(&mut harness, "t");
    assert!(screen.contains("│EWIDT:server  "), "without what all begin with: {screen}");
    assert!(screen.contains("EWIDT:server::switch::controll│"), "the list stays within its edge: {screen}");
    let screen = after(&mut harness, "jjo");
    assert!(screen.contains("esc") && !screen.contains("listening on"), "only the selected target: {screen}");
    assert!(after(&mut harness, "t").contains("only the selected target"));
}

/// Compares the visible lines with a list of all lines, after random scroll keys.
#[test]
fn keys_scroll_by_lines_and_the_title_says_so() {
    let _alone = empty(1_000);
    let mut all = Vec::new();
    for number in 0..300 {
        // In 40 cells, 2 of them indentation, some of these take two or three lines.
        let words: Vec<_> = (0..=number % 3 * 3).map(|word| format!("word-{number}-{word}")).collect();
        log(log::Level::Info, "t", &words.join(" "));
    }
    tui_logger::move_events();
    let mut harness = harness(42, 14);
    assert!(!harness.screen().contains("paused"));
    let bottom = shown(&harness);
    let page = bottom.len();
    harness.press(KeyCode::Home);
    assert!(harness.screen().contains("paused"));
    while all.last() != bottom.last() {
        let first = shown(&harness).remove(0);
        all.push(first);
        if all.len() > 2_000 || !harness.screen().contains("paused") {
            all.extend(shown(&harness).into_iter().skip(1));
            break;
        }
        harness.keys("j");
    }
    assert!(all.len() > 200 && all[0] == "word-0-0" && all[all.len() - page..] == bottom, "{all:?}");
    let last = all.len() - page;
    let mut top = last;
    let mut random = 7_u64;
    for step in 0..600 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (key, rows) = [
            (KeyCode::Up, -1),
            (KeyCode::Down, 1),
            (KeyCode::PageUp, -(page as isize)),
            (KeyCode::PageDown, page as isize),
            (KeyCode::Home, -10_000),
            (KeyCode::End, 10_000),
            (KeyCode::Up, -1),
            (KeyCode::PageUp, -(page as isize)),
        ][(random >> 60) as usize % 8];
        harness.press(key);
        top = top.saturating_add_signed(rows).min(last);
        assert_eq!(shown(&harness), all[top..top + page], "step {step}: {key:?} to {top}");
        assert_eq!(harness.screen().contains("paused"), top < last, "step {step}: {key:?} to {top}");
    }
}

#[test]
fn a_pause_outlives_new_lines_other_sizes_and_other_targets() {
    let _alone = empty(100);
    let fill = |from: usize, until: usize| {
        for number in from..until {
            log(log::Level::Info, "t", &format!("{} {number}", "word ".repeat(number % 20)));
        }
        tui_logger::move_events();
    };
    fill(0, 100);
    log(log::Level::Info, "t-last", "of all");
    tui_logger::move_events();
    let mut harness = harness(44, 12);
    harness.keys("kkkkkkkkk");
    let held = shown(&harness);
    fill(100, 110);
    assert_eq!(shown(&harness), held);
    for width in (20..140).rev().chain(20..140) {
        harness.resize(width, 8 + width % 9);
        let screen = harness.screen();
        assert!(width < 60 || screen.contains("paused"), "{screen}");
        harness.keys("k");
    }
    // All visible records have been dropped by now.
    fill(110, 300);
    harness.keys("kj");
    // The visible part has no lines of this target.
    log(log::Level::Info, "zz", "the only one");
    tui_logger::move_events();
    after(&mut harness, "kkt");
    harness.keys(&"j".repeat(50));
    assert!(after(&mut harness, "o").contains("the only one"));
    harness.keys("o");
    harness.press(KeyCode::End);
    assert!(!harness.screen().contains("paused"));
}

#[test]
fn a_log_that_fits_has_nowhere_to_go() {
    let _alone = empty(100);
    let mut harness = harness(60, 12);
    for key in ["k", "j", "g", "G", "f", "t", "k", "t"] {
        harness.keys(key);
    }
    log(log::Level::Info, "t", "one");
    tui_logger::move_events();
    for code in [KeyCode::Up, KeyCode::PageUp, KeyCode::Home, KeyCode::Down, KeyCode::PageDown] {
        harness.press(code);
        let screen = harness.screen();
        assert!(!screen.contains("paused") && shown(&harness) == ["one"], "{code:?}: {screen}");
    }
}
