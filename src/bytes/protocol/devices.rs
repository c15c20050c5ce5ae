//! Devices, instruments, medicine and automation, by what their clients send first.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::reader::{Reader, Step, Stop, ensure, hex, is_name, is_printable, shown};

/// The association request of DICOM: its header, the version, and the titles of the two applications.
pub(super) fn dicom(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[1, 0])?;
    let length = reader.be32_in(68..=0xffff)?;
    reader.expect(&[0, 1, 0, 0])?;
    let called = reader.all(16, is_printable)?;
    let calling = reader.all(16, is_printable)?;
    let [called, calling] = [called, calling].map(|title| shown(title.trim_ascii()));
    let evidence = format!("01 00, length {length}, version 1, two titles of 16 characters");
    Ok(Recognised::new("DICOM", evidence).detail(format!("A-ASSOCIATE-RQ, {calling} to {called}")))
}

/// A request of Modbus TCP whose length fits its function.
pub(super) fn modbus(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let transaction = reader.be16()?;
    reader.expect(&[0, 0])?;
    let length = reader.be16()?;
    ensure((2..=254).contains(&length))?;
    let unit = reader.u8()?;
    let function = reader.u8()?;
    match function {
        // Reading coils, discrete inputs and registers: from where, and how many.
        1..=4 => {
            ensure(length == 6)?;
            reader.be16()?;
            let most = if function <= 2 { 2000 } else { 125 };
            ensure((1..=most).contains(&reader.be16()?))?;
        }
        5 => {
            ensure(length == 6)?;
            reader.be16()?;
            ensure(matches!(reader.be16()?, 0 | 0xff00))?;
        }
        15 | 16 => {
            reader.be16()?;
            let count = reader.be16()?;
            let bytes = reader.u8()?;
            let needed = if function == 15 { count.div_ceil(8) } else { count.saturating_mul(2) };
            ensure(count > 0 && u16::from(bytes) == needed && length == needed + 7)?;
        }
        // Reading the identification of the device.
        43 => {
            ensure(length == 5)?;
            reader.expect(&[0x0e])?;
            ensure((1..=4).contains(&reader.u8()?))?;
            reader.u8()?;
        }
        // Of other functions, too many bytes are free.
        _ => return Err(Stop::Not),
    }
    let evidence =
        format!("transaction {transaction}, 00 00, length {length}, function {function} of that length");
    Ok(Recognised::new("Modbus", evidence).detail(format!("unit {unit}, function {function}")))
}

/// A message of HL7 version 2 in the frame of MLLP. Of its header, the type and the version are read.
pub(super) fn mllp(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"\x0bMSH")?;
    let separator = reader.u8()?;
    ensure(separator.is_ascii_punctuation())?;
    let detail = reader.until(b'\r', 1000, |byte| *byte >= b' ').map(|header| {
        let fields: Vec<&[u8]> = header.split(|byte| *byte == separator).collect();
        let field = |place: usize| fields.get(place).copied().filter(|field| !field.is_empty());
        let sign = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'^' | b'.' | b'_');
        let text = |place| field(place).filter(|field| field.iter().all(sign)).map(shown);
        match (text(7), text(10)) {
            (Some(kind), Some(version)) => format!("HL7 {version}, {kind}"),
            (Some(kind), None) => format!("HL7, {kind}"),
            (None, _) => "HL7".to_owned(),
        }
    });
    Ok(Recognised::new("MLLP", "0b, MSH, a separator").detail("HL7").fuller(detail))
}

/// The first message of HiSLIP, which opens a session with an instrument.
pub(super) fn hislip(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"HS")?;
    let kind = reader.u8()?;
    // Initialize, or that of the second channel.
    ensure(matches!(kind, 0 | 17))?;
    reader.u8()?;
    reader.be32()?;
    let length = reader.be64()?;
    ensure(length <= 256)?;
    let evidence = format!("48 53, type {kind}, length {length}");
    let length = usize::try_from(length).map_err(|_| Stop::Not)?;
    let name = reader.all(length, is_name).map(|name| format!("session with {}", shown(name)));
    Ok(Recognised::new("HiSLIP", evidence).detail("session").fuller(name))
}

/// The hello of OPC UA.
pub(super) fn opc_ua(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(b"HELF")?;
    let length = reader.le32_in(32..=32 + 4096)?;
    let version = reader.le32()?;
    for _ in 0..4 {
        reader.le32()?;
    }
    let name = reader.le32()?;
    ensure(name == length - 32)?;
    let evidence = format!("HELF, length {length}, address of {name} bytes");
    Ok(Recognised::new("OPC UA", evidence).detail(format!("Hello, version {version}")))
}

/// The frame with which a client of IEC 60870-5-104 starts the transfer, or tests the connection.
pub(super) fn iec104(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0x68, 4])?;
    let detail = match reader.u8()? {
        0x07 => "STARTDT act",
        0x43 => "TESTFR act",
        _ => return Err(Stop::Not),
    };
    reader.expect(&[0, 0, 0])?;
    Ok(Recognised::new("IEC 104", format!("68 04, frame U, {detail}")).detail(detail))
}

/// A request of MELSEC, frame 3E in its binary form.
pub(super) fn melsec(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let frame = reader.u8()?;
    ensure(matches!(frame, 0x50 | 0x54))?;
    reader.expect(&[0])?;
    if frame == 0x54 {
        // The number of the request.
        reader.le16()?;
        reader.expect(&[0, 0])?;
    }
    let network = reader.u8()?;
    reader.u8()?;
    reader.expect(&[0xff, 3])?;
    reader.u8()?;
    let length = reader.le16()?;
    ensure((6..=2000).contains(&length))?;
    reader.le16()?;
    let command = reader.le16()?;
    ensure(
        matches!(command, 0x0101 | 0x0401 | 0x0403 | 0x0406 | 0x0619 | 0x1001..=0x1006 | 0x1401..=0x1402 | 0x1630..=0x1631),
    )?;
    let evidence = format!("{frame:02x} 00, module ff 03, length {length}, command {command:04x}");
    let form = if frame == 0x50 { "3E" } else { "4E" };
    Ok(Recognised::new("MELSEC", evidence)
        .detail(format!("{form}, network {network}, command {command:04x}")))
}

/// The request of EtherNet/IP to open a session.
pub(super) fn ethernet_ip(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    // The command, a length of 4, no session, no status.
    reader.expect(&[0x65, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
    reader.be64()?;
    reader.expect(&[0, 0, 0, 0, 1, 0, 0, 0])?;
    Ok(Recognised::new("EtherNet/IP", "65 00, length 4, session 0, version 1").detail("RegisterSession"))
}

/// The login of Heidenhain's LSV2, with a name and perhaps a password.
pub(super) fn lsv2(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(2..=128)?;
    reader.expect(b"A_LG")?;
    Ok(Recognised::new("LSV2", format!("length {length}, A_LG")).detail("login"))
}

/// A request of DoIP: a version and its complement, the type, and a length that fits it.
pub(super) fn doip(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let [version, complement] = reader.array()?;
    ensure(matches!(version, 1..=4 | 0xff) && complement == !version)?;
    let kind = reader.be16()?;
    let length = reader.be32()?;
    let detail = match (kind, length) {
        (0x0005, 7 | 11) => "routing activation",
        (0x0001, 0) => "vehicle identification",
        (0x0007, 0) => "alive check",
        (0x4001, 0) => "entity status",
        (0x4003, 0) => "power mode",
        _ => return Err(Stop::Not),
    };
    let evidence = format!("{}, type {kind:04x}, length {length}", hex(&[version, complement]));
    Ok(Recognised::new("DoIP", evidence).detail(detail))
}

/// A heartbeat of MAVLink with a check sum that is right.
pub(super) fn mavlink(view: View<'_>) -> Step<Recognised> {
    /// What the check sum of a heartbeat has as its last byte.
    const EXTRA: u8 = 50;
    let mut reader = Reader::new(view.client);
    let (version, length) = match reader.u8()? {
        0xfe => (1, reader.u8()?),
        0xfd => (2, reader.u8()?),
        _ => return Err(Stop::Not),
    };
    ensure(length == 9)?;
    // The flags, the number, the system, the component.
    let header = reader.take(if version == 1 { 3 } else { 5 })?;
    ensure(version == 1 || header[..2] == [0, 0])?;
    let message = reader.take(if version == 1 { 1 } else { 3 })?;
    ensure(message.iter().all(|byte| *byte == 0))?;
    reader.take(9)?;
    let summed = view.client.get(1..reader.at()).unwrap_or_default();
    let sum = reader.le16()?;
    ensure(x25(summed.iter().copied().chain([EXTRA])) == sum)?;
    let evidence = format!("length 9, message 0, check sum {sum:04x}");
    Ok(Recognised::new("MAVLink", evidence).detail(format!("version {version}, HEARTBEAT")))
}

/// CRC-16/MCRF4XX, which MAVLink calls X.25.
fn x25(bytes: impl Iterator<Item = u8>) -> u16 {
    bytes.fold(0xffff, |sum, byte| {
        (0..8).fold(sum ^ u16::from(byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0x8408 } else { sum >> 1 })
    })
}

/// The hello of ESPHome: 0, the length, the type 1, the name of the client.
pub(super) fn esphome(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0])?;
    let length = reader.varint()?;
    ensure((3..=200).contains(&length))?;
    reader.expect(&[1, 0x0a])?;
    let name = reader.u8()?;
    ensure(name > 0 && u32::from(name) + 2 <= length)?;
    let name = reader.all(name.into(), is_printable)?;
    if u32::try_from(name.len() + 2) != Ok(length) {
        // The major version follows.
        reader.expect(&[0x10])?;
    }
    let evidence = format!("00, length {length}, type 1, name of {} bytes", name.len());
    Ok(Recognised::new("ESPHome", evidence).detail(format!("Hello, {}", shown(name))))
}

/// The hello of ESPHome with encryption: an empty frame, then one with a handshake of 49 bytes.
pub(super) fn esphome_noise(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[1, 0, 0, 1, 0, 49, 0])?;
    Ok(Recognised::new("ESPHome", "01, length 0, then 01, length 49, 00").detail("Noise, encrypted"))
}

/// A message of OSC in a frame of SLIP.
pub(super) fn osc_slip(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0xc0])?;
    if view.client.get(1) == Some(&0xc0) {
        // Some end the empty frame before it too.
        reader.expect(&[0xc0])?;
    }
    osc_message(&mut reader)?;
    Ok(Recognised::new("OSC", "c0, an address with /, types with a comma").detail("SLIP"))
}

/// A message of OSC after its length.
pub(super) fn osc_length(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    let length = reader.be32_in(8..=65_536)?;
    ensure(length.is_multiple_of(4))?;
    osc_message(&mut reader)?;
    ensure(u32::try_from(reader.at() - 4).is_ok_and(|read| read <= length))?;
    Ok(Recognised::new("OSC", format!("length {length}, an address with /, types with a comma"))
        .detail("with lengths"))
}

/// An address and the types of the arguments, each filled with zeros to a multiple of four bytes.
fn osc_message(reader: &mut Reader<'_>) -> Step<()> {
    reader.expect(b"/")?;
    let address = reader.until(0, 200, u8::is_ascii_graphic)?;
    zeros(reader, address.len() + 2)?;
    reader.expect(b",")?;
    let types = reader.until(0, 64, |byte| byte.is_ascii_alphabetic() || matches!(byte, b'[' | b']'))?;
    zeros(reader, types.len() + 2)
}

/// The zeros that fill up what has this length, with one zero that was read.
fn zeros(reader: &mut Reader<'_>, length: usize) -> Step<()> {
    let missing = length.next_multiple_of(4) - length;
    reader.expect(&[0; 3][..missing])
}

/// The first request to SANE's daemon: its code, the version, the name of the user, which is not copied.
pub(super) fn sane(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    reader.expect(&[0, 0, 0, 0, 1])?;
    let minor = reader.u8()?;
    ensure(minor <= 1)?;
    reader.expect(&[0, 3])?;
    let user = reader.be32()?;
    ensure(user <= 256)?;
    let evidence = format!("code 0, version 01 {minor:02x} 00 03, user of {user} bytes");
    Ok(Recognised::new("SANE", evidence).detail("network, version 3"))
}
