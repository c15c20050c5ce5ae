//! The table of frame times: the time to apply events and to draw, by the number of connections, and by the history of
//! the one that is viewed. It runs in this process, on the library's app and screen.

use std::cell::RefCell;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use bytes::Bytes;
use bytewatch::app::keymap::Keymap;
use bytewatch::app::{App, AppEvent, Clipboard, Effect, Palette, Setup};
use bytewatch::event::{BackendKind, ConnectionId, Direction, Encryption, Timestamp, Utf8Scanner};
use bytewatch::event::{ConnectionEvent, Event, Origin, ServerEvent, Stamped, StreamEvent, StreamId};
use bytewatch::model::Budget;
use bytewatch::ui::canvas::Canvas;
use bytewatch::ui::cell_writer::CellWriter;
use bytewatch::ui::guard::Guard;
use bytewatch::ui::logs::Logs;
use bytewatch::ui::theme::Themes;

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Size;

use crate::figures::percentile;
use crate::payload::{self, Corpus, Payload};
use crate::report::{Aggregate, Bound, Report};
use crate::turns::{MedianRange, in_turns, ratios};

/// The first argument that makes this program draw a number of frames of a number of connections.
pub(crate) const WORD: &str = "frames";

const SIZE: Size = Size { width: 200, height: 60 };
const ROWS: [usize; 3] = [100, 1_000, 10_000];
const VIEWS: [&str; 4] = ["hex", "text", "split", "anatomy"];
/// The history that is kept of each direction.
const HISTORY: usize = 64 * 1024;
/// The number of events between two frames, and the bytes of each.
const EVENTS: usize = 200;
const PIECE: usize = 1_024;
/// The interval between two frames in microseconds.
const FRAME: u64 = 33_333;
const FRAMES_A_SECOND: usize = 30;

/// What is on the screen.
#[derive(Clone, Copy, Debug)]
enum Subject {
    /// A table of this number of connections, all of which send, sorted by rate.
    Rows(usize),
    /// One connection in one of [`VIEWS`], and the history that is kept of it; none if it has not sent anything.
    History(usize, Option<Payload>),
}

/// The times of the frames of one turn in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Times {
    update: [f64; 2],
    draw: [f64; 2],
    /// The p99 of update and drawing together.
    whole: f64,
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let rounds = report.options.pick(5, 2);
    report.line(format_args!(
        "FRAME, {}x{}, {EVENTS} events a frame, a tick every {FRAMES_A_SECOND}th, {rounds} rounds; ms: p50/p99, medians\n\
         update: takes in what happened; draw: makes the bytes for the terminal; whole: both together\n\
         {:<26} {:>13} {:>13} {:>10}  {}",
        SIZE.width, SIZE.height, "", "update", "draw", "whole p99", "whole p99 by that of the first row"
    ))?;
    let mut cells = Vec::new();
    let rows = ROWS.map(Subject::Rows);
    match group(report, &rows, rounds, &mut cells) {
        Ok([draw, whole]) => {
            report.hold(
                "frame: draw p99, 10,000 rows by 100",
                Aggregate::Each,
                Bound::AtMost(1.5),
                "",
                &[draw],
            );
            report.hold(
                "frame: whole p99, 10,000 rows by 100",
                Aggregate::Each,
                Bound::AtMost(1.5),
                "",
                &[whole],
            );
        }
        Err(error) => report.left_out("frame by rows", error),
    }
    let kept = [None, Some(Payload::Text), Some(Payload::Random)];
    for (view, name) in VIEWS.iter().enumerate() {
        if let Err(error) = group(report, &kept.map(|kept| Subject::History(view, kept)), rounds, &mut cells)
        {
            report.left_out(format_args!("frame of {name}"), error);
        }
    }
    report.hold("frame: whole p99", Aggregate::Each, Bound::AtMost(8.0), " ms", &cells);
    report.line("")
}

/// Draws this number of frames of this number of connections, as `frames CONNECTIONS FRAMES`.
///
/// # Errors
/// The arguments are wrong, or nothing was drawn.
pub(crate) fn draw(words: &[String]) -> io::Result<()> {
    let numbers: Option<Vec<usize>> = words.iter().map(|word| word.parse().ok()).collect();
    let Some(&[connections, frames]) = numbers.as_deref() else {
        return Err(io::Error::other("frames CONNECTIONS FRAMES"));
    };
    let mut bench = DashboardBench::new(Subject::Rows(connections))?;
    if frames > 0 {
        bench.turn(frames)?;
    }
    Ok(())
}

/// Measures rows that belong together; returns the ratio of the last to the first, in drawing and in total.
fn group(
    report: &mut Report,
    subjects: &[Subject],
    rounds: usize,
    cells: &mut Vec<f64>,
) -> io::Result<[f64; 2]> {
    let frames = report.options.pick(300, 120);
    let mut benches =
        subjects.iter().map(|subject| DashboardBench::new(*subject)).collect::<io::Result<Vec<_>>>()?;
    let times = in_turns(rounds, benches.len(), |candidate| benches[candidate].turn(frames))?;
    let of = |candidate: usize, figure: &dyn Fn(&Times) -> f64| {
        times[candidate].iter().map(figure).collect::<Vec<_>>()
    };
    let by_first =
        |candidate: usize, figure: &dyn Fn(&Times) -> f64| ratios(&of(candidate, figure), &of(0, figure));
    for (candidate, subject) in subjects.iter().enumerate() {
        let median = |figure: &dyn Fn(&Times) -> f64| MedianRange::of(&of(candidate, figure)).median;
        let pair = |figure: fn(&Times) -> [f64; 2]| {
            format!("{:.2}/{:.2}", median(&|times| figure(times)[0]), median(&|times| figure(times)[1]))
        };
        let whole = median(&|times| times.whole);
        let ratio = by_first(candidate, &|times| times.whole);
        cells.push(whole);
        report.line(format_args!(
            "{:<26} {:>13} {:>13} {whole:>10.2}  {ratio}",
            subject.name(),
            pair(|times| times.update),
            pair(|times| times.draw),
        ))?;
    }
    let last = subjects.len() - 1;
    Ok([by_first(last, &|times| times.draw[1]).median, by_first(last, &|times| times.whole).median])
}

impl Subject {
    fn name(self) -> String {
        match self {
            Self::Rows(rows) => format!("{rows} connections"),
            Self::History(view, None) => format!("{}, nothing sent", VIEWS[view]),
            Self::History(view, Some(payload)) => format!("{}, {payload}", VIEWS[view]),
        }
    }
}

/// The buffers that a frame is drawn into before it would be sent.
#[derive(Clone, Default)]
struct Output(Rc<RefCell<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A dashboard, driven as the program drives its own.
struct DashboardBench {
    app: App,
    logs: Logs,
    themes: Themes,
    screen: Canvas<Guard<CellWriter<Output>>>,
    output: Output,
    now: u64,
    /// The number of frames so far.
    frames: usize,
    corpus: Corpus,
    /// The number of bytes of each connection so far, equal in both directions.
    moved: Vec<u64>,
    /// The scanner for each connection's bytes, as the server runs it before it reports them.
    scanners: Vec<Utf8Scanner>,
    random: fastrand::Rng,
    quiet: bool,
}

impl DashboardBench {
    fn new(subject: Subject) -> io::Result<Self> {
        let now = 1_700_049_600_000_000;
        let app = App::new(Setup {
            budget: Budget { history: HISTORY, memory: 256 << 20 },
            utc_offset_seconds: 0,
            theme: Palette::new(0, 2),
            now: Timestamp(now),
            size: SIZE,
            opened: None,
            watching: None,
            capacity: Vec::new(),
            upstreams: Vec::new(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            clipboard: Clipboard::Terminal,
            charset: bytewatch::bytes::safe::Charset::Unicode,
            keymap: Keymap::default(),
        });
        let output = Output::default();
        let screen = Canvas::new(Guard::new(CellWriter::new(output.clone())), SIZE);
        let (connections, kept) = match subject {
            Subject::Rows(rows) => (rows, Some(Payload::Text)),
            Subject::History(_, kept) => (1, kept),
        };
        let mut bench = Self {
            app,
            logs: Logs::new(),
            themes: Themes::default(),
            screen,
            output,
            now,
            frames: 0,
            corpus: Corpus::new(kept.unwrap_or(Payload::Text)),
            moved: vec![0; connections],
            scanners: vec![Utf8Scanner::default(); connections],
            random: payload::random_numbers(),
            quiet: kept.is_none(),
        };
        bench.set(subject);
        Ok(bench)
    }

    /// Fills the app with all connections and the history that is kept.
    fn set(&mut self, subject: Subject) {
        let address = SocketAddr::from(([127, 0, 0, 1], 7777));
        self.report(vec![Event::Server(ServerEvent::Listening {
            address: address.into(),
            backend: BackendKind::Async,
            service: "echo".into(),
            encryption: Encryption::default(),
        })]);
        let opened = (0..self.moved.len()).map(|number| {
            Event::Connection(
                ConnectionId(number as u64 + 1),
                ConnectionEvent::Opened {
                    peer: SocketAddr::from(([127, 0, 0, 1], 40_000 + (number % 20_000) as u16)).into(),
                    local: address.into(),
                    backend: BackendKind::Async,
                    upstream: None,
                },
            )
        });
        let opened = opened.collect();
        self.report(opened);
        let keys = match subject {
            Subject::Rows(_) => "ssssssss".to_owned(),
            Subject::History(view, _) => format!("2{}", "x".repeat(view)),
        };
        for key in keys.chars() {
            self.update(AppEvent::Key(KeyEvent::from(KeyCode::Char(key))));
        }
        for _ in 0..FRAMES_A_SECOND {
            let events = self.events();
            self.frame(events);
        }
    }

    /// Draws this number of frames and times them.
    fn turn(&mut self, frames: usize) -> io::Result<Times> {
        let (mut updates, mut draws) = (Vec::new(), Vec::new());
        for _ in 0..frames {
            let events = self.events();
            let began = Instant::now();
            self.frame(events);
            let updated = Instant::now();
            self.screen.draw(&self.app, &self.logs, &self.themes)?;
            draws.push(updated.elapsed().as_secs_f64() * 1e3);
            updates.push((updated - began).as_secs_f64() * 1e3);
            if self.output.0.take().is_empty() {
                return Err(io::Error::other("a frame draws nothing"));
            }
        }
        let both = updates.iter().zip(&draws).map(|(update, draw)| update + draw).collect();
        let pair = |times: Vec<f64>| [percentile(times.clone(), 50.0), percentile(times, 99.0)];
        Ok(Times { update: pair(updates), draw: pair(draws), whole: percentile(both, 99.0) })
    }

    /// The events since the last frame, and now and then a tick.
    fn frame(&mut self, events: Vec<Event>) {
        self.now += FRAME;
        self.frames += 1;
        self.report(events);
        if self.frames.is_multiple_of(FRAMES_A_SECOND) {
            self.update(AppEvent::Ticked(Timestamp(self.now)));
        }
    }

    /// Messages of random connections, received and sent back.
    fn events(&mut self) -> Vec<Event> {
        let mut events = Vec::with_capacity(EVENTS);
        while !self.quiet && events.len() < EVENTS {
            let number = self.random.usize(..self.moved.len());
            let offset = self.moved[number];
            self.moved[number] += PIECE as u64;
            let at = self.corpus.after(self.corpus.start(number), offset as usize);
            let data = Bytes::copy_from_slice(self.corpus.message(at, PIECE));
            let summary = self.scanners[number].scan(offset, &data);
            let connection = ConnectionId(number as u64 + 1);
            for direction in Direction::ALL {
                let (data, summary) = (data.clone(), summary.clone());
                events.push(Event::Stream(
                    StreamId::client(connection, direction),
                    StreamEvent::Bytes {
                        offset,
                        data,
                        summary,
                        origin: Origin::of(direction),
                        forwarded: None,
                        place: None,
                    },
                ));
            }
        }
        events
    }

    fn report(&mut self, events: Vec<Event>) {
        let at = Timestamp(self.now);
        self.update(AppEvent::Reported(events.into_iter().map(|event| Stamped { at, event }).collect()));
    }

    fn update(&mut self, event: AppEvent) {
        for effect in self.app.update(event) {
            if let Effect::Logs(action) = effect {
                self.logs.apply(action, self.app.screen());
            }
        }
    }
}
