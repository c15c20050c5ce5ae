//! What it takes to play a recording again: the steps of both sides of each connection, and the comparison of what comes
//! back with what was recorded. Sockets are not its business.

mod comparison;
mod ignored;
mod script;

pub use comparison::{Compared, Comparison, Difference, compare};
pub use ignored::{Arrived, ArrivedCounter, Ignored};
pub use script::{Action, Expected, Party, Script, ScriptError, Scripts, Step};
