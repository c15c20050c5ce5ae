//! Rules of well-known protocols.

use crate::bytes::frame::rule::Rule;
use crate::bytes::protocol::{Recognised, Speaker};

/// The rule of a protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Named {
    /// What stands for the rule: `mqtt`.
    pub name: &'static str,
    /// The names under which the protocol is recognised.
    pub protocols: &'static [&'static str],
    /// The text of the rule.
    pub rule: &'static str,
    /// Which side sends such messages; both if `None`.
    pub only: Option<Speaker>,
    /// What is sent, for people.
    pub about: &'static str,
}

const fn both(
    name: &'static str,
    protocols: &'static [&'static str],
    rule: &'static str,
    about: &'static str,
) -> Named {
    Named { name, protocols, rule, only: None, about }
}

const fn client(
    name: &'static str,
    protocols: &'static [&'static str],
    rule: &'static str,
    about: &'static str,
) -> Named {
    Named { name, protocols, rule, only: Some(Speaker::Client), about }
}

/// A record of TLS, which protocols change to in the middle of a connection: its type, its version, its length.
macro_rules! or_tls {
    ($rule:literal) => {
        concat!("if 14|15|16|17 length:offset=3,width=2 else ", $rule)
    };
}

/// All protocols of which the messages are known.
pub const NAMED: &[Named] = &[
    both("adb-transport", &[], "length:offset=12,width=4,le,add=8", "messages between the hosts of adb"),
    client(
        "adb",
        &["adb"],
        "if \"CNXN\"|\"AUTH\"|\"OPEN\"|\"OKAY\"|\"WRTE\"|\"CLSE\"|\"STLS\" length:offset=12,width=4,le,add=8 else hex:width=4",
        "requests of adb",
    ),
    both(
        "amqp",
        &["AMQP"],
        "if \"AMQP\" fixed:8 else if 00 length:width=4,counts=itself else length:offset=3,width=4,add=1",
        "frames of AMQP 0-9-1 and 1.0",
    ),
    both("bgp", &[], "length:offset=16,width=2,counts=message", "messages of BGP"),
    both(
        "cassandra",
        &[],
        "length:offset=5,width=4",
        "frames of CQL up to version 4, and of the handshake of version 5",
    ),
    both("cvs", &["CVS"], "lf", "lines of CVS"),
    both("diameter", &[], "length:offset=1,width=3,counts=message", "messages of Diameter"),
    both("dicom", &["DICOM"], "length:offset=2,width=4", "protocol data units of DICOM"),
    both("dict", &["DICT"], "crlf", "lines of DICT"),
    both("dlt", &["DLT"], "length:offset=2,width=2,counts=message", "messages of AUTOSAR DLT"),
    both("dns", &["DNS"], "length:width=2", "messages of DNS over TCP"),
    both("doip", &["DoIP"], "length:offset=4,width=4", "messages of DoIP"),
    client("epmd", &["EPMD"], "length:width=2", "requests to Erlang's port mapper"),
    both("ethernet-ip", &["EtherNet/IP"], "length:offset=2,width=2,le,add=20", "messages of EtherNet/IP"),
    both("fix", &["FIX"], "fix", "messages of FIX"),
    both("ftp", &["FTP"], or_tls!("crlf"), "lines of FTP"),
    both("gdb", &["GDB"], "gdb", "packets and acknowledgements of GDB's remote protocol"),
    both(
        "gearman",
        &["Gearman"],
        "if 00 length:offset=8,width=4 else lf",
        "packets of Gearman, and lines of its administration",
    ),
    both("git", &["git"], "hex:width=4,counts=message,clamp", "packet lines of git"),
    both("gpsd", &["gpsd"], "lf", "lines of gpsd"),
    both("hazelcast", &["Hazelcast"], "\"CP2\" then length:width=4,le,counts=itself", "frames of Hazelcast"),
    both("hislip", &["HiSLIP"], "length:offset=8,width=8", "messages of HiSLIP"),
    both(
        "http",
        &["HTTP/1", "SIP"],
        "http",
        "messages of HTTP/1 and SIP, then frames of WebSocket if it is agreed upon",
    ),
    both(
        "http2",
        &["HTTP/2"],
        "\"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\" then length:width=3,add=6",
        "frames of HTTP/2, behind the preface of the client",
    ),
    both("iec104", &["IEC 104"], "length:offset=1,width=1", "APDUs of IEC 60870-5-104"),
    both("imap", &["IMAP"], or_tls!("imap-lines"), "lines of IMAP with their literals"),
    both("irc", &["IRC"], "lf", "lines of IRC"),
    both(
        "jdwp",
        &["JDWP"],
        "\"JDWP-Handshake\" then length:width=4,counts=itself",
        "packets of Java's debugger",
    ),
    both("json-lines", &[], "lf", "a value of JSON on each line"),
    both("kafka", &["Kafka"], "length:width=4", "requests and responses of Kafka"),
    both("ldap", &["LDAP"], or_tls!("ber"), "messages of LDAP"),
    both("lsv2", &["LSV2"], "length:width=4,add=4", "telegrams of Heidenhain LSV2"),
    both(
        "mavlink",
        &["MAVLink"],
        "if fe length:offset=1,width=1,add=6 else length:offset=1,width=1,add=10",
        "packets of MAVLink without signatures",
    ),
    both(
        "memcached",
        &["memcached"],
        "if 80|81 length:offset=8,width=4,add=12 else memcached-text",
        "lines of memcached with their values, or its binary packets",
    ),
    both(
        "melsec",
        &["MELSEC"],
        "if \"T\"|d4 length:offset=11,width=2,le else length:offset=7,width=2,le",
        "frames of MELSEC 3E and 4E in binary",
    ),
    both("mllp", &["MLLP"], "mllp", "messages of HL7 in MLLP"),
    both("modbus", &["Modbus"], "length:offset=4,width=2", "messages of Modbus TCP"),
    both("mongodb", &["MongoDB"], "length:width=4,le,counts=itself", "messages of MongoDB"),
    both("mpd", &["MPD"], "lf", "lines of MPD"),
    both("mqtt", &["MQTT"], "varint:offset=1", "packets of MQTT"),
    both(
        "mysql",
        &["MySQL"],
        "if 140303|150303|160301|160303|170303 length:offset=3,width=2 else length:width=3,le,add=1",
        "packets of MySQL and MariaDB",
    ),
    both("nanomsg", &["nanomsg"], "fixed:8 then length:width=8", "messages of nanomsg and nng"),
    both("nats", &["NATS"], "nats", "lines of NATS with their payloads"),
    both("netstring", &[], "decimal:ends=\":\",add=1", "netstrings"),
    both("nntp", &["NNTP"], or_tls!("crlf"), "lines of NNTP"),
    both("opc-ua", &["OPC UA"], "length:offset=4,width=4,le,counts=message", "chunks of OPC UA"),
    both("osc", &["OSC"], "if c0 slip else length:width=4", "packets of OSC 1.0 and 1.1"),
    both("pickle", &["pickle"], "length:width=4", "messages of Python's multiprocessing, up to 2 GiB"),
    both("pop3", &["POP3"], or_tls!("crlf"), "lines of POP3"),
    both(
        "postgresql",
        &["PostgreSQL"],
        concat!(
            "\"N\" then \"S\" then ",
            or_tls!("if 00 length:width=4,counts=itself else length:offset=1,width=4,counts=itself"),
        ),
        "messages of PostgreSQL; the first ones of a client have no type, and the first answers are a single letter",
    ),
    both("protobuf", &[], "varint", "messages of Protocol Buffers, each behind its length"),
    both("pulseaudio", &["PulseAudio"], "length:width=4,add=16", "packets of PulseAudio"),
    both("rdp", &["RDP"], or_tls!("length:offset=2,width=2,counts=message"), "TPKT of RDP, then TLS"),
    both("resp", &["RESP"], "resp", "commands and replies of Redis, whole"),
    both("rpyc", &["RPyC"], "length:width=4,add=2", "frames of RPyC"),
    both(
        "rtsp",
        &["RTSP"],
        "if \"$\" length:offset=2,width=2 else http",
        "messages of RTSP and the media between them",
    ),
    both("scpi", &["SCPI"], "lf", "lines of SCPI"),
    both("smb", &["SMB"], "length:offset=1,width=3", "messages of SMB"),
    both("smpp", &["SMPP"], "length:width=4,counts=itself", "protocol data units of SMPP"),
    both("smtp", &["SMTP"], or_tls!("crlf"), "lines of SMTP"),
    both("stomp", &["STOMP"], "stomp", "frames of STOMP"),
    both(
        "syslog",
        &["syslog"],
        "if \"<\" lf else decimal:ends=\" \"",
        "messages of syslog, as lines or behind their length",
    ),
    both("tds", &["TDS"], or_tls!("length:offset=2,width=2,counts=message"), "packets of TDS (SQL Server)"),
    both("telnet", &["Telnet"], "telnet", "commands of Telnet, and the lines or records between them"),
    both("tls", &["TLS"], "length:offset=3,width=2", "records of TLS"),
    both(
        "tpkt",
        &[],
        "length:offset=2,width=2,counts=message",
        "packets of ISO transport over TCP, such as those of S7",
    ),
    both("z3950", &["Z39.50"], "ber", "messages of Z39.50"),
    both("zeromq", &["ZMTP"], "fixed:64 then zmtp", "frames of ZeroMQ (ZMTP 3)"),
    both("zookeeper", &["ZooKeeper"], "length:width=4", "packets of ZooKeeper"),
];

/// The rule of this name. A simple rule may have the name of its protocol.
pub(super) fn named(name: &str) -> Option<&'static Named> {
    NAMED.iter().find(|named| named.name == name && named.rule != name)
}

impl Named {
    /// The protocol that this one side speaks, by the innermost of these names that has a rule.
    pub(super) fn innermost<'a>(
        names: impl IntoIterator<Item = &'a str>,
        speaker: Speaker,
    ) -> Option<&'static Self> {
        let fits = |name: &str| {
            let fits = |named: &&Self| {
                named.protocols.contains(&name) && named.only.is_none_or(|only| only == speaker)
            };
            NAMED.iter().find(fits)
        };
        names.into_iter().filter_map(fits).last()
    }
}

impl Rule {
    /// The rule for what one side sends in a protocol, by the name under which the protocol is recognised.
    #[must_use]
    pub fn for_protocol(protocol: &str, speaker: Speaker) -> Option<Self> {
        Named::innermost([protocol], speaker)?.rule.parse().ok()
    }

    /// The rule for what one side sends in the innermost protocol that has a rule. The header of a proxy is a message
    /// before the others.
    #[must_use]
    pub fn for_recognised(recognised: &Recognised, speaker: Speaker) -> Option<Self> {
        let rule: Self = Named::innermost(recognised.names(), speaker)?.rule.parse().ok()?;
        let header = match recognised.protocol {
            "PROXY v1" => "if \"PROXY \" crlf then",
            "PROXY v2" => "if 0d0a0d0a000d0a515549540a length:offset=14,width=2 then",
            _ => return Some(rule),
        };
        // Only the client has a proxy before it.
        if speaker == Speaker::Server { Some(rule) } else { format!("{header} {rule}").parse().ok() }
    }
}
