//! The sink that publishes what happens, on a bus that many machines share.

#[cfg(feature = "fleet")]
mod sink;

use std::net::SocketAddr;

use anyhow::Result;
#[cfg(not(feature = "fleet"))]
use anyhow::bail;

#[cfg(not(feature = "fleet"))]
use crate::fleet::options::NOT_BUILT_IN;
use crate::fleet::options::PublishOptions;
use crate::shell::inbox::Poster;
use crate::shell::sink::Sink;

/// Starts to publish; `addresses` are those that the server listens on.
///
/// # Errors
///
/// One line: a file that cannot be used, or that this program cannot publish.
#[cfg(feature = "fleet")]
pub(crate) fn start(
    options: PublishOptions,
    addresses: &[SocketAddr],
    poster: Poster,
) -> Result<Box<dyn Sink>> {
    Ok(Box::new(sink::PublisherSink::start(options, addresses, poster)?))
}

/// Says that this program cannot publish.
#[cfg(not(feature = "fleet"))]
pub(crate) fn start(_: PublishOptions, _: &[SocketAddr], _: Poster) -> Result<Box<dyn Sink>> {
    bail!("--publish is not possible: {NOT_BUILT_IN}")
}
