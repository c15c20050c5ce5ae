//! A closed loop of echo clients on one thread: each sends a message, waits until all of it is back, compares it, and
//! sends the next. They reset their connections in the end, so that no port is left waiting.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

/// So many connects are under way at once.
const CONNECTS: usize = 256;
/// What one read takes at most.
const READ: usize = 64 * 1024;

/// Clients of one server.
pub(crate) struct Clients {
    runtime: Runtime,
    streams: Vec<TcpStream>,
    message: Rc<[u8]>,
}

/// What came of one turn.
pub(crate) struct Turn {
    /// Messages that came back whole, a second.
    pub(crate) per_second: f64,
    /// So many microseconds or fewer took 99 of 100 messages.
    pub(crate) p99: f64,
}

/// What the clients of a turn write down.
struct Book {
    until: Instant,
    latencies: RefCell<Vec<u32>>,
    scratch: RefCell<Vec<u8>>,
    wrong: Cell<u64>,
}

impl Clients {
    /// Connects so many, which send messages of `size` bytes.
    ///
    /// # Errors
    /// One of them cannot connect.
    pub(crate) fn connect(server: SocketAddr, connections: usize, size: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut streams = Vec::with_capacity(connections);
        runtime.block_on(async {
            while streams.len() < connections {
                let wave = CONNECTS.min(connections - streams.len());
                let tasks: Vec<_> = (0..wave).map(|_| tokio::spawn(TcpStream::connect(server))).collect();
                for task in tasks {
                    let stream = task.await.map_err(io::Error::other)??;
                    stream.set_nodelay(true)?;
                    SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
                    streams.push(stream);
                }
            }
            io::Result::Ok(())
        })?;
        let message = (0..size).map(|at| (at % 251) as u8).collect();
        Ok(Self { runtime, streams, message })
    }

    /// Lets all of them talk for a while.
    ///
    /// # Errors
    /// A connection broke, or something else came back than was sent.
    pub(crate) fn turn(self, time: Duration) -> io::Result<Turn> {
        let began = Instant::now();
        let book = Rc::new(Book {
            until: began + time,
            latencies: RefCell::default(),
            scratch: RefCell::new(vec![0; READ]),
            wrong: Cell::new(0),
        });
        let local = LocalSet::new();
        let tasks: Vec<_> = self
            .streams
            .into_iter()
            .map(|stream| local.spawn_local(talk(stream, Rc::clone(&self.message), Rc::clone(&book))))
            .collect();
        self.runtime.block_on(local.run_until(async {
            for task in tasks {
                task.await.map_err(io::Error::other)??;
            }
            io::Result::Ok(())
        }))?;
        if book.wrong.get() > 0 {
            return Err(io::Error::other(format!("{} messages came back wrong", book.wrong.get())));
        }
        let mut latencies = book.latencies.take();
        latencies.sort_unstable();
        let p99 = latencies.get(latencies.len() * 99 / 100).copied().unwrap_or(0);
        Ok(Turn { per_second: latencies.len() as f64 / began.elapsed().as_secs_f64(), p99: f64::from(p99) })
    }
}

/// Message after message, until the time is over.
async fn talk(mut stream: TcpStream, message: Rc<[u8]>, book: Rc<Book>) -> io::Result<()> {
    loop {
        let sent = Instant::now();
        if sent >= book.until {
            return Ok(());
        }
        let (mut out, mut back) = (0, 0);
        while back < message.len() {
            if out < message.len() {
                out += stream.write(&message[out..]).await?;
            }
            stream.readable().await?;
            let mut scratch = book.scratch.borrow_mut();
            let room = scratch.len().min(message.len() - back);
            match stream.try_read(&mut scratch[..room]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    if scratch[..length] != message[back..back + length] {
                        book.wrong.set(book.wrong.get() + 1);
                    }
                    back += length;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        let micros = u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX);
        book.latencies.borrow_mut().push(micros);
    }
}
