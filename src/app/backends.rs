//! The rows of the Backends pane, as text: which system calls each backend makes, what they do now, and what that
//! costs; then the switches, then process figures and limits. `ui` decides how the rows are drawn.

mod aspects;
mod backend_stats;
pub mod block_notices;
pub mod blocked;
mod compact;
pub mod faults;
mod full;
pub mod metrics;
mod narrow;
mod process;
mod recorded;
mod row;
mod state;
mod stress_tests;
mod switches;
mod table;

pub use row::{
    BACKEND_ORDER, BETWEEN, BackendRow, HIGH, HISTOGRAM_X, LABEL, SwitchStatus, TEST_KEY, TEST_NAME, UNKNOWN,
    WIDE,
};
pub use state::BackendsState;
pub(crate) use state::switch;
pub use table::rows;
