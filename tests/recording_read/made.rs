//! Files of packets, made by the tests.

/// A TCP connection between 10.0.0.1:40000 and 10.0.0.2:80, as frames of the link layers that are read.
pub(crate) struct Talk {
    pub(crate) packets: Vec<Vec<u8>>,
    numbers: [u32; 2],
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

impl Talk {
    /// A connection that has been opened.
    pub(crate) fn new() -> Self {
        let mut talk = Self { packets: Vec::new(), numbers: [u32::MAX - 2, 7_000] };
        talk.segment(0, SYN, b"");
        talk.segment(1, SYN | ACK, b"");
        talk.segment(0, ACK, b"");
        talk
    }

    /// Whoever this is says something, which the other one acknowledges.
    pub(crate) fn say(&mut self, who: usize, text: &[u8]) {
        self.segment(who, ACK, text);
        self.segment(1 - who, ACK, b"");
    }

    /// Both end.
    pub(crate) fn end(&mut self) {
        self.segment(0, FIN | ACK, b"");
        self.segment(1, FIN | ACK, b"");
        self.segment(0, ACK, b"");
    }

    /// The IPv4 packet of the next segment of somebody.
    fn segment(&mut self, who: usize, flags: u8, payload: &[u8]) {
        let ports = [40_000_u16, 80];
        let mut packet = vec![0x45, 0];
        packet.extend((40 + payload.len() as u16).to_be_bytes());
        packet.extend([0, 1, 0, 0, 64, 6, 0, 0]);
        packet.extend([10, 0, 0, 1 + who as u8, 10, 0, 0, 2 - who as u8]);
        packet.extend(ports[who].to_be_bytes());
        packet.extend(ports[1 - who].to_be_bytes());
        packet.extend(self.numbers[who].to_be_bytes());
        packet.extend(if flags & ACK == 0 { [0; 4] } else { self.numbers[1 - who].to_be_bytes() });
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend_from_slice(payload);
        self.numbers[who] = self.numbers[who]
            .wrapping_add(payload.len() as u32)
            .wrapping_add(u32::from(flags & (SYN | FIN) != 0));
        self.packets.push(packet);
    }
}

/// The talk that most files have: who says what.
pub(crate) fn talk() -> Talk {
    let mut talk = Talk::new();
    talk.say(0, b"hello");
    talk.say(1, b"world");
    talk.say(0, b"bye");
    talk.end();
    talk
}

/// The order of the bytes of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) fn u16(self, value: u16) -> [u8; 2] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    pub(crate) fn u32(self, value: u32) -> [u8; 4] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }
}

/// A classic pcap file with these frames, of which at most so many bytes are captured.
pub(crate) fn pcap(order: Order, magic: u32, link: u32, frames: &[Vec<u8>], most: usize) -> Vec<u8> {
    let mut file = [&order.u32(magic)[..], &order.u16(2), &order.u16(4), &[0; 8]].concat();
    file.extend([order.u32(65_535), order.u32(link)].concat());
    for (index, frame) in frames.iter().enumerate() {
        let captured = frame.len().min(most);
        let numbers = [1_700_000_000, index as u32, captured as u32, frame.len() as u32];
        file.extend(numbers.into_iter().flat_map(|number| order.u32(number)));
        file.extend_from_slice(&frame[..captured]);
    }
    file
}

/// A block of pcapng.
pub(crate) fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = order.u32(padded as u32 + 12);
    let mut block = [&order.u32(kind)[..], &length, body].concat();
    block.resize(8 + padded, 0);
    block.extend(length);
    block
}

pub(crate) fn section(order: Order) -> Vec<u8> {
    block(
        order,
        0x0a0d_0d0a,
        &[&order.u32(0x1a2b_3c4d)[..], &order.u16(1), &order.u16(0), &[0xff; 8]].concat(),
    )
}

/// An interface with options, each a number and a value.
pub(crate) fn interface(order: Order, link: u16, options: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = [&order.u16(link)[..], &[0; 2], &order.u32(0)].concat();
    for (code, value) in options {
        body.extend([order.u16(*code), order.u16(value.len() as u16)].concat());
        body.extend_from_slice(value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    block(order, 1, &body)
}

pub(crate) fn enhanced(order: Order, interface: u32, ticks: u64, frame: &[u8]) -> Vec<u8> {
    let length = frame.len() as u32;
    let numbers = [interface, (ticks >> 32) as u32, ticks as u32, length, length];
    let mut body: Vec<u8> = numbers.into_iter().flat_map(|number| order.u32(number)).collect();
    body.extend_from_slice(frame);
    block(order, 6, &body)
}

/// The frames with something before each packet.
pub(crate) fn behind(header: &[u8], packets: &[Vec<u8>]) -> Vec<Vec<u8>> {
    packets.iter().map(|packet| [header, packet].concat()).collect()
}
