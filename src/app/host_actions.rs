//! What the app does about the hosts that are watched.

use ratatui::layout::Position;

use crate::app::action::HostsAction;
use crate::app::context::Context;
use crate::app::focus::Pane;
use crate::app::hosts::{self, HostId, HostNews};
use crate::app::outcome::Outcome;
use crate::app::state::App;
use crate::event::BackendKind;

impl App {
    /// Takes what became of the hosts.
    pub(super) fn hear_of_hosts(&mut self, news: HostNews) -> Outcome {
        let Some(hosts) = &mut self.world.hosts else { return Outcome::default() };
        if let HostNews::Answered(answer) = &news {
            return hosts::answered(answer, hosts);
        }
        if hosts.hear(news) {
            self.clients.set_changed();
        }
        Outcome::default()
    }

    /// Executes an action of the pane Hosts.
    pub(super) fn act_on_hosts(&mut self, action: HostsAction) -> Outcome {
        match &mut self.world.hosts {
            Some(hosts) => self.hosts.act(action, hosts),
            None => Outcome::info(hosts::NONE_WATCHED),
        }
    }

    /// Asks whether a host is to switch its backend; `None` where this program has a server of its own.
    pub(super) fn switch_host(&self, to: Option<BackendKind>) -> Option<Outcome> {
        let context = Context::new(&self.world, self.clients.selected());
        self.world.hosts.as_ref().map(|hosts| hosts::switch(to, hosts, &self.hosts, context))
    }

    /// Shows only the clients of a host, as if its name was typed as the filter.
    pub(super) fn show_clients_of(&mut self, host: HostId) {
        let Some(label) = self.world.hosts.as_ref().map(|hosts| hosts::label(hosts, host)) else { return };
        let context = Context::new(&self.world, self.clients.selected());
        self.clients.filter_by(&format!("host:{label}"), context);
        self.world.display.focus = Pane::Clients;
    }

    /// Selects the host that was clicked, if one was.
    pub(super) fn click_host(&mut self, pane: Pane, at: Position) {
        let context = Context::new(&self.world, self.clients.selected());
        if pane == Pane::Backends {
            self.hosts.click(at, context);
        }
    }
}
