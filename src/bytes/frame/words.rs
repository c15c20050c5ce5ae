//! What single lines of some protocols say about what follows them.

use crate::bytes::frame::mark::Reason;
use crate::bytes::frame::next::Next;

/// The bytes of a line end.
const LINE_END: u64 = 2;

/// The number that these digits are.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    let fine = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    str::from_utf8(digits).ok().filter(|_| fine)?.parse().ok()
}

fn words(line: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// So many bytes and a line end, if this is a number.
fn payload(count: Option<&[u8]>) -> Next {
    match count.and_then(number) {
        Some(count) => Next::Ends(count.saturating_add(LINE_END)),
        None => Next::Fault(Reason::Malformed("this line has no number of the bytes that follow it")),
    }
}

/// A line of NATS. Some end with the length of a payload.
pub(super) fn nats(line: &[u8]) -> Next {
    let verb = words(line).next().unwrap_or_default().to_ascii_uppercase();
    match &verb[..] {
        b"PUB" | b"HPUB" | b"MSG" | b"HMSG" => payload(words(line).next_back()),
        _ => Next::Message,
    }
}

/// A line of memcached. Some have the length of a value.
pub(super) fn memcached(line: &[u8]) -> Next {
    let mut words = words(line);
    match words.next().unwrap_or_default() {
        b"set" | b"add" | b"replace" | b"append" | b"prepend" | b"cas" => payload(words.nth(3)),
        b"VALUE" => payload(words.nth(2)),
        b"ms" => payload(words.nth(1)),
        b"VA" => payload(words.next()),
        _ => Next::Message,
    }
}

/// A line of a frame of STOMP; `length` is what its header has said about the body.
pub(super) fn stomp(line: &[u8], first: bool, length: &mut Option<u64>) -> Next {
    const HEADER: &[u8] = b"content-length:";
    if let Some(value) = line.strip_prefix(HEADER).filter(|_| !first && length.is_none()) {
        *length = number(value.trim_ascii());
        return match length {
            Some(_) => Next::Line,
            None => Next::Fault(Reason::Malformed("the content-length is not a number")),
        };
    }
    match (line, &length) {
        // An empty line between frames says that the peer is there.
        (b"", _) if first => Next::Message,
        // The body has a NUL behind it.
        (b"", Some(length)) => Next::Ends(length.saturating_add(1)),
        (b"", None) => Next::Nul,
        _ => Next::Line,
    }
}

/// A line of IMAP, which may end with the number of bytes that follow, as in `{310}` or `{310+}`.
pub(super) fn octets(line: &[u8]) -> Next {
    let count = line.strip_suffix(b"}").and_then(|line| {
        let brace = line.iter().rposition(|byte| *byte == b'{')?;
        let digits = line.get(brace + 1..)?;
        number(digits.strip_suffix(b"+").unwrap_or(digits))
    });
    count.map_or(Next::Message, Next::Skip)
}

/// A line of RESP; `values` is the number of values that the message still has, with this one.
pub(super) fn resp(line: &[u8], first: bool, values: &mut u64) -> Next {
    let Some((kind, count)) = line.split_first() else {
        return if first { Next::Message } else { Next::Fault(Reason::NoStart(b'\r')) };
    };
    let counted = if count == b"-1" { Some(None) } else { number(count).map(Some) };
    let more = match kind {
        b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' => 0,
        b'$' | b'=' | b'!' => match counted {
            Some(None) => 0,
            Some(Some(count)) => {
                *values -= 1;
                let bytes = count.saturating_add(LINE_END);
                return if *values == 0 { ended(values, bytes) } else { Next::Skip(bytes) };
            }
            None => return Next::Fault(Reason::Malformed("the length of a string is not a number")),
        },
        b'*' | b'~' | b'>' | b'%' | b'|' => match counted {
            None => return Next::Fault(Reason::Malformed("the number of values is not a number")),
            Some(count) => {
                let times = if matches!(kind, b'%' | b'|') { 2 } else { 1 };
                count.unwrap_or(0).saturating_mul(times) + u64::from(*kind == b'|')
            }
        },
        // A command that is typed.
        _ if first => 0,
        other => return Next::Fault(Reason::NoStart(*other)),
    };
    *values = (*values - 1).saturating_add(more);
    if *values == 0 { Next::Message } else { Next::Line }
}

fn ended(values: &mut u64, bytes: u64) -> Next {
    *values = 1;
    Next::Ends(bytes)
}
