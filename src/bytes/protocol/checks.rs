//! All checks, in the order in which their answers count.

use std::sync::OnceLock;

use crate::bytes::protocol::databases::{
    bolt, clickhouse, cql, hazelcast, mongodb, postgresql, resp, tds, tns,
};
use crate::bytes::protocol::devices::{
    dicom, doip, esphome, esphome_noise, ethernet_ip, hislip, iec104, lsv2, mavlink, melsec, mllp, modbus,
    opc_ua, osc_length, osc_slip, sane,
};
use crate::bytes::protocol::directory::{dns, ldap, z39_50};
use crate::bytes::protocol::found::{Check, View};
use crate::bytes::protocol::greetings::{dlt, imap, mpd, mysql, nntp, number_220, pop3, tarantool};
use crate::bytes::protocol::http::{http2, request};
use crate::bytes::protocol::lines::{dict, irc, syslog};
use crate::bytes::protocol::memcached::{memcached, memcached_binary};
use crate::bytes::protocol::queues::{
    fix, gearman, kafka, mqtt, scalability_protocols, smpp, stomp, zmtp, zookeeper,
};
use crate::bytes::protocol::reader::Stop;
use crate::bytes::protocol::remote::{
    pulseaudio, rdp, rsync_client, rsync_server, rtmp, smb, socks4, socks5, ssh_client, ssh_server,
    telnet_client, telnet_server, x11,
};
use crate::bytes::protocol::tls::{client_hello, ssl2_hello};
use crate::bytes::protocol::tools::{
    adb_server, adb_transport, epmd, erlang, gdb, git, iperf3, nrpe, nrpe_2, pickle, py4j, rpyc,
};
use crate::bytes::protocol::{magic, proxy};

/// The checks of what a client sends first.
pub(super) static CLIENT: ByFirstByte =
    ByFirstByte::new(CLIENT_CHECKS, |client| View { client, server: &[] });

/// The checks of what a server sends first.
pub(super) static SERVER: ByFirstByte =
    ByFirstByte::new(SERVER_CHECKS, |server| View { client: &[], server });

/// For each first byte the checks that it does not contradict, in their order.
pub(super) struct ByFirstByte {
    all: &'static [Check],
    view: fn(&[u8]) -> View<'_>,
    open: [OnceLock<Box<[Check]>>; 256],
}

impl ByFirstByte {
    const fn new(all: &'static [Check], view: fn(&[u8]) -> View<'_>) -> Self {
        Self { all, view, open: [const { OnceLock::new() }; 256] }
    }

    /// The checks that this first byte does not contradict. The first time, each is asked about the byte alone: one that
    /// finds a contradiction finds it however the bytes go on.
    pub(super) fn of(&self, byte: u8) -> &[Check] {
        self.open[usize::from(byte)].get_or_init(|| {
            let is_open = |check: &&Check| !matches!(check((self.view)(&[byte])), Err(Stop::Not));
            self.all.iter().filter(is_open).copied().collect()
        })
    }
}

/// The checks of what a client sends first, in the order in which they are asked. A check counts once all before it have
/// found a contradiction.
pub(super) const CLIENT_CHECKS: &[Check] = &[
    client_hello,
    ssl2_hello,
    proxy::header,
    http2,
    request,
    magic::client,
    ssh_client,
    rsync_client,
    telnet_client,
    resp,
    mqtt,
    stomp,
    fix,
    dns,
    epmd,
    postgresql,
    ldap,
    z39_50,
    esphome_noise,
    dicom,
    mllp,
    hislip,
    opc_ua,
    iec104,
    melsec,
    ethernet_ip,
    lsv2,
    doip,
    mavlink,
    clickhouse,
    esphome,
    smb,
    x11,
    rdp,
    socks5,
    socks4,
    rtmp,
    pulseaudio,
    git,
    adb_server,
    adb_transport,
    gdb,
    nrpe,
    nrpe_2,
    rpyc,
    pickle,
    py4j,
    iperf3,
    erlang,
    kafka,
    zookeeper,
    smpp,
    zmtp,
    scalability_protocols,
    gearman,
    cql,
    mongodb,
    bolt,
    hazelcast,
    tds,
    tns,
    memcached,
    memcached_binary,
    syslog,
    irc,
    dict,
    sane,
    osc_slip,
    osc_length,
    modbus,
];

/// The checks of what a server sends first.
pub(super) const SERVER_CHECKS: &[Check] = &[
    magic::server,
    ssh_server,
    rsync_server,
    telnet_server,
    number_220,
    imap,
    pop3,
    nntp,
    mysql,
    mpd,
    tarantool,
    dlt,
];
