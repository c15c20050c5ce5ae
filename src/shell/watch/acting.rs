//! What the user asks hosts for: each action is sent once, and its outcome is told.

use std::collections::{HashMap, VecDeque};

use tracing::{info, warn};

use crate::app::hosts::HostId;
use crate::app::{HostAnswer, HostNews, HostOutcome};
use crate::bytes::safe;
use crate::event::{BackendKind, CloseMode, ConnectionId, Timestamp};
use crate::fleet::follower::{Follower, OrderOutcome};
use crate::fleet::here_and_now;
use crate::fleet::subject::Publisher;
use crate::fleet::wire::{Order, Outcome, Text};
use crate::shell::watch::translation::Translation;

/// The target of what is logged about actions.
const TARGET: &str = "bytewatch::hosts";

/// Hosts are asked for at most this many actions in one second.
const MOST_IN_A_SECOND: usize = 10;

const SECOND: u64 = 1_000_000;

/// What the user asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    /// To close a connection.
    Close(ConnectionId, CloseMode),
    /// To serve on this backend.
    Switch(HostId, BackendKind),
}

/// The actions that were asked for.
pub(super) struct Orders {
    /// Who asks, which nothing proves.
    who: Text,
    /// Those without an outcome.
    open: HashMap<u64, (HostId, String)>,
    /// When the newest ones were sent.
    sent: VecDeque<Timestamp>,
    answers: Vec<HostAnswer>,
}

impl Orders {
    pub(super) fn new() -> Self {
        Self {
            who: Text::new(&here_and_now::claimed_name()),
            open: HashMap::new(),
            sent: VecDeque::new(),
            answers: Vec::new(),
        }
    }

    /// Sends what the user asks for.
    pub(super) fn ask(&mut self, asked: Asked, translation: &Translation, follower: &mut Follower) {
        let Some((host, publisher, order, what)) = self.order(asked, translation) else { return };
        let now = follower.clock().now();
        while self.sent.front().is_some_and(|at| now.micros_since(*at) >= SECOND) {
            self.sent.pop_front();
        }
        if self.sent.len() >= MOST_IN_A_SECOND {
            return self.answers.push(HostAnswer { host, what, outcome: HostOutcome::TooMany });
        }
        self.sent.push_back(now);
        info!(target: TARGET, "{publisher} is asked: {what}");
        let number = follower.order(publisher, order);
        self.open.insert(number, (host, what));
    }

    fn order(&self, asked: Asked, translation: &Translation) -> Option<(HostId, Publisher, Order, String)> {
        let who = self.who.clone();
        Some(match asked {
            Asked::Close(id, mode) => {
                let (host, publisher, epoch) = translation.run_of(id)?;
                let connection = id.number();
                let (order, word) = match mode {
                    CloseMode::Finish => (Order::Close { epoch, who, connection }, "close"),
                    CloseMode::Reset => (Order::Reset { epoch, who, connection }, "reset"),
                };
                (host, publisher.clone(), order, format!("{word} {id}"))
            }
            Asked::Switch(host, to) => {
                let (publisher, epoch) = translation.present_run(host)?;
                (
                    host,
                    publisher.clone(),
                    Order::Switch { epoch, who, to: to.into() },
                    format!("switch to {to}"),
                )
            }
        })
    }

    /// What has come of actions since the last call.
    pub(super) fn answers(&mut self, follower: &mut Follower) -> Vec<HostNews> {
        for (number, outcome) in follower.outcomes() {
            let Some((host, what)) = self.open.remove(&number) else { continue };
            let outcome = match outcome {
                OrderOutcome::Answered(Outcome::Accepted) => HostOutcome::Accepted,
                OrderOutcome::Answered(Outcome::Refused { why }) => {
                    HostOutcome::Refused(why.as_str().to_owned())
                }
                OrderOutcome::Answered(Outcome::UnknownConnection) => HostOutcome::UnknownConnection,
                OrderOutcome::Nobody => HostOutcome::Nobody,
                OrderOutcome::Unknown => HostOutcome::NoAnswer,
            };
            match &outcome {
                HostOutcome::Accepted => info!(target: TARGET, "accepted: {what}"),
                HostOutcome::Refused(why) => warn!(target: TARGET, "refused: {what}: {}", safe::line(why)),
                HostOutcome::UnknownConnection => warn!(target: TARGET, "no such connection: {what}"),
                HostOutcome::NoAnswer => warn!(target: TARGET, "no answer, so it may be done or not: {what}"),
                HostOutcome::Nobody | HostOutcome::TooMany => warn!(target: TARGET, "not done: {what}"),
            }
            self.answers.push(HostAnswer { host, what, outcome });
        }
        self.answers.drain(..).map(HostNews::Answered).collect()
    }
}
