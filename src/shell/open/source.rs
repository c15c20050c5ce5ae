//! A recording as a source of events.

use std::io;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use tracing::{info, warn};

use crate::app::recording::{READ_ONLY, TWO_RECORDINGS};
use crate::app::{PlaySpeed, ReadingProgress, TimelineStep};
use crate::bytes::safe;
use crate::event::{Command, Demand, Event, ServerEvent, Stamped, Timestamp};
use crate::recording::read::Joined;
use crate::server::ConsumerWaker;
use crate::shell::open::payload::ReadFailure;
use crate::shell::open::player::{Player, Stepped};
use crate::shell::open::reader::{Input, Reader, Reopen};
use crate::shell::source::Source;

/// What is said when bytes cannot be read again.
const CHANGED: &str = "the file became shorter while it was open: what is missing is shown as zeros";

/// The events of a recording, and no server behind them.
#[derive(Debug)]
pub(super) struct RecordedSource {
    reader: Reader,
    waker: Arc<ConsumerWaker>,
    /// The time of the newest event.
    now: Timestamp,
    /// Why there is no timeline, if there is none.
    timeline: Result<(), &'static str>,
    /// Whether the end of the file was told.
    is_logged: bool,
    progress: ReadingProgress,
    /// The progress that was last asked for.
    told: Option<ReadingProgress>,
    end: End,
    /// Why commands were refused, as far as it was not told yet.
    refused: Vec<&'static str>,
    /// Whether the events come from the start again, and that was not told yet.
    is_restarted: bool,
    /// Whether bytes of the file could not be read again.
    failure: Arc<ReadFailure>,
}

/// Whether the session wants to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Open,
    Wanted,
    Told,
}

impl RecordedSource {
    /// Starts to read.
    ///
    /// # Errors
    ///
    /// When no thread can be started for it.
    pub(super) fn start(
        recording: Joined<Input>,
        reopen: Option<Reopen>,
        total: Option<u64>,
        speed: Option<PlaySpeed>,
        failure: Arc<ReadFailure>,
    ) -> io::Result<Self> {
        let timeline = if recording.is_two() { Err(TWO_RECORDINGS) } else { Ok(()) };
        let waker = Arc::new(ConsumerWaker::default());
        let player = Player::new(speed, Instant::now());
        let reader = Reader::start(recording, reopen, player, Arc::clone(&waker))?;
        let now = Timestamp::default();
        let playback = player.playback(Instant::now());
        let progress = ReadingProgress { read: 0, total, is_whole: false, playback, second_from: None };
        Ok(Self {
            reader,
            waker,
            now,
            timeline,
            is_logged: false,
            progress,
            told: None,
            end: End::Open,
            refused: Vec::new(),
            is_restarted: false,
            failure,
        })
    }

    /// Takes notice of what a step came to.
    fn stepped(&mut self, stepped: Result<Stepped, &'static str>) {
        match stepped {
            Ok(Stepped::FromStart) => {
                self.is_restarted = true;
                (self.now, self.is_logged) = (Timestamp::default(), false);
            }
            Ok(Stepped::GoOn) => {}
            Err(why) => self.refused.push(why),
        }
        self.waker.wake();
    }

    fn tell(&self, event: ServerEvent, into: &mut Vec<Stamped>) {
        into.push(Stamped { at: self.now, event: Event::Server(event) });
    }
}

/// Says what is wrong with the file, and what was written about it.
fn log(event: &Event) {
    match event {
        Event::Server(ServerEvent::Failed { detail }) => warn!(target: "bytewatch::recording", "{detail}"),
        Event::Server(ServerEvent::Comment { connection: Some(id), text }) => {
            info!(target: "bytewatch::recording", "{id}: {}", safe::line(text));
        }
        Event::Server(ServerEvent::Comment { connection: None, text }) => {
            info!(target: "bytewatch::recording", "{}", safe::line(text));
        }
        Event::Connection(..) | Event::Stream(..) | Event::Switch(_) | Event::Server(_) => {}
    }
}

impl Source for RecordedSource {
    fn drain(&mut self, into: &mut Vec<Stamped>) -> Timestamp {
        match self.end {
            End::Open => {
                let before = into.len();
                let read = self.reader.take(into);
                for stamped in &into[before..] {
                    self.now = self.now.max(stamped.at);
                    log(&stamped.event);
                }
                self.progress.read = read.position;
                self.progress.second_from = read.second_from;
                self.progress.is_whole = read.is_whole;
                self.progress.playback = read.player.playback(Instant::now());
                if read.is_whole && !mem::replace(&mut self.is_logged, true) {
                    info!(target: "bytewatch::recording", bytes = read.position, "the recording has been read");
                }
                if self.failure.take() {
                    warn!(target: "bytewatch::recording", "{CHANGED}");
                    self.tell(ServerEvent::Failed { detail: CHANGED.to_owned() }, into);
                }
                for why in mem::take(&mut self.refused) {
                    self.tell(ServerEvent::Failed { detail: why.to_owned() }, into);
                }
            }
            End::Wanted => {
                self.tell(ServerEvent::Stopped, into);
                self.end = End::Told;
            }
            End::Told => {}
        }
        self.now
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn waker(&self) -> Arc<ConsumerWaker> {
        Arc::clone(&self.waker)
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Stop => {
                if self.end == End::Open {
                    self.end = End::Wanted;
                }
            }
            Command::Switch(_)
            | Command::Connection(..)
            | Command::All(_)
            | Command::Listen(_)
            | Command::CloseListener(_)
            | Command::OfListener(..)
            | Command::StartFault(_)
            | Command::EndFault(_)
            | Command::SetFaultPlan(..) => self.refused.push(READ_ONLY),
        }
        self.waker.wake();
    }

    fn progress(&mut self) -> Option<ReadingProgress> {
        let is_new = self.told.replace(self.progress) != Some(self.progress);
        is_new.then_some(self.progress)
    }

    fn timeline(&mut self, step: TimelineStep) {
        let stepped = self.timeline.and_then(|()| self.reader.step(step));
        self.stepped(stepped);
    }

    fn go_to(&mut self, at: Timestamp) {
        let stepped = self.timeline.and_then(|()| self.reader.go_to(at));
        self.stepped(stepped);
    }

    fn take_restart(&mut self) -> bool {
        mem::take(&mut self.is_restarted)
    }

    fn set_demand(&mut self, _: Demand) {
        // Everything was demanded when the file was opened.
    }
}
