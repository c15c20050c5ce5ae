//! Messages of lines of text, some of which say how many bytes follow.

use memchr::memchr;

use crate::bytes::frame::asked::AskedQueue;
use crate::bytes::frame::header::Header;
use crate::bytes::frame::http::Http;
use crate::bytes::frame::next::{Behind, Next};
use crate::bytes::frame::rule::{Lines, Sized};
use crate::bytes::frame::step::{Kind, Step, offset};
use crate::bytes::frame::words::{memcached, nats, octets, resp, stomp};

/// The part of a line that is looked at, in bytes.
const LONGEST: usize = 4096;

#[derive(Clone, Debug)]
pub(super) struct LineEngine {
    rule: Lines,
    /// What has arrived of a line, as far as it is looked at.
    kept: Vec<u8>,
    /// The number of bytes of it that have arrived.
    arrived: i64,
    place: Place,
    /// What the lines so far of the message have said.
    http: Http,
    /// The requests of the responses of HTTP.
    asked: AskedQueue,
    stomp: Option<u64>,
    lines: u64,
    /// The number of values of RESP that are still to come.
    values: u64,
    frames: Header,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Line,
    /// Before the end of this many bytes.
    Skip(u64),
    Nul,
    /// Before a message that is perhaps not of this rule.
    Perhaps(Behind),
    Behind(Behind),
    /// Before the end of the stream, which ends the message.
    Rest,
}

impl LineEngine {
    pub(super) fn new(rule: Lines) -> Self {
        Self {
            rule,
            kept: Vec::new(),
            arrived: 0,
            place: Place::Line,
            http: Http::default(),
            asked: AskedQueue::default(),
            stomp: None,
            lines: 0,
            values: 1,
            frames: Header::new(),
        }
    }

    /// The requests of the responses that are read, if the rule is that of HTTP.
    pub(super) fn asked(&mut self) -> Option<&mut AskedQueue> {
        (self.rule == Lines::Http).then_some(&mut self.asked)
    }

    /// What the bytes since the last border are, if the stream ends behind them.
    pub(super) const fn at_end(&self) -> Option<Kind> {
        match self.place {
            Place::Rest => Some(Kind::Message),
            Place::Behind(Behind::Anything) => Some(Kind::Outside),
            _ => None,
        }
    }

    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            match self.place {
                Place::Behind(Behind::Anything) | Place::Rest => return Step::More,
                Place::Behind(Behind::Frames) => return self.frames.step(&Sized::WebSocket, rest).behind(at),
                Place::Perhaps(behind) => {
                    let request = rest.first().is_some_and(u8::is_ascii_uppercase);
                    self.place = if request { Place::Line } else { Place::Behind(behind) };
                }
                Place::Skip(left) => {
                    let here = left.min(rest.len() as u64);
                    at += here as usize;
                    self.place = if here == left { Place::Line } else { Place::Skip(left - here) };
                }
                Place::Nul => {
                    let Some(place) = memchr(0, rest) else { return Step::More };
                    self.finish();
                    return Step::message(at + place + 1);
                }
                Place::Line => {
                    let start = offset(at) - self.arrived;
                    let Some((behind, next)) = self.line(rest) else { return Step::More };
                    at += behind;
                    if let Some(step) = self.follow(next, start, at) {
                        return step;
                    }
                }
            }
        }
        Step::More
    }

    /// Goes on behind a line; `start` is where it begins, `behind` the place behind it.
    fn follow(&mut self, next: Next, start: i64, behind: usize) -> Option<Step> {
        match next {
            Next::Line => self.lines += 1,
            Next::Skip(count) => {
                self.lines += 1;
                self.place = Place::Skip(count);
            }
            Next::Nul => self.place = Place::Nul,
            Next::Rest => self.place = Place::Rest,
            Next::Message => {
                self.finish();
                return Some(Step::message(behind));
            }
            Next::Ends(count) => {
                self.finish();
                let length = count.saturating_add(behind as u64);
                return Some(Step::Ends { length, field: start, shown: behind });
            }
            Next::Fault(reason) => {
                return Some(Step::Fault { at: start, resume: behind, reason, stops: true });
            }
        }
        None
    }

    /// Reads a line: the place behind it, and what follows.
    fn line(&mut self, bytes: &[u8]) -> Option<(usize, Next)> {
        let end = memchr(b'\n', bytes);
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        if end.is_none() || !self.kept.is_empty() {
            let free = LONGEST.saturating_sub(self.kept.len());
            self.kept.extend_from_slice(part.get(..free).unwrap_or(part));
        }
        let Some(end) = end else {
            self.arrived += offset(bytes.len());
            return None;
        };
        self.arrived = 0;
        let kept = std::mem::take(&mut self.kept);
        let line = if kept.is_empty() { part.get(..LONGEST).unwrap_or(part) } else { &kept };
        let next = self.read(line.strip_suffix(b"\r").unwrap_or(line));
        Some((end + 1, next))
    }

    fn read(&mut self, line: &[u8]) -> Next {
        match self.rule {
            Lines::Http => self.http.read(line, &mut self.asked),
            Lines::Resp => resp(line, self.lines == 0, &mut self.values),
            Lines::Nats => nats(line),
            Lines::Memcached => memcached(line),
            Lines::Stomp => stomp(line, self.lines == 0, &mut self.stomp),
            Lines::Imap => octets(line),
        }
    }

    /// Prepares for the next message.
    fn finish(&mut self) {
        self.place = match self.http.behind() {
            None => Place::Line,
            Some((behind, true)) => Place::Behind(behind),
            Some((behind, false)) => Place::Perhaps(behind),
        };
        self.http = Http::default();
        (self.stomp, self.lines, self.values) = (None, 0, 1);
    }
}
