//! What hosts are asked for: whether that is possible, the question before it, and what comes of it.

use crate::app::action::Answer;
use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::hosts::directory::Hosts;
use crate::app::hosts::facts::{HostAction, HostId};
use crate::app::hosts::news::{HostAnswer, HostOutcome};
use crate::app::hosts::view::HostsView;
use crate::app::hosts::words;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::status::Severity;
use crate::bytes::safe;
use crate::event::{BackendKind, CloseMode, ConnectionId, Timestamp};
use crate::model::host_state::HostState;

/// A switch of a host that is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SwitchQuestion {
    host: HostId,
    to: BackendKind,
}

/// What is asked of a host when a connection is closed like this.
const fn closing(mode: CloseMode) -> HostAction {
    match mode {
        CloseMode::Finish => HostAction::Close,
        CloseMode::Reset => HostAction::Reset,
    }
}

/// Returns why a connection cannot be closed like this, if it is one of a host that does not do so.
pub(crate) fn why_not_close(
    mode: CloseMode,
    connection: ConnectionId,
    context: Context<'_>,
) -> Option<String> {
    let hosts = context.world.hosts.as_ref()?;
    let host = hosts.of(connection)?;
    why_not(closing(mode), host, hosts)
}

/// Returns why a host cannot be asked for this, if it cannot.
fn why_not(action: HostAction, host: HostId, hosts: &Hosts) -> Option<String> {
    let (label, facts) = (words::label(hosts, host), hosts.facts(host)?);
    let Some(here) = &facts.here else { return Some(format!("{label} has not said what it obeys")) };
    match facts.state {
        HostState::Gone => return Some(format!("{label} is gone")),
        // What is sent now may be done much later, when the bus is back.
        HostState::Unknown => return Some("the bus is gone".to_owned()),
        HostState::Joining | HostState::Live | HostState::Stale | HostState::Behind | HostState::Clash => {}
    }
    if here.obeys.contains(&action) {
        return None;
    }
    let obeys = words::obeys(&here.obeys);
    Some(format!("{label} {obeys}; start it with --obey {}", action.word()))
}

/// Returns what is to be known of a host before it is asked for something: that nothing was heard of it for a while.
pub(crate) fn warning(connection: ConnectionId, context: Context<'_>) -> String {
    let hosts = context.world.hosts.as_ref();
    let host = hosts.and_then(|hosts| Some((hosts, hosts.of(connection)?)));
    host.map(|(hosts, host)| doubts(host, hosts, context.now())).unwrap_or_default()
}

fn doubts(host: HostId, hosts: &Hosts, now: Timestamp) -> String {
    let Some(facts) = hosts.facts(host) else { return String::new() };
    let ago = format::age(now.micros_since(facts.heard));
    match facts.state {
        HostState::Joining | HostState::Live | HostState::Behind | HostState::Gone | HostState::Unknown => {
            String::new()
        }
        HostState::Stale => format!(" It was last heard of {ago} ago."),
        HostState::Clash => " Two programs have its name.".to_owned(),
    }
}

/// Asks whether a host is to serve on this backend, or on the other one: the selected host in its pane, and else that of
/// the selected connection.
pub(crate) fn switch(
    to: Option<BackendKind>,
    hosts: &Hosts,
    view: &HostsView,
    context: Context<'_>,
) -> Outcome {
    let of_connection = context.selected.and_then(|id| hosts.of(id));
    let host = match context.display().focus {
        Pane::Clients | Pane::Stream | Pane::Logs if of_connection.is_some() => of_connection,
        Pane::Backends | Pane::Clients | Pane::Stream | Pane::Logs => view.selected(hosts),
    };
    let Some(host) = host else { return Outcome::info("no host is there") };
    if let Some(why) = why_not(HostAction::Switch, host, hosts) {
        return Outcome::info(&why);
    }
    let backend = hosts.facts(host).and_then(|facts| facts.here.as_ref()?.backend);
    match to.or(backend.map(BackendKind::other)) {
        None => Outcome::info(&format!("{} does not say how it serves", words::label(hosts, host))),
        Some(to) => Outcome::request(Request::Open(Overlay::SwitchHost(SwitchQuestion { host, to }))),
    }
}

impl SwitchQuestion {
    /// Returns the text of the question, without its answers.
    #[must_use]
    pub fn text(self, context: Context<'_>) -> String {
        let Some(hosts) = &context.world.hosts else { return String::new() };
        let live = hosts.facts(self.host).and_then(|facts| facts.here.as_ref()).map_or(0, |here| here.live);
        let label = words::label(hosts, self.host);
        let doubts = doubts(self.host, hosts, context.now());
        format!("Switch {label} to {}? {}.{doubts}", self.to, format::plural(live, "client"))
    }

    /// Executes the answer.
    pub(crate) fn answer(self, answer: Answer, context: Context<'_>) -> Outcome {
        let close = Outcome::request(Request::Close);
        let Self { host, to } = self;
        match (answer, &context.world.hosts) {
            (Answer::Yes, Some(hosts)) => {
                let text = format!("asking {} to switch to {to}", words::label(hosts, host));
                close.and_effect(Effect::SwitchHost { host, to }).say(Severity::Info, &text)
            }
            (Answer::Yes | Answer::No, _) => close,
        }
    }
}

/// Returns what has come of an action as a message.
pub(crate) fn answered(answer: &HostAnswer, hosts: &Hosts) -> Outcome {
    let HostAnswer { host, what, outcome } = answer;
    let (host, what) = (words::label(hosts, *host), safe::line(what));
    match outcome {
        HostOutcome::Accepted => {
            Outcome::default().say(Severity::Success, &format!("{host} does it: {what}"))
        }
        HostOutcome::Refused(why) => Outcome::error(&format!("{host} refuses: {what}: {}", safe::line(why))),
        HostOutcome::UnknownConnection => {
            Outcome::info(&format!("{host} has no such live connection: {what}"))
        }
        HostOutcome::NoAnswer => Outcome::error(&format!(
            "no answer of {host}: whether it was done is unknown, and it is not repeated: {what}"
        )),
        HostOutcome::Nobody => Outcome::error(&format!(
            "not done: {host} does not hear it, or there is no right to ask it: {what}"
        )),
        HostOutcome::TooMany => {
            Outcome::error(&format!("not asked: more than 10 actions in a second: {what}"))
        }
    }
}
