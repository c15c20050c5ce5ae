use super::{Framer, Mark, Reason, Rule};

mod borders;
mod clients;
mod documentation;
mod properties;
mod texts;

fn rule(text: &str) -> Rule {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// What a framer tells of reads of `step` bytes.
fn marks_by(rule: &Rule, bytes: &[u8], step: usize) -> Vec<Mark> {
    marks_of(rule, bytes.chunks(step.max(1)))
}

fn marks_of<'a>(rule: &Rule, reads: impl IntoIterator<Item = &'a [u8]>) -> Vec<Mark> {
    let (mut framer, mut marks) = (Framer::new(rule), Vec::new());
    for read in reads {
        framer.push(None, read, &mut |mark| marks.push(mark));
    }
    marks
}

/// What a framer tells of these bytes, which does not depend on the cuts.
fn marks(rule: &Rule, bytes: &[u8]) -> Vec<Mark> {
    let whole = marks_by(rule, bytes, bytes.len());
    for step in [1, 2, 3, 7] {
        assert_eq!(marks_by(rule, bytes, step), whole, "{rule} by {step}: {}", bytes.escape_ascii());
    }
    for cut in 0..bytes.len() {
        let (first, second) = bytes.split_at(cut);
        assert_eq!(marks_of(rule, [first, second]), whole, "{rule} cut at {cut}: {}", bytes.escape_ascii());
    }
    whole
}

/// The messages in these bytes, of which none is wrong.
fn messages<'a>(rule: &Rule, bytes: &'a [u8]) -> Vec<&'a [u8]> {
    let mut from = 0;
    let mut cut = |mark| match mark {
        Mark::Message { end } => {
            let message = &bytes[from..end as usize];
            from = end as usize;
            message
        }
        other => panic!("{rule}: {other:?} in {}", bytes.escape_ascii()),
    };
    marks(rule, bytes).into_iter().map(&mut cut).collect()
}

/// The first fault in these bytes: where it is, what it is, and whether it stops.
fn fault(rule: &Rule, bytes: &[u8]) -> (u64, Reason, bool) {
    let faults = marks(rule, bytes).into_iter().find_map(|mark| match mark {
        Mark::Fault(fault) => Some((fault.at, fault.reason, fault.stops)),
        Mark::Message { .. } | Mark::Outside { .. } => None,
    });
    faults.unwrap_or_else(|| panic!("{rule}: no fault in {}", bytes.escape_ascii()))
}
