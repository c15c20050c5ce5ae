//! Recorded runs as files: events and keys in, screens out. `tests/data/scenarios/README.md` describes the format.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bytewatch::app::keymap::{Keymap, key};
use bytewatch::app::{App, AppEvent, Clipboard, Effect, Palette, Setup};
use bytewatch::event::codec::decode;
use bytewatch::event::{Event, Stamped, StreamEvent, StreamId, Timestamp, Utf8Scanner};
use bytewatch::model::Budget;
use bytewatch::ui;
use bytewatch::ui::theme::Themes;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use unicode_width::UnicodeWidthStr as _;

const SECOND: u64 = 1_000_000;

/// A dashboard that is fed from a scenario.
struct Player {
    app: App,
    logs: ui::logs::Logs,
    themes: Themes,
    size: Size,
    now: u64,
    next_tick: u64,
    scanners: HashMap<StreamId, Utf8Scanner>,
    /// The scenario with the screens and effects that it gives now.
    played: String,
    screens: usize,
}

impl Player {
    /// A dashboard that starts with the first event of a scenario.
    fn new(scenario: &str) -> Result<Self, String> {
        let size = scenario.lines().find_map(|line| line.strip_prefix("size: "));
        let size = read_size(size.ok_or("there is no `size:`")?)?;
        let first = scenario.lines().find(|line| line.starts_with('{')).ok_or("there is no event")?;
        let now = read_event(first)?.ok_or("the first event must have a time")?.at;
        let upstreams = scenario.lines().filter_map(|line| line.strip_prefix("upstream: "));
        let app = App::new(Setup {
            budget: Budget { history: 64 * 1024, memory: 256 << 20 },
            utc_offset_seconds: 0,
            theme: Palette::new(0, 2),
            now,
            size,
            opened: None,
            watching: None,
            capacity: Vec::new(),
            upstreams: upstreams.map(str::to_owned).collect(),
            version: "0.1.0".into(),
            clipboard: Clipboard::Terminal,
            charset: bytewatch::bytes::safe::Charset::Unicode,
            keymap: Keymap::default(),
        });
        Ok(Self {
            app,
            logs: ui::logs::Logs::new(),
            themes: Themes::default(),
            size,
            now: now.0,
            next_tick: now.0 + SECOND,
            scanners: HashMap::new(),
            played: String::new(),
            screens: 0,
        })
    }

    /// Plays one line and adds it, with what it gives, to the played scenario. Expected output is left out.
    fn play(&mut self, line: &str) -> Result<(), String> {
        if line.starts_with('|') || line.starts_with("effect: ") {
            return Ok(());
        }
        self.played.extend([line, "\n"]);
        if line.starts_with('{') {
            return self.event(line);
        }
        let (word, rest) = line.split_once(':').unwrap_or((line, ""));
        match (word, rest.trim_start()) {
            (comment, _) if comment.is_empty() || comment.starts_with('#') => {}
            ("upstream", address) if !address.is_empty() => {}
            ("size", size) => {
                self.size = read_size(size)?;
                let Size { width, height } = self.size;
                self.update(AppEvent::Resized { width, height });
            }
            ("key", names) => {
                for name in names.split(' ') {
                    let key = key(name).ok_or_else(|| format!("there is no key {name:?}"))?;
                    self.update(AppEvent::Key(key));
                }
            }
            ("text", text) => {
                for letter in text.chars() {
                    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
                    self.update(AppEvent::Key(key));
                }
            }
            ("wait", time) => {
                self.pass(self.now + read_time(time)?);
                self.update(AppEvent::Ticked(Timestamp(self.now)));
            }
            ("screen", "") => self.screen(),
            _ => return Err("unknown line".to_owned()),
        }
        Ok(())
    }

    fn event(&mut self, line: &str) -> Result<(), String> {
        let Some(mut stamped) = read_event(line)? else { return Ok(()) };
        if let Event::Stream(id, StreamEvent::Bytes { offset, data, summary, .. }) = &mut stamped.event {
            *summary = self.scanners.entry(*id).or_default().scan(*offset, data);
        }
        self.pass(stamped.at.0);
        self.update(AppEvent::Reported(vec![stamped]));
        Ok(())
    }

    /// Lets the time pass, with a tick each second as in the program.
    fn pass(&mut self, until: u64) {
        while self.next_tick <= until {
            self.update(AppEvent::Ticked(Timestamp(self.next_tick)));
            self.next_tick += SECOND;
        }
        self.now = self.now.max(until);
    }

    fn update(&mut self, event: AppEvent) {
        for effect in self.app.update(event) {
            match effect {
                Effect::Logs(action) => self.logs.apply(action, self.app.screen()),
                other => writeln!(self.played, "effect: {other:?}").unwrap(),
            }
        }
    }

    fn screen(&mut self) {
        let Size { width, height } = self.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| ui::draw(frame, &self.app, &self.logs, &self.themes)).unwrap();
        for row in terminal.backend().buffer().content.chunks(usize::from(width)) {
            let (mut text, mut column) = (String::new(), 0);
            while let Some(cell) = row.get(column) {
                text.push_str(cell.symbol());
                // A wide character hides the next cell.
                column += cell.symbol().width().max(1);
            }
            writeln!(self.played, "|{}", text.trim_end()).unwrap();
        }
        self.screens += 1;
    }
}

fn read_event(line: &str) -> Result<Option<Stamped>, String> {
    decode(line.as_bytes()).map_err(|error| error.to_string())
}

/// Reads `80x24`.
fn read_size(text: &str) -> Result<Size, String> {
    let size = text
        .split_once('x')
        .and_then(|(width, height)| Some(Size { width: width.parse().ok()?, height: height.parse().ok()? }));
    size.filter(|size| size.width > 0).ok_or_else(|| format!("{text:?} is no size"))
}

/// Reads `2s` or `300ms` as microseconds.
fn read_time(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.strip_suffix("ms") {
        Some(digits) => (digits, 1_000),
        None => (text.strip_suffix('s').unwrap_or_default(), SECOND),
    };
    digits.parse::<u64>().map(|number| number * unit).map_err(|_| format!("{text:?} is no time"))
}

/// Returns the scenario with the screens and effects that it gives now.
fn play(scenario: &str) -> Result<String, String> {
    let mut player = Player::new(scenario)?;
    for (number, line) in scenario.lines().enumerate() {
        player.play(line).map_err(|why| format!("line {}: {line:?}: {why}", number + 1))?;
    }
    if player.screens == 0 { Err("there is no `screen:`".to_owned()) } else { Ok(player.played) }
}

/// Describes how a scenario differs from what it gives now; empty if it does not. Rows that are there in both are left
/// out.
fn difference(expected: &str, found: &str) -> String {
    let [mut expected, mut found] = [expected, found].map(|text| text.lines().collect::<Vec<_>>());
    let start = expected.iter().zip(&found).take_while(|(one, other)| one == other).count();
    while expected.len().min(found.len()) > start && expected.last() == found.last() {
        expected.pop();
        found.pop();
    }
    let mut text = String::new();
    if expected.len() == found.len() {
        for row in (start..found.len()).filter(|&row| expected[row] != found[row]) {
            let _ = write!(text, "line {}\n- {}\n+ {}\n", row + 1, expected[row], found[row]);
        }
    } else {
        let _ = writeln!(text, "from line {}", start + 1);
        let rows = expected[start..].iter().map(|row| ('-', row));
        for (sign, row) in rows.chain(found[start..].iter().map(|row| ('+', row))) {
            let _ = writeln!(text, "{sign} {row}");
        }
    }
    text
}

/// Returns the files of scenarios.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/scenarios");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

#[test]
fn each_scenario_gives_its_screens() {
    let rewrites = std::env::var_os("BYTEWATCH_BLESS").is_some_and(|value| value == "1");
    let (mut differences, files) = (String::new(), files());
    assert!(files.len() >= 5, "{files:?}");
    for path in &files {
        let scenario = fs::read_to_string(path).unwrap();
        let played = play(&scenario).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        if rewrites {
            fs::write(path, played).unwrap();
        } else if played != scenario {
            let _ = write!(differences, "{}\n{}", path.display(), difference(&scenario, &played));
        }
    }
    assert!(
        differences.is_empty(),
        "- is expected, + is found; BYTEWATCH_BLESS=1 writes what is found into the files\n{differences}"
    );
}

#[test]
fn a_screen_that_differs_is_reported_and_can_be_replaced() {
    let scenario = fs::read_to_string(&files()[0]).unwrap();
    let [first, second] = ["|wrong", "|wrong as well"];
    let mut rows: Vec<_> = scenario.lines().collect();
    let at = rows.iter().position(|row| row.starts_with('|')).unwrap();
    let right = std::mem::replace(&mut rows[at], first);
    let changed = format!("{}\n", rows.join("\n"));
    let played = play(&changed).unwrap();
    assert_eq!(played, scenario);
    assert_eq!(difference(&changed, &played), format!("line {}\n- {first}\n+ {right}\n", at + 1));
    rows.insert(at, second);
    let changed = format!("{}\n", rows.join("\n"));
    assert_eq!(play(&changed).unwrap(), scenario);
    let expected = format!("from line {}\n- {second}\n- {first}\n+ {right}\n", at + 1);
    assert_eq!(difference(&changed, &scenario), expected);
    assert_eq!(difference(&scenario, &scenario), "");
}

#[test]
fn a_mistake_in_a_scenario_is_named() {
    let first = r#"{"event":"ended","at":"2026-11-29T10:17:52.691976Z"}"#;
    for (line, why) in [
        ("key: Entr", "there is no key"),
        ("{\"event\":\"opened\"}", "`at` is missing"),
        ("wait: 2", "is no time"),
        ("size: 80", "is no size"),
        ("screen: 80x24", "unknown line"),
        ("hello", "unknown line"),
    ] {
        let told = play(&format!("size: 80x24\n{first}\n{line}\nscreen:\n")).unwrap_err();
        assert!(told.contains("line 3: ") && told.contains(why), "{line}: {told}");
    }
    assert!(play(&format!("{first}\nscreen:\n")).unwrap_err().contains("`size:`"));
    assert!(play("size: 80x24\nscreen:\n").unwrap_err().contains("no event"));
    assert!(play(&format!("size: 80x24\n{first}\n")).unwrap_err().contains("`screen:`"));
}
