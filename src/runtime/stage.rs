//! The built-in clients: the named clients and loads of a lesson, and the loads that cause faults.
//!
//! Carries out the lesson's commands to clients, and returns its app events for the dashboard.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use tracing::warn;

use crate::app::lesson::Place;
use crate::app::{Event, LessonControl};
use crate::model::{Hurt, Pain};

use super::cast::{Cast, Told};
use super::crowds::{self, Crowds, Ended, Plan, Whose};
use super::inbox::{Input, Poster};
use super::lesson::{Cue, Player, Script, Speed};

/// All built-in clients. Dropping this closes them.
pub(super) struct Stage {
    /// The lesson that plays, and its named clients.
    play: Option<(Player, Cast)>,
    /// The position in the lesson that the dashboard was last told.
    place: Option<Place>,
    crowds: Crowds,
}

impl Stage {
    /// Creates the clients for a server that listens on these addresses; starts the lesson, if there is one, at its
    /// speed.
    ///
    /// # Errors
    ///
    /// The server has no address, or the system cannot start a thread.
    pub(super) fn new(
        listening: &[SocketAddr],
        lesson: Option<(Script, Speed)>,
        poster: Poster,
    ) -> io::Result<Self> {
        let nowhere = io::Error::other("nothing is listened on");
        let address = listening.first().copied().map(crowds::reachable).ok_or(nowhere)?;
        let play = lesson.map(|(script, speed)| {
            let cast = Cast::start(address, move |told| poster.post(Input::Told(told)))?;
            io::Result::Ok((Player::new(script, speed, Instant::now()), cast))
        });
        Ok(Self { play: play.transpose()?, place: None, crowds: Crowds::new(address) })
    }

    /// When the next step is due, if there is one.
    pub(super) fn next(&self) -> Option<Instant> {
        self.play.as_ref().and_then(|(player, _)| player.next())
    }

    /// Carries out what is due at `now` until there is an event for the dashboard, and returns it. Call again until it
    /// returns `None`.
    pub(super) fn due(&mut self, now: Instant) -> Option<Event> {
        let (player, cast) = self.play.as_mut()?;
        loop {
            if player.place() != self.place {
                self.place = player.place();
                return Some(Event::Lesson(self.place));
            }
            match player.due(now)? {
                Cue::Event(event) => return Some(event),
                Cue::Order(order) => cast.order(order),
                Cue::Begin(name, plan) => match self.crowds.begin(Whose::Lesson(name.clone()), &plan) {
                    Ok(None) => {}
                    Ok(Some(source)) => return Some(Event::CrowdNamed(source, name.to_string())),
                    Err(error) => warn!(%error, "the crowd {name} could not be started"),
                },
                Cue::End(name) => self.crowds.end(&Whose::Lesson(name)),
            }
        }
    }

    /// Pauses, resumes or advances the lesson.
    pub(super) fn control(&mut self, control: LessonControl, now: Instant) {
        let Some((player, _)) = &mut self.play else { return };
        match control {
            LessonControl::Pause => player.pause(now),
            LessonControl::Resume => player.go_on(now),
            LessonControl::Next => player.step(now),
        }
    }

    /// Handles the result of a client's connect.
    pub(super) fn told(&mut self, told: Told) {
        if let Err(error) = &told.address {
            warn!(%error, "{} could not connect", told.name);
        }
        if let Some((player, _)) = &mut self.play {
            player.told(told);
        }
    }

    /// Handles the start of a fault; starts the load that causes it, if clients do.
    pub(super) fn hurt(&mut self, pain: Pain) -> Option<Event> {
        let hurt = pain.hurt();
        if let Some((player, _)) = &mut self.play {
            player.hurts(hurt);
        }
        let whose = Whose::Hurt(hurt);
        let name = whose.name();
        match self.crowds.begin(whose, &Plan::of(hurt)?) {
            Ok(source) => source.map(|source| Event::CrowdNamed(source, name)),
            Err(error) => Some(self.hurtless(hurt, error.to_string())),
        }
    }

    /// Handles the end of a fault; ends the load that caused it.
    pub(super) fn heal(&mut self, hurt: Hurt) {
        self.crowds.end(&Whose::Hurt(hurt));
        if let Some((player, _)) = &mut self.play {
            player.healed(hurt);
        }
    }

    /// Checks on the load processes; call regularly.
    pub(super) fn look(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for Ended { whose, why } in self.crowds.look() {
            match whose {
                Whose::Lesson(name) => warn!("the crowd {name} has ended: {why}"),
                Whose::Hurt(hurt) => events.push(self.hurtless(hurt, why)),
            }
        }
        events
    }

    /// Closes all clients. Returns at once.
    pub(super) fn clear(&mut self) {
        self.play = None;
        self.crowds.end_all();
    }

    fn hurtless(&mut self, hurt: Hurt, why: String) -> Event {
        if let Some((player, _)) = &mut self.play {
            player.healed(hurt);
        }
        Event::Hurtless(hurt, why)
    }
}
