//! A search pattern and the bytes that it is searched for in: what is found does not depend on how the bytes arrive.

#![no_main]

use std::ops::Range;

use bytewatch::bytes::encoding::Encoding;
use bytewatch::bytes::pattern::{Pattern, Window, WindowEnd};
use bytewatch::model::filter::{Filter, completions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, u8, &[u8])| {
    let (text, piece, bytes) = input;
    let filter = Filter::parse(text);
    if let Some(error) = filter.error() {
        assert!((1..=text.chars().count() + 1).contains(&error.column), "{error}");
    }
    let _ = completions(text);
    let encoding = Encoding::ALL[usize::from(piece) % Encoding::ALL.len()];
    let pattern = match Pattern::parse(text, encoding) {
        Ok(pattern) => pattern,
        Err(error) => {
            assert!((1..=text.chars().count() + 1).contains(&error.column), "{error}");
            assert!(!error.message.contains('\n'), "{error}");
            return;
        }
    };
    let mut whole = Vec::new();
    pattern.scan(Window { bytes, from: 0, end: WindowEnd::Final }, usize::MAX, |range| whole.push(range));
    assert!(whole.iter().all(|range| !range.is_empty() && range.len() <= pattern.longest()));
    assert!(whole.windows(2).all(|pair| pair[0].end <= pair[1].start), "matches overlap");
    assert_eq!(arriving(&pattern, bytes, usize::from(piece) + 1), whole);
});

/// What is found if the bytes arrive in pieces of this size.
fn arriving(pattern: &Pattern, bytes: &[u8], piece: usize) -> Vec<Range<usize>> {
    let (mut from, mut found) = (0, Vec::<Range<usize>>::new());
    for known in (0..bytes.len()).step_by(piece).map(|start| bytes.len().min(start + piece)) {
        found.retain(|range| range.start < from);
        let base = from.saturating_sub(Pattern::CONTEXT);
        let window = Window { bytes: &bytes[base..known], from: from - base, end: WindowEnd::Open };
        let scanned =
            pattern.scan(window, usize::MAX, |range| found.push(base + range.start..base + range.end));
        from = base + scanned.settled;
    }
    found
}
