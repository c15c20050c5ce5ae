//! The load generator, against our own servers and against servers that lose, duplicate, change and swap bytes.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod broken;
mod command;
mod compare;
mod kinds;

use std::ops::ControlFlow;
use std::time::Duration;

use bytewatch::client::load;
use bytewatch::client::load::{LoadModel, Pattern, Plan, Summary, Workload};
use bytewatch::event::Address;

/// A plan of one steady client for a short time; tests change what they are about.
pub(crate) fn plan(target: impl Into<Address>) -> Plan {
    Plan {
        target: target.into(),
        source: None,
        groups: vec![(Workload::Steady, 1)],
        size: 1_024,
        pipeline: 1,
        load_model: LoadModel::ClosedLoop,
        pattern: Pattern::Text,
        ramp: Duration::ZERO,
        time: Duration::from_millis(200),
    }
}

/// Runs a plan to its end.
pub(crate) fn run(plan: &Plan) -> Summary {
    load::run(plan, &mut |_| ControlFlow::Continue(())).unwrap()
}
