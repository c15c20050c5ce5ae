//! Where built-in clients come from: the lesson that is played, if one is, and the crowds that make it hurt.
//!
//! It orders clients about; what is for the dashboard it hands on.

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

/// The clients of our own. All of them leave when it is dropped.
pub(super) struct Stage {
    /// A lesson, and those in it who have names.
    play: Option<(Player, Cast)>,
    /// Where in it the dashboard was told to be.
    place: Option<Place>,
    crowds: Crowds,
}

impl Stage {
    /// For a server that listens at these addresses; begins the lesson, if there is one, at this speed.
    ///
    /// # Errors
    ///
    /// When the system gives no thread for the clients.
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

    /// When something is due, if ever.
    pub(super) fn next(&self) -> Option<Instant> {
        self.play.as_ref().and_then(|(player, _)| player.next())
    }

    /// Has the clients do what is due at `now`, up to what the dashboard has to hear of; to be asked again until there is
    /// nothing.
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

    /// Holds the lesson, or lets it go on.
    pub(super) fn control(&mut self, control: LessonControl, now: Instant) {
        let Some((player, _)) = &mut self.play else { return };
        match control {
            LessonControl::Pause => player.pause(now),
            LessonControl::Resume => player.go_on(now),
            LessonControl::Next => player.step(now),
        }
    }

    /// A client has connected, or could not.
    pub(super) fn told(&mut self, told: Told) {
        if let Err(error) = &told.address {
            warn!(%error, "{} could not connect", told.name);
        }
        if let Some((player, _)) = &mut self.play {
            player.told(told);
        }
    }

    /// It hurts in this way from now on; brings the clients that it takes, if it is clients.
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

    /// It does no more; sends those clients away.
    pub(super) fn heal(&mut self, hurt: Hurt) {
        self.crowds.end(&Whose::Hurt(hurt));
        if let Some((player, _)) = &mut self.play {
            player.healed(hurt);
        }
    }

    /// Looks after the crowds; to be asked now and then.
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

    /// Sends everybody away. Returns at once.
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
