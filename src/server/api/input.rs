//! The bodies of requests.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::server::api::error::ApiError;

/// A proxy to be created or changed. What is left out, or null, stays as it is.
#[derive(Clone, Deserialize, Default, Debug)]
pub(super) struct ProxyInput {
    pub(super) name: Option<String>,
    pub(super) listen: Option<String>,
    pub(super) upstream: Option<String>,
    pub(super) enabled: Option<bool>,
}

/// A toxic to be created or changed.
#[derive(Clone, Deserialize, Default, Debug)]
pub(super) struct ToxicInput {
    pub(super) name: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) stream: Option<String>,
    pub(super) toxicity: Option<f64>,
    pub(super) attributes: Option<Map<String, Value>>,
}

/// Reads a body.
///
/// # Errors
/// It is not JSON, or not of this form.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(ApiError::bad_body)
}
