//! Tests without a switch, of one connection or many.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;

use bytewatch::event::{BackendKind, CloseMode, Command, ConnectionCommand, ConnectionId};
use bytewatch::event::{CloseReason, ConnectionEvent, Direction, Event, Side, StreamEvent};
use bytewatch::server::{Config, ListenAddress, ReplyTo, ServiceConfig, Template};
use socket2::SockRef;

use crate::harness::{Running, config, echo, model, pattern};

on_both_backends!(
    a_character_split_across_writes_is_one,
    a_half_closed_client_gets_all_its_pending_bytes,
    a_reset_ends_one_connection_and_no_other,
    a_slow_reader_is_waited_for,
    a_mebibyte_comes_back,
    two_hundred_clients_are_served,
    discard_answers_nothing,
    reply_answers_each_read,
    reply_answers_messages_however_they_are_cut,
    reply_answers_once,
    a_greeting_comes_first,
    a_greeting_is_whole_over_a_switch,
    closing_with_unread_input_destroys_no_answer,
    the_user_can_reset_a_connection,
    stopping_while_busy_ends_all_connections,
    stopping_while_idle_is_quick,
    several_listeners_are_served,
    short_reads_make_small_chunks,
);

fn a_character_split_across_writes_is_one(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut client = running.connect();
    client.write_all(b"\xe2").unwrap();
    running
        .wait_for("the first byte", 1, |event| matches!(event, Event::Stream(_, StreamEvent::Bytes { .. })));
    client.write_all(b"\x82\xac").unwrap();
    let mut back = [0; 3];
    client.read_exact(&mut back).unwrap();
    assert_eq!(&back, "€".as_bytes());
    drop(client);
    running.wait_for_close(1);
    let model = model(&running.stop());
    let stream = &model.connection(ConnectionId(1)).unwrap().received;
    assert_eq!((stream.characters.well_formed, stream.characters.malformed, stream.events), (1, 0, 2));
}

fn a_half_closed_client_gets_all_its_pending_bytes(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut client = running.connect();
    let sent = pattern(1, 0, 3 << 20);
    let (mut writer, data) = (client.try_clone().unwrap(), sent.clone());
    let writing = thread::spawn(move || {
        writer.write_all(&data).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let mut back = Vec::new();
    client.read_to_end(&mut back).unwrap();
    assert!(back == sent, "{} of {} came back", back.len(), sent.len());
    writing.join().unwrap();
    let length = sent.len() as u64;
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, length, length));
    running.stop();
}

fn a_reset_ends_one_connection_and_no_other(backend: BackendKind) {
    let running = Running::echo(backend);
    let (other, victim) = (running.connect(), running.connect());
    echo(&victim, 2, 1000);
    SockRef::from(&victim).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    drop(victim);
    assert_eq!(running.wait_for_close(2).0, CloseReason::PeerReset);
    echo(&other, 3, 1000);
    running.stop();
}

fn a_slow_reader_is_waited_for(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut client = running.connect();
    let sent = pattern(4, 0, 24 << 20);
    let (mut writer, data) = (client.try_clone().unwrap(), sent.clone());
    let writing = thread::spawn(move || writer.write_all(&data).unwrap());
    running.wait_for("a slow connection", 1, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Slow { .. }))
    });
    echo(&running.connect(), 5, 1000);
    let mut back = vec![0; sent.len()];
    client.read_exact(&mut back).unwrap();
    assert!(back == sent);
    writing.join().unwrap();
    running.wait_for("that it flows again", 1, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Flowing { .. }))
    });
    running.stop();
}

fn a_mebibyte_comes_back(backend: BackendKind) {
    let running = Running::echo(backend);
    echo(&running.connect(), 6, 1 << 20);
    running.stop();
}

fn two_hundred_clients_are_served(backend: BackendKind) {
    let running = Running::echo(backend);
    let clients: Vec<_> = (0..200).map(|_| running.connect()).collect();
    for (seed, client) in clients.iter().enumerate() {
        let mut writer = client;
        writer.write_all(&pattern(seed as u64, 0, 5000)).unwrap();
    }
    for (seed, client) in clients.iter().enumerate() {
        let (mut reader, mut back) = (client, vec![0; 5000]);
        reader.read_exact(&mut back).unwrap();
        assert!(back == pattern(seed as u64, 0, 5000), "client {seed}");
    }
    drop(clients);
    running.wait_for("all ends", 200, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Closed { .. }))
    });
    running.stop();
}

fn discard_answers_nothing(backend: BackendKind) {
    let running = Running::start(Config { service: ServiceConfig::Discard, ..config(backend) });
    let mut client = running.connect();
    client.write_all(&pattern(7, 0, 100_000)).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.read(&mut [0; 10]).unwrap(), 0);
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, 100_000, 0));
    running.stop();
}

fn reply_answers_each_read(backend: BackendKind) {
    let service =
        ServiceConfig::Reply(Template::parse("#{connection}: {bytes} «{text}»").unwrap(), ReplyTo::Read);
    let running = Running::start(Config { service, ..config(backend) });
    let mut client = running.connect();
    client.write_all("hé".as_bytes()).unwrap();
    let expected = "#1: 3 «hé»";
    let mut back = vec![0; expected.len()];
    client.read_exact(&mut back).unwrap();
    assert_eq!(String::from_utf8(back).unwrap(), expected);
    running.stop();
}

fn reply_to(backend: BackendKind, template: &str, to: ReplyTo) -> Running {
    let service = ServiceConfig::Reply(Template::parse(template).unwrap(), to);
    Running::start(Config { service, ..config(backend) })
}

fn expect(mut client: &TcpStream, expected: &str) {
    let mut back = vec![0; expected.len()];
    client.read_exact(&mut back).unwrap();
    assert_eq!(String::from_utf8_lossy(&back), expected);
}

/// A switch comes within a message, before its protocol is known, and between messages.
fn reply_answers_messages_however_they_are_cut(backend: BackendKind) {
    for (framing, messages) in [
        ("lf", ["SELECT 1\n", "€\n"]),
        ("auto", ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n€"]),
        ("length:width=2", ["\0\u{5}hello", "\0\u{3}€"]),
    ] {
        let framing = framing.parse().unwrap();
        let running = reply_to(backend, "{bytes} «{text}»", ReplyTo::Message(framing));
        let mut client = running.connect();
        let mut to = backend;
        let answer = |message: &str| format!("{} «{message}»", message.len());
        // Many in one read.
        client.write_all(messages.concat().repeat(3).as_bytes()).unwrap();
        expect(&client, &messages.map(answer).concat().repeat(3));
        let mut reads = 1;
        for message in messages {
            for byte in message.bytes() {
                client.write_all(&[byte]).unwrap();
                reads += 1;
                running.wait_for("the byte", reads, |event| {
                    matches!(event, Event::Stream(id, StreamEvent::Bytes { .. }) if id.direction == Direction::Received)
                });
                to = to.other();
                running.switch(to);
            }
            expect(&client, &answer(message));
        }
        running.stop();
    }
}

fn reply_answers_once(backend: BackendKind) {
    let running = reply_to(backend, "{bytes}.", ReplyTo::Once);
    let mut client = running.connect();
    client.write_all(b"first").unwrap();
    expect(&client, "5.");
    client.write_all(b"second").unwrap();
    running.switch(backend.other());
    client.write_all(b"third").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.read(&mut [0; 10]).unwrap(), 0);
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, 16, 2));
    running.stop();
}

fn a_greeting_comes_first(backend: BackendKind) {
    let greeting = Template::parse(r"220 #{connection}\r\n").unwrap();
    let running = Running::start(Config { greeting: Some(greeting), ..config(backend) });
    let mut clients = [running.connect(), running.connect()];
    for (number, client) in (1..).zip(&mut clients) {
        let mut greeting = [0; 8];
        client.read_exact(&mut greeting).unwrap();
        assert_eq!(greeting, *format!("220 #{number}\r\n").as_bytes());
    }
    clients.iter().for_each(|client| echo(client, 5, 1_000));
    drop(clients);
    for connection in [1, 2] {
        assert_eq!(running.wait_for_close(connection), (CloseReason::PeerFinished, 1_000, 1_008));
    }
    let model = model(&running.stop());
    let sent = &model.connection(ConnectionId(1)).unwrap().sent;
    assert_eq!(
        sent.history.copy(0..9),
        b"220 #1\r\n\xf2"[..8].iter().copied().chain(pattern(5, 0, 1)).collect::<Vec<_>>()
    );
}

fn a_greeting_is_whole_over_a_switch(backend: BackendKind) {
    const LENGTH: usize = 16 << 20;
    // More than sockets hold, so the switch comes while most of it is not sent.
    let text = "0123456789abcdef".repeat(LENGTH / 16);
    let greeting = Template::parse(&text).unwrap();
    let running = Running::start(Config { greeting: Some(greeting), ..config(backend) });
    let mut client = running.connect();
    let mut back = vec![0; LENGTH];
    client.read_exact(&mut back[..1000]).unwrap();
    running.switch(backend.other());
    client.read_exact(&mut back[1000..]).unwrap();
    assert!(back == text.as_bytes(), "the greeting, once");
    echo(&client, 5, 1_000);
    // One that comes after the switch is greeted too.
    let mut other = running.connect();
    other.read_exact(&mut back[..16]).unwrap();
    assert_eq!(&back[..16], b"0123456789abcdef");
    drop((client, other));
    running.stop();
}

fn closing_with_unread_input_destroys_no_answer(backend: BackendKind) {
    let running = Running::echo(backend);
    let sent = pattern(8, 0, 12 << 20);
    // All clients at once, as each of them takes a while to become slow.
    let mut clients: Vec<_> = (0..20).map(|_| (running.connect(), 0)).collect();
    for (client, _) in &clients {
        client.set_nonblocking(true).unwrap();
    }
    // More than the server can answer: the rest stays unread in its socket.
    running.wait("that all are slow", |events| {
        for (client, written) in &mut clients {
            loop {
                match client.write(&sent[*written % sent.len()..]) {
                    Ok(length) => *written += length,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
        let slow = |id| {
            events.iter().any(|stamped| {
                stamped.event
                    == Event::Connection(ConnectionId(id), ConnectionEvent::Slow { side: Side::Client })
            })
        };
        (1..=20).all(slow).then_some(())
    });
    for (id, (mut client, _)) in (1..).zip(clients) {
        running
            .server
            .command(Command::Connection(ConnectionId(id), ConnectionCommand::Close(CloseMode::Finish)));
        client.set_nonblocking(false).unwrap();
        let mut back = Vec::new();
        client.read_to_end(&mut back).unwrap();
        let expected = &sent[..back.len().min(sent.len())];
        assert!(back.len() > 100_000 && &back[..expected.len()] == expected, "{} bytes", back.len());
        drop(client);
        assert_eq!(running.wait_for_close(id).0, CloseReason::WeFinished);
    }
    running.stop();
}

fn the_user_can_reset_a_connection(backend: BackendKind) {
    let running = Running::echo(backend);
    let (mut victim, other) = (running.connect(), running.connect());
    echo(&victim, 9, 100);
    running.server.command(Command::Connection(ConnectionId(1), ConnectionCommand::Close(CloseMode::Reset)));
    assert_eq!(victim.read(&mut [0; 10]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(running.wait_for_close(1).0, CloseReason::WeReset);
    echo(&other, 10, 100);
    running.stop();
}

fn stopping_while_busy_ends_all_connections(backend: BackendKind) {
    let running = Running::echo(backend);
    let clients: Vec<_> = (0..20).map(|_| running.connect()).collect();
    let busy: Vec<_> =
        clients.into_iter().map(|client| thread::spawn(move || until_it_ends(client))).collect();
    // The kernel resets a client that is still in the backlog when the listener closes.
    running.wait_for("all of them", 20, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
    running
        .wait_for("some traffic", 200, |event| matches!(event, Event::Stream(_, StreamEvent::Bytes { .. })));
    running.stop();
    busy.into_iter().for_each(|client| client.join().unwrap());
}

/// Echoes until the server closes. Every byte that comes back is right, and the close is a FIN, not a reset.
fn until_it_ends(mut client: TcpStream) {
    let (mut offset, mut back) = (0, vec![0; 1000]);
    loop {
        if client.write_all(&pattern(11, offset, 1000)).is_err() {
            return;
        }
        let mut filled = 0;
        while filled < 1000 {
            match client.read(&mut back[filled..]) {
                Ok(0) => return,
                Ok(length) => filled += length,
                Err(error) => panic!("{error}"),
            }
        }
        assert!(back == pattern(11, offset, 1000));
        offset += 1000;
    }
}

fn stopping_while_idle_is_quick(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut clients: Vec<_> = (0..20).map(|_| running.connect()).collect();
    running.wait_for("all of them", 20, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
    running.stop();
    for client in &mut clients {
        assert_eq!(client.read(&mut [0; 10]).unwrap(), 0, "the end is a FIN");
    }
}

fn several_listeners_are_served(backend: BackendKind) {
    let listen = ["127.0.0.1:0", "[::1]:0", "127.0.0.1:0"];
    let listen = listen.map(|address| ListenAddress::Inet(address.parse().unwrap())).into();
    let running = Running::start(Config { listen, ..config(backend) });
    for &address in running.server.addresses() {
        let client = TcpStream::connect(address).unwrap();
        echo(&client, 12, 1000);
        running.wait(&format!("a client of {address}"), |events| {
            let opened = |event: &Event| matches!(event, Event::Connection(_, ConnectionEvent::Opened { local, .. }) if local.inet() == Some(address));
            events.iter().any(|stamped| opened(&stamped.event)).then_some(())
        });
    }
    running.stop();
}

fn short_reads_make_small_chunks(backend: BackendKind) {
    let running = Running::start(Config { read_size: 1024, ..config(backend) });
    echo(&running.connect(), 13, 100_000);
    for stamped in running.stop() {
        if let Event::Stream(_, StreamEvent::Bytes { data, .. }) = stamped.event {
            assert!(data.len() <= 1024);
        }
    }
}
