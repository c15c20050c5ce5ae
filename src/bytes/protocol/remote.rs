//! Shells, desktops, files, media and debuggers, by what their clients send first.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, hex, is_name, is_printable, shown};

/// The banner of SSH from either side.
fn ssh_banner(bytes: &[u8]) -> Step<Recognised> {
    let mut reader = Reader::new(bytes);
    reader.expect(b"SSH-")?;
    ensure(matches!(reader.u8()?, b'1' | b'2'))?;
    reader.expect(b".")?;
    let mut whole = Reader::new(bytes);
    let banner = whole.until(b'\n', 255, |byte| is_printable(byte) || *byte == b'\r');
    let detail = banner.map(|banner| shown(banner.trim_ascii_end()));
    Ok(Recognised::new("SSH", "begins with SSH- and a version").fuller(detail))
}

pub(super) fn ssh_client(view: View<'_>) -> Step<Recognised> {
    ssh_banner(view.client)
}

pub(super) fn ssh_server(view: View<'_>) -> Step<Recognised> {
    ssh_banner(view.server)
}

/// The greeting of an rsync daemon or of its client.
fn rsync_greeting(bytes: &[u8]) -> Step<Recognised> {
    let mut reader = Reader::new(bytes);
    reader.expect(b"@RSYNCD: ")?;
    let version = reader.line(200);
    let detail = version.map(|line| {
        let version = line.split(|byte| *byte == b' ').next().unwrap_or_default();
        format!("version {}", shown(version))
    });
    Ok(Recognised::new("rsync", "begins with @RSYNCD:").fuller(detail))
}

pub(super) fn rsync_client(view: View<'_>) -> Step<Recognised> {
    rsync_greeting(view.client)
}

pub(super) fn rsync_server(view: View<'_>) -> Step<Recognised> {
    rsync_greeting(view.server)
}

/// The options of Telnet from either side.
///
/// One request, which waits for its answer, is Telnet; a second command or an answer makes it sure. Of the other
/// commands two are needed: `ff fe` is a byte order mark too.
fn telnet_options(bytes: &[u8], other: &[u8]) -> Step<Recognised> {
    let mut reader = Reader::new(bytes);
    let first = telnet_command(&mut reader)?;
    let second = telnet_command(&mut reader.clone()).map(drop);
    if !matches!(first.verb, 0xfb | 0xfd) {
        second?;
    }
    let answer = || telnet_command(&mut Reader::new(other)).map(drop);
    let sign = second.or_else(|stop| answer().map_err(|other| later(stop, other)));
    let mut option = first.option;
    let named = loop {
        match option {
            40 => break Ok("options, TN3270E".to_owned()),
            44 => break Ok("options, COM port".to_owned()),
            _ => {}
        }
        match telnet_command(&mut reader) {
            Ok(next) => option = next.option,
            Err(stop) => break Err(stop),
        }
    };
    let evidence = format!("ff {:02x}, option {}", first.verb, first.option);
    Ok(Recognised::new("Telnet", evidence).detail("options").fuller(named).sure_if(sign))
}

struct TelnetCommand {
    verb: u8,
    option: u8,
}

/// WILL, WONT, DO or DONT with an option, or the rest of a subnegotiation that begins with one.
fn telnet_command(reader: &mut Reader<'_>) -> Step<TelnetCommand> {
    let mut ahead = *reader;
    ahead.expect(&[0xff])?;
    let verb = ahead.u8()?;
    ensure((0xfa..=0xfe).contains(&verb))?;
    let option = ahead.u8()?;
    ensure(option <= 49)?;
    if verb == 0xfa {
        ahead.until(0xf0, 100, |_| true)?;
    }
    *reader = ahead;
    Ok(TelnetCommand { verb, option })
}

pub(super) fn telnet_client(view: View<'_>) -> Step<Recognised> {
    telnet_options(view.client, view.server)
}

pub(super) fn telnet_server(view: View<'_>) -> Step<Recognised> {
    telnet_options(view.server, view.client)
}

/// The connection request of RDP: TPKT, X.224, then a cookie with the name of a user, or what the client can do.
pub(super) fn rdp(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[3, 0])?;
    let length = reader.be16()?;
    ensure((19..=512).contains(&length))?;
    let inner = reader.u8()?;
    ensure(u16::from(inner) + 5 == length)?;
    reader.expect(&[0xe0, 0, 0, 0, 0, 0])?;
    if view.client.get(reader.at()) == Some(&b'C') {
        reader.expect(b"Cookie: ")?;
    } else {
        reader.expect(&[1, 0, 8, 0])?;
    }
    let evidence = format!("03 00, length {length}, {inner:02x} e0");
    Ok(Recognised::new("RDP", evidence).detail("connection request"))
}

/// The setup of X11. Its cookie is not copied.
pub(super) fn x11(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let order = reader.u8()?;
    let big = match order {
        b'B' => true,
        b'l' => false,
        _ => return Err(Stop::Not),
    };
    reader.expect(&[0])?;
    let mut number = || if big { reader.be16() } else { reader.le16() };
    ensure(number()? == 11)?;
    ensure(number()? == 0)?;
    let (name, data) = (number()?, number()?);
    reader.array::<2>()?;
    ensure(matches!((name, data), (0, 0) | (1..=64, 0..=512)))?;
    reader.all(name.into(), is_name)?;
    let order = if big { "big-endian" } else { "little-endian" };
    let cookie = if name == 0 { "" } else { ", with authorization" };
    let evidence = format!("first byte {:02x}, version 11.0", if big { b'B' } else { b'l' });
    Ok(Recognised::new("X11", evidence).detail(format!("version 11.0, {order}{cookie}")))
}

/// The first message of SMB, in any of its versions.
pub(super) fn smb(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0])?;
    let length = reader.be24()?;
    ensure((32..=0xffff).contains(&length))?;
    let version = match reader.u8()? {
        0xff => "SMB 1",
        0xfe => "SMB 2 or 3",
        _ => return Err(Stop::Not),
    };
    reader.expect(b"SMB")?;
    let sign = if version == "SMB 1" { "ff" } else { "fe" };
    Ok(Recognised::new("SMB", format!("00, length {length}, {sign} 53 4d 42")).detail(version))
}

/// The greeting of SOCKS 5, and what follows it.
pub(super) fn socks5(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[5])?;
    let count = reader.u8()?;
    ensure((1..=10).contains(&count))?;
    let methods = reader.all(count.into(), |method| matches!(method, 0..=9 | 0x80..=0x8f))?;
    ensure(methods.iter().enumerate().all(|(place, method)| !methods[..place].contains(method)))?;
    let password = if methods.contains(&2) { ", with a password if wanted" } else { "" };
    let evidence = format!("05, {count} methods: {}", hex(methods));
    let found = Recognised::new("SOCKS 5", evidence).detail(format!("greeting{password}"));
    // So few bytes may be anything: the answer, or the request that follows, makes it sure.
    let answer = view.server.first_chunk().map_or(Err(Stop::More), |[version, method]| {
        ensure(*version == 5 && (methods.contains(method) || *method == 0xff))
    });
    Ok(found.sure_if(answer.or_else(|stop| socks5_request(&mut reader).map_err(|other| later(stop, other)))))
}

/// Of two signs that are not there, whether one may still come.
fn later(one: Stop, other: Stop) -> Stop {
    if one == Stop::More { one } else { other }
}

fn socks5_request(reader: &mut Reader<'_>) -> Step<()> {
    reader.expect(&[5])?;
    ensure((1..=3).contains(&reader.u8()?))?;
    reader.expect(&[0])?;
    ensure(matches!(reader.u8()?, 1 | 3 | 4))
}

/// A request of SOCKS 4 or 4a. The name of the user is not copied.
pub(super) fn socks4(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[4])?;
    let command = reader.u8()?;
    ensure(matches!(command, 1 | 2))?;
    let port = reader.be16()?;
    let address = reader.array::<4>()?;
    ensure(port != 0 && address != [0; 4])?;
    reader.until(0, 64, is_printable)?;
    let evidence =
        format!("04 {command:02x}, port {port}, address {}", address.map(|byte| byte.to_string()).join("."));
    if let [0, 0, 0, 1..=255] = address {
        let host = reader.until(0, 255, is_name)?;
        ensure(host.len() >= 2)?;
        let host = shown(host);
        return Ok(Recognised::new("SOCKS 4", evidence).detail(format!("4a, to {host}:{port}")));
    }
    // A user without a name leaves nothing to check: the answer makes it sure.
    let mut answer = Reader::new(view.server);
    let answer = answer.expect(&[0]).and_then(|()| ensure((0x5a..=0x5d).contains(&answer.u8()?)));
    Ok(Recognised::new("SOCKS 4", evidence).detail("request").sure_if(answer))
}

/// The handshake of RTMP: the version, the time, four zeros or a version of Flash, and 1528 random bytes.
pub(super) fn rtmp(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[3])?;
    reader.be32()?;
    let version = reader.array::<4>()?;
    ensure(version == [0; 4] || matches!(version, [8..=32, 0, _, _]))?;
    let random = reader.take(1528)?;
    let mut seen = [false; 256];
    random.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    // Of 1528 random bytes, hardly one of the 256 values is missing.
    ensure(seen.iter().filter(|seen| **seen).count() > 128)?;
    let second = if version == [0; 4] { "four zeros" } else { "a version of Flash" };
    let evidence = format!("03, a time, {second}, 1528 random bytes");
    Ok(Recognised::new("RTMP", evidence).detail("handshake"))
}

/// The authentication of PulseAudio. Its cookie is not copied.
pub(super) fn pulseaudio(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(10..=1024)?;
    reader.expect(&[0xff; 4])?;
    reader.expect(&[0; 12])?;
    reader.expect(&[b'L', 0, 0, 0, 8, b'L'])?;
    let evidence = format!("length {length}, channel ffffffff, command 8");
    Ok(Recognised::new("PulseAudio", evidence).detail("authentication"))
}
