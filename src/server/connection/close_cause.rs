//! Why a connection is closed.

use crate::event::{Call, CloseReason};

/// Why a connection is closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::server) struct CloseCause {
    pub(in crate::server) reason: CloseReason,
    pub(in crate::server) detail: Option<String>,
    /// The call that failed, if that is the reason.
    pub(in crate::server) failed_call: Option<Call>,
}

impl CloseCause {
    /// Why a connection is closed that is dropped while it is open.
    pub(in crate::server) fn of_drop() -> Self {
        if std::thread::panicking() {
            let detail = Some("the code that served it panicked".to_owned());
            return Self { reason: CloseReason::Error, detail, failed_call: None };
        }
        Self { reason: CloseReason::WeReset, detail: None, failed_call: None }
    }
}
