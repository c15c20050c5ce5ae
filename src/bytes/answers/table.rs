//! The protocols in which it is known which message answers which.

use crate::bytes::answers::binary::{
    cassandra, diameter, dns, jdwp, kafka, ldap, modbus, mongodb, smpp, zookeeper,
};
use crate::bytes::answers::http::http;
use crate::bytes::answers::lines::{ftp, imap, pop3, smtp};
use crate::bytes::answers::mqtt::mqtt;
use crate::bytes::answers::role::Reader;
use crate::bytes::answers::storage::{memcached, postgresql, resp};

/// A protocol.
pub(super) struct Paired {
    /// The name of its rule.
    pub(super) name: &'static str,
    pub(super) read: Reader,
    /// Whether the answers come in the order of the requests.
    pub(super) is_in_order: bool,
    /// How a message is found to answer another, for people.
    pub(super) about: &'static str,
}

const fn in_order(name: &'static str, read: Reader, about: &'static str) -> Paired {
    Paired { name, read, is_in_order: true, about }
}

const fn by_id(name: &'static str, read: Reader, about: &'static str) -> Paired {
    Paired { name, read, is_in_order: false, about }
}

/// All of them.
pub(super) const TABLE: &[Paired] = &[
    by_id("cassandra", cassandra, "by stream id"),
    by_id("diameter", diameter, "by hop-by-hop id"),
    by_id("dns", dns, "by id"),
    in_order("ftp", ftp, "in order"),
    in_order("http", http, "in order"),
    by_id("imap", imap, "by tag"),
    by_id("jdwp", jdwp, "by id"),
    by_id("kafka", kafka, "by correlation id"),
    by_id("ldap", ldap, "by message id"),
    in_order("memcached", memcached, "in order"),
    by_id("modbus", modbus, "by transaction id"),
    by_id("mongodb", mongodb, "by request id"),
    by_id("mqtt", mqtt, "by packet id"),
    in_order("pop3", pop3, "in order"),
    in_order("postgresql", postgresql, "in order"),
    in_order("resp", resp, "in order"),
    by_id("smpp", smpp, "by sequence number"),
    in_order("smtp", smtp, "in order"),
    by_id("zookeeper", zookeeper, "by xid"),
];

/// How a message of the protocol with the rule of this name is found to answer another, if it is.
#[must_use]
pub fn pairs_of(name: &str) -> Option<&'static str> {
    TABLE.iter().find(|paired| paired.name == name).map(|paired| paired.about)
}
