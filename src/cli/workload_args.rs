//! The arguments of `load` and `compare` that say what the clients send, and when.

use clap::Args;

use super::values;
use crate::client::load::{LoadModel, Pattern};

#[derive(Args)]
pub(super) struct WorkloadArgs {
    /// Bytes of a message
    #[arg(short, long, value_name = "BYTES", default_value = "1KiB", value_parser = values::message_size)]
    pub(super) size: usize,

    /// Messages that each steady client has under way at once
    #[arg(long, value_name = "N", default_value = "1", value_parser = values::number)]
    pub(super) pipeline: usize,

    /// Send PER_SECOND messages a second in all, whatever comes back (open loop); a latency counts from when a message was due
    #[arg(short, long, value_name = "PER_SECOND", conflicts_with = "pipeline", value_parser = values::number)]
    pub(super) rate: Option<usize>,

    /// What is sent: any bytes, lines of ASCII, UTF-8 in many scripts, the same with malformed parts
    #[arg(short, long, value_name = "PATTERN", default_value = "text", value_parser = values::pattern())]
    pub(super) pattern: Pattern,
}

impl WorkloadArgs {
    pub(super) fn load_model(&self) -> LoadModel {
        self.rate.map_or(LoadModel::ClosedLoop, |rate| LoadModel::OpenLoop(rate as f64))
    }
}
