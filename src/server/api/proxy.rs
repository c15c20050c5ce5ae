//! A proxy: a listener with a name, which may be closed for a while.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::event::{Address, FaultPlan, ListenerId};
use crate::server::api::toxic::Toxic;

/// A listener with a name, and its toxics.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) name: String,
    /// Where it listens, or has listened.
    pub(super) listen: Address,
    /// The permissions of its file, if it is a Unix socket that was listened on from the start.
    pub(super) file_mode: Option<u32>,
    pub(super) target: Target,
    /// `None` while it is disabled.
    pub(super) listener: Option<ListenerId>,
    /// In the order in which they were added.
    pub(super) toxics: Vec<Toxic>,
}

/// Where the clients of a proxy go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Target {
    /// To the service of the server, which has this name.
    Service(&'static str),
    /// To another server.
    Upstream(String),
}

impl Target {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Service(word) => word,
            Self::Upstream(upstream) => upstream,
        }
    }
}

impl Proxy {
    /// The faults of its connections.
    pub(super) fn plan(&self) -> Arc<FaultPlan> {
        Arc::new(FaultPlan {
            faults: self.toxics.iter().flat_map(|toxic| toxic.faults(&self.name)).collect(),
        })
    }

    pub(super) fn toxics_to_json(&self) -> Value {
        self.toxics.iter().map(Toxic::to_json).collect()
    }

    /// The proxy as it is answered.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "listen": self.listen.to_string(),
            "upstream": self.target.text(),
            "enabled": self.listener.is_some(),
            "toxics": self.toxics_to_json(),
        })
    }
}
