//! What is said of hosts.

use crate::app::action::{Action, HostsAction};
use crate::app::format;
use crate::app::hosts::directory::{BusState, Hosts};
use crate::app::hosts::facts::{HostAction, HostFacts, HostHere, HostId, Published};
use crate::app::keymap::Keymap;
use crate::bytes::safe;
use crate::event::{ConnectionId, Direction, Timestamp};
use crate::model::host_state::HostState;

/// Returns a text of another machine, safe to print.
pub(super) fn safe_line(text: &str) -> String {
    safe::line(text)
}

/// Returns how far a clock is ahead: `+1.2 s`.
pub(super) fn clock(ahead: i64) -> String {
    let sign = if ahead < 0 { "-" } else { "+" };
    let by = match ahead.unsigned_abs() {
        short @ ..60_000_000 => format::duration(short),
        long => format::age(long),
    };
    format!("{sign}{by}")
}

/// Returns how a host is, in few words and in one.
#[must_use]
pub fn state(facts: &HostFacts, now: Timestamp) -> [String; 2] {
    let word = facts.state.word().to_owned();
    let ago = || format!("{} ago", format::age(now.micros_since(facts.heard)));
    let long = match facts.state {
        HostState::Stale | HostState::Gone => format!("{word}, {}", ago()),
        HostState::Joining | HostState::Live | HostState::Behind | HostState::Clash | HostState::Unknown => {
            word.clone()
        }
    };
    let short = if facts.state == HostState::Stale { ago() } else { word };
    [long, short]
}

/// Returns what the state of a host means, if that is not what one expects.
fn meaning(facts: &HostFacts, now: Timestamp, keymap: &Keymap) -> Option<String> {
    let ago = format::age(now.micros_since(facts.heard));
    Some(match facts.state {
        HostState::Live => return None,
        HostState::Joining => "its connections are asked for".to_owned(),
        HostState::Behind => "events are missing, and its connections are asked for again".to_owned(),
        HostState::Stale => format!("not heard of for {ago}: these are the figures of then"),
        HostState::Gone => {
            let key = keymap.way_to(Action::Hosts(HostsAction::Dismiss));
            format!(
                "it has ended, or was not heard of for 15s: these are its last figures; {key} dismisses it"
            )
        }
        HostState::Clash => {
            "two programs publish under this name: --as NAME/INSTANCE gives one of them another".to_owned()
        }
        HostState::Unknown => "the bus is gone, so nothing is known of it".to_owned(),
    })
}

/// Returns everything that is known of a host, in pieces.
#[must_use]
pub fn details(facts: &HostFacts, now: Timestamp, keymap: &Keymap) -> Vec<String> {
    let mut pieces: Vec<String> = meaning(facts, now, keymap).into_iter().collect();
    match &facts.here {
        Some(here) => of_here(here, &mut pieces),
        None => pieces.push("it has not said anything of itself yet".to_owned()),
    }
    if facts.restarts > 0 {
        let times = format::plural(facts.restarts, "time");
        pieces.push(format!("restarted {times}: connections of before are not seen closing"));
    }
    if let Some(ahead) = facts.clock.and_then(|clock| clock.noticeable()) {
        let (by, way) = (clock(ahead), if ahead < 0 { "behind" } else { "ahead" });
        pieces.push(format!("its clock is {} {way}", by.trim_start_matches(['+', '-'])));
    }
    for (number, what) in [(facts.shed, "not published by it"), (facts.lost, "lost on the way")] {
        if number > 0 {
            pieces.push(format!("{} {what}", format::plural(number, "event")));
        }
    }
    if facts.not_kept > 0 {
        pieces.push(format!("{} not shown", format::plural(facts.not_kept, "connection")));
    }
    if facts.refused > 0 {
        pieces.push(format!("{} refused", format::plural(facts.refused, "message")));
    }
    pieces
}

fn of_here(here: &HostHere, pieces: &mut Vec<String>) {
    let HostHere { machine, version, service, addresses, uptime, live, opened, refused, .. } = here;
    pieces.push(format!("machine {}", safe_line(machine)));
    if let Some(service) = service {
        pieces.push(safe_line(service));
    }
    if !addresses.is_empty() {
        let addresses: Vec<_> = addresses.iter().map(|address| safe_line(address)).collect();
        pieces.push(format!("at {}", addresses.join(", ")));
    }
    pieces.push(format!("bytewatch {}, up for {}", safe_line(version), format::age(*uptime)));
    let [live, opened] = [*live, *opened].map(format::count);
    pieces.push(format!("{live} live, {opened} seen"));
    let [received, sent] = Direction::ALL.map(|direction| format::size(here.bytes[direction]));
    pieces.push(format!("{received} received, {sent} sent"));
    if *refused > 0 {
        pieces.push(format!("{} refused", format::plural(*refused, "client")));
    }
    pieces.push(match here.publishes {
        Published::Counts => "publishes counts, no addresses".to_owned(),
        Published::Peers => "publishes counts and addresses".to_owned(),
        Published::Bytes => "publishes counts, addresses and, if asked, bytes".to_owned(),
        Published::Unknown => "publishes what this version does not know".to_owned(),
    });
    pieces.push(obeys(&here.obeys));
}

/// Returns what a host may be asked for.
pub(super) fn obeys(actions: &[HostAction]) -> String {
    if actions.is_empty() {
        return "obeys nothing".to_owned();
    }
    let words: Vec<_> = actions.iter().map(|action| action.word()).collect();
    format!("obeys {}", words.join(", "))
}

/// Returns how the bus is, with its address, in several wordings, the longest first.
#[must_use]
pub fn bus(hosts: &Hosts, now: Timestamp) -> Vec<String> {
    let url = safe_line(&hosts.watching().bus);
    match hosts.bus(now) {
        BusState::Connected => vec![url],
        BusState::Silent => {
            vec![format!("{url}: connected, and no host is heard of"), format!("{url}: silent")]
        }
        BusState::Connecting(Some(why)) => {
            vec![format!("{url}: {}; trying again and again", safe_line(&why)), format!("{url}: connecting")]
        }
        BusState::Connecting(None) => vec![format!("{url}: connecting")],
    }
}

/// Returns how many hosts there are, and how many are not as they should be: `3 hosts, 1 stale`.
#[must_use]
pub fn counts(hosts: &Hosts) -> String {
    let all = hosts.shown();
    let is = |state: HostState| {
        all.iter().filter(move |id| hosts.facts(**id).is_some_and(|facts| facts.state == state))
    };
    let mut text = format::plural(all.len() as u64, "host");
    for state in [
        HostState::Clash,
        HostState::Behind,
        HostState::Stale,
        HostState::Gone,
        HostState::Unknown,
        HostState::Joining,
    ] {
        let number = is(state).count() as u64;
        if number > 0 {
            text.push_str(&format!(", {} {}", format::count(number), state.word()));
        }
    }
    text
}

/// Returns what is said while no host is known, in lines.
#[must_use]
pub fn nobody(hosts: &Hosts, now: Timestamp) -> Vec<String> {
    let url = safe_line(&hosts.watching().bus);
    let first = match hosts.bus(now) {
        BusState::Connecting(Some(why)) => format!("{url} cannot be connected to: {}", safe_line(&why)),
        BusState::Connecting(None) => format!("Connecting to {url}."),
        BusState::Connected | BusState::Silent => "No host is heard of yet. On each machine:".to_owned(),
    };
    match hosts.bus(now) {
        BusState::Connecting(_) => {
            vec![first, "It is tried again and again; the log has the details.".to_owned()]
        }
        BusState::Connected | BusState::Silent => vec![first, format!("  bytewatch 7777 --publish {url}")],
    }
}

/// Returns what is said in the place of the bytes of a connection.
#[must_use]
pub fn no_bytes(hosts: &Hosts, id: HostId, connection: ConnectionId) -> String {
    let label = label(hosts, id);
    if let Some(facts) = hosts.facts(id)
        && facts.here.as_ref().is_some_and(|here| here.publishes == Published::Bytes)
    {
        let name = safe_line(&facts.name.to_string());
        return format!("bytewatch watch URL --headless --connection '{name}{connection}' prints the bytes");
    }
    format!(
        "{label} publishes what its connections move, and not the bytes. The bytewatch that runs there shows them."
    )
}

/// Returns the name of a host, safe to print whatever it is.
#[must_use]
pub fn label(hosts: &Hosts, id: HostId) -> String {
    hosts.label(id).map(safe_line).unwrap_or_default()
}
