//! What header, tabs and footer say, by width.

use super::command::Command;
use super::focus::Pane;
use super::human;
use super::keymap::{self, Context};
use super::layout::Arrangement;
use super::strip::{Choice, Part, Piece, Placed, Tone, fit};
use super::{App, Mode, presenting};
use crate::bytes::safe;
use crate::model::{BackendKind, Direction};

/// The first line: what is served where, by whom, and how much.
#[must_use]
pub fn header(app: &App, width: u16, arrangement: Arrangement) -> Vec<Placed> {
    let mut left = vec![Piece::new(Part::Name, 6, "bytewatch"), listening(app)];
    if !app.model().service.is_empty() {
        left.push(Piece::new(Part::Service, 5, safe::line(&app.model().service)));
    }
    left.extend(backends(app));
    let mut right = alarms(app);
    right.extend(counts(app));
    if arrangement == Arrangement::Zones {
        right.extend(rates(app));
    }
    fit(width, left, right)
}

/// The second line, where not all panes are there.
#[must_use]
pub fn tabs(app: &App, width: u16) -> Vec<Placed> {
    let wide = width >= 44;
    let tab = |pane: Pane| {
        let choice = if pane == app.focus() { Choice::Chosen } else { Choice::Other };
        let (number, name) = (pane.number(), pane.name());
        let text = if wide { format!(" {number} {name} ") } else { format!("{number} {name}") };
        Piece::new(Part::Tab(pane, choice), u8::from(choice == Choice::Other), text).after(u16::from(!wide))
    };
    fit(width, Pane::ALL.map(tab).into(), rates(app))
}

/// The last line: what is being typed, or a message, and hints; and always how to get help and how to quit.
#[must_use]
pub fn footer(app: &App, width: u16) -> Vec<Placed> {
    let mut hints: Vec<_> = app
        .contexts()
        .iter()
        .filter(|&&context| context != Context::Moving)
        .flat_map(|&context| keymap::bindings(context))
        .filter(|binding| binding.command != Command::Follow || app.followed().is_some())
        .filter_map(|binding| binding.hint.map(|hint| (hint, binding)))
        .collect();
    hints.sort_by_key(|(hint, _)| hint.rank);
    let piece = |(hint, binding): (keymap::Hint, &keymap::Binding)| {
        let key = binding.keys.first().map(|key| key.label()).unwrap_or_default();
        Piece::new(Part::Hint(binding.command), hint.rank, format!("{key} {}", hint.label))
    };
    let (always, others): (Vec<_>, Vec<_>) = hints.into_iter().map(piece).partition(|piece| piece.rank == 0);
    let left = match app.status() {
        _ if matches!(app.mode(), Mode::Filter | Mode::Offset) => prompt(app, width),
        Some(status) => {
            // A message that is too long is cut, so that the keys which are always told stay.
            let taken: u16 = always.iter().map(|piece| human::width(&piece.text) + 2).sum();
            let text = human::cut(&status.text, width.saturating_sub(taken));
            vec![Piece::new(Part::Message(status.tone), 0, text)]
        }
        None => return fit(width, others, always),
    };
    fit(width, left, others.into_iter().chain(always).collect())
}

/// The line that is being typed, its cursor in sight.
fn prompt(app: &App, width: u16) -> Vec<Piece> {
    let (name, line) =
        if app.mode() == Mode::Offset { ("offset ", app.offset()) } else { ("/", app.clients().filter()) };
    let (before, after) = line.halves();
    let before = human::cut_start(&safe::line(before), width / 2);
    let mut after = after.chars();
    let under = after.next().map_or(" ".to_owned(), |letter| safe::line(letter.encode_utf8(&mut [0; 4])));
    vec![
        Piece::new(Part::Prompt, 0, format!("{name}{before}")),
        Piece::new(Part::Cursor, 0, under).after(0),
        Piece::new(Part::Prompt, 0, human::cut(&safe::line(after.as_str()), width / 4)).after(0),
    ]
}

fn listening(app: &App) -> Piece {
    let addresses: Vec<_> = app.model().listening.iter().map(ToString::to_string).collect();
    if addresses.is_empty() {
        Piece::new(Part::Silent, 1, "not listening")
    } else {
        Piece::new(Part::Address, 2, safe::line(&addresses.join(", ")))
    }
}

fn backends(app: &App) -> Vec<Piece> {
    let model = app.model();
    let word = |backend: BackendKind| {
        let chosen = model.backend == Some(backend);
        let (choice, text) = if chosen {
            (Choice::Chosen, format!("[{backend}]"))
        } else {
            (Choice::Other, format!(" {backend} "))
        };
        Piece::new(Part::Backend(backend, choice), 0, text).after(if backend == BackendKind::ALL[0] {
            2
        } else {
            0
        })
    };
    let mut pieces: Vec<_> = BackendKind::ALL.into_iter().map(word).collect();
    if let Some((_, to, all, done)) = model.switching {
        let text = format!("to {to}: {} of {}", human::count(done), human::count(all));
        pieces.push(Piece::new(Part::Progress, 1, text).after(1));
    }
    pieces
}

fn counts(app: &App) -> Vec<Piece> {
    let model = app.model();
    vec![
        Piece::new(Part::Count, 3, format!("{} live", human::count(model.live()))),
        Piece::new(Part::Count, 7, format!("{} seen", human::count(model.totals.seen))),
    ]
}

fn rates(app: &App) -> Vec<Piece> {
    let rate = |direction: Direction| {
        let bytes = app.model().rates[direction as usize].per_second(app.now());
        Piece::new(Part::Rate(direction), 4, format!("{:>8}/s", human::size(bytes)))
    };
    Direction::ALL.into_iter().map(rate).collect()
}

/// What should be nothing, and what the user must not forget.
fn alarms(app: &App) -> Vec<Piece> {
    let totals = &app.model().totals;
    let mut pieces = Vec::new();
    if let Some(text) = presenting::blocked_words(app) {
        pieces.push(Piece::new(Part::Blocked, 1, format!(" {text} ")));
    }
    if let Some(frozen) = app.frozen() {
        let since = totals.bytes.iter().sum::<u64>().saturating_sub(frozen.bytes);
        pieces.push(Piece::new(Part::Frozen, 1, format!("FROZEN +{}", human::size(since))));
    }
    if totals.missed_bytes + totals.missed_events > 0 {
        let text = format!("missed {}", human::size(totals.missed_bytes));
        pieces.push(Piece::new(Part::Alarm, 1, text));
    }
    if totals.refused > 0 {
        pieces.push(Piece::new(Part::Alarm, 1, format!("refused {}", human::count(totals.refused))));
    }
    pieces
}

/// What a click on a piece means.
#[must_use]
pub(super) fn clicked(part: Part) -> Option<Command> {
    match part {
        Part::Tab(pane, _) => Some(Command::Focus(pane)),
        Part::Hint(command) => Some(command),
        Part::Backend(backend, Choice::Other) => Some(Command::SwitchTo(backend)),
        _ => None,
    }
}

impl Tone {
    /// How long a message of this tone stays, in microseconds.
    pub(super) const fn stays(self) -> u64 {
        match self {
            Self::Plain | Self::Good => 5_000_000,
            Self::Bad => 20_000_000,
        }
    }
}
