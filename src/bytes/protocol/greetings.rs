//! Protocols in which the server speaks first, by its greeting.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, is_name, is_printable, shown};

/// The longest greeting line, in bytes.
const LONGEST_LINE: usize = 512;

/// A greeting with the number 220, which SMTP, FTP and DICT share.
pub(super) fn number_220(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.server);
    reader.expect(b"220")?;
    ensure(matches!(reader.u8()?, b' ' | b'-'))?;
    let line = reader.line(LONGEST_LINE)?;
    let named = |protocol: &'static str, word: &str| {
        Recognised::new(protocol, format!("greeting 220 with {word}")).detail("greeting")
    };
    // The first word may be the name of a host, which says little.
    let after = line.iter().position(|byte| *byte == b' ').map_or(&[][..], |space| &line[space..]);
    if let Some(word) = word_of(after, &["ESMTP", "SMTP", "LMTP"]) {
        return Ok(named("SMTP", word));
    }
    if line.starts_with(b"dictd ") || word_of(after, &["dictd"]).is_some() {
        return Ok(named("DICT", "dictd"));
    }
    if word_of(after, &["FTP", "FTPd", "ProFTPD", "vsFTPd", "pyftpdlib", "FileZilla"]).is_some()
        || is_ftp(line)
    {
        return Ok(named("FTP", "the name of an FTP server"));
    }
    // The client says which of them it takes the server for.
    let mut client = Reader::new(view.client);
    let command = client.line(LONGEST_LINE)?;
    let verb = command.split(|byte| *byte == b' ').next().unwrap_or_default();
    let is = |verbs: &[&str]| verbs.iter().any(|word| verb.eq_ignore_ascii_case(word.as_bytes()));
    let protocol = match () {
        () if is(&["EHLO", "HELO", "LHLO"]) => "SMTP",
        () if is(&["USER", "FEAT"]) => "FTP",
        () if is(&["CLIENT", "DEFINE"]) => "DICT",
        () => return Err(Stop::Not),
    };
    Ok(Recognised::new(protocol, format!("greeting 220, then the client's {}", shown(verb)))
        .detail("greeting"))
}

/// Servers whose line begins with their name.
fn is_ftp(line: &[u8]) -> bool {
    let names: [&[u8]; 5] =
        [b"(vsFTPd ", b"ProFTPD ", b"pyftpdlib ", b"FileZilla Server ", b"---------- Welcome to Pure-FTPd "];
    names.iter().any(|name| line.starts_with(name))
}

/// The first of these words that the line has as a word of its own.
fn word_of<'w>(line: &[u8], words: &[&'w str]) -> Option<&'w str> {
    let mut parts = line.split(|byte| !byte.is_ascii_alphanumeric());
    parts.find_map(|part| words.iter().copied().find(|word| part.eq_ignore_ascii_case(word.as_bytes())))
}

/// The greeting of IMAP.
pub(super) fn imap(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.server);
    reader.expect(b"* ")?;
    let kind = reader.until(b' ', 7, u8::is_ascii_uppercase)?;
    ensure(matches!(kind, b"OK" | b"PREAUTH"))?;
    let line = reader.line(LONGEST_LINE)?;
    let revision = ["IMAP4rev2", "IMAP4rev1", "IMAP4", "IMAP"]
        .into_iter()
        .find(|name| line.windows(name.len()).any(|part| part.eq_ignore_ascii_case(name.as_bytes())));
    let evidence = format!("greeting * {}", shown(kind));
    let found = Recognised::new("IMAP", evidence).detail(revision.unwrap_or("greeting"));
    // The client's first command has a tag before it.
    let tagged = || {
        let mut client = Reader::new(view.client);
        ensure(!client.until(b' ', 12, |byte| byte.is_ascii_alphanumeric() || *byte == b'.')?.is_empty())?;
        let verb = client.line(100)?.split(|byte| *byte == b' ').next().unwrap_or_default();
        ensure(matches!(verb, b"CAPABILITY" | b"LOGIN" | b"STARTTLS" | b"NOOP" | b"LOGOUT" | b"AUTHENTICATE"))
    };
    Ok(if revision.is_some() { found } else { found.sure_if(tagged()) })
}

/// The greeting of POP3, if it says so or the client does.
pub(super) fn pop3(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.server);
    reader.expect(b"+OK")?;
    ensure(matches!(reader.rest().first(), None | Some(b' ' | b'\r')))?;
    let line = reader.line(LONGEST_LINE)?;
    // The time stamp is for APOP.
    let stamp = line.ends_with(b">") && line.contains(&b'<') && line.contains(&b'@');
    if stamp || word_of(line, &["POP3", "POP"]).is_some() {
        let sign = if stamp { "a time stamp" } else { "POP3" };
        return Ok(Recognised::new("POP3", format!("greeting +OK with {sign}")).detail("greeting"));
    }
    let mut client = Reader::new(view.client);
    let command = client.line(LONGEST_LINE)?;
    let verb = command.split(|byte| *byte == b' ').next().unwrap_or_default();
    ensure(
        ["CAPA", "USER", "APOP", "AUTH", "STLS"]
            .iter()
            .any(|word| verb.eq_ignore_ascii_case(word.as_bytes())),
    )?;
    Ok(Recognised::new("POP3", format!("greeting +OK, then the client's {}", shown(verb))).detail("greeting"))
}

/// The greeting of NNTP, if it says so or the client does.
pub(super) fn nntp(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.server);
    reader.expect(b"20")?;
    let posting = match reader.u8()? {
        b'0' => "posting allowed",
        b'1' => "no posting",
        _ => return Err(Stop::Not),
    };
    reader.expect(b" ")?;
    let line = reader.line(LONGEST_LINE)?;
    let words = ["NNTP", "NNRP", "InterNetNews", "posting", "leafnode", "news"];
    let after = line.iter().position(|byte| *byte == b' ').map_or(&[][..], |space| &line[space..]);
    if let Some(word) = word_of(after, &words) {
        return Ok(Recognised::new("NNTP", format!("greeting 20x with {word}")).detail(posting));
    }
    let mut client = Reader::new(view.client);
    let command = client.line(LONGEST_LINE)?;
    let verbs: [&[u8]; 4] = [b"MODE READER", b"CAPABILITIES", b"GROUP ", b"ARTICLE "];
    let said = |verb: &&[u8]| command.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb));
    let verb = verbs.into_iter().find(said).ok_or(Stop::Not)?;
    Ok(Recognised::new("NNTP", format!("greeting 20x, then the client's {}", shown(verb))).detail(posting))
}

/// The greeting of MySQL: a packet with the version of the protocol and of the server.
pub(super) fn mysql(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.server);
    let [low, middle, high] = reader.array()?;
    let length = u32::from_le_bytes([low, middle, high, 0]);
    ensure((32..=1024).contains(&length))?;
    reader.expect(&[0, 10])?;
    let version = reader.until(0, 100, is_printable)?;
    ensure(version.first().is_some_and(u8::is_ascii_digit) && version.contains(&b'.'))?;
    // The number of the connection, and the first eight bytes of the challenge, which are not zero; then a zero.
    reader.take(4)?;
    ensure(reader.take(8)?.iter().all(|byte| *byte != 0))?;
    reader.expect(&[0])?;
    let evidence = format!("length {length}, number 0, version 10, text of {} bytes", version.len());
    Ok(Recognised::new("MySQL", evidence).detail(format!("server {}", shown(version))))
}

/// The greeting of MPD.
pub(super) fn mpd(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.server);
    reader.expect(b"OK MPD ")?;
    let version = reader.until(b'\n', 20, |byte| byte.is_ascii_digit() || *byte == b'.')?;
    Ok(Recognised::new("MPD", "greeting OK MPD").detail(format!("version {}", shown(version))))
}

/// The greeting of Tarantool: its name and version in the first of two lines of 64 bytes.
pub(super) fn tarantool(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.server);
    reader.expect(b"Tarantool ")?;
    let version = reader.until(b' ', 40, is_name)?;
    reader.expect(b"(")?;
    let kind = reader.until(b')', 20, u8::is_ascii_alphabetic)?;
    let evidence = "greeting with Tarantool, a version and a kind of protocol";
    Ok(Recognised::new("Tarantool", evidence).detail(format!("version {}, {}", shown(version), shown(kind))))
}

/// The message with which a daemon of DLT (AUTOSAR) begins: its own, from the application `DA1`.
pub(super) fn dlt(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.server);
    // Version 1, with the name of the unit, a time and the extended header.
    reader.expect(&[0x35])?;
    reader.u8()?;
    let length = reader.be16()?;
    ensure((22..=4096).contains(&length))?;
    let unit = reader.all(4, |byte| byte.is_ascii_alphanumeric() || *byte == 0)?;
    reader.be32()?;
    // A response of the control, with any number of arguments.
    reader.expect(&[0x26])?;
    reader.u8()?;
    reader.expect(b"DA1\0DC1\0")?;
    let unit = shown(unit.split(|byte| *byte == 0).next().unwrap_or_default());
    Ok(Recognised::new("DLT", format!("35, length {length}, 26, DA1, DC1")).detail(format!("unit {unit}")))
}
