//! The one key table: dispatch, footer, help, palette, configuration and the table of docs/keys.md come from it, and no
//! key is typed anywhere else.

mod acting_table;
mod binding;
mod bindings;
mod comparing_table;
mod export_table;
mod finding_table;
mod hosts_table;
mod key_context;
mod marking_table;
mod message_table;
mod names;
mod overlay_table;
mod rebind;
mod replay_table;
mod table;
mod timeline_table;

pub use binding::{Binding, Hint, Key};
pub use bindings::Keymap;
pub use key_context::KeyContext;
pub use names::key;
pub use rebind::{Override, RebindError};
