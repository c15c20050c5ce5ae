//! The one key table: dispatch, footer, help and the table of docs/keys.md come from it, and no key is typed anywhere else.

mod acting_table;
mod binding;
mod lookup;
mod names;
mod table;

pub use binding::{Binding, Context, Hint, Key, contexts};
pub use lookup::{action, all, bindings, label, markdown};
pub use names::key;
