//! One turn of one candidate: what its clients measured, and what its process used meanwhile.

use std::ops::ControlFlow;
use std::sync::mpsc::{self, Sender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::client::load;
use crate::client::load::{LoadModel, Plan, Summary, Workload};
use crate::commands::compare::candidate::{Candidate, ServerProcess};
use crate::commands::compare::metrics::{CandidateMetrics, Metric};
use crate::commands::compare::options::{CompareOptions, HandlerMode};
use crate::commands::compare::usage_probe::Usage;
use crate::event::Address;

/// The number of concurrent clients that measure connections per second.
const CHURN_CLIENTS: usize = 16;
/// The time before the end at which the second usage reading is requested, because it may take a while.
const BEFORE_END: Duration = Duration::from_millis(250);
/// More than a turn takes beside its measurement.
const MARGIN: Duration = Duration::from_secs(24 * 3_600);

/// Measures one turn.
///
/// # Errors
/// The candidate cannot be started or reached, or other bytes came back than were sent.
pub(super) fn turn(
    options: &CompareOptions,
    candidate: &Candidate,
    connections: usize,
) -> Result<CandidateMetrics> {
    let (address, running) = candidate.start(options.handlers)?;
    let blocked_client = match options.handlers {
        HandlerMode::Normal => None,
        HandlerMode::OneBlocks => Some(BlockedClient::begin(options, address.clone())?),
    };
    let plan = plan(options, address.clone(), (Workload::Steady, connections));
    let probe = running.as_ref().and_then(ServerProcess::probe);
    let empty = probe.and_then(|probe| {
        probe.request(0);
        probe.wait()
    });
    let mut asked = 0;
    let summary = load::run(&plan, &mut |stats| {
        let late = stats.time() + BEFORE_END >= plan.time;
        if let Some(probe) = probe
            && stats.messages > 0
            && (asked == 0 || asked == 1 && late)
        {
            probe.request(stats.messages);
            asked += 1;
        }
        ControlFlow::Continue(())
    });
    let summary = check_echo(summary.with_context(|| format!("nothing answers at {address}"))?)?;
    drop(blocked_client);
    let readings = running.map(ServerProcess::end).unwrap_or_default();
    let mut metrics = CandidateMetrics::default();
    record_client_metrics(&mut metrics, options, &summary);
    if let (Some((_, empty)), [first, .., last] | [first @ last]) = (empty, readings.as_slice()) {
        record_usage(&mut metrics, connections, &empty, [first, last]);
    }
    metrics.set(Metric::Connections, rate_of_connections(options, candidate)?);
    Ok(metrics)
}

fn plan(options: &CompareOptions, target: Address, group: (Workload, usize)) -> Plan {
    Plan {
        target,
        source: None,
        groups: vec![group],
        size: options.size,
        pipeline: options.pipeline,
        load_model: options.load_model,
        pattern: options.pattern.clone(),
        ramp: Duration::ZERO,
        time: options.time,
    }
}

/// The client whose handler blocks: it sends a byte as soon as the last one is back.
struct BlockedClient {
    /// Closed when the client has to end.
    goes_on: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl BlockedClient {
    /// Connects. It must be the first client of the server, and has been served once when this returns.
    fn begin(options: &CompareOptions, address: Address) -> Result<Self> {
        let plan = Plan {
            size: 1,
            pipeline: 1,
            load_model: LoadModel::ClosedLoop,
            // The client ends when it is dropped.
            time: options.time.saturating_add(MARGIN),
            ..plan(options, address, (Workload::Steady, 1))
        };
        let (goes_on, ends) = mpsc::channel();
        let (served, is_served) = mpsc::channel();
        let thread = thread::spawn(move || {
            // The receiver tells a client that could not connect by its closed channel.
            let _ = load::run(&plan, &mut |stats| {
                if stats.messages > 0 {
                    let _ = served.send(());
                }
                match ends.try_recv() {
                    Err(TryRecvError::Disconnected) => ControlFlow::Break(()),
                    _ => ControlFlow::Continue(()),
                }
            });
        });
        let client = Self { goes_on: Some(goes_on), thread: Some(thread) };
        is_served.recv().context("its first client is not answered")?;
        Ok(client)
    }
}

impl Drop for BlockedClient {
    fn drop(&mut self) {
        self.goes_on = None;
        if let Some(thread) = self.thread.take() {
            // The thread cannot panic.
            let _ = thread.join();
        }
    }
}

/// Fails if bytes came back changed: a server that does not echo cannot be compared.
fn check_echo(summary: Summary) -> Result<Summary> {
    if let Some(mismatch) = summary.stats.first_mismatch {
        bail!("at offset {} of connection {} it did not echo", mismatch.offset, mismatch.connection);
    }
    Ok(summary)
}

fn record_client_metrics(metrics: &mut CandidateMetrics, options: &CompareOptions, summary: &Summary) {
    let stats = &summary.stats;
    if options.load_model == LoadModel::ClosedLoop {
        metrics.set(Metric::Messages, stats.messages as f64 / summary.time.as_secs_f64());
    }
    for (metric, percent) in Metric::LATENCIES {
        if let Some(took) = stats.latency.percentile(percent) {
            metrics.set(metric, took.as_secs_f64());
        }
    }
    metrics.set(Metric::Errors, stats.errors.values().sum::<u64>() as f64);
    metrics.set(Metric::OwnShare, summary.own_share.unwrap_or(0.0));
}

fn record_usage(
    metrics: &mut CandidateMetrics,
    connections: usize,
    empty: &Usage,
    readings: [&(u64, Usage); 2],
) {
    let [(before, first), (after, second)] = readings;
    // A busy process may answer only after its clients have gone.
    metrics.set(Metric::Threads, first.threads.max(second.threads) as f64);
    let resident = first.resident.max(second.resident).saturating_sub(empty.resident);
    metrics.set(Metric::Memory, resident as f64 / connections as f64);
    let messages = after.saturating_sub(*before) as f64;
    if messages > 0.0 {
        let since = |of: fn(&Usage) -> u64| of(second).saturating_sub(of(first)) as f64;
        // Microseconds per message equal seconds per million messages.
        metrics.set(Metric::Processor, since(|usage| usage.cpu_micros) / messages);
        metrics.set(Metric::Voluntary, since(|usage| usage.voluntary) / messages);
        metrics.set(Metric::Involuntary, since(|usage| usage.involuntary) / messages);
    }
}

/// The number of connections per second that are made, used for one message and closed.
fn rate_of_connections(options: &CompareOptions, candidate: &Candidate) -> Result<f64> {
    let (address, running) = candidate.start(HandlerMode::Normal)?;
    let plan = Plan {
        load_model: LoadModel::ClosedLoop,
        pipeline: 1,
        ..plan(options, address.clone(), (Workload::Churn, CHURN_CLIENTS))
    };
    let summary = load::run(&plan, &mut |_| ControlFlow::Continue(()))
        .with_context(|| format!("nothing answers at {address}"))?;
    let summary = check_echo(summary)?;
    drop(running);
    Ok(summary.stats.messages as f64 / summary.time.as_secs_f64())
}
