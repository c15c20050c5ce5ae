//! What a watcher knows of one publisher.

use crate::event::Timestamp;
use crate::fleet::watcher::connections::{Connections, Page};
use crate::fleet::watcher::event_counts::{Continuation, EventCounts, Gap, Numbers};
use crate::fleet::watcher::news::News;
use crate::fleet::wire::{Answer, Ask, Batch, ConnectionState, Entry, Here};
use crate::model::host_state::HostState;

/// A publisher is live if it was heard of within this time.
const STALE_AFTER: u64 = 2_500_000;

/// A publisher is gone after this time.
const GONE_AFTER: u64 = 15_000_000;

/// How long two runs under one name are remembered as a clash.
const CLASH_FOR: u64 = 15_000_000;

/// How long an event that was announced may take to arrive.
const LATE_AFTER: u64 = 2_000_000;

/// Pages are asked for at most this often: 20 times a second.
const PAGE_EVERY: u64 = 50_000;

/// A question without an answer is asked again after this time.
const ASK_AGAIN: u64 = 1_000_000;

/// A new round of pages begins at most this often.
const ROUND_EVERY: u64 = 5_000_000;

/// The clock of the host is asked for at most this often.
const CLOCK_EVERY: u64 = 30_000_000;

/// The difference between the clock of a host and the one here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockOffset {
    /// Microseconds that the clock of the host is ahead.
    pub micros: i64,
    /// The time that question and answer took, in microseconds: the difference is known to half of it.
    pub round_trip: u64,
}

/// One publisher.
#[derive(Debug)]
pub(super) struct Host {
    epoch: u64,
    before: Option<u64>,
    clash: Option<Timestamp>,
    numbers: Numbers,
    pub(super) connections: Connections,
    here: Option<Here>,
    heard: Timestamp,
    /// An event number that was announced, and when.
    announced: Option<(u64, Timestamp)>,
    was_paged: bool,
    is_over: bool,
    asked: Option<Timestamp>,
    ask_from: Timestamp,
    round_from: Timestamp,
    may_have_lost: bool,
    clock_from: Timestamp,
    clock: Option<ClockOffset>,
    pub(super) malformed: u64,
    pub(super) told_state: Option<HostState>,
}

impl Host {
    pub(super) fn new(epoch: u64, now: Timestamp) -> Self {
        Self {
            epoch,
            before: None,
            clash: None,
            numbers: Numbers::default(),
            connections: Connections::default(),
            here: None,
            heard: now,
            announced: None,
            was_paged: false,
            is_over: false,
            asked: None,
            ask_from: now,
            round_from: now,
            may_have_lost: false,
            clock_from: now,
            clock: None,
            malformed: 0,
            told_state: None,
        }
    }

    pub(super) const fn counts(&self) -> EventCounts {
        self.numbers.counts
    }

    pub(super) const fn clock(&self) -> Option<ClockOffset> {
        self.clock
    }

    pub(super) const fn here(&self) -> Option<&Here> {
        self.here.as_ref()
    }

    pub(super) const fn heard(&self) -> Timestamp {
        self.heard
    }

    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &ConnectionState> {
        self.connections.live()
    }

    /// How it is at this time.
    pub(super) fn state(&self, now: Timestamp) -> HostState {
        let silent = now.micros_since(self.heard);
        if self.is_over || silent >= GONE_AFTER {
            HostState::Gone
        } else if silent >= STALE_AFTER {
            HostState::Stale
        } else if self.clash.is_some_and(|at| now.micros_since(at) < CLASH_FOR) {
            HostState::Clash
        } else if self.connections.wants_page_after().is_none() && !self.needs_round() {
            HostState::Live
        } else if self.was_paged {
            HostState::Behind
        } else {
            HostState::Joining
        }
    }

    /// Whether a message of this run is to be looked at. Another run than before takes its place.
    pub(super) fn follow(&mut self, epoch: u64, now: Timestamp, news: &mut Vec<News>) -> bool {
        if epoch == self.epoch {
            self.heard = now;
            return true;
        }
        if self.before == Some(epoch) && !self.is_over {
            self.clash = Some(now);
            return false;
        }
        let unseen = self.connections.end_all();
        news.extend(unseen.into_iter().map(|connection| News::Unseen { connection }));
        news.push(News::Restarted { counts: self.counts() });
        let (malformed, told_state) = (self.malformed, self.told_state);
        *self = Self { before: Some(self.epoch), malformed, told_state, ..Self::new(epoch, now) };
        true
    }

    /// Takes a batch of events.
    pub(super) fn take(&mut self, batch: &Batch, room: usize, news: &mut Vec<News>) {
        if self.numbers.next().is_none() {
            // What was lost before the first batch is nowhere counted, but pages have to be later than it.
            self.connections.miss_before(batch.head.first);
        }
        match self.numbers.add(batch) {
            Continuation::Complete => {}
            Continuation::Repeated => {
                self.malformed += 1;
                return;
            }
            Continuation::Gap(gap) => {
                news.push(News::Gap(gap));
                self.connections.miss_before(batch.head.first + batch.head.count);
            }
        }
        let mut number = batch.head.first;
        for entry in &batch.entries {
            if let Entry::Event(event) = entry
                && self.connections.apply(number, event, room)
            {
                news.push(News::Event(event.clone()));
            }
            number += entry.numbers();
        }
    }

    /// Takes a heartbeat.
    pub(super) fn take_here(&mut self, here: Here, now: Timestamp, news: &mut Vec<News>) {
        let gap = if here.is_bye { self.numbers.end(&here) } else { Gap::default() };
        if gap != Gap::default() {
            news.push(News::Gap(gap));
        }
        self.is_over = here.is_bye;
        match self.announced {
            Some((number, at)) if self.numbers.next().is_none_or(|next| next < number) => {
                if now.micros_since(at) >= LATE_AFTER {
                    self.connections.miss_before(number);
                    self.announced = Some((here.next, now));
                }
            }
            Some(_) | None => self.announced = Some((here.next, now)),
        }
        self.here = Some(here);
    }

    /// Notes that messages may be missing.
    pub(super) const fn suspect_loss(&mut self) {
        self.may_have_lost = true;
    }

    fn needs_round(&self) -> bool {
        self.may_have_lost || self.connections.are_outdated()
    }

    /// The question that is to be asked now, if there is one. Rounds of pages are this much further apart, in microseconds.
    pub(super) fn question(&mut self, now: Timestamp, spread: u64) -> Option<Ask> {
        let is_waiting = self.asked.is_some_and(|at| now.micros_since(at) < 2 * ASK_AGAIN);
        if is_waiting || now < self.ask_from || self.is_over || self.state(now) == HostState::Gone {
            return None;
        }
        if self.needs_round() && now >= self.round_from {
            self.round_from = now.plus_micros(ROUND_EVERY + spread);
            self.may_have_lost = false;
            self.connections.begin_pages();
        }
        let ask = match self.connections.wants_page_after() {
            Some(after) => Ask::Page { after },
            None if now >= self.clock_from => {
                self.clock_from = now.plus_micros(CLOCK_EVERY);
                Ask::Clock
            }
            None => return None,
        };
        self.asked = Some(now);
        self.ask_from = now.plus_micros(PAGE_EVERY);
        Some(ask)
    }

    /// Takes an answer; `wall_clock` is the time here.
    pub(super) fn take_answer(
        &mut self,
        answer: Answer,
        now: Timestamp,
        wall_clock: Timestamp,
        room: usize,
        news: &mut Vec<News>,
    ) {
        let round_trip = self.asked.take().map_or(0, |at| now.micros_since(at));
        match answer {
            Answer::Page { epoch, next, after, up_to, connections } => {
                if epoch != self.epoch {
                    return;
                }
                let page = Page { next, after, up_to, connections: connections.into_values() };
                // A page of a round that has begun again meanwhile is of no use, and neither is one that was not asked for.
                let Some(changes) = self.connections.take_page(page, room) else {
                    self.ask_from = now.plus_micros(ASK_AGAIN);
                    return;
                };
                let unseen = changes.unseen.into_iter().map(|connection| News::Unseen { connection });
                news.extend(unseen);
                news.extend(changes.listed.into_iter().map(|state| News::Listed(Box::new(state))));
                self.was_paged |= self.connections.wants_page_after().is_none();
            }
            Answer::Clock { at } => {
                let middle = wall_clock.0.saturating_sub(round_trip / 2);
                let offset = ClockOffset { micros: at.wrapping_sub(middle).cast_signed(), round_trip };
                // The answer that came fastest is the most exact.
                if self.clock.is_none_or(|known| round_trip <= known.round_trip) {
                    self.clock = Some(offset);
                }
            }
            Answer::Leased { .. } | Answer::Refused { .. } => self.ask_from = now.plus_micros(ASK_AGAIN),
        }
    }

    /// Notes that a question has no answer.
    pub(super) fn take_no_answer(&mut self, now: Timestamp) {
        self.asked = None;
        self.ask_from = now.plus_micros(ASK_AGAIN);
    }
}
