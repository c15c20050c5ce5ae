//! What is said about a comparison.

use crate::app::format;
use crate::event::Direction;
use crate::model::Connection;
use crate::model::differences::{Differences, Hunk, MOST_HUNKS};

/// Says what was found, in at most `width` cells.
pub(super) fn summary(
    differences: &Differences,
    current: Option<&Hunk>,
    is_behind: bool,
    width: u16,
) -> String {
    let so_far = if is_behind { " so far" } else { "" };
    let compared = format::plural(differences.compared(), "byte");
    let counts = match (differences.different(), differences.compared()) {
        (0, 0) => format!("Nothing to compare{so_far}"),
        (0, _) => format!("No difference in {compared}{so_far}"),
        (1, _) => format!("1 of {compared} differs{so_far}"),
        (different, _) => format!("{} of {compared} differ{so_far}", format::count(different)),
    };
    let (nth, all) = (|hunk: &Hunk| format::count(hunk.nth), format::count(differences.count()));
    let place = match (current, differences.first_from(0)) {
        (Some(hunk), _) => Some(format!("Difference {} of {all} at {}", nth(hunk), offsets(hunk))),
        (None, Some(first)) => Some(format!("First difference at {}", offsets(first))),
        (None, None) => None,
    };
    let unknown = (differences.unknown() > 0).then(|| {
        let bytes = format::plural(differences.unknown(), "byte");
        format!("{bytes} trimmed or missed")
    });
    let full = differences.is_full().then(|| {
        let most = format::count(MOST_HUNKS as u64);
        format!("only the first {most} differences are looked for")
    });
    let joined = |parts: [Option<&String>; 4]| {
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ")
    };
    let (place, counts) = (place.as_ref(), Some(&counts));
    let short = differences.first_from(0).map(|first| {
        let at = offsets(current.unwrap_or(first));
        let [different, compared] = [differences.different(), differences.compared()].map(format::count);
        let count = |hunk: &Hunk| format!("{} of {all} ", nth(hunk));
        format!("{}at {at} · {different} of {compared} differ", current.map(count).unwrap_or_default())
    });
    let different = format!("{} differ", format::count(differences.different()));
    let some_unknown =
        unknown.as_ref().map(|_| format!("{} not known", format::count(differences.unknown())));
    let variants = [
        joined([place, counts, unknown.as_ref(), full.as_ref()]),
        joined([place, counts, full.as_ref(), None]),
        joined([place, counts, some_unknown.as_ref(), None]),
        joined([place, counts, None, None]),
        joined([short.as_ref(), some_unknown.as_ref(), None, None]),
        short.unwrap_or_default(),
        joined([Some(&different), some_unknown.as_ref(), None, None]),
        joined([counts, None, None, None]),
    ];
    fitting(&variants, width)
}

/// Names a connection and the length of its stream, in at most `width` cells.
pub(super) fn side(known: &Connection, label: &str, direction: Direction, width: u16) -> String {
    let stream = known.stream(direction);
    let (total, trimmed) = (stream.total(), stream.history.start());
    let bytes = format::plural(total, "byte");
    let trimmed = if trimmed > 0 { format!(", {} trimmed", format::count(trimmed)) } else { String::new() };
    let peer = &known.peer;
    let variants = [
        format!("{label} {peer} · {bytes}{trimmed}"),
        format!("{label} · {bytes}{trimmed}"),
        format!("{label} · {bytes}"),
        format!("{label} · {}", format::size(total)),
        label.to_owned(),
    ];
    fitting(&variants, width)
}

/// The offset of a difference; two of them if bytes before it were added or left out.
fn offsets(hunk: &Hunk) -> String {
    if hunk.left.start == hunk.right.start {
        format!("{:#x}", hunk.left.start)
    } else {
        format!("{:#x} and {:#x}", hunk.left.start, hunk.right.start)
    }
}

/// The first text that fits, or the last one, truncated.
fn fitting(variants: &[String], width: u16) -> String {
    let fits = variants.iter().find(|text| !text.is_empty() && format::width(text) <= width);
    let last = || variants.last().map(|text| format::truncate(text, width));
    fits.cloned().or_else(last).unwrap_or_default()
}
