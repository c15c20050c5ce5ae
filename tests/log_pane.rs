//! The log pane, and tests that need lines in it. They are a test program of their own that runs one test at a time,
//! because the logger is global.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

use bytewatch::app::layout::inner;
use bytewatch::logging;
use bytewatch::ui::theme::{Role, Theme};
use parking_lot::{Mutex, MutexGuard};
use ratatui::buffer::Cell;
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
fn empty(records: usize) -> MutexGuard<'static, ()> {
    let alone = LOGGER.lock();
    logging::reset(records);
    alone
}

fn log(level: log::Level, target: &'static str, message: &str) {
    logging::record(level, target, message);
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
    logging::collect();
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
    logging::collect();
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
        logging::collect();
    };
    fill(0, 100);
    log(log::Level::Info, "t-last", "of all");
    logging::collect();
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
    logging::collect();
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
    logging::collect();
    for code in [KeyCode::Up, KeyCode::PageUp, KeyCode::Home, KeyCode::Down, KeyCode::PageDown] {
        harness.press(code);
        let screen = harness.screen();
        assert!(!screen.contains("paused") && shown(&harness) == ["one"], "{code:?}: {screen}");
    }
}

/// The cells inside of the log pane, which has no border of its own but the one around the screen.
fn inside(harness: &Harness) -> Vec<Cell> {
    let area = inner(harness.app.layout().logs);
    let buffer = harness.buffer();
    area.positions().map(|position| buffer[position].clone()).collect()
}

#[test]
fn the_widget_and_the_paused_pane_draw_equal_cells() {
    let _alone = empty(1_000);
    for number in 0..60 {
        let level = log::Level::iter().nth(number % 5).unwrap();
        let target = ["bytewatch::server", "other", "日本::語"][number % 3];
        let text = ["", "日本語 ", "a\u{301}b ", "word ", "wörd-", "\u{1b}[31m: "][number % 6];
        log(level, target, &text.repeat(number % 41));
    }
    for (width, height) in [(30, 8), (42, 14), (61, 9), (62, 30), (80, 24), (200, 60)] {
        let mut harness = harness(width, height);
        logging::collect();
        let followed = inside(&harness);
        log(log::Level::Info, "t", "x");
        logging::collect();
        assert_ne!(inside(&harness), followed);
        harness.keys("k");
        assert!(harness.screen().contains("paused"), "{}", harness.screen());
        assert_eq!(inside(&harness), followed, "{width}x{height}");
    }
}

#[test]
fn drawing_changes_nothing() {
    let _alone = empty(1_000);
    let targets: Vec<&'static str> = (0..30).map(|number| &*format!("t-{number}").leak()).collect();
    for number in 0..100 {
        log(log::Level::Info, targets[number % 30], &"word ".repeat(number % 20));
    }
    logging::collect();
    let mut harness = harness(60, 12);
    for keys in ["", "kkkkkkkkkk", "tjjjjjjjjjjjjjjj", "kkk", "o", "jjj", "o", "-"] {
        harness.keys(keys);
        let before = harness.buffer();
        for (width, height) in [(60, 12), (130, 40), (30, 7), (60, 12)] {
            harness.resize(width, height);
            harness.buffer();
        }
        assert_eq!(harness.buffer(), before, "after {keys}");
    }
}

/// The rows of the list of targets, without what is right of it.
fn list(harness: &Harness) -> Vec<String> {
    let screen = harness.screen();
    let rows = screen.lines().filter_map(|line| line.split('│').nth(1));
    rows.map(str::trim_end).filter(|row| row.contains(':')).map(str::to_owned).collect()
}

/// The letters of the levels of a target: large if they are shown, small if they are only captured, a dot otherwise.
fn levels(harness: &Harness, target: &str) -> String {
    let buffer = harness.buffer();
    let screen = harness.screen();
    let row = screen.lines().position(|line| line.contains(&format!("│EWIDT:{target} "))).unwrap();
    let letter = |x| {
        let cell = &buffer[(x, row as u16)];
        let is = |role| cell.style() == Cell::default().set_style(Theme::default().style(role)).style();
        match cell.symbol() {
            letter if is(Role::Selected) => letter.to_owned(),
            letter if is(Role::Text) => letter.to_lowercase(),
            _ if is(Role::Dim) => ".".to_owned(),
            letter => panic!("{letter} in {:?}", cell.style()),
        }
    };
    (1..6).map(letter).collect()
}

#[test]
fn level_keys_change_what_is_shown_and_captured_while_the_pane_is_paused() {
    let _alone = empty(1_000);
    for number in 0..100 {
        let level = [log::Level::Info, log::Level::Debug][number % 2];
        log(level, "t-levels", &format!("{level} {number}"));
    }
    logging::collect();
    let mut harness = harness(100, 40);
    harness.press(KeyCode::Home);
    harness.keys("t");
    let row = list(&harness).iter().position(|row| row.ends_with(":t-levels")).unwrap();
    let screen = after(&mut harness, &"j".repeat(row));
    assert!(screen.contains("paused") && screen.contains("DEBUG 1 "), "{screen}");
    assert_eq!(levels(&harness, "t-levels"), "EWIDT");
    // All keys before the next frame count.
    harness.press(KeyCode::Left);
    harness.press(KeyCode::Left);
    let screen = harness.screen();
    assert!(
        screen.contains("paused") && screen.contains("INFO 18") && !screen.contains("DEBUG 1"),
        "{screen}"
    );
    assert_eq!(levels(&harness, "t-levels"), "EWIdt");
    harness.press(KeyCode::Right);
    assert!(harness.screen().contains("DEBUG 1 "));
    harness.keys("---");
    assert_eq!(levels(&harness, "t-levels"), "EW...");
    let screen = harness.screen();
    assert!(!screen.contains("INFO") && !screen.contains("paused"), "what is left fits: {screen}");
    harness.keys("+");
    assert_eq!(levels(&harness, "t-levels"), "EWi..");
    assert!(!harness.screen().contains("INFO"));
    for _ in 0..3 {
        harness.press(KeyCode::Right);
    }
    assert_eq!(levels(&harness, "t-levels"), "EWI..");
    assert!(harness.screen().contains("INFO 98"));
    harness.keys("+++");
    assert_eq!(levels(&harness, "t-levels"), "EWIdt");
}

#[test]
fn the_selected_target_stays_selected_when_others_appear_before_it() {
    let _alone = empty(1_000);
    log(log::Level::Info, "t-c", "of the selected target");
    logging::collect();
    let mut harness = harness(100, 60);
    harness.keys("t");
    let row = list(&harness).iter().position(|row| row.ends_with(":t-c")).unwrap();
    harness.keys(&"j".repeat(row));
    harness.keys("o");
    assert!(harness.screen().contains("of the selected target"));
    log(log::Level::Info, "t-b", "of another one");
    logging::collect();
    assert!(list(&harness)[row].ends_with(":t-b") && list(&harness)[row + 1].ends_with(":t-c"));
    assert!(harness.screen().contains("of the selected target") && !harness.screen().contains("another"));
    harness.keys("k");
    assert!(harness.screen().contains("of another one") && !harness.screen().contains("of the selected"));
}

#[test]
fn the_oldest_lines_give_way_while_the_pane_is_paused() {
    let _alone = empty(50);
    let mut next = 0;
    let mut fill = |records: u32| {
        for number in next..next + records {
            log(log::Level::Info, "t", &format!("line-{number}"));
        }
        next += records;
        logging::collect();
    };
    fill(50);
    let mut harness = harness(60, 12);
    harness.keys(&"k".repeat(20));
    let held = shown(&harness);
    assert_eq!(held[0], "line-23");
    fill(20);
    assert_eq!(shown(&harness), held);
    fill(10);
    assert_eq!(shown(&harness)[0], "line-30", "the oldest that is kept");
    assert!(harness.screen().contains("paused"));
    harness.press(KeyCode::End);
    assert_eq!(shown(&harness).last().unwrap(), "line-79");
    // More than the log can hold at once.
    fill(2_500);
    assert_eq!(shown(&harness).last().unwrap(), "line-2579");
    harness.press(KeyCode::Home);
    assert_eq!(shown(&harness)[0], "line-2530");
}

/// tui-logger keeps only the newest records, which may all be of targets that are hidden.
#[test]
fn the_newest_lines_of_one_target_are_found_behind_many_of_another() {
    let _alone = empty(2_000);
    let fill = |target, records: u32| {
        (0..records).for_each(|number| log(log::Level::Info, target, &format!("of {target} {number}")));
        logging::collect();
    };
    fill("t-few", 200);
    let mut harness = harness(100, 60);
    harness.keys("t");
    let row = list(&harness).iter().position(|row| row.ends_with(":t-few")).unwrap();
    harness.keys(&"j".repeat(row));
    harness.keys("o");
    let few = |harness: &Harness| -> Vec<String> {
        harness
            .screen()
            .lines()
            .filter_map(|line| line.split_once("of t-few"))
            .map(|(_, number)| number.to_owned())
            .collect()
    };
    let before = few(&harness);
    assert!(before.len() > 50 && before.last().unwrap().contains(" 199 "), "{before:?}");
    fill("t-many", 1_500);
    assert_eq!(few(&harness), before, "{}", harness.screen());
    assert!(after(&mut harness, "o").contains("of t-many 1499"));
}
