//! Connections on the loopback that are worth a capture.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

use socket2::SockRef;

/// A server that answers each connection with what it got, twice, and ends when the client does.
pub(crate) fn serve(address: &str) -> SocketAddr {
    let listener = TcpListener::bind(address).unwrap();
    let bound = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut piece = vec![0; 50_000];
                while let Ok(length @ 1..) = stream.read(&mut piece) {
                    if stream.write_all(&piece[..length]).is_err()
                        || stream.write_all(&piece[..length]).is_err()
                    {
                        return;
                    }
                }
            });
        }
    });
    bound
}

/// Makes connections of several kinds, one after the other and some at once.
pub(crate) fn make(server: SocketAddr) {
    let clients: Vec<_> = (0..12)
        .map(|number| {
            let mut random = fastrand::Rng::with_seed(number);
            thread::spawn(move || client(server, number, &mut random))
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
}

fn client(server: SocketAddr, number: u64, random: &mut fastrand::Rng) {
    let mut stream = TcpStream::connect(server).unwrap();
    let length = random.usize(1..60_000);
    let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
    let mut reader = stream.try_clone().unwrap();
    let reading = thread::spawn(move || {
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer);
        answer.len()
    });
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(random.usize(1..=rest.len().min(9_000)));
        stream.write_all(piece).unwrap();
        rest = behind;
    }
    if number % 4 == 3 {
        // A reset, while the answer may be under way.
        SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
        SockRef::from(&stream).shutdown(Shutdown::Read).unwrap();
        drop(stream);
        let _ = reading.join();
    } else {
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(reading.join().unwrap(), 2 * length);
    }
}
