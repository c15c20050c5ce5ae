//! What cannot be done with the connections of other machines.

use crate::app::action::{Action, ClientsAction, RecordAction};

/// Why there are no hosts.
pub(crate) const NONE_WATCHED: &str = "bytewatch watch shows many machines: this is one";

/// Returns why an action is refused that needs a server of this program.
pub(crate) const fn refusal(action: Action) -> Option<&'static str> {
    match action {
        Action::SwitchBackend | Action::SwitchTo(_) | Action::Clients(ClientsAction::Close(_)) => {
            Some("hosts are only looked at here")
        }
        Action::Record(RecordAction::Toggle) => {
            Some("hosts publish counts, no bytes: watch with --headless prints them")
        }
        _ => Some("hosts publish counts, no bytes, and this is done where bytewatch runs"),
    }
}
