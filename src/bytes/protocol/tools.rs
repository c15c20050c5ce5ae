//! Tools of developers and administrators, by what their clients send first.

use crate::bytes::protocol::checksum::{ETHERNET, crc32};
use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, is_printable, shown};

/// A request of git: four hexadecimal digits that count themselves, then the name of a service.
pub(super) fn git(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.hex4()?;
    reader.expect(b"git-")?;
    let service = reader.until(b' ', 14, |byte| byte.is_ascii_lowercase() || *byte == b'-')?;
    ensure(matches!(service, b"upload-pack" | b"receive-pack" | b"upload-archive"))?;
    ensure(length > reader.at())?;
    let service = shown(service);
    Ok(Recognised::new("git", format!("length {length} in hexadecimal, git-{service}"))
        .detail(format!("git-{service}")))
}

/// A request to the server of adb: four hexadecimal digits, then `host` and what is wanted.
pub(super) fn adb_server(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.hex4()?;
    ensure((5..=1024).contains(&length))?;
    reader.expect(b"host")?;
    ensure(matches!(reader.u8()?, b':' | b'-'))?;
    let evidence = format!("length {length} in hexadecimal, host");
    Ok(Recognised::new("adb", evidence).detail("request to the server"))
}

/// The connection of adb to a device.
pub(super) fn adb_transport(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"CNXN")?;
    let version = reader.le32()?;
    reader.le32()?;
    let length = reader.le32()?;
    ensure((0x0100_0000..0x0200_0000).contains(&version) && length <= 0x1000)?;
    reader.le32()?;
    // The command, inverted.
    reader.expect(&[0xbc, 0xb1, 0xa7, 0xb1])?;
    let evidence = format!("CNXN, version {version:08x}, length {length}, CNXN inverted");
    Ok(Recognised::new("adb", evidence).detail("connection to a device"))
}

/// The first packet of GDB to a remote target.
pub(super) fn gdb(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    if view.client.first() == Some(&b'+') {
        reader.expect(b"+")?;
    }
    reader.expect(b"$")?;
    let letter = reader.u8()?;
    if letter == b'q' {
        reader.expect(b"Supported")?;
        ensure(matches!(reader.u8()?, b':' | b'#'))?;
        return Ok(Recognised::new("GDB", "begins with $qSupported").detail("remote, qSupported"));
    }
    // LLDB begins with this.
    ensure(letter == b'Q')?;
    reader.expect(b"StartNoAckMode#b0")?;
    Ok(Recognised::new("GDB", "begins with $QStartNoAckMode#b0").detail("remote, QStartNoAckMode"))
}

/// The query of NRPE in its newer form: four numbers, then the name of a command, whose arguments are not copied.
pub(super) fn nrpe(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let version = reader.be16()?;
    ensure(matches!(version, 3 | 4))?;
    reader.expect(&[0, 1])?;
    reader.be32()?;
    reader.expect(&[0; 4])?;
    let length = reader.be32_in(1..=65_536)?;
    let command = reader.until(0, 1024, is_printable)?;
    ensure(!command.is_empty() && u32::try_from(command.len()).is_ok_and(|read| read < length))?;
    let evidence = format!("version {version}, type 1, result 0, text of {length} bytes");
    Ok(Recognised::new("NRPE", evidence).detail(format!("query, version {version}")))
}

/// The query of NRPE in its older form, 1036 bytes with a check sum that is right.
pub(super) fn nrpe_2(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0, 2, 0, 1])?;
    let sum = reader.be32()?;
    reader.be16()?;
    let command = reader.until(0, 1023, is_printable)?;
    ensure(!command.is_empty())?;
    let whole = Reader::new(view.client).take(1036)?;
    let zeroed =
        whole.iter().enumerate().map(|(place, byte)| if (4..8).contains(&place) { 0 } else { *byte });
    ensure(crc32(ETHERNET, zeroed) == sum)?;
    let evidence = format!("version 2, type 1, check sum {sum:08x} of 1036 bytes");
    Ok(Recognised::new("NRPE", evidence).detail("query, version 2"))
}

/// The first message of RPyC: length, flag, payload, LF.
pub(super) fn rpyc(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(6..=256)?;
    // Not compressed; a request; a pair.
    reader.expect(&[0, 1, 0x11])?;
    reader.take(usize::try_from(length).map_err(|_| Stop::Not)? - 2)?;
    reader.expect(b"\n")?;
    Ok(Recognised::new("RPyC", format!("length {length}, 00, a request, LF after it")).detail("request"))
}

/// A pickle of Python after its length, as `multiprocessing.connection` sends it.
pub(super) fn pickle(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(12..=0x00ff_ffff)?;
    reader.expect(&[0x80])?;
    let version = reader.u8()?;
    ensure(matches!(version, 4 | 5))?;
    reader.expect(&[0x95])?;
    let frame = u64::from_le_bytes(reader.array()?);
    ensure(u64::from(length) == frame + 11)?;
    let evidence = format!("length {length}, 80 {version:02x} 95, frame of {frame} bytes");
    Ok(Recognised::new("pickle", evidence).detail(format!("version {version}, after a length of 4 bytes")))
}

/// A command of py4j: whether a name is a class or a package.
pub(super) fn py4j(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"r\nu\n")?;
    let name = reader
        .until(b'\n', 200, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$'))?;
    ensure(!name.is_empty())?;
    reader.expect(b"rj\ne\n")?;
    Ok(Recognised::new("py4j", "lines r, u, a name, rj, e").detail("reflection"))
}

/// The cookie of iperf3: 36 characters of 32, and NUL. It is not copied.
pub(super) fn iperf3(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let cookie = reader.all(36, |byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))?;
    reader.expect(&[0])?;
    // A cookie of one character, or two, is none.
    let mut seen: Vec<u8> = cookie.to_vec();
    seen.sort_unstable();
    seen.dedup();
    ensure(seen.len() >= 8)?;
    Ok(Recognised::new("iperf3", "36 characters of a cookie, 00").detail("control connection"))
}

/// A request to the port mapper of Erlang.
pub(super) fn epmd(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be16()?;
    ensure((1..=260).contains(&length))?;
    let kind = reader.u8()?;
    match kind {
        b'n' => {
            ensure(length == 1)?;
            // The answer begins with the port of the mapper itself.
            let mut answer = Reader::new(view.server);
            let answer = answer.expect(&[0, 0]).and_then(|()| ensure(answer.be16()? != 0));
            Ok(Recognised::new("EPMD", "length 1, n").detail("names").sure_if(answer))
        }
        b'x' => {
            reader.be16()?;
            ensure(matches!(reader.u8()?, b'H' | b'M'))?;
            reader.expect(&[0])?;
            ensure(matches!(reader.be16()?, 5 | 6) && reader.be16()? == 5)?;
            Ok(Recognised::new("EPMD", format!("length {length}, x, versions 5 and 6")).detail("ALIVE2"))
        }
        b'z' => {
            let name =
                reader.all(usize::from(length) - 1, |byte| byte.is_ascii_alphanumeric() || *byte == b'_')?;
            ensure(!name.is_empty())?;
            // Many messages begin with a length and a letter: the answer says what it is.
            let mut answer = Reader::new(view.server);
            answer.expect(b"w")?;
            let result = answer.u8()?;
            if result == 0 {
                ensure(answer.be16()? != 0 && matches!(answer.u8()?, b'H' | b'M'))?;
                answer.expect(&[0])?;
            } else {
                ensure(result == 1)?;
            }
            Ok(Recognised::new("EPMD", format!("length {length}, z, answered with w {result:02x}"))
                .detail("PORT2"))
        }
        _ => Err(Stop::Not),
    }
}

/// The first message between two nodes of Erlang: the version or the flags, and the name of the node.
pub(super) fn erlang(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be16()?;
    ensure((8..=512).contains(&length))?;
    reader.expect(b"N")?;
    reader.be64()?;
    reader.be32()?;
    let name = reader.be16()?;
    ensure(name.checked_add(15) == Some(length))?;
    let name = reader.all(name.into(), is_printable)?;
    ensure(name.contains(&b'@'))?;
    let evidence = format!("length {length}, N, name of {} bytes with @", name.len());
    Ok(Recognised::new("Erlang", evidence).detail(format!("distribution, node {}", shown(name))))
}
