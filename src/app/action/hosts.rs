//! The actions of the pane Hosts.

/// An action for the hosts that are watched.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HostsAction {
    /// Show only the clients of the selected host.
    ShowClients,
    /// Do not show a host any more that is gone.
    Dismiss,
}
