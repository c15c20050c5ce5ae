//! The pane of the clients: the table of connections, and what its keys do.

mod actions;
pub mod columns;
mod encrypted;
mod filter_words;
pub mod grouping;
mod host_names;
pub mod names;
mod order;
pub mod proxied;
pub mod relayed;
mod row_click;
mod sort;
pub mod spoken;
mod table;
mod table_data;
mod widths;

pub use actions::detail_rows;
pub use row_click::RowClick;
pub use sort::Sort;
pub use table::Clients;
