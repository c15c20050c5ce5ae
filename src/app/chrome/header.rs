//! The first line: addresses, service, backend and totals. Every field has a fixed place: warnings, which appear and
//! disappear, share a part of the line that is reserved for them and move nothing.

use crate::app::chrome::line_layout::{Choice, Item, ItemKind, PlacedItem, fit};
use crate::app::context::Context;
use crate::app::demo;
use crate::app::display::MouseOwner;
use crate::app::format;
use crate::app::format::ARROW;
use crate::app::hosts::{BusState, Hosts, words};
use crate::app::layout::Arrangement;
use crate::app::recording::Replay;
use crate::app::setup::{Acting, OpenedFiles, ReplayTo};
use crate::bytes::safe;
use crate::event::{BackendKind, Direction, Verification};

/// From this width on, there is room to explain what a public address means.
const WIDE: u16 = 160;
/// Cells reserved for warnings: enough for two of them in short words, or else for one.
const NARROW_ROOMS: [usize; 2] = [24, 9];
/// Cells reserved for warnings in a wide line, which also names the connection that blocks the loop.
const WIDE_ROOMS: [usize; 2] = [36, 9];
/// Digits of a fingerprint in a wide line.
const FINGERPRINT_DIGITS: usize = 8;
/// Cells between two warnings.
const BETWEEN: u16 = 1;
/// The least width of a header whose rates have words for their directions.
const ROOM_FOR_WAYS: u16 = 130;

/// Returns the items of the first line with their places.
#[must_use]
pub fn header(context: Context<'_>, width: u16, arrangement: Arrangement) -> Vec<PlacedItem> {
    let rooms = if width < WIDE { NARROW_ROOMS } else { WIDE_ROOMS };
    let services = services(context);
    // A service in fewer words is better than none, and room for warnings is better than a long service.
    let all = services
        .iter()
        .flat_map(|service| rooms.map(|room| fields(context, width, arrangement, room, service)));
    let has = |placed: &[PlacedItem], kind| placed.iter().any(|piece| piece.kind == kind);
    let mut placed = Vec::new();
    for candidate in all {
        let whole = has(&candidate, ItemKind::Warnings)
            && (services.len() == 1 || has(&candidate, ItemKind::Service));
        placed = candidate;
        if whole {
            break;
        }
    }
    warn(context, width, &mut placed);
    placed
}

/// Returns the service in several wordings, the longest first. A relay names what it relays to.
fn services(context: Context<'_>) -> Vec<String> {
    let service = safe::line(&context.model().service);
    let to = match context.upstreams() {
        [] => return vec![service],
        [one] => safe::line(one),
        several => format!("{} upstreams", several.len()),
    };
    vec![format!("{service} {ARROW} {to}"), format!("{ARROW} {to}"), service]
}

/// Returns all fields, with at least `room` cells for warnings, or with none where that is too much.
fn fields(
    context: Context<'_>,
    width: u16,
    arrangement: Arrangement,
    room: usize,
    service: &str,
) -> Vec<PlacedItem> {
    let mut left = vec![Item::new(ItemKind::Name, 6, "bytewatch")];
    if let Some(hosts) = &context.world.hosts {
        left.extend(watched(hosts, context));
    } else if let Some(files) = &context.world.setup.opened {
        left.push(Item::new(ItemKind::Address, 2, safe::line(&recording(files, context))));
    } else {
        left.extend(listening(context, width));
        if !service.is_empty() {
            left.push(Item::new(ItemKind::Service, 5, service));
        }
        left.extend(backends(context));
    }
    left.push(Item::new(ItemKind::Warnings, 3, " ".repeat(room)));
    let mut right = counts(context);
    if arrangement == Arrangement::Zones {
        right.extend(rates(context, width >= ROOM_FOR_WAYS));
    }
    fit(width, left, right)
}

/// Returns where hosts publish to, how many there are, and whether they may be asked for actions.
fn watched(hosts: &Hosts, context: Context<'_>) -> Vec<Item> {
    let url = safe::line(&hosts.watching().bus);
    let kind = match hosts.bus(context.now()) {
        BusState::Connected => ItemKind::Address,
        BusState::Connecting(_) | BusState::Silent => ItemKind::Silent,
    };
    let acting = match hosts.watching().acting {
        Acting::ReadOnly => Item::new(ItemKind::Tls, 1, "READ ONLY"),
        Acting::Allowed => Item::new(ItemKind::Public, 0, "ACTING"),
    };
    vec![Item::new(kind, 5, url), Item::new(ItemKind::Count, 1, words::counts(hosts)), acting]
}

/// Returns the name of the recording that is looked into, or is played, and to what.
fn recording(files: &OpenedFiles, context: Context<'_>) -> String {
    let title = files.title();
    match &files.replay {
        None => format!("OPEN {title}"),
        Some(ReplayTo { server: Some(server), .. }) => format!("REPLAY {title} {ARROW} {server}"),
        Some(ReplayTo { server: None, .. }) => match context.model().listening.first() {
            Some(address) => format!("REPLAY {title} at {address}"),
            None => format!("REPLAY {title}"),
        },
    }
}

/// Returns the current throughput of each direction, with the words for them where there is room.
pub(crate) fn rates(context: Context<'_>, has_room: bool) -> Vec<Item> {
    let rate = |direction: Direction| {
        let bytes = context.model().rates[direction].per_second(context.now());
        let way = match direction {
            Direction::Received if has_room => "in ",
            Direction::Sent if has_room => "out ",
            Direction::Received | Direction::Sent => "",
        };
        Item::new(ItemKind::Rate(direction), 4, format!("{way}{:>8}/s", format::size(bytes)))
    };
    Direction::ALL.into_iter().map(rate).collect()
}

/// Returns the addresses that the server listens on, and whether other machines can reach them.
fn listening(context: Context<'_>, width: u16) -> Vec<Item> {
    let addresses = &context.model().listening;
    if addresses.is_empty() {
        return vec![Item::new(ItemKind::Silent, 1, "not listening")];
    }
    let text: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    let mut pieces = vec![Item::new(ItemKind::Address, 2, safe::line(&text.join(", ")))];
    if addresses.iter().any(|address| !address.is_local()) {
        let text = if width >= WIDE { "PUBLIC: other machines can connect" } else { "PUBLIC" };
        pieces.push(Item::new(ItemKind::Public, 1, text).after(1));
    }
    if context.model().api.as_ref().is_some_and(|api| !api.is_local()) {
        let text = if width >= WIDE { "PUBLIC API: other machines control this" } else { "PUBLIC API" };
        pieces.push(Item::new(ItemKind::Public, 1, text).after(1));
    }
    pieces.extend(encryption(context, width));
    pieces
}

/// Returns whether clients connect with TLS, and whether the upstream may be anybody. The welcome and the log have the
/// whole fingerprint.
fn encryption(context: Context<'_>, width: u16) -> Vec<Item> {
    let encryption = &context.model().encryption;
    let tls = encryption.fingerprint.as_ref().map(|fingerprint| {
        let start = safe::line(fingerprint.get(..FINGERPRINT_DIGITS).unwrap_or(fingerprint));
        let text = if width >= WIDE { format!("TLS sha256:{start}") } else { "TLS".to_owned() };
        Item::new(ItemKind::Tls, 2, text).after(1)
    });
    let unverified = (encryption.upstream == Some(Verification::Unverified)).then(|| {
        let text = if width >= WIDE { "upstream certificate not verified" } else { "UNVERIFIED" };
        Item::new(ItemKind::Unverified, 0, text).after(1)
    });
    tls.into_iter().chain(unverified).collect()
}

fn backends(context: Context<'_>) -> Vec<Item> {
    let word = |backend: BackendKind| {
        let chosen = context.model().backend == Some(backend);
        let (choice, text) = if chosen {
            (Choice::Chosen, format!("[{backend}]"))
        } else {
            (Choice::Other, format!(" {backend} "))
        };
        let gap = if backend == BackendKind::ALL[0] { 2 } else { 0 };
        Item::new(ItemKind::Backend(backend, choice), 0, text).after(gap)
    };
    BackendKind::ALL.into_iter().map(word).collect()
}

/// Returns the numbers of connections, padded to the width that they have with many clients, so that they stay in
/// place.
fn counts(context: Context<'_>) -> Vec<Item> {
    let model = context.model();
    vec![
        Item::new(ItemKind::Count, 3, format!("{:>6} live", format::count(model.live()))),
        Item::new(ItemKind::Count, 7, format!("{:>6} seen", format::count(model.totals.seen))),
    ]
}

/// A warning in several wordings, the longest first.
struct Warning {
    kind: ItemKind,
    words: Vec<String>,
}

/// Returns how far a recording has been read, or played, and how much of it differs.
fn of_files(context: Context<'_>) -> Vec<Warning> {
    let offset = context.utc_offset_seconds();
    let read = context.world.reading.map(|progress| progress.words(offset));
    let differences = context.replay().and_then(Replay::differences_words);
    let played = context.replay().map(Replay::progress_words);
    let all = [
        (ItemKind::Progress, read),
        (ItemKind::Alarm, differences.map(|words| vec![words])),
        (ItemKind::Progress, played),
    ];
    let some = all.into_iter().filter_map(|(kind, words)| Some(Warning { kind, words: words? }));
    some.filter(|warning| !warning.words.is_empty()).collect()
}

/// Returns the conditions that need attention and the modes that the user must not forget, the most important first.
fn warnings(context: Context<'_>) -> Vec<Warning> {
    let model = context.model();
    let totals = &model.totals;
    let mut all = of_files(context);
    let mut add = |kind, words: Vec<String>| all.push(Warning { kind, words });
    if let Some(block) = context.blocked() {
        let whole = demo::blocked_words(context.names(), block);
        let short = format!("BLOCKED {}", format::duration(block.micros));
        add(ItemKind::Blocked, [whole, short, "BLOCKED".to_owned()].map(|text| format!(" {text} ")).into());
    }
    if let Some(frozen) = context.display().frozen {
        let since = totals.bytes.sum().saturating_sub(frozen.bytes);
        let words = vec![format!("FROZEN +{}", format::size(since)), "FROZEN".to_owned(), String::new()];
        add(ItemKind::Frozen, words);
    }
    if let Some(recording) = &context.world.recording {
        let size = format::size(recording.written);
        // What is missing in the recording is more important than how large it is.
        let words = match recording.missed {
            0 => vec![format!("REC {size}"), "REC".to_owned()],
            missed => vec![format!("REC {size}, missed {}", format::count(missed)), "REC missed".to_owned()],
        };
        add(ItemKind::Recording, words);
    }
    if !model.faults.is_empty() {
        let connections = Some(model.faults.connections()).filter(|&connections| connections > 0);
        let whole = connections.map(|connections| format!("FAULTS on {}", format::count(connections)));
        add(ItemKind::Faults, whole.into_iter().chain(["FAULTS".to_owned()]).collect());
    }
    if context.display().mouse_owner == MouseOwner::Terminal {
        add(ItemKind::Released, vec!["MOUSE OFF".to_owned()]);
    }
    // A figure that should be 0 is never shown without its value.
    if totals.missed_bytes + totals.missed_events > 0 {
        add(ItemKind::Alarm, vec![format!("missed {}", format::size(totals.missed_bytes))]);
    }
    if totals.refused > 0 {
        let short = format!("refused {}", format::count(totals.refused));
        let why = model.last_refusal.as_deref().map(safe::line);
        let whole = why.map(|why| match totals.refused {
            1 => format!("{short}: {why}"),
            _ => format!("{short}, last: {why}"),
        });
        add(ItemKind::Alarm, whole.into_iter().chain([short]).collect());
    }
    if let Some((_, to, all, done)) = model.switching {
        let (done, all) = (format::count(done), format::count(all));
        add(ItemKind::Progress, vec![format!("to {to}: {done} of {all}"), format!("{done} of {all}")]);
    }
    all
}

/// Puts the warnings into the part of the line that is reserved for them. In a line without such a part, warnings
/// take the place of the address while there are any.
fn warn(context: Context<'_>, width: u16, placed: &mut Vec<PlacedItem>) {
    let warnings = warnings(context);
    let place = |kind: ItemKind| placed.iter().position(|piece| piece.kind == kind);
    let (at, gap) = match place(ItemKind::Warnings) {
        Some(at) => (at, 2),
        None if warnings.is_empty() => return,
        None => match place(ItemKind::Address) {
            Some(at) => (at, 1),
            None => return,
        },
    };
    let start = placed.remove(at).x;
    let end = placed.get(at).map_or(width, |next| next.x.saturating_sub(gap));
    let mut x = start;
    for (index, ShownWarning { kind, text }) in
        fitting(&warnings, end.saturating_sub(start)).into_iter().enumerate()
    {
        let width = kind.mark_width() + format::width(&text);
        placed.insert(at + index, PlacedItem { kind, text, x, width });
        x += width + BETWEEN;
    }
}

/// A warning in the wording that fits.
struct ShownWarning {
    kind: ItemKind,
    text: String,
}

/// Returns the warnings that fit, the first ones with precedence, each in the longest wording that then fits.
fn fitting(warnings: &[Warning], room: u16) -> Vec<ShownWarning> {
    let cells = |warning: &Warning, words: usize| {
        warning.kind.mark_width() + format::width(&warning.words[words]) + BETWEEN
    };
    // Every warning needs a cell behind it; the last one does not.
    let mut left = room + BETWEEN;
    let mut chosen = Vec::new();
    for warning in warnings {
        let shortest = warning.words.len() - 1;
        let needed = cells(warning, shortest);
        if needed <= left {
            left -= needed;
            chosen.push((warning, shortest));
        }
    }
    for (warning, words) in &mut chosen {
        let has = cells(warning, *words);
        if let Some(longer) = (0..*words).find(|&longer| cells(warning, longer) - has <= left) {
            left -= cells(warning, longer) - has;
            *words = longer;
        }
    }
    let shown = |(warning, words): (&Warning, usize)| ShownWarning {
        kind: warning.kind,
        text: warning.words[words].clone(),
    };
    chosen.into_iter().map(shown).collect()
}
