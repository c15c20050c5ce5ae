use proptest::prelude::*;
use serde_json::Value;

use crate::bytes::safe::{self, Glyph};

use crate::event::codec::json::line;

fn string(text: &str) -> String {
    let mut out = String::new();
    line(&mut out, |object| object.text("text", text)).unwrap();
    out
}

#[test]
fn text_stays_readable() {
    assert_eq!(string("hé€ \"日本\" \\"), "{\"text\":\"hé€ \\\"日本\\\" \\\\\"}\n");
}

#[test]
fn what_a_terminal_obeys_or_hides_is_escaped() {
    for (text, escaped) in [
        ("\u{1b}[2J", "\\u001b[2J"),
        ("\u{7f}", "\\u007f"),
        ("\u{9b}", "\\u009b"),
        ("a\u{202e}b", "a\\u202eb"),
        ("\u{200b}", "\\u200b"),
        ("\u{2066}", "\\u2066"),
        ("\u{feff}", "\\ufeff"),
        ("\u{fffd}", "\\ufffd"),
        ("é\u{9b}é", "é\\u009bé"),
        ("\u{301}", "\\u0301"),
        ("e\u{301}\u{302}\u{303}\u{304}", "e\u{301}\u{302}\\u0303\\u0304"),
        ("\u{1b}\u{301}x\u{301}", "\\u001b\\u0301x\u{301}"),
    ] {
        assert_eq!(string(text), format!("{{\"text\":\"{escaped}\"}}\n"));
    }
}

#[test]
fn every_character_means_itself_again() {
    for ch in (0..=0x0010_ffff).filter_map(char::from_u32) {
        // Beyond the planes with special rules, a sample suffices.
        if u32::from(ch) > 0x3_0000 && u32::from(ch) % 0x101 != 0 {
            continue;
        }
        let written = string(ch.encode_utf8(&mut [0; 4]));
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read["text"], ch.to_string(), "{ch:?}");
        assert!(!written.trim_end().chars().any(char::is_control), "{ch:?}");
    }
}

#[test]
fn fields_keep_their_order() {
    let mut out = String::new();
    line(&mut out, |object| {
        object.add("z", 1)?;
        object.add("a", Option::<u64>::None)?;
        object.hex("m", &[0xe2, 0x82])
    })
    .unwrap();
    assert_eq!(out, "{\"z\":1,\"a\":null,\"m\":\"e282\"}\n");
}

/// The string, examined character by character.
fn simply_written(text: &str) -> String {
    let mut out = String::new();
    let (mut before, mut marked): (Option<char>, Option<Glyph>) = (None, None);
    for ch in text.chars() {
        let alone = match ch {
            '"' | '\\' | char::REPLACEMENT_CHARACTER => false,
            ' '..='~' => true,
            _ => safe::is_safe(ch.encode_utf8(&mut [0; 4])),
        };
        let carrier = marked.or_else(|| before.map(safe::glyph));
        marked = carrier.filter(|_| !alone).and_then(|carrier| safe::cluster(carrier, ch));
        before = alone.then_some(ch);
        match ch {
            _ if alone || marked.is_some() => out.push(ch),
            '"' | '\\' => out.extend(['\\', ch]),
            '\n' | '\r' | '\t' => out.extend(ch.escape_default()),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            _ => ch.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out += &format!("\\u{unit:04x}")),
        }
    }
    format!("{{\"text\":\"{out}\"}}\n")
}

fn characters() -> impl Strategy<Value = char> {
    let special = "\"\\\n\r\t\u{8}\u{c}\u{0}\u{1b}\u{1f}\u{7f}\u{80}\u{9b}\u{300}\u{301}\u{20dd}\u{202e}\u{fffd}\u{e0}\u{d4e}◌é日😀 ~";
    prop_oneof![
        6 => prop::char::range('a', 'z'),
        3 => prop::sample::select(special.chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ]
}

proptest! {
    #[test]
    fn long_text_is_written_as_if_by_character(text in prop::collection::vec(characters(), 0..200)) {
        let text = String::from_iter(text);
        prop_assert_eq!(string(&text), simply_written(&text));
    }

    #[test]
    fn a_special_byte_is_found_at_each_place(at in 0..100_usize, behind in 0..40_usize, special in characters()) {
        let text = format!("{}{special}{}", "x".repeat(at), "y".repeat(behind));
        prop_assert_eq!(string(&text), simply_written(&text));
    }

    #[test]
    fn digits_are_those_of_each_byte(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        let mut out = String::new();
        line(&mut out, |object| object.hex("hex", &bytes)).unwrap();
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(out, format!("{{\"hex\":\"{digits}\"}}\n"));
    }
}
