use log::{Level, LevelFilter};

use super::*;
use crate::log_records::{Log, LogRecord, RecordNumber, TargetId};
use crate::ui::logs::formatter;
use crate::ui::theme::Theme;

const WIDTH: u16 = 40;
const HEIGHT: usize = 7;

/// A log of two targets. Its records take one to three lines in [`WIDTH`] cells.
struct Records {
    log: Log,
    targets: [TargetId; 2],
    levels: Vec<LevelFilter>,
}

impl Records {
    fn new(capacity: usize) -> Self {
        let mut log = Log::new(capacity);
        let targets = ["a", "b"].map(|name| log.add_target(name, LevelFilter::Info));
        Self { log, targets, levels: vec![LevelFilter::Info; 2] }
    }

    /// Adds records; every fifth is of the second target.
    fn add(&mut self, records: u64) {
        for _ in 0..records {
            let number = self.log.end().0;
            let second = usize::from(number % 5 == 4);
            let target = self.targets[second];
            let record = LogRecord {
                time: jiff::civil::time(12, 4, 31, 0),
                level: Level::Info,
                target: ["a", "b"][second],
                text: format!("{number} {}", "word ".repeat((number % 3 * 7) as usize)),
            };
            self.log.push(record, target);
        }
    }

    const fn lines(&self, width: u16) -> ShownLines<'_> {
        ShownLines { log: &self.log, levels: self.levels.as_slice(), width }
    }

    /// All lines that are shown.
    fn all(&self, width: u16) -> Vec<LinePosition> {
        let shown = self
            .log
            .since(RecordNumber(0))
            .filter(|(_, collected)| collected.record.level <= self.levels[collected.target.index()]);
        let lines = shown.flat_map(|(record, collected)| {
            let count = formatter::lines(&collected.record, width, Theme::default()).len();
            (0..count).map(move |line| LinePosition { record, line })
        });
        lines.collect()
    }

    /// The line at the top of the pane.
    fn top(&self, position: Position) -> LinePosition {
        match view(position, &self.lines(WIDTH), HEIGHT) {
            View::Newest => {
                let all = self.all(WIDTH);
                all[all.len().saturating_sub(HEIGHT)]
            }
            View::From(top) => top,
        }
    }

    fn scrolled(&self, position: Position, rows: i32) -> Position {
        scroll(position, &self.lines(WIDTH), HEIGHT, rows)
    }
}

#[test]
fn every_distance_is_exact_to_the_line() {
    let mut records = Records::new(60);
    records.add(60);
    let mut position = Position::Following;
    let mut random = 7_u64;
    for step in 0..2_000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let all = records.all(WIDTH);
        let last = all.len() - HEIGHT;
        let top = records.top(position);
        let at = all.iter().position(|line| *line == top).unwrap();
        match random >> 60 {
            0 => {
                // A pause holds its place while its lines are kept.
                records.add(random >> 40 & 3);
                let held = records.top(position);
                if position != Position::Following && top.record >= records.log.first() {
                    assert_eq!(held, top, "step {step}");
                }
            }
            1 => {
                position = oldest(&records.lines(WIDTH), HEIGHT);
                assert_eq!(records.top(position), all[0], "step {step}");
            }
            _ => {
                let rows = [-1, 1, -2, 3, -7, 7, -40, 20][(random >> 50) as usize % 8];
                position = records.scrolled(position, rows);
                let expected = at.saturating_add_signed(rows as isize).min(last);
                assert_eq!(records.top(position), all[expected], "step {step}: {rows} rows from {at}");
                assert_eq!(position == Position::Following, expected == last, "step {step}");
            }
        }
    }
}

#[test]
fn a_place_holds_until_its_record_is_trimmed_and_moves_to_the_oldest_then() {
    let mut records = Records::new(40);
    records.add(40);
    let position = records.scrolled(Position::Following, -30);
    let (top, oldest) = (records.top(position), |records: &Records| records.all(WIDTH)[0]);
    while records.log.first() < top.record {
        assert_eq!(records.top(position), top);
        records.add(1);
    }
    for _ in 0..100 {
        records.add(1);
        assert_eq!(records.top(position), oldest(&records));
    }
    assert_ne!(view(position, &records.lines(WIDTH), HEIGHT), View::Newest, "it is still paused");
}

#[test]
fn other_levels_keep_the_place_and_hidden_records_give_way_to_the_next() {
    let mut records = Records::new(100);
    records.add(100);
    let mut position = records.scrolled(Position::Following, -60);
    // Until a record of the second target begins in the middle.
    let middle = |records: &Records, position| {
        let lines = records.lines(WIDTH);
        lines.down(records.top(position), HEIGHT / 2)
    };
    while middle(&records, position).record.0 % 5 != 4 || middle(&records, position).line != 0 {
        position = records.scrolled(position, 1);
    }
    let before = middle(&records, position);
    records.levels[1] = LevelFilter::Warn;
    let next = LinePosition { record: RecordNumber(before.record.0 + 1), line: 0 };
    assert_eq!(middle(&records, position), next);
    records.levels[0] = LevelFilter::Off;
    assert_eq!(view(position, &records.lines(WIDTH), HEIGHT), View::Newest, "no line is left");
    records.levels[1] = LevelFilter::Info;
    assert_eq!(middle(&records, position), before);
    // What is left is more than a page, but all of it is above the place.
    let mut oldest = Records::new(200);
    oldest.add(5);
    for number in 0..95 {
        let target = oldest.targets[1];
        let text = format!("{number}");
        let time = jiff::civil::time(12, 4, 31, 0);
        oldest.log.push(LogRecord { time, level: Level::Info, target: "b", text }, target);
    }
    let position = oldest.scrolled(Position::Following, -30);
    assert_ne!(view(position, &oldest.lines(WIDTH), HEIGHT), View::Newest);
    oldest.levels[1] = LevelFilter::Off;
    assert!(oldest.lines(WIDTH).last_top(HEIGHT - 1).is_some(), "there is more than a page");
    assert_eq!(view(position, &oldest.lines(WIDTH), HEIGHT - 1), View::Newest);
}

#[test]
fn another_width_holds_the_first_line_of_the_record_and_another_height_the_middle() {
    let mut records = Records::new(100);
    records.add(100);
    let mut position = records.scrolled(Position::Following, -60);
    let middle = |position, width, height| match view(position, &records.lines(width), height) {
        View::Newest => panic!("not paused"),
        View::From(top) => records.lines(width).down(top, height / 2),
    };
    while middle(position, WIDTH, HEIGHT).line != 2 {
        position = records.scrolled(position, -1);
    }
    let line = middle(position, WIDTH, HEIGHT);
    assert_eq!(middle(position, 200, HEIGHT), LinePosition { line: 0, ..line });
    assert_eq!(middle(position, WIDTH, 1), line);
    assert_eq!(middle(position, WIDTH, 20), line);
    assert_eq!(middle(position, WIDTH, HEIGHT), line);
}

#[test]
fn what_fits_is_not_paused() {
    let mut records = Records::new(10);
    assert_eq!(records.scrolled(Position::Following, -1), Position::Following);
    assert_eq!(oldest(&records.lines(WIDTH), HEIGHT), Position::Following);
    while records.all(WIDTH).len() < HEIGHT {
        for rows in [-1, 1, -10] {
            assert_eq!(records.scrolled(Position::Following, rows), Position::Following);
        }
        assert_eq!(oldest(&records.lines(WIDTH), HEIGHT), Position::Following);
        records.add(1);
    }
    records.add(5);
    assert_ne!(records.scrolled(Position::Following, -1), Position::Following);
}
