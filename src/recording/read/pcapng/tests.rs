use super::*;

/// Writes blocks of one byte order.
struct Writer {
    little: bool,
    file: Vec<u8>,
}

impl Writer {
    fn u32(&self, value: u32) -> [u8; 4] {
        if self.little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    fn u16(&self, value: u16) -> [u8; 2] {
        if self.little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    fn block(&mut self, kind: u32, body: &[u8]) {
        let padded = body.len().next_multiple_of(4);
        let length = self.u32((padded + FRAME) as u32);
        self.file.extend(self.u32(kind));
        self.file.extend(length);
        self.file.extend_from_slice(body);
        self.file.resize(self.file.len() + padded - body.len(), 0);
        self.file.extend(length);
    }

    fn section(&mut self) {
        let body = [&self.u32(0x1a2b_3c4d)[..], &self.u16(1), &self.u16(0), &[0xff; 8]].concat();
        self.block(SECTION, &body);
    }

    fn interface(&mut self, link: u16, snap_length: u32, options: &[(u16, &[u8])]) {
        let mut body = [&self.u16(link)[..], &self.u16(0), &self.u32(snap_length)].concat();
        for (code, value) in options {
            body.extend(self.u16(*code));
            body.extend(self.u16(value.len() as u16));
            body.extend_from_slice(value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        self.block(INTERFACE, &body);
    }

    fn enhanced(&mut self, interface: u32, ticks: u64, data: &[u8], length: u32) {
        let numbers = [interface, (ticks >> 32) as u32, ticks as u32, data.len() as u32, length];
        let mut body: Vec<u8> = numbers.iter().flat_map(|number| self.u32(*number)).collect();
        body.extend_from_slice(data);
        self.block(ENHANCED_PACKET, &body);
    }
}

fn writer(little: bool) -> Writer {
    Writer { little, file: Vec::new() }
}

fn packets(file: &[u8]) -> (Vec<Packet>, Option<String>) {
    let mut input = Input::new(file);
    let mut pcapng = Pcapng::open(&mut input).unwrap();
    let mut found = Vec::new();
    loop {
        match pcapng.next(&mut input) {
            Next::Packet(packet) => found.push(packet),
            Next::Skipped | Next::Comments(_) => {}
            Next::End(why) => return (found, why),
        }
    }
}

#[test]
fn comments_are_read_wherever_they_are() {
    for little in [true, false] {
        let mut writer = writer(little);
        let option = |text: &[u8]| {
            let mut option = [&writer.u16(OPTION_COMMENT)[..], &writer.u16(text.len() as u16), text].concat();
            option.resize(option.len().next_multiple_of(4), 0);
            option
        };
        let (first, second) = (option(b"first"), option(b"not \xff UTF-8"));
        let section =
            [&writer.u32(0x1a2b_3c4d)[..], &writer.u16(1), &writer.u16(0), &[0xff; 8], &first].concat();
        writer.block(SECTION, &section);
        writer.interface(101, 0, &[(2, b"a name"), (OPTION_COMMENT, b"of the interface")]);
        writer.interface(101, 0, &[(2, b"a name")]);
        let numbers = [0, 0, 7, 3, 3].map(|number| writer.u32(number)).concat();
        let end = writer.u32(0);
        writer.block(ENHANCED_PACKET, &[&numbers, &b"abc\0"[..], &first, &second, &end, &first].concat());
        // An option that is longer than its block.
        writer.block(ENHANCED_PACKET, &[&numbers, &b"abc\0"[..], &first[..8]].concat());
        let mut input = Input::new(&writer.file[..]);
        let mut pcapng = Pcapng::open(&mut input).unwrap();
        let mut found = Vec::new();
        loop {
            match pcapng.next(&mut input) {
                Next::Packet(packet) => found.extend(packet.comments),
                Next::Comments(comments) => found.extend(comments),
                Next::Skipped => {}
                Next::End(why) => break assert_eq!(why, None),
            }
        }
        assert_eq!(found, ["first", "of the interface", "first", "not \u{fffd} UTF-8"]);
    }
}

fn micros(file: &[u8]) -> Vec<u64> {
    packets(file).0.iter().map(|packet| packet.at.0).collect()
}

#[test]
fn sections_of_both_byte_orders_follow_each_other() {
    let mut all = Vec::new();
    for little in [true, false, true] {
        let mut writer = writer(little);
        writer.section();
        writer.interface(1, 0, &[]);
        writer.interface(101, 0, &[(OPTION_RESOLUTION, &[9])]);
        writer.enhanced(1, 5_000_000_000, b"abcde", 100);
        writer.enhanced(0, 7_000_000, b"", 0);
        all.extend(writer.file);
    }
    let (found, why) = packets(&all);
    assert_eq!((found.len(), why), (6, None));
    for pair in found.chunks(2) {
        assert_eq!(
            (pair[0].at.0, pair[0].link, &pair[0].data[..], pair[0].length),
            (5_000_000, 101, &b"abcde"[..], 100)
        );
        assert_eq!((pair[1].at.0, pair[1].link, pair[1].length), (7_000_000, 1, 0));
    }
}

#[test]
fn resolutions_and_offsets_of_interfaces_are_honoured() {
    for little in [true, false] {
        let mut writer = writer(little);
        writer.section();
        let offset = if little { (-5_i64).to_le_bytes() } else { (-5_i64).to_be_bytes() };
        writer.interface(101, 0, &[(OPTION_RESOLUTION, &[0x80 | 10]), (OPTION_OFFSET, &offset)]);
        writer.interface(
            101,
            0,
            &[(2, b"a name"), (OPTION_RESOLUTION, &[3]), (0, b""), (OPTION_RESOLUTION, &[0])],
        );
        writer.enhanced(0, 10 * 1_024 + 512, b"a", 1);
        writer.enhanced(1, 2_500, b"a", 1);
        assert_eq!(micros(&writer.file), [5_500_000, 2_500_000]);
    }
}

#[test]
fn simple_and_old_packets_are_read_and_unknown_blocks_are_skipped() {
    let mut writer = writer(true);
    writer.section();
    writer.block(0x7777, b"unknown, before any interface");
    writer.interface(101, 4, &[]);
    let old = [
        &[0, 0, 9, 9][..],
        &0_u32.to_le_bytes(),
        &77_u32.to_le_bytes(),
        &3_u32.to_le_bytes(),
        &8_u32.to_le_bytes(),
        b"old",
    ];
    writer.block(OLD_PACKET, &old.concat());
    writer.block(0xbad, b"a custom block");
    writer.block(SIMPLE_PACKET, &[&9_u32.to_le_bytes()[..], b"simple!!!"].concat());
    let (found, why) = packets(&writer.file);
    assert_eq!(why, None);
    let shown: Vec<_> = found.iter().map(|packet| (packet.at.0, &packet.data[..], packet.length)).collect();
    assert_eq!(shown, [(77, &b"old"[..], 8), (77, &b"simp"[..], 9)]);
}

#[test]
fn what_is_wrong_is_said_and_what_is_right_is_kept() {
    let mut writer = writer(true);
    writer.section();
    writer.interface(101, 0, &[]);
    writer.enhanced(0, 1, b"first", 5);
    let whole = writer.file.len();
    writer.enhanced(7, 1, b"of no interface", 15);
    writer.enhanced(0, 2, b"second", 2);
    let (found, why) = packets(&writer.file);
    assert_eq!((found.len(), why), (2, None));
    assert_eq!(found[1].length, 6, "no less than what was captured");
    let (found, why) = packets(&writer.file[..writer.file.len() - 3]);
    assert_eq!(
        (found.len(), why.as_deref()),
        (1, Some("the file ends within a block, after 1 whole packet"))
    );
    let mut broken = writer.file.clone();
    broken[whole + 4..whole + 8].copy_from_slice(&4_u32.to_le_bytes());
    let (found, why) = packets(&broken);
    assert!(found.len() == 1 && why.unwrap().contains(&format!("offset {whole}")));
    // A captured length beyond the block.
    let mut longer = writer.file.clone();
    let place = longer.len() - 8 - 12;
    longer[place..place + 4].copy_from_slice(&2_000_000_u32.to_le_bytes());
    assert_eq!(packets(&longer).0.last().unwrap().data.len(), 8);
}
