//! Heads of HTTP/1, SIP and RTSP, and where their bodies end.

use crate::bytes::frame::asked::{Asked, AskedQueue};
use crate::bytes::frame::mark::Reason;
use crate::bytes::frame::next::{Behind, Next};
use crate::bytes::frame::words::number;

/// What the lines so far of a message have said.
#[derive(Clone, Default, Debug)]
pub(super) struct Http {
    place: Place,
    start: Start,
    length: Option<u64>,
    chunked: bool,
    web_socket: bool,
    behind: Option<Behind>,
}

#[derive(Clone, Copy, Default, Debug)]
enum Place {
    #[default]
    Start,
    Head,
    /// Before the length of a chunk.
    Chunk,
    /// Behind the bytes of a chunk.
    ChunkEnd,
    Trailer,
}

/// What the first line is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Start {
    #[default]
    Request,
    Connect,
    /// A response of HTTP, with its status.
    Response(u16),
    /// A message of SIP, or of RTSP: without a length it has no body.
    Other,
}

impl Http {
    /// What comes behind the message, and whether that is sure.
    pub(super) const fn behind(&self) -> Option<(Behind, bool)> {
        match self.behind {
            Some(behind) => Some((behind, matches!(self.start, Start::Response(_)))),
            None => None,
        }
    }

    /// Reads a line; `asked` are the requests of the responses.
    pub(super) fn read(&mut self, line: &[u8], asked: &mut AskedQueue) -> Next {
        match self.place {
            // Lines may be empty before a message.
            Place::Start if line.is_empty() => Next::Line,
            Place::Start => self.start(line),
            Place::Head if line.is_empty() => self.end_of_head(asked),
            Place::Head => self.field(line),
            Place::Chunk => self.chunk(line),
            Place::ChunkEnd if line.is_empty() => {
                self.place = Place::Chunk;
                Next::Line
            }
            Place::ChunkEnd => Next::Fault(Reason::Malformed("a chunk does not end where its length has it")),
            Place::Trailer if line.is_empty() => Next::Message,
            Place::Trailer => Next::Line,
        }
    }

    fn start(&mut self, line: &[u8]) -> Next {
        let start = if let Some(rest) = line.strip_prefix(b"HTTP/1.") {
            let status = rest.get(2..5).and_then(number).and_then(|status| u16::try_from(status).ok());
            status.map(Start::Response)
        } else if line.starts_with(b"SIP/2.0 ") || line.starts_with(b"RTSP/") {
            Some(Start::Other)
        } else {
            let version = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
            match version {
                b"SIP/2.0" | b"RTSP/1.0" | b"RTSP/2.0" => Some(Start::Other),
                _ if version.starts_with(b"HTTP/1.") || line.len() > MOST_CHECKED => {
                    Some(if line.starts_with(b"CONNECT ") { Start::Connect } else { Start::Request })
                }
                _ => None,
            }
        };
        let Some(start) = start else {
            return Next::Fault(Reason::Malformed("this line begins no message of HTTP, SIP or RTSP"));
        };
        (self.start, self.place) = (start, Place::Head);
        Next::Line
    }

    fn field(&mut self, line: &[u8]) -> Next {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return Next::Line };
        let value = line[colon + 1..].trim_ascii();
        let name = line[..colon].trim_ascii().to_ascii_lowercase();
        match &name[..] {
            b"content-length" => self.length(value),
            // The short form of SIP.
            b"l" if self.start == Start::Other => self.length(value),
            b"transfer-encoding" => {
                let last = value.rsplit(|byte| *byte == b',').next().unwrap_or_default();
                self.chunked |= last.trim_ascii().eq_ignore_ascii_case(b"chunked");
                Next::Line
            }
            b"upgrade" => {
                self.web_socket |= value.eq_ignore_ascii_case(b"websocket");
                Next::Line
            }
            _ => Next::Line,
        }
    }

    fn length(&mut self, value: &[u8]) -> Next {
        let Some(length) = number(value) else {
            return Next::Fault(Reason::Malformed("the Content-Length is not a number"));
        };
        if self.length.is_some_and(|before| before != length) {
            return Next::Fault(Reason::Malformed("two Content-Length fields differ"));
        }
        self.length = Some(length);
        Next::Line
    }

    fn end_of_head(&mut self, asked: &mut AskedQueue) -> Next {
        let switches = if self.web_socket { Some(Behind::Frames) } else { None };
        // An interim response is none that was asked for.
        let asked = match self.start {
            Start::Response(101 | 200..) => asked.answer(),
            Start::Response(_) | Start::Request | Start::Connect | Start::Other => Asked::Plain,
        };
        match (self.start, asked) {
            (Start::Response(101), _) => {
                self.behind = switches.or(Some(Behind::Anything));
                return Next::Message;
            }
            (Start::Response(200..300), Asked::Tunnel) => {
                self.behind = Some(Behind::Anything);
                return Next::Message;
            }
            (Start::Response(100..200 | 204 | 304), _) | (_, Asked::NoBody) => return Next::Message,
            (Start::Connect, _) => self.behind = Some(Behind::Anything),
            (Start::Request, _) => self.behind = switches,
            (Start::Response(_) | Start::Other, _) => {}
        }
        if self.chunked {
            self.place = Place::Chunk;
            return Next::Line;
        }
        match (self.length, self.start) {
            (Some(length), _) => Next::Ends(length),
            (None, Start::Response(_)) => Next::Rest,
            (None, Start::Request | Start::Connect | Start::Other) => Next::Message,
        }
    }

    fn chunk(&mut self, line: &[u8]) -> Next {
        let size = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let fine = !size.is_empty() && size.iter().all(u8::is_ascii_hexdigit);
        let size = str::from_utf8(size).ok().filter(|_| fine);
        match size.and_then(|size| u64::from_str_radix(size, 16).ok()) {
            None => Next::Fault(Reason::Malformed("a chunk begins with its length in hex digits")),
            Some(0) => {
                self.place = Place::Trailer;
                Next::Line
            }
            Some(size) => {
                self.place = Place::ChunkEnd;
                Next::Skip(size)
            }
        }
    }
}

/// A first line that is longer may be cut: its end is not looked at.
const MOST_CHECKED: usize = 4000;
