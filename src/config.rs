//! The settings of the program: defaults, then the configuration file, then environment variables, then options of the
//! command line; each layer wins over those before it.
//!
//! This module is pure: the caller passes the text of the file, the environment, and the options that exist.
//! The options come from the definition of the command line, so the names of both cannot differ.
//!
//! | module | is |
//! |---|---|
//! | `document` | the file as a list of entries, each with its line |
//! | `options` | which options there are, and which names the file may have |
//! | `layers` | the effective settings of a command, each with where it came from |
//! | `source` | where a setting came from |
//! | `variables` | which environment variables there are |
//! | `listing` | the effective settings as TOML |

mod document;
mod layers;
mod listing;
mod options;
mod source;
mod surroundings;
mod variables;

pub use document::{Entry, Value, parse};
pub use layers::{Given, LayerError, Setting, effective, environment, from_file};
pub use listing::{Listed, listing};
pub use options::{CommandOptions, OptionShape, OptionSpec, TOP_LEVEL_COMMANDS, check_names};
pub use source::{Fault, Source};
pub use surroundings::{Surroundings, file_text};
pub use variables::{PREFIX as VARIABLE_PREFIX, without_effect};
