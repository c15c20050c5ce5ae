//! Errors in the form of Toxiproxy.

use std::io;

use hyper::StatusCode;
use serde_json::{Value, json};

/// Why a request is not carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(super) fn bad_body(why: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("bad request body: {why}"))
    }

    pub(super) fn missing(field: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("missing required field: {field}"))
    }

    pub(super) fn no_proxy() -> Self {
        Self::new(StatusCode::NOT_FOUND, "proxy not found")
    }

    pub(super) fn no_toxic() -> Self {
        Self::new(StatusCode::NOT_FOUND, "toxic not found")
    }

    /// What kept a listener from being opened.
    pub(super) fn of_listener(address: impl std::fmt::Display, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidInput => Self::new(StatusCode::BAD_REQUEST, error.to_string()),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("listen tcp {address}: {error}")),
        }
    }

    pub(super) fn stopped() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping")
    }

    /// The body of the response. Older clients read `title`.
    pub(super) fn body(&self) -> Value {
        json!({"error": self.message, "title": self.message, "status": self.status.as_u16()})
    }
}
