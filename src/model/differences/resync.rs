//! Where two streams become equal again behind a difference, if bytes may have been added or left out.
//!
//! The shortest way is taken: the place where a few bytes are equal again with the fewest bytes passed over in both streams
//! together. It is looked for in windows that become larger, so that the work is in proportion to what is passed over, and
//! never more than the largest window allows. A minimal edit script, as `diff` or the crate `similar` find it, takes
//! time in the square of the number of differences, and has to begin again when bytes arrive.

use crate::model::differences::piece::{Piece, piece};
use crate::model::stream::Stream;

/// The windows, and how many equal bytes are enough in each.
const WINDOWS: [(usize, usize); 5] = [(32, 4), (128, 6), (512, 8), (2_048, 8), (8_192, 8)];

/// Whether bytes may follow the last ones of a stream that has not ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tail {
    /// They may: what depends on them is left open.
    Open,
    /// What is there is all there is.
    Closed,
}

/// How many bytes of each stream belong to a difference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Skipped {
    pub(super) left: u64,
    pub(super) right: u64,
}

/// How a window ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum WindowEnd {
    /// It is full.
    Full,
    /// The next byte is not known.
    Gap,
    /// No byte follows yet.
    Open,
    /// The stream has ended.
    Ended,
}

/// The next bytes of a stream.
struct Window {
    bytes: Vec<u8>,
    end: WindowEnd,
}

impl Window {
    fn read(stream: &Stream, from: u64, length: usize, tail: Tail) -> Self {
        let mut bytes = Vec::with_capacity(length);
        loop {
            let end = match piece(stream, from + bytes.len() as u64) {
                _ if bytes.len() >= length => WindowEnd::Full,
                Piece::Bytes(some) => {
                    bytes.extend_from_slice(&some[..some.len().min(length - bytes.len())]);
                    continue;
                }
                Piece::Gap(_) => WindowEnd::Gap,
                Piece::End if stream.ended || tail == Tail::Closed => WindowEnd::Ended,
                Piece::End => WindowEnd::Open,
            };
            return Self { bytes, end };
        }
    }
}

/// Finds where the streams become equal again, from offsets at which they differ; `None` if that depends on bytes that
/// have not arrived.
pub(super) fn resync(left: &Stream, from: u64, right: &Stream, to: u64, tail: Tail) -> Option<Skipped> {
    let mut all = [0, 0];
    for (length, enough) in WINDOWS {
        let (one, other) = (Window::read(left, from, length, tail), Window::read(right, to, length, tail));
        // A shorter way may be found with the bytes that are yet to come.
        if one.end == WindowEnd::Open || other.end == WindowEnd::Open {
            return None;
        }
        if let Some(skipped) = find(&one.bytes, &other.bytes, enough) {
            return Some(skipped);
        }
        match (one.end, other.end) {
            (WindowEnd::Ended, WindowEnd::Ended) => return Some(up_to_common_end(&one.bytes, &other.bytes)),
            // What stands opposite the gap is not known.
            (WindowEnd::Gap, _) | (_, WindowEnd::Gap) => {
                let both = one.bytes.len().min(other.bytes.len()) as u64;
                return Some(Skipped { left: both, right: both });
            }
            (WindowEnd::Full | WindowEnd::Ended | WindowEnd::Open, _) => {}
        }
        all = [one.bytes.len() as u64, other.bytes.len() as u64];
    }
    let [left, right] = all;
    Some(Skipped { left, right })
}

/// Everything but the bytes at the end that are equal.
fn up_to_common_end(one: &[u8], other: &[u8]) -> Skipped {
    let pairs = one.iter().rev().zip(other.iter().rev());
    let same = pairs.take_while(|(one, other)| one == other).count();
    Skipped { left: (one.len() - same) as u64, right: (other.len() - same) as u64 }
}

/// Finds where `enough` bytes are equal with the fewest bytes before them in both together; of several such places the one
/// where the numbers are the nearest to each other.
fn find(one: &[u8], other: &[u8], enough: usize) -> Option<Skipped> {
    let mut grams: Vec<(u64, usize)> =
        one.windows(enough).enumerate().map(|(at, gram)| (packed(gram), at)).collect();
    grams.sort_unstable();
    let mut best: Option<(usize, usize, usize)> = None;
    for (right, gram) in other.windows(enough).enumerate() {
        if best.is_some_and(|(sum, ..)| right > sum) {
            break;
        }
        let gram = packed(gram);
        let first = grams.partition_point(|&some| some < (gram, 0));
        let Some(&(_, left)) = grams.get(first).filter(|(some, _)| *some == gram) else { continue };
        let candidate = (left + right, left.abs_diff(right), right);
        if best.is_none_or(|best| candidate < best) {
            best = Some(candidate);
        }
    }
    best.map(|(sum, _, right)| Skipped { left: (sum - right) as u64, right: right as u64 })
}

/// Up to eight bytes as a number.
fn packed(gram: &[u8]) -> u64 {
    gram.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
