//! The state of the pane Hosts, and what its keys do.

use ratatui::layout::Position;

use crate::app::action::{HostsAction, Motion};
use crate::app::context::Context;
use crate::app::format;
use crate::app::hosts::directory::Hosts;
use crate::app::hosts::facts::HostId;
use crate::app::hosts::words;
use crate::app::layout::inner;
use crate::app::outcome::{Outcome, Request};
use crate::model::host_state::HostState;

/// From this number of rows inside the pane on, it also says everything about the selected host.
const WITH_DETAILS: u16 = 7;

/// The state of the pane Hosts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HostsView {
    selected: Option<HostId>,
    top: usize,
}

/// How the pane is divided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostsLayout {
    /// The number of rows for hosts.
    pub rows: usize,
    /// The index of the first host that is shown.
    pub top: usize,
    /// What is said about the selected host, in lines.
    pub details: Vec<String>,
}

impl HostsView {
    /// Returns the selected host: the first one, if none was chosen, or that one is not shown any more.
    #[must_use]
    pub fn selected(&self, hosts: &Hosts) -> Option<HostId> {
        let shown = hosts.shown();
        self.selected.filter(|id| shown.contains(id)).or_else(|| shown.first().copied())
    }

    /// Returns how the pane is divided.
    #[must_use]
    pub fn layout(&self, hosts: &Hosts, context: Context<'_>) -> HostsLayout {
        let area = inner(context.layout.backends);
        let heads = 1;
        let wanted = u16::try_from(hosts.shown().len()).unwrap_or(u16::MAX).max(1);
        let most = area.height.saturating_sub(heads).saturating_sub(wanted.min(area.height / 2));
        let facts = self.selected(hosts).and_then(|id| hosts.facts(id));
        let details = match facts.filter(|_| area.height >= WITH_DETAILS) {
            Some(facts) => {
                let pieces = words::details(facts, context.now(), context.keymap());
                // A line between the table and what is said.
                let lines = usize::from(most.saturating_sub(1));
                let mut wrapped = wrap(&pieces, area.width.saturating_sub(1));
                wrapped.truncate(lines);
                wrapped
            }
            None => Vec::new(),
        };
        let below = if details.is_empty() { 0 } else { details.len() + 1 };
        let rows = usize::from(area.height.saturating_sub(heads)).saturating_sub(below);
        let last = hosts.shown().len().saturating_sub(rows);
        let at = self.place(hosts);
        let top = self.top.clamp((at + 1).saturating_sub(rows), at).min(last);
        HostsLayout { rows, top, details }
    }

    fn place(&self, hosts: &Hosts) -> usize {
        let selected = self.selected(hosts);
        hosts.shown().iter().position(|id| Some(*id) == selected).unwrap_or(0)
    }

    /// Moves the selection.
    pub(crate) fn scroll(&mut self, motion: Motion, context: Context<'_>) {
        let Some(hosts) = &context.world.hosts else { return };
        let HostsLayout { rows, top, .. } = self.layout(hosts, context);
        let last = hosts.shown().len().saturating_sub(1);
        // What is selected stays in sight, so the wheel moves it, too.
        let to = motion.apply(self.place(hosts), last, rows);
        self.selected = hosts.shown().get(to).copied();
        self.top = top;
    }

    /// Selects the host whose row is at this place of the pane, if there is one.
    pub(crate) fn click(&mut self, at: Position, context: Context<'_>) {
        let Some(hosts) = &context.world.hosts else { return };
        // The heads are in the first row.
        let first = inner(context.layout.backends).y + 1;
        let Some(row) = at.y.checked_sub(first).map(usize::from) else { return };
        let HostsLayout { rows, top, .. } = self.layout(hosts, context);
        if row < rows
            && let Some(id) = hosts.shown().get(top + row)
        {
            (self.selected, self.top) = (Some(*id), top);
        }
    }

    /// Executes an action.
    pub(crate) fn act(&self, action: HostsAction, hosts: &mut Hosts) -> Outcome {
        let Some(id) = self.selected(hosts) else { return Outcome::info("no host is there") };
        match action {
            HostsAction::ShowClients => Outcome::request(Request::ShowHost(id)),
            HostsAction::Dismiss => {
                let is_gone = hosts.facts(id).is_some_and(|facts| facts.state == HostState::Gone);
                let label = words::label(hosts, id);
                if !is_gone {
                    return Outcome::info(&format!("{label} is not gone"));
                }
                hosts.dismiss(id);
                Outcome::info(&format!("{label} is dismissed: it comes back when it is heard of"))
            }
        }
    }
}

/// Distributes pieces over lines, with dots between them. A piece that is longer than a line is wrapped.
fn wrap(pieces: &[String], width: u16) -> Vec<String> {
    const BETWEEN: &str = " · ";
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if format::width(line) + format::width(BETWEEN) + format::width(piece) <= width => {
                line.push_str(BETWEEN);
                line.push_str(piece);
            }
            _ => lines.extend(format::wrap(piece, width)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_share_lines_and_long_ones_are_wrapped() {
        let pieces = ["one", "two", "three four", "five"].map(str::to_owned);
        assert_eq!(wrap(&pieces, 10), ["one · two", "three four", "five"]);
        assert_eq!(wrap(&pieces, 6), ["one", "two", "three", "four", "five"]);
        assert!(wrap(&[], 6).is_empty());
    }
}
