//! Recordings of a relay.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};

use crate::harness::{Folder, payload, run};
use crate::modes::Mode;
use crate::tools::{Streams, comments, follow, has, remarks};

in_each_mode!(a_relayed_connection_is_followed);

fn a_relayed_connection_is_followed(mode: Mode) {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("relay.pcapng");
    let upstream = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = upstream.local_addr().unwrap().to_string();
    let relay = run(mode, &["relay", &address, "-l", "127.0.0.1:0"], &path, &[]);
    let mut client = relay.connect();
    let (mut server, _) = upstream.accept().unwrap();
    let serving = std::thread::spawn(move || {
        let mut question = Vec::new();
        server.read_to_end(&mut question).unwrap();
        server.write_all(&payload(800_000)).unwrap();
        question
    });
    client.write_all(&payload(300_000)).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    assert!(serving.join().unwrap() == payload(300_000));
    assert!(answer == payload(800_000));
    assert_eq!(relay.event("closed", 1)["received"], 300_000);
    relay.stop();
    assert_eq!(remarks(&path), [""; 0]);
    assert!(follow(&path, 0) == Streams { from_client: payload(300_000), to_client: payload(800_000) });
    let comments = comments(&path);
    assert!(comments[0].contains(&format!("relayed to {address}")), "{comments:?}");
    assert!(comments.iter().any(|comment| comment.contains(&format!("upstream {address} connected"))));
}
