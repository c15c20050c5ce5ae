//! The PROXY headers of a connection, and who its client is behind a proxy.

use std::net::SocketAddr;

use crate::bytes::protocol::proxy_header::ProxyHeader;
use crate::event::Side;
use crate::model::connection::Connection;
use crate::model::proxy_record::ProxyRecord;

impl Connection {
    /// Keeps what a header says that was received from the client or sent to the upstream, in front of the stream.
    pub(super) fn note_proxy_header(&mut self, side: Side, data: &[u8]) {
        if let Ok(ProxyHeader { version, addresses, length, fields, .. }) = ProxyHeader::parse(data) {
            let record = ProxyRecord { version, length, addresses, tlvs: fields.len() };
            self.proxy.get_or_insert_default()[side] = Some(record);
        }
    }

    /// The PROXY header in front of the stream of this side.
    #[must_use]
    pub fn proxy_header(&self, side: Side) -> Option<&ProxyRecord> {
        self.proxy.as_ref()?[side].as_ref()
    }

    /// The address of the client behind the proxy that has connected, if a PROXY header tells it, whether that was taken
    /// off or not.
    #[must_use]
    pub fn client_behind_proxy(&self) -> Option<SocketAddr> {
        let taken_off = self.proxy_header(Side::Client).and_then(|header| header.addresses);
        let in_stream = || self.opening.protocol().and_then(|found| found.client);
        taken_off.map(|addresses| addresses.source).or_else(in_stream)
    }
}
