//! What is kept of a PROXY header.

use crate::bytes::protocol::proxy_header::Addresses;

/// A PROXY header that is no part of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProxyRecord {
    /// 1 or 2.
    pub version: u8,
    /// The number of its bytes.
    pub length: usize,
    /// The addresses that it tells.
    pub addresses: Option<Addresses>,
    /// The number of further fields (TLVs).
    pub tlvs: usize,
}
