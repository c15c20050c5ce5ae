//! HTTP, and the protocols with request lines like it.

use httparse::{EMPTY_HEADER, Header, Status};

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, is_name, shown};

/// The longest name of a method.
const LONGEST_METHOD: usize = 24;

/// The largest number of headers that are read.
const MOST_HEADERS: usize = 64;

/// The connection preface of HTTP/2.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A protocol with request lines.
struct Version {
    /// What stands at the end of the line.
    text: &'static str,
    protocol: &'static str,
}

const VERSIONS: [Version; 5] = [
    Version { text: "HTTP/1.0", protocol: "HTTP/1" },
    Version { text: "HTTP/1.1", protocol: "HTTP/1" },
    Version { text: "SIP/2.0", protocol: "SIP" },
    Version { text: "RTSP/1.0", protocol: "RTSP" },
    Version { text: "RTSP/2.0", protocol: "RTSP" },
];

/// HTTP/2 without a request to change to it.
pub(super) fn http2(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(PREFACE)?;
    let detail = settings(&mut reader);
    Ok(Recognised::new("HTTP/2", "begins with the connection preface PRI * HTTP/2.0").fuller(detail))
}

/// The frame after the preface, which is one of settings.
fn settings(reader: &mut Reader<'_>) -> Step<String> {
    let length = reader.be24()?;
    reader.expect(&[4, 0, 0, 0, 0, 0])?;
    ensure(length.is_multiple_of(6))?;
    Ok(format!("{} settings", length / 6))
}

/// A request line: a method, a target, and the version of HTTP, SIP or RTSP.
///
/// The target is not copied, as its path and its query may have tokens.
pub(super) fn request(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let method = reader
        .until(b' ', LONGEST_METHOD, |byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'))?;
    ensure(method.len() >= 3)?;
    let target = reader.until(b' ', usize::MAX, |byte| byte.is_ascii_graphic() || *byte >= 0x80)?;
    ensure(!target.is_empty())?;
    let version = version(&mut reader)?;
    // Short connections with one request are frequent, so texts are joined without formatting.
    let name = str::from_utf8(method).map_err(|_| Stop::Not)?;
    let found = Recognised::new(version.protocol, ["request line ", name, " ... ", version.text].concat());
    let begin = match method {
        b"CONNECT" if version.protocol == "HTTP/1" && target.iter().all(is_name) => {
            ["CONNECT to ", &shown(target), ", ", version.text].concat()
        }
        _ => [name, ", ", version.text].concat(),
    };
    if version.protocol != "HTTP/1" {
        return Ok(found.detail(begin));
    }
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let described = match httparse::parse_headers(reader.rest(), &mut headers) {
        Ok(Status::Complete((_, headers))) => Ok(headers),
        Ok(Status::Partial) => Err(Stop::More),
        // The headers are malformed, or too many: the request line is valid all the same.
        Err(_) => Err(Stop::Not),
    };
    let headers = match described {
        Ok(headers) => headers,
        Err(stop) => return Ok(found.detail(begin).fuller(Err(stop))),
    };
    let mut found = found.detail(with_headers(begin, headers));
    found.within = upgrade(method, headers).map(Box::new);
    Ok(found)
}

/// The end of a request line.
fn version(reader: &mut Reader<'_>) -> Step<&'static Version> {
    let mut stop = Stop::Not;
    for version in &VERSIONS {
        let mut ahead = *reader;
        let read = ahead.expect(version.text.as_bytes()).and_then(|()| match ahead.u8()? {
            b'\n' => Ok(()),
            b'\r' => ahead.expect(b"\n"),
            _ => Err(Stop::Not),
        });
        match read {
            Ok(()) => {
                *reader = ahead;
                return Ok(version);
            }
            Err(Stop::More) => stop = Stop::More,
            Err(Stop::Not) => {}
        }
    }
    Err(stop)
}

fn value<'a>(headers: &[Header<'a>], name: &str) -> Option<&'a [u8]> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

/// Whether a list in a header has this word.
fn has_word(value: Option<&[u8]>, word: &str) -> bool {
    value
        .unwrap_or_default()
        .split(|byte| matches!(byte, b',' | b' ' | b';'))
        .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// The host that is asked for, and the program that asks.
fn with_headers(mut text: String, headers: &[Header<'_>]) -> String {
    let host = value(headers, "host").filter(|host| host.iter().all(is_name));
    let upgrade = has_word(value(headers, "upgrade"), "h2c").then_some(b"h2c".as_slice());
    let parts = [(", host ", host), (", ", value(headers, "user-agent")), (", upgrade to ", upgrade)]
        .map(|(before, part)| part.map(|part| (before, shown(part))));
    text.reserve_exact(parts.iter().flatten().map(|(before, part)| before.len() + part.len()).sum());
    for (before, part) in parts.into_iter().flatten() {
        text.push_str(before);
        text.push_str(&part);
    }
    text
}

/// What is spoken within HTTP, as far as the headers of the request say so.
fn upgrade(method: &[u8], headers: &[Header<'_>]) -> Option<Recognised> {
    if has_word(value(headers, "upgrade"), "websocket") && value(headers, "sec-websocket-key").is_some() {
        return Some(Recognised::new("WebSocket", "Upgrade: websocket, Sec-WebSocket-Key"));
    }
    let ipp = method == b"POST" && has_word(value(headers, "content-type"), "application/ipp");
    ipp.then(|| Recognised::new("IPP", "Content-Type: application/ipp"))
}
