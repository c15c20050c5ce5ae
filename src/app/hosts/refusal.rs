//! What cannot be done with the connections of other machines.

use crate::app::action::{Action, ClientsAction, RecordAction};
use crate::app::setup::Acting;

/// Why there are no hosts.
pub(crate) const NONE_WATCHED: &str = "bytewatch watch shows many machines: this is one";

/// Returns why an action is refused that needs a server of this program.
pub(crate) const fn refusal(action: Action, acting: Acting) -> Option<&'static str> {
    match (action, acting) {
        (
            Action::SwitchBackend | Action::SwitchTo(_) | Action::Clients(ClientsAction::Close(_)),
            Acting::Allowed,
        ) => None,
        (
            Action::SwitchBackend | Action::SwitchTo(_) | Action::Clients(ClientsAction::Close(_)),
            Acting::ReadOnly,
        ) => Some("hosts are only looked at: watch --act may close connections and switch backends"),
        (Action::Record(RecordAction::Toggle), _) => {
            Some("hosts publish no bytes to record: watch --headless prints what they publish")
        }
        _ => Some("hosts publish no bytes, and this is done where their bytewatch runs"),
    }
}
