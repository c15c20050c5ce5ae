//! Waits that end at a deadline.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::time::timeout_at;

/// Waits for `poll` to be ready, until the deadline at most. Whether the time was up, the caller finds out itself.
pub(super) async fn until(deadline: Option<Instant>, poll: impl FnMut(&mut Context<'_>) -> Poll<()>) {
    match deadline {
        None => poll_fn(poll).await,
        Some(deadline) => {
            // A timer is large, and most waits have none.
            let _: Result<(), _> = Box::pin(timeout_at(deadline.into(), poll_fn(poll))).await;
        }
    }
}
