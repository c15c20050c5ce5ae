//! `--allow` and `--deny`: who is refused, how that ends, and how it is counted.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;

use bytewatch::event::{BackendKind, ConnectionEvent, Event, ServerEvent, Stamped};
use bytewatch::server::{
    Config, ListenAddress, Network, PeerRules, RelayConfig, ServerTlsConfig, ServiceConfig, Upstream,
};
use socket2::{Domain, Socket, Type};

use crate::harness::{LIMIT, Running, config, echo, model};

on_both_backends!(
    a_denied_client_is_refused_and_others_are_served,
    only_allowed_clients_are_served,
    a_denied_network_wins_over_an_allowed_one,
    a_flood_from_many_addresses_names_the_rule_only,
    denied_clients_take_no_place_of_others,
    the_rules_hold_after_a_switch,
    a_denied_client_of_tls_gets_no_handshake,
    a_denied_client_of_a_relay_reaches_no_upstream,
    clients_of_ipv6_have_rules_of_their_own,
    unix_clients_are_served_whatever_the_rules,
);

fn rules(allow: &[&str], deny: &[&str]) -> PeerRules {
    let networks = |texts: &[&str]| texts.iter().map(|text| Network::parse(text).unwrap()).collect();
    PeerRules::new(networks(allow), networks(deny))
}

fn start(backend: BackendKind, allow: &[&str], deny: &[&str]) -> Running {
    Running::start(Config { peer_rules: rules(allow, deny), ..config(backend) })
}

fn local(host: u8) -> IpAddr {
    [127, 0, 0, host].into()
}

/// Connects from this address.
fn connect_from(source: IpAddr, target: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::for_address(target), Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(source, 0).into()).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket.set_write_timeout(Some(LIMIT)).unwrap();
    socket.connect(&target.into()).unwrap();
    socket.into()
}

impl Running {
    fn connect_from(&self, source: IpAddr) -> TcpStream {
        connect_from(source, self.server.addresses()[0])
    }
}

/// Checks that the server has ended the connection, with FIN or RST, and has sent nothing.
fn is_refused(client: &TcpStream) {
    let mut client = client;
    match client.read(&mut [0; 16]) {
        Ok(length) => assert_eq!(length, 0),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
    }
}

/// The refusals so far: how many clients, and why.
fn refusals(events: &[Stamped]) -> Vec<(u64, String)> {
    let refused = events.iter().filter_map(|stamped| match &stamped.event {
        Event::Server(ServerEvent::Refused { clients, detail }) => Some((*clients, detail.clone())),
        _ => None,
    });
    refused.collect()
}

/// Waits until `count` clients are counted as refused.
fn wait_for_refused(running: &Running, count: u64) -> Vec<(u64, String)> {
    running.wait("the refusals", |events| {
        let refused = refusals(events);
        (refused.iter().map(|(clients, _)| clients).sum::<u64>() == count).then_some(refused)
    })
}

fn opened(events: &[Stamped]) -> usize {
    let is_opened =
        |stamped: &&Stamped| matches!(stamped.event, Event::Connection(_, ConnectionEvent::Opened { .. }));
    events.iter().filter(is_opened).count()
}

fn a_denied_client_is_refused_and_others_are_served(backend: BackendKind) {
    let running = start(backend, &[], &["10.0.0.0/8", "127.0.0.2/31"]);
    echo(&running.connect(), 1, 1000);
    is_refused(&running.connect_from(local(3)));
    assert_eq!(wait_for_refused(&running, 1), [(1, "127.0.0.3 is denied by --deny 127.0.0.2/31".to_owned())]);
    echo(&running.connect_from(local(4)), 2, 1000);
    let events = running.stop();
    assert_eq!((opened(&events), model(&events).totals.refused), (2, 1));
}

fn only_allowed_clients_are_served(backend: BackendKind) {
    let running = start(backend, &["127.0.0.2", "127.0.0.8/29"], &[]);
    for host in [2, 8, 15] {
        echo(&running.connect_from(local(host)), host.into(), 1000);
    }
    is_refused(&running.connect_from(local(16)));
    let why = "127.0.0.16 is not in --allow 127.0.0.2 or --allow 127.0.0.8/29";
    assert_eq!(wait_for_refused(&running, 1), [(1, why.to_owned())]);
    assert_eq!(opened(&running.stop()), 3);
}

fn a_denied_network_wins_over_an_allowed_one(backend: BackendKind) {
    let running = start(backend, &["127.0.0.0/8"], &["127.0.0.2"]);
    is_refused(&running.connect_from(local(2)));
    assert_eq!(wait_for_refused(&running, 1), [(1, "127.0.0.2 is denied by --deny 127.0.0.2".to_owned())]);
    echo(&running.connect_from(local(3)), 3, 1000);
    running.stop();
}

fn a_flood_from_many_addresses_names_the_rule_only(backend: BackendKind) {
    let running = start(backend, &[], &["127.0.0.0/8"]);
    let clients: Vec<_> = (1..=200).map(|host| running.connect_from(local(host))).collect();
    clients.iter().for_each(is_refused);
    for (clients, detail) in wait_for_refused(&running, 200) {
        // Whether clients are counted together depends on when the consumer looks.
        assert_eq!(detail == "denied by --deny 127.0.0.0/8", clients > 1, "{clients}: {detail}");
        assert!(detail.ends_with("denied by --deny 127.0.0.0/8"), "{detail}");
    }
    let events = running.stop();
    assert_eq!((opened(&events), model(&events).totals.refused), (0, 200));
}

fn denied_clients_take_no_place_of_others(backend: BackendKind) {
    let peer_rules = rules(&[], &["127.0.0.2"]);
    let running = Running::start(Config { peer_rules, max_connections: Some(1), ..config(backend) });
    for _ in 0..10 {
        is_refused(&running.connect_from(local(2)));
    }
    let served = running.connect();
    echo(&served, 1, 1000);
    is_refused(&running.connect());
    is_refused(&running.connect_from(local(2)));
    let refused = wait_for_refused(&running, 12);
    let over =
        refused.iter().filter(|(_, why)| why == "the limit of 1 at once is reached: --max-connections");
    assert_eq!(over.map(|(clients, _)| clients).sum::<u64>(), 1, "{refused:?}");
    echo(&served, 2, 1000);
    running.stop();
}

fn the_rules_hold_after_a_switch(backend: BackendKind) {
    let running = start(backend, &[], &["127.0.0.2"]);
    running.switch(backend.other());
    is_refused(&running.connect_from(local(2)));
    echo(&running.connect(), 1, 1000);
    wait_for_refused(&running, 1);
    running.stop();
}

fn a_denied_client_of_tls_gets_no_handshake(backend: BackendKind) {
    let tls = Some(ServerTlsConfig::default());
    let running = Running::start(Config { tls, peer_rules: rules(&[], &["127.0.0.0/8"]), ..config(backend) });
    let mut client = running.connect();
    // The start of a ClientHello. The refusal may be there before it.
    let sent = client.write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
    let is_left =
        |error: &io::Error| matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset);
    assert!(sent.as_ref().err().is_none_or(is_left), "{sent:?}");
    // No alert either.
    is_refused(&client);
    wait_for_refused(&running, 1);
    assert_eq!(opened(&running.stop()), 0);
}

fn a_denied_client_of_a_relay_reaches_no_upstream(backend: BackendKind) {
    let upstream = TcpListener::bind("127.0.0.1:0").unwrap();
    let relay = RelayConfig {
        upstreams: vec![Upstream::parse(&upstream.local_addr().unwrap().to_string()).unwrap()],
        connect_timeout: LIMIT,
        tls: None,
        send_proxy: None,
    };
    let running = Running::start(Config {
        service: ServiceConfig::Relay,
        relay: Some(relay),
        peer_rules: rules(&[], &["127.0.0.2"]),
        ..config(backend)
    });
    is_refused(&running.connect_from(local(2)));
    wait_for_refused(&running, 1);
    let served = running.connect();
    let (mut for_it, _) = upstream.accept().unwrap();
    (&served).write_all(b"served").unwrap();
    let mut bytes = [0; 6];
    for_it.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"served", "the first connection is not that of the denied client");
    drop((served, for_it));
    assert_eq!(opened(&running.stop()), 1);
}

/// Whether this machine has IPv6.
fn has_ipv6() -> bool {
    let there = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if !there {
        eprintln!("skipped: this machine has no IPv6");
    }
    there
}

fn clients_of_ipv6_have_rules_of_their_own(backend: BackendKind) {
    if !has_ipv6() {
        return;
    }
    let listen = vec![SocketAddr::from((Ipv6Addr::LOCALHOST, 0)).into()];
    for (allow, served) in [("::1", true), ("::/96", true), ("fe80::/10", false), ("0.0.0.0/0", false)] {
        let peer_rules = rules(&[allow], &[]);
        let running = Running::start(Config { listen: listen.clone(), peer_rules, ..config(backend) });
        let client = running.connect();
        if served {
            echo(&client, 1, 1000);
        } else {
            is_refused(&client);
            let why = format!("::1 is not in --allow {allow}");
            assert_eq!(wait_for_refused(&running, 1), [(1, why)]);
        }
        running.stop();
    }
    let listen = [IpAddr::from(Ipv6Addr::LOCALHOST), local(1)].map(|host| SocketAddr::new(host, 0).into());
    let peer_rules = rules(&[], &["::/0"]);
    let running = Running::start(Config { listen: listen.into(), peer_rules, ..config(backend) });
    is_refused(&running.connect());
    echo(&connect_from(local(2), running.server.addresses()[1]), 2, 1000);
    assert_eq!(wait_for_refused(&running, 1), [(1, "::1 is denied by --deny ::/0".to_owned())]);
    running.stop();
}

fn unix_clients_are_served_whatever_the_rules(backend: BackendKind) {
    let path = std::env::temp_dir().join(format!("bytewatch-{}-rules-{backend}", std::process::id()));
    let listen = vec![ListenAddress::parse_unix(path.to_str().unwrap()).unwrap()];
    let peer_rules = rules(&["10.0.0.0/8"], &["0.0.0.0/0", "::/0"]);
    let running = Running::start(Config { listen, peer_rules, ..config(backend) });
    let mut client = UnixStream::connect(&path).unwrap();
    client.set_read_timeout(Some(LIMIT)).unwrap();
    client.write_all(b"served").unwrap();
    let mut back = [0; 6];
    client.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"served");
    drop(client);
    assert_eq!(model(&running.stop()).totals.refused, 0);
}
