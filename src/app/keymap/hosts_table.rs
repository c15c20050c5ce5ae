//! The rows of the key table for the hosts that are watched.

use ratatui::crossterm::event::KeyCode::Enter;

use crate::app::action::{Action, HostsAction};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext::Hosts;
use crate::app::keymap::table::{c, hinted, k, row};

const fn hosts(keys: &'static [Key], action: HostsAction, what: &'static str) -> Row {
    row(Hosts, keys, Action::Hosts(action), what)
}

/// The key bindings.
pub(super) const HOSTS_TABLE: &[Row] = &[
    hinted(
        hosts(&[k(Enter)], HostsAction::ShowClients, "Show only the clients of the selected host"),
        1,
        "its clients",
    ),
    hinted(hosts(&[c('x')], HostsAction::Dismiss, "Dismiss the selected host, if it is gone"), 3, "dismiss"),
];
