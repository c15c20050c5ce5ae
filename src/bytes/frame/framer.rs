//! Applies a rule to a stream as it arrives.

use crate::bytes::frame::asked::{Asked, AskedQueue};
use crate::bytes::frame::engine::Engine;
use crate::bytes::frame::literal::{LONGEST, Literal};
use crate::bytes::frame::mark::{Fault, Mark, Reason};
use crate::bytes::frame::rule::{Lines, Rule, Simple, Special};
use crate::bytes::frame::step::{Kind, Step};

/// No border is further before the bytes that show it. A message is longer than the limit once this many bytes more
/// have come without a border.
pub(super) const LOOKAHEAD: u64 = 2 * LONGEST as u64;

/// Finds the borders between the messages of one direction of a stream.
#[derive(Clone, Debug)]
pub struct Framer {
    rule: Rule,
    /// One for each of the rules, in the order in which they are asked.
    engines: Vec<Engine>,
    /// The number of first messages that are over or not there.
    passed: usize,
    /// Which rule the message follows, once that is known.
    chosen: Option<usize>,
    /// The first bytes of a message of which the rule is not known.
    held: Vec<u8>,
    /// The offset of the next byte.
    offset: u64,
    /// Where the message begins.
    start: u64,
    /// Where the message ends, if that is known.
    due: Option<u64>,
    /// Whether it was told that the message is longer than the limit.
    too_long: bool,
    stopped: Option<Fault>,
    /// When the newest bytes arrived, in microseconds.
    newest: Option<u64>,
}

impl Framer {
    /// A framer for a stream from its beginning.
    #[must_use]
    pub fn new(rule: &Rule) -> Self {
        let specials = rule.first.iter().chain(&rule.choices).map(|special| &special.rule);
        Self {
            engines: specials.chain([&rule.rest]).map(Engine::new).collect(),
            rule: rule.clone(),
            passed: 0,
            chosen: None,
            held: Vec::new(),
            offset: 0,
            start: 0,
            due: None,
            too_long: false,
            stopped: None,
            newest: None,
        }
    }

    /// A framer for a stream of which the bytes before `offset` are not known: as if a message began there.
    #[must_use]
    pub fn from_offset(rule: &Rule, offset: u64) -> Self {
        let mut framer = Self::new(rule);
        (framer.offset, framer.start) = (offset, offset);
        if offset > 0 {
            framer.passed = rule.first.len();
            framer.lose_asked();
        }
        framer
    }

    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The offset of the next byte that is expected.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the message begins that has not ended.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// Where the message ends that has not ended, if its length is known.
    #[must_use]
    pub const fn due(&self) -> Option<u64> {
        self.due
    }

    /// The fault after which no borders are told.
    #[must_use]
    pub const fn stopped(&self) -> Option<&Fault> {
        self.stopped.as_ref()
    }

    /// Takes notice of a message of the other side that has ended: a response may follow.
    pub fn ask(&mut self, asked: Asked) {
        self.engines.iter_mut().filter_map(Engine::asked).for_each(|queue| queue.add(asked));
    }

    /// Takes notice that messages of the other side may have been missed.
    pub fn lose_asked(&mut self) {
        self.engines.iter_mut().filter_map(Engine::asked).for_each(AskedQueue::lose);
    }

    /// Reads the next bytes of the stream, which arrived at `at`, in microseconds, and tells what they show.
    ///
    /// A border may lie a few bytes before these bytes, where they are needed to see it; all borders come in order.
    pub fn push(&mut self, at: Option<u64>, bytes: &[u8], tell: &mut impl FnMut(Mark)) {
        if bytes.is_empty() {
            return;
        }
        let before = std::mem::replace(&mut self.newest, at);
        if let (Simple::Idle(millis), Some(before), Some(at)) = (&self.rule.rest, before, at)
            && at.saturating_sub(before) >= millis.saturating_mul(1000)
            && self.offset > self.start
            && self.stopped.is_none()
        {
            self.end(Kind::Message, self.offset, tell);
        }
        self.run(bytes, tell);
    }

    /// Goes on behind bytes that were not observed. A border may be missed, unless all of them belong to a message of
    /// which the length is known.
    pub fn skip(&mut self, count: u64, tell: &mut impl FnMut(Mark)) {
        let at = self.offset;
        if count == 0 || self.stopped.is_some() {
            self.offset += count;
            return;
        }
        if let Some(due) = self.due.filter(|due| *due >= at + count) {
            self.offset += count;
            if self.offset == due {
                self.end(Kind::Message, due, tell);
            }
            return;
        }
        let resynchronises = self.rule.choices.is_empty() && self.rule.rest.resynchronises();
        self.tell_fault(at, Reason::Missed { bytes: count }, !resynchronises, tell);
        self.held.clear();
        self.passed = self.rule.first.len();
        self.chosen = None;
        self.due = None;
        self.engines = Self::new(&self.rule).engines;
        self.lose_asked();
        self.offset += count;
    }

    /// Ends the stream behind the bytes so far.
    pub fn finish(&mut self, tell: &mut impl FnMut(Mark)) {
        let bytes = self.offset - self.start;
        if bytes == 0 || self.stopped.is_some() {
            return;
        }
        match self.chosen.filter(|_| self.due.is_none()).and_then(|chosen| self.engines[chosen].at_end()) {
            Some(kind) => self.end(kind, self.offset, tell),
            None => self.tell_fault(self.start, Reason::Unfinished { bytes }, true, tell),
        }
    }

    fn run(&mut self, mut bytes: &[u8], tell: &mut impl FnMut(Mark)) {
        while !bytes.is_empty() {
            if self.stopped.is_some() {
                self.offset += bytes.len() as u64;
                return;
            }
            if let Some(due) = self.due {
                let here = (due - self.offset).min(bytes.len() as u64);
                self.offset += here;
                bytes = &bytes[here as usize..];
                if self.offset == due {
                    self.end(Kind::Message, due, tell);
                }
                continue;
            }
            let Some(chosen) = self.chosen.or_else(|| self.choose(&mut bytes, tell)) else { continue };
            let step = self.engines[chosen].step(bytes);
            let resume = self.follow(step, bytes.len(), chosen, tell);
            bytes = &bytes[resume..];
        }
    }

    /// Finds out which rule the message follows that these bytes are the next of. Bytes that do not suffice are held.
    fn choose(&mut self, bytes: &mut &[u8], tell: &mut impl FnMut(Mark)) -> Option<usize> {
        if self.held.is_empty() {
            self.chosen = self.rule_of(bytes);
            if self.chosen.is_none() {
                self.held.extend_from_slice(bytes);
                self.offset += bytes.len() as u64;
                *bytes = &[];
            }
            return self.chosen;
        }
        let count = LONGEST.saturating_sub(self.held.len()).min(bytes.len());
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(&bytes[..count]);
        *bytes = &bytes[count..];
        self.chosen = self.rule_of(&held);
        if self.chosen.is_some() {
            // All of these bytes are read again, by the rule that they follow.
            self.offset = self.start;
            self.run(&held, tell);
        } else {
            self.offset += count as u64;
            self.held = held;
        }
        // What these bytes began may have ended.
        None
    }

    /// Which rule a message follows that begins like this. `None` if more bytes are needed.
    fn rule_of(&self, beginning: &[u8]) -> Option<usize> {
        let rules = self.rule.first.iter().chain(&self.rule.choices).enumerate().skip(self.passed);
        for (place, special) in rules {
            if begins(special, beginning)? {
                return Some(place);
            }
        }
        Some(self.engines.len() - 1)
    }

    /// Does what a step says, and returns how many of the bytes are done with.
    fn follow(&mut self, step: Step, length: usize, chosen: usize, tell: &mut impl FnMut(Mark)) -> usize {
        let base = self.offset;
        let place = |at: i64| base.saturating_add_signed(at);
        match step {
            Step::More => {
                self.offset += length as u64;
                if self.is_limited(chosen) && self.offset - self.start > self.rule.limit + LOOKAHEAD {
                    self.tell_no_end(tell);
                }
                length
            }
            Step::Border { kind, at, resume } => {
                let end = place(at);
                self.offset += resume as u64;
                if self.is_limited(chosen) && end - self.start > self.rule.limit {
                    self.tell_no_end(tell);
                }
                self.end(kind, end, tell);
                resume
            }
            Step::Ends { length: left, field, shown } => {
                self.limit_before(shown, chosen, tell);
                let due = base.saturating_add(left);
                self.due = Some(due);
                let length = due - self.start;
                if self.is_limited(chosen) && length > self.rule.limit {
                    let reason = Reason::TooLong { length, limit: self.rule.limit };
                    let stops = !matches!(self.simple(chosen), Simple::Lines(_));
                    self.too_long = true;
                    self.tell_fault(place(field), reason, stops, tell);
                }
                0
            }
            Step::Fault { at, resume, reason, stops } => {
                self.limit_before(resume, chosen, tell);
                self.offset += resume as u64;
                self.tell_fault(place(at), reason, stops, tell);
                resume
            }
        }
    }

    fn simple(&self, place: usize) -> &Simple {
        let mut specials = self.rule.first.iter().chain(&self.rule.choices);
        specials.nth(place).map_or(&self.rule.rest, |special| &special.rule)
    }

    /// Whether the length of a message is limited. A body of HTTP may be a file, and a pause may never come.
    fn is_limited(&self, chosen: usize) -> bool {
        !matches!(self.simple(chosen), Simple::Lines(Lines::Http) | Simple::Idle(_))
    }

    /// Tells that the message has no end within the limit, as if the bytes before the last one of these had come alone.
    fn limit_before(&mut self, shown: usize, chosen: usize, tell: &mut impl FnMut(Mark)) {
        let before = (self.offset + shown as u64).saturating_sub(self.start + 1);
        if self.is_limited(chosen) && before > self.rule.limit + LOOKAHEAD {
            self.tell_no_end(tell);
        }
    }

    fn tell_no_end(&mut self, tell: &mut impl FnMut(Mark)) {
        if !std::mem::replace(&mut self.too_long, true) {
            let limit = self.rule.limit;
            self.tell_fault(self.start.saturating_add(limit), Reason::NoEnd { limit }, false, tell);
        }
    }

    fn tell_fault(&mut self, at: u64, reason: Reason, stops: bool, tell: &mut impl FnMut(Mark)) {
        let fault = Fault { at, reason, stops };
        if stops {
            self.due = None;
            self.stopped = Some(fault.clone());
        }
        tell(Mark::Fault(fault));
    }

    fn end(&mut self, kind: Kind, end: u64, tell: &mut impl FnMut(Mark)) {
        self.start = end;
        self.due = None;
        self.too_long = false;
        match kind {
            Kind::Message => {
                if let Some(chosen) = self.chosen.take().filter(|chosen| *chosen < self.rule.first.len()) {
                    self.passed = chosen + 1;
                } else {
                    self.passed = self.rule.first.len();
                }
                if self.passed == self.engines.len() - 1 {
                    self.chosen = Some(self.passed);
                }
                tell(Mark::Message { end });
            }
            Kind::Outside => tell(Mark::Outside { end }),
        }
    }
}

/// Whether a message that begins like this follows a rule. `None` if more bytes are needed.
fn begins(special: &Special, beginning: &[u8]) -> Option<bool> {
    if special.beginnings.is_empty() {
        return Some(true);
    }
    let starts = |literal: &Literal| beginning.starts_with(literal.bytes());
    if special.beginnings.iter().any(starts) {
        return Some(true);
    }
    let may = |literal: &Literal| literal.bytes().starts_with(beginning);
    if special.beginnings.iter().any(may) { None } else { Some(false) }
}
