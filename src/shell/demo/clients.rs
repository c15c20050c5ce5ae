//! The built-in clients: the named clients and loads of a lesson, and the loads that cause faults.
//!
//! Carries out the lesson's commands to clients, and returns its app events for the dashboard.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use tracing::warn;

use crate::app::demo::lesson::LessonProgress;
use crate::app::{AppEvent, LessonControl};
use crate::event::{BackendKind, Fault, FaultKind};

use crate::client::load_processes;
use crate::client::load_processes::{EarlyExit, LoadOwner, LoadProcesses, LoadSpec};
use crate::client::scripted::{ConnectResult, ScriptedClients};
use crate::shell::demo::lesson::{LessonAction, Player, Script, Speed};
use crate::shell::inbox::{Input, Poster};

/// What a lesson asks of the session.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum LessonRequest {
    /// Pass this event to the app of the dashboard.
    Show(AppEvent),
    /// Serve on this backend, or on the other one.
    Switch(Option<BackendKind>),
}

/// All built-in clients. Dropping this closes them.
pub(crate) struct DemoClients {
    /// The lesson that plays, and its named clients.
    play: Option<(Player, ScriptedClients)>,
    /// The position in the lesson that the dashboard was last told.
    place: Option<LessonProgress>,
    loads: LoadProcesses,
}

impl DemoClients {
    /// Creates the clients for a server that listens on these TCP addresses; starts the lesson, if there is one, at its
    /// speed.
    ///
    /// # Errors
    ///
    /// A lesson is to be played and the server has no TCP address, or the system cannot start a thread.
    pub(crate) fn new(
        listening: &[SocketAddr],
        lesson: Option<(Script, Speed)>,
        poster: Poster,
    ) -> io::Result<Self> {
        let address = listening.first().copied().map(load_processes::reachable);
        let play = lesson.map(|(script, speed)| {
            let address = address.ok_or_else(|| io::Error::other("nothing is listened on by TCP"))?;
            let clients = ScriptedClients::start(&address.into(), move |result| {
                poster.post(Input::ClientConnect(result));
            })?;
            io::Result::Ok((Player::new(script, speed, Instant::now()), clients))
        });
        Ok(Self { play: play.transpose()?, place: None, loads: LoadProcesses::new(address) })
    }

    /// When the next step is due, if there is one.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.play.as_ref().and_then(|(player, _)| player.next())
    }

    /// Carries out what is due at `now` until there is a request to the session, and returns it. Call again until it
    /// returns `None`.
    pub(crate) fn due(&mut self, now: Instant) -> Option<LessonRequest> {
        let (player, clients) = self.play.as_mut()?;
        loop {
            if player.place() != self.place {
                self.place = player.place();
                return Some(LessonRequest::Show(AppEvent::Lesson(self.place)));
            }
            match player.due(now)? {
                LessonAction::App(event) => return Some(LessonRequest::Show(event)),
                LessonAction::Switch(to) => return Some(LessonRequest::Switch(to)),
                LessonAction::Client(command) => clients.command(command),
                LessonAction::StartLoad(name, plan) => {
                    match self.loads.start(LoadOwner::Lesson(name.clone()), &plan) {
                        Ok(None) => {}
                        Ok(Some(source)) => {
                            let named = AppEvent::GroupNamed(source, name.to_string());
                            return Some(LessonRequest::Show(named));
                        }
                        Err(error) => warn!(%error, "the crowd {name} could not be started"),
                    }
                }
                LessonAction::EndLoad(name) => self.loads.end(&LoadOwner::Lesson(name)),
            }
        }
    }

    /// Pauses, resumes or advances the lesson.
    pub(crate) fn control(&mut self, control: LessonControl, now: Instant) {
        let Some((player, _)) = &mut self.play else { return };
        match control {
            LessonControl::Pause => player.pause(now),
            LessonControl::Resume => player.resume(now),
            LessonControl::Next => player.skip_to_caption(now),
        }
    }

    /// Handles the result of a client's connect.
    pub(crate) fn on_connect_result(&mut self, result: ConnectResult) {
        if let Err(error) = &result.address {
            warn!(%error, "{} could not connect", result.name);
        }
        if let Some((player, _)) = &mut self.play {
            player.on_connect_result(result);
        }
    }

    /// Handles the start of a fault; starts the load that causes it, if clients do.
    pub(crate) fn start_fault(&mut self, fault: Fault) -> Option<AppEvent> {
        let kind = fault.kind();
        if let Some((player, _)) = &mut self.play {
            player.fault_started(kind);
        }
        let owner = LoadOwner::Fault(kind);
        let name = owner.name();
        match self.loads.start(owner, &LoadSpec::of(kind)?) {
            Ok(source) => source.map(|source| AppEvent::GroupNamed(source, name)),
            Err(error) => Some(self.fault_ended(kind, error.to_string())),
        }
    }

    /// Handles the end of a fault; ends the load that caused it.
    pub(crate) fn end_fault(&mut self, kind: FaultKind) {
        self.loads.end(&LoadOwner::Fault(kind));
        if let Some((player, _)) = &mut self.play {
            player.fault_ended(kind);
        }
    }

    /// Checks on the load processes; call regularly.
    pub(crate) fn check_processes(&mut self) -> Vec<AppEvent> {
        let mut events = Vec::new();
        for EarlyExit { owner, why } in self.loads.reap() {
            match owner {
                LoadOwner::Lesson(name) => warn!("the crowd {name} has ended: {why}"),
                LoadOwner::Fault(kind) => events.push(self.fault_ended(kind, why)),
            }
        }
        events
    }

    /// Closes all clients. Returns at once.
    pub(crate) fn clear(&mut self) {
        self.play = None;
        self.loads.end_all();
    }

    fn fault_ended(&mut self, kind: FaultKind, why: String) -> AppEvent {
        if let Some((player, _)) = &mut self.play {
            player.fault_ended(kind);
        }
        AppEvent::FaultEnded(kind, why)
    }
}
