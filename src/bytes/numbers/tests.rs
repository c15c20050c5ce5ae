use proptest::prelude::*;

use super::*;

/// The texts of both orders, or of the single reading; `·` where there is none, in brackets where it is unlikely.
fn read(kind: Kind, bytes: &[u8]) -> Vec<String> {
    let text = |number: Option<Number>| match number {
        None => "·".to_owned(),
        Some(Number { text, is_likely: true }) => text,
        Some(Number { text, is_likely: false }) => format!("({text})"),
    };
    match kind.read(bytes) {
        Reading::Ordered { big, little } => vec![text(big), text(little)],
        Reading::Single(number) => vec![text(number)],
    }
}

#[test]
fn integers_of_both_orders_and_with_a_sign_where_it_matters() {
    assert_eq!(read(Kind::Bits8, b"\x7f"), ["127"]);
    assert_eq!(read(Kind::Bits8, b"\xc8"), ["200  -56"]);
    assert_eq!(read(Kind::Bits16, b"\xff\x00"), ["65280  -256", "255"]);
    assert_eq!(read(Kind::Bits32, b"\x80\0\0\0"), ["2147483648  -2147483648", "128"]);
    let bytes = b"\xff\xff\xff\xff\xff\xff\xff\xfe";
    assert_eq!(read(Kind::Unsigned64, bytes), ["(18446744073709551614)", "(18374686479671623679)"]);
    assert_eq!(read(Kind::Signed64, bytes), ["-2", "(-72057594037927937)"]);
    assert_eq!(read(Kind::Bits32, b"\0\0\0"), ["·", "·"]);
}

#[test]
fn floating_point_numbers() {
    // The bytes are those of Python's `struct.pack`.
    assert_eq!(read(Kind::Single, b"\x41\xac\0\0"), ["21.5", "(6.1793e-41)"]);
    assert_eq!(read(Kind::Single, b"\xcd\xcc\xcc\xbd")[1], "-0.1");
    assert_eq!(read(Kind::Double, b"\x3f\x50\x62\x4d\xd2\xf1\xa9\xfc")[0], "0.001");
    assert_eq!(read(Kind::Double, b"\x1f\x85\xeb\x51\xb8\x1e\x09\x40")[1], "3.14");
    assert_eq!(read(Kind::Half, b"\x2e\x66")[0], "0.099975586");
    assert_eq!(read(Kind::Single, b"\x7f\xc0\0\0")[0], "(NaN)");
    assert_eq!(read(Kind::Single, b"\xff\x80\0\0")[0], "(-inf)");
}

#[test]
fn variable_length_integers() {
    assert_eq!(read(Kind::Varint, b"\xac\x02 and more"), ["300 in 2 bytes, zigzag 150"]);
    assert_eq!(read(Kind::Varint, b"\x01"), ["1 in 1 byte, zigzag -1"]);
    assert_eq!(read(Kind::Varint, b"\xac\x82"), ["·"], "its end has not arrived");
    let most = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    assert_eq!(read(Kind::Varint, most), ["(18446744073709551615 in 10 bytes, zigzag -9223372036854775808)"]);
    assert_eq!(read(Kind::Varint, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), ["·"], "65 bits");
}

#[test]
fn decimal_digits_in_halves_of_bytes() {
    assert_eq!(read(Kind::Bcd, b"\x12\x34\x5f"), ["12345", "2143"]);
    assert_eq!(read(Kind::Bcd, b"\xa1\x23"), ["·", "·"]);
    assert_eq!(read(Kind::Bcd, b"1234"), ["(31323334)", "(13233343)"], "digits in ASCII");
}

#[test]
fn times_between_1970_and_2100_only() {
    let text = "2025-11-30 08:30:13Z";
    assert_eq!(read(Kind::UnixSeconds, b"\x69\x2c\x00\x95"), [text, "2049-03-20 01:29:13Z"]);
    assert_eq!(read(Kind::UnixSeconds, b"\0\0\0\x0c")[0], "(1970-01-01 00:00:12Z)");
    assert_eq!(read(Kind::UnixSeconds64, b"\x95\x00\x2c\x69\0\0\0\0"), ["·", text]);
    assert_eq!(read(Kind::UnixMillis, b"\0\0\x01\x9a\xd3\xe2\x47\xfc")[0], "2025-11-30 08:30:13.500Z");
    assert_eq!(read(Kind::Ntp, b"\xec\xd6\x7f\x15\x80\0\0\0")[0], "2025-11-30 08:30:13.500Z");
    assert_eq!(read(Kind::Ntp, b"\0\0\0\x01\0\0\0\0")[0], "2036-02-07 06:28:17.000Z", "the second era");
    assert_eq!(read(Kind::Ntp, b"\x80\0\0\0\0\0\0\0")[0], "·", "1968");
    assert_eq!(read(Kind::UnixMillis, &[0xff; 8]), ["·", "·"]);
    assert_eq!(read(Kind::UnixSeconds64, b"\0\0\0\0\xf4\x86\x57\x00"), ["·", "·"], "2100");
}

#[test]
fn addresses_and_identifiers() {
    assert_eq!(read(Kind::Ipv4, b"\x7f\0\0\x01"), ["127.0.0.1", "(1.0.0.127)"]);
    let id = b"\x55\x0e\x84\0\xe2\x9b\x41\xd4\xa7\x16\x44\x66\x55\x44\0\0";
    assert_eq!(read(Kind::Uuid, id), ["550e8400-e29b-41d4-a716-446655440000 (v4)"]);
    let windows = b"\0\x84\x0e\x55\x9b\xe2\xd4\x41\xa7\x16\x44\x66\x55\x44\0\0";
    assert_eq!(read(Kind::Uuid, windows), ["550e8400-e29b-41d4-a716-446655440000 (v4, little-endian)"]);
    assert_eq!(read(Kind::Uuid, b"sixteen letters!"), ["·"]);
}

#[test]
fn lengths_end_behind_their_field() {
    let found: Vec<_> =
        lengths(b"\0\x05hello").map(|Length { field, value, end }| (field.name(), value, end)).collect();
    let expected = [
        ("u16 BE", 5, 7),
        ("u16 LE", 1280, 1282),
        ("u24 BE", 1384, 1387),
        ("u24 LE", 6_817_024, 6_817_027),
        ("u32 BE", 354_405, 354_409),
        ("u32 LE", 1_701_315_840, 1_701_315_844),
    ];
    assert_eq!(found, expected.map(|(name, value, end)| (name.to_owned(), value, end)));
    assert_eq!(
        lengths(b"\xac\x02").last().map(|last| (last.field, last.end)),
        Some((LengthField::Varint, 302))
    );
    assert_eq!(lengths(&[0xff; 8]).map(|last| last.end).max(), Some(u64::MAX));
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        for kind in Kind::ALL {
            prop_assert!(kind.name().len() < 9);
            read(kind, &bytes);
        }
        for length in lengths(&bytes) {
            prop_assert!(length.value > 0 && length.end > length.value || length.end == u64::MAX);
        }
    }

    #[test]
    fn integers_are_read_as_the_standard_library_does(bytes: [u8; 8]) {
        let text = |number: u64| number.to_string();
        let plain = read(Kind::Unsigned64, &bytes).into_iter().map(|read| read.trim_matches(['(', ')']).to_owned());
        prop_assert_eq!(plain.collect::<Vec<_>>(), [text(u64::from_be_bytes(bytes)), text(u64::from_le_bytes(bytes))]);
    }
}
