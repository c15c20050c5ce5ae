//! The hosts that connections are of, where many machines are watched.

use crate::app::format;
use crate::app::hosts::{self, Hosts};
use crate::event::ConnectionId;
use crate::model::filter::HostOfRow;

/// Returns the host of a connection, as a filter looks at it.
pub(super) fn of_row(hosts: Option<&Hosts>, connection: ConnectionId) -> Option<HostOfRow<'_>> {
    let hosts = hosts?;
    let name = &hosts.facts(hosts.of(connection)?)?.name;
    Some(HostOfRow { host: &name.host, instance: &name.instance })
}

/// Returns the names of all hosts.
pub(super) fn all(hosts: Option<&Hosts>) -> Vec<String> {
    let of = |hosts: &Hosts| hosts.shown().iter().map(|id| hosts::label(hosts, *id)).collect();
    hosts.map(of).unwrap_or_default()
}

/// Returns the width of a column for them; 0 if there are not several.
pub(super) fn width(names: &[String]) -> u16 {
    if names.len() < 2 {
        return 0;
    }
    names.iter().map(|name| format::width(name)).max().unwrap_or(0)
}
