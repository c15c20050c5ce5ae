//! Rules and streams: a rule is read as it is written, and cuts change no border.

#![no_main]

use bytewatch::bytes::frame::{Framer, Mark, NAMED, Rule};
use libfuzzer_sys::fuzz_target;

/// The text of a rule, or a protocol by its number; the stream; the lengths of the reads.
type Input<'a> = (Result<&'a str, u8>, &'a [u8], &'a [u8]);

fuzz_target!(|input: Input<'_>| {
    let (rule, stream, cuts) = input;
    let text = rule.unwrap_or_else(|place| NAMED[usize::from(place) % NAMED.len()].rule);
    let rule = match text.parse::<Rule>() {
        Ok(rule) => rule,
        Err(why) => {
            assert!(!why.is_empty() && !why.contains('\n') || text.contains('\n'), "{why}");
            return;
        }
    };
    assert_eq!(rule.to_string().parse(), Ok(rule.clone()));
    let mut cuts = cuts.iter().map(|cut| usize::from(*cut) + 1);
    let mut rest = stream;
    let cut = std::iter::from_fn(|| {
        let (read, behind) = rest.split_at(cuts.next().unwrap_or(1).min(rest.len()));
        rest = behind;
        Some(read).filter(|read| !read.is_empty())
    });
    let whole = marks(&rule, [stream]);
    assert_eq!(marks(&rule, cut), whole, "{rule}");
    let mut last = 0;
    for mark in whole {
        if let Mark::Message { end } | Mark::Outside { end } = mark {
            assert!(last < end && end <= stream.len() as u64, "{rule}: {end}");
            last = end;
        }
    }
});

fn marks<'a>(rule: &Rule, reads: impl IntoIterator<Item = &'a [u8]>) -> Vec<Mark> {
    let (mut framer, mut marks) = (Framer::new(rule), Vec::new());
    reads.into_iter().for_each(|read| framer.push(None, read, &mut |mark| marks.push(mark)));
    framer.finish(&mut |mark| marks.push(mark));
    marks
}
