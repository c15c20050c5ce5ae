//! A conversation: what went both ways in a connection, in the order of time, and how it is written to a file.

use std::fmt::Write as _;

use bytes::Bytes;

use crate::app::format;
use crate::app::stream::Channel;
use crate::bytes::export::dump;
use crate::bytes::safe;
use crate::bytes::stamp::stamp;
use crate::event::codec::LineWriter;
use crate::event::{ConnectionId, Event, Origin, StreamEvent, Timestamp, Utf8Summary};
use crate::model::Connection;

/// A copy of what is kept of a conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    connection: ConnectionId,
    /// The address of the client, safe to print.
    peer: String,
    pieces: Vec<Piece>,
}

/// The bytes of one read or write, as far as they are kept.
#[derive(Debug)]
struct Piece {
    /// The position among all reads and writes of the connection.
    seq: u64,
    at: Timestamp,
    channel: Channel,
    offset: u64,
    bytes: Bytes,
    origin: Origin,
}

impl Conversation {
    /// Copies what is kept of a connection.
    pub(super) fn of(connection: &Connection) -> Self {
        let is_relayed = connection.upstream.is_some();
        let channels = Channel::ALL.into_iter().filter(|&one| one != Channel::ToUpstream || is_relayed);
        let mut pieces: Vec<Piece> = channels.flat_map(|channel| pieces(channel, connection)).collect();
        pieces.sort_by_key(|piece| piece.seq);
        Self { connection: connection.id, peer: safe::line(&connection.peer.to_string()), pieces }
    }

    /// Returns the connection.
    pub(super) const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Returns the number of bytes in all directions.
    pub(super) fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.bytes.len() as u64).sum()
    }

    /// Returns the bytes as a hex dump. Each line of it begins with the word for its direction, so that `sed -n 's/^in  //p'`
    /// leaves what `xxd -r` reads; before each read or write stands a line with its time.
    pub(super) fn dump(&self) -> String {
        let Self { connection, peer, pieces } = self;
        let calls = match pieces.len() {
            1 => "1 read or write".to_owned(),
            many => format!("{} reads and writes", format::count(many as u64)),
        };
        let mut out = format!("# {connection} {peer}: {calls}, {}\n", format::plural(self.bytes(), "byte"));
        for Piece { at, channel, offset, bytes, origin, .. } in pieces {
            let length = format::plural(bytes.len() as u64, "byte");
            let by = if *origin == Origin::User { ", by the user" } else { "" };
            let (time, word) = (stamp(at.0), channel.word());
            // A text cannot refuse to be written to.
            let _ = writeln!(out, "# {time:.6} {word}, {length} from offset {offset}{by}");
            let direction = match channel {
                Channel::Received => "in",
                Channel::Sent => "out",
                Channel::ToUpstream => "put",
            };
            for line in dump(*offset, bytes).lines() {
                let _ = writeln!(out, "{direction:<3} {line}");
            }
        }
        out
    }

    /// Returns the events of the bytes as NDJSON, as they are printed without a dashboard.
    pub(super) fn lines(&self) -> Vec<u8> {
        let (mut out, mut writer) = (String::new(), LineWriter::default());
        for Piece { at, channel, offset, bytes, origin, .. } in &self.pieces {
            let event = StreamEvent::Bytes {
                offset: *offset,
                data: bytes.clone(),
                summary: Utf8Summary::default(),
                origin: *origin,
                forwarded: None,
                place: None,
            };
            let event = Event::Stream(channel.id(self.connection), event);
            // A text cannot refuse to be written to.
            let _ = writer.write(&mut out, *at, &event);
        }
        out.into_bytes()
    }
}

/// Returns the kept reads or writes of a channel.
fn pieces(channel: Channel, connection: &Connection) -> impl Iterator<Item = Piece> {
    let history = &channel.stream(connection).history;
    history.chunks().iter().filter_map(move |chunk| {
        let offset = chunk.offset.max(history.start());
        let bytes = Bytes::from(history.copy(offset..chunk.end()));
        let origin =
            if chunk.is_by_user() { Origin::User } else { Origin::of(channel.id(connection.id).direction) };
        (!bytes.is_empty()).then_some(Piece { seq: chunk.seq, at: chunk.at, channel, offset, bytes, origin })
    })
}
