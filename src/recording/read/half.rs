//! Reassembly of one direction of a TCP connection.
//!
//! Segments come in any order and repeatedly, cut in other places each time. What comes out is every byte once, in its
//! order, and each gap with its exact length. A byte that the other side has acknowledged and the capture does not have
//! is a gap at once: the receiver had it, so its sender does not send it again. There is no time limit and no guess,
//! with one exception: the end of a stream (FIN) takes a number of its own, so the last acknowledged number of which
//! nothing was captured may be a byte or the end. It is decided by what follows.

use std::collections::BTreeMap;

use crate::recording::read::captured::Captured;

/// Memory that a waiting piece takes beside its bytes.
const PIECE_COST: usize = 128;
/// Memory that pieces may take which wait for bytes before them. Beyond it, what they wait for counts as missed.
const MOST_WAITING: usize = 4 << 20;

/// What comes out of the reassembly, in the order of the stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delivered {
    /// Bytes, and the offset of the first one.
    Bytes(u64, Captured),
    /// This number of bytes that were sent and not captured.
    Gap(u64),
    /// The end of the stream.
    End,
}

/// Contiguous bytes that wait for what comes before them.
#[derive(Clone, Debug)]
enum Piece {
    Bytes(Captured),
    /// Bytes of which only the number is known: their packet was not captured as a whole.
    Cut(u64),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(captured) => captured.bytes.len() as u64,
            Self::Cut(length) => *length,
        }
    }

    fn cost(&self) -> usize {
        match self {
            Self::Bytes(captured) => PIECE_COST + captured.bytes.len(),
            Self::Cut(_) => PIECE_COST,
        }
    }

    /// Takes the first `length` bytes off.
    fn split_to(&mut self, length: u64) -> Self {
        match self {
            // A length of bytes in memory.
            Self::Bytes(captured) => Self::Bytes(captured.split_to(length as usize)),
            Self::Cut(left) => {
                *left -= length;
                Self::Cut(length)
            }
        }
    }
}

/// The last acknowledged number, of which nothing was captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Doubt {
    /// Everything before it was captured: it is rather the end.
    Alone,
    /// Bytes before it are missing: it is rather one of them.
    BehindGap,
}

/// One direction of a connection.
#[derive(Clone, Debug, Default)]
pub struct Half {
    /// The sequence number of the byte at offset 0, once it is known.
    base: Option<u32>,
    /// The offset of the next byte to deliver.
    next: u64,
    waiting: BTreeMap<u64, Piece>,
    waiting_cost: usize,
    /// The offset at which the stream ends, once that was captured.
    end: Option<u64>,
    /// What is unknown of the number at `next`.
    doubt: Option<Doubt>,
    ended: bool,
}

impl Half {
    /// Begins the stream with the byte of this number, unless it has begun.
    pub fn begin(&mut self, first: u32) {
        self.base.get_or_insert(first);
    }

    /// Whether the number of the first byte is known.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.base.is_some()
    }

    /// The number of bytes that were delivered or are missing.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.next
    }

    /// Whether the end of the stream was delivered.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// The memory that waiting pieces take.
    #[must_use]
    pub const fn waiting_cost(&self) -> usize {
        self.waiting_cost
    }

    /// The offset of a number, if the stream has begun; negative before the first byte. Numbers wrap: it is the one nearest to the next byte.
    #[must_use]
    pub fn offset(&self, number: u32) -> Option<i64> {
        let at_next = self.base?.wrapping_add(self.next as u32);
        Some(self.next.cast_signed() + i64::from(number.wrapping_sub(at_next).cast_signed()))
    }

    /// Takes a segment whose first byte has the number `first`: bytes, then `cut` bytes that were not captured, then
    /// perhaps the end of the stream.
    pub fn segment(
        &mut self,
        first: u32,
        captured: &Captured,
        cut: u64,
        fin: bool,
        out: &mut Vec<Delivered>,
    ) {
        self.begin(first);
        let Some(start) = self.offset(first) else { return };
        let behind_bytes = start + captured.bytes.len() as i64;
        let behind = behind_bytes + cut.cast_signed();
        self.insert(start, Piece::Bytes(captured.clone()), out);
        self.insert(behind_bytes, Piece::Cut(cut), out);
        if let Ok(end) = u64::try_from(behind)
            && fin
            && self.end.is_none()
            && end >= self.highest()
        {
            self.end = Some(end);
        }
        self.deliver(out);
        while self.waiting_cost > MOST_WAITING {
            self.skip_to_waiting(out);
        }
    }

    /// Takes what the other side says: that it has everything before this number.
    pub fn acknowledged(&mut self, number: u32, out: &mut Vec<Delivered>) {
        self.begin(number);
        let Some(until) = self.offset(number).and_then(|until| u64::try_from(until).ok()) else { return };
        let until = self.end.map_or(until, |end| until.min(end));
        if until <= self.next {
            return;
        }
        if until <= self.highest() || self.end.is_some() {
            self.doubt = None;
            return self.gap_until(until, out);
        }
        let sure = until - 1;
        let doubt = match self.doubt {
            Some(known) if sure == self.next => known,
            _ if self.has_hole_before(sure) => Doubt::BehindGap,
            _ => Doubt::Alone,
        };
        self.gap_until(sure, out);
        self.doubt = Some(doubt);
    }

    /// Delivers everything that waits, and counts what it waited for as missing: nothing follows. `closing` says whether
    /// the other side has ended its stream, so that what is unknown is rather the end of this one.
    pub fn finish(&mut self, closing: bool, out: &mut Vec<Delivered>) {
        self.release(out);
        match self.doubt.take() {
            Some(Doubt::BehindGap) if !closing => self.gap_until(self.next + 1, out),
            Some(_) => self.end = self.end.or(Some(self.next)),
            None => {}
        }
        if let Some(end) = self.end {
            self.gap_until(end, out);
        }
        self.deliver(out);
    }

    /// Delivers everything that waits, and counts what it waited for as missing.
    pub fn release(&mut self, out: &mut Vec<Delivered>) {
        while !self.waiting.is_empty() {
            self.skip_to_waiting(out);
        }
    }

    /// The offset behind everything that was captured.
    fn highest(&self) -> u64 {
        self.waiting.last_key_value().map_or(self.next, |(start, piece)| start + piece.length())
    }

    /// Whether something is missing between the next byte and this offset, up to which there may be waiting pieces.
    fn has_hole_before(&self, until: u64) -> bool {
        let mut covered = self.next;
        for (start, piece) in self.waiting.range(..until) {
            if *start > covered {
                return true;
            }
            covered = start + piece.length();
        }
        covered < until
    }

    /// Keeps those parts of a piece that are new.
    fn insert(&mut self, start: i64, mut piece: Piece, out: &mut Vec<Delivered>) {
        let behind = start + piece.length().cast_signed();
        let next = self.next.cast_signed();
        if behind <= next {
            return;
        }
        if start < next {
            piece.split_to((next - start).unsigned_abs());
        }
        let mut start = start.max(next).unsigned_abs();
        // What comes behind the number in doubt shows that it was a byte.
        if self.doubt.is_some() && start > self.next {
            self.doubt = None;
            self.gap_until(self.next + 1, out);
        }
        if let Some(end) = self.end {
            piece = piece.split_to(piece.length().min(end.saturating_sub(start)));
        }
        while piece.length() > 0 {
            let before = self.waiting.range(..=start).next_back().map(|(at, known)| at + known.length());
            if let Some(covered) = before.filter(|covered| *covered > start) {
                let covered = (covered - start).min(piece.length());
                piece.split_to(covered);
                start += covered;
                continue;
            }
            let free = self.waiting.range(start..).next().map_or(u64::MAX, |(at, _)| at - start);
            let new = piece.split_to(piece.length().min(free));
            start += self.keep(start, new, out);
        }
    }

    /// Delivers a new piece if it is the next one, or lets it wait. Returns its length.
    fn keep(&mut self, start: u64, piece: Piece, out: &mut Vec<Delivered>) -> u64 {
        let length = piece.length();
        if start == self.next {
            self.deliver_piece(piece, out);
            return length;
        }
        // A slice would keep the whole chunk of the file.
        let piece = match piece {
            Piece::Bytes(captured) => Piece::Bytes(captured.detached()),
            Piece::Cut(length) => Piece::Cut(length),
        };
        self.waiting_cost += piece.cost();
        self.waiting.insert(start, piece);
        length
    }

    fn deliver_piece(&mut self, piece: Piece, out: &mut Vec<Delivered>) {
        let offset = self.next;
        self.next += piece.length();
        self.doubt = None;
        match piece {
            Piece::Bytes(captured) => out.push(Delivered::Bytes(offset, captured)),
            Piece::Cut(length) => out.push(Delivered::Gap(length)),
        }
    }

    /// Delivers what waits for nothing any more, and the end if it has come.
    fn deliver(&mut self, out: &mut Vec<Delivered>) {
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.next {
                break;
            }
            let piece = entry.remove();
            self.waiting_cost -= piece.cost();
            self.deliver_piece(piece, out);
        }
        if self.end == Some(self.next) && !self.ended {
            self.ended = true;
            out.push(Delivered::End);
        }
    }

    /// Delivers what waits up to this offset; what is missing before it becomes gaps.
    fn gap_until(&mut self, until: u64, out: &mut Vec<Delivered>) {
        self.deliver(out);
        while self.next < until {
            let waiting = self.waiting.first_key_value().map_or(until, |(start, _)| *start);
            let length = waiting.min(until) - self.next;
            self.deliver_piece(Piece::Cut(length), out);
            self.deliver(out);
        }
    }

    fn skip_to_waiting(&mut self, out: &mut Vec<Delivered>) {
        if let Some((start, _)) = self.waiting.first_key_value() {
            self.gap_until(*start, out);
        }
    }
}

#[cfg(test)]
mod tests;
