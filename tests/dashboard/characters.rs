//! Questions about UTF-8 that the screen alone must answer for a beginner, and navigation in the bytes.

use bytewatch::event::Direction::{Received, Sent};
use ratatui::crossterm::event::{KeyCode, MouseButton, MouseEventKind};

use crate::harness::Harness;

/// Returns the screen with the anatomy of the newest byte that a client has sent.
fn anatomy(width: u16, height: u16, said: &[u8]) -> Harness {
    let mut harness = Harness::new(width, height);
    harness.open(1);
    harness.bytes(1, Received, said);
    harness.keys("2xxx");
    harness
}

#[test]
fn how_many_bytes_has_this_character_and_which_bits_carry_the_code_point() {
    for (width, height) in [(80, 24), (120, 36), (200, 60)] {
        let harness = anatomy(width, height, "price 5 €".as_bytes());
        harness.sees("€ U+20AC EURO SIGN");
        harness.sees("byte e2 = 226 82 = 130 ac = 172");
        harness.sees("bits 1110·0010 10·000010 10·101100");
        harness.sees("joined 0010 000010 101100 = 20ac hex = 8364 = U+20AC");
        harness.sees("U+20AC needs 14 bits; 3 bytes carry 16 bits (U+0800 to U+FFFF)");
        harness.sees("Sc currency symbol, script Common, 1 cell");
    }
    let harness = anatomy(80, 24, b"A");
    harness.sees("A U+0041 LATIN CAPITAL LETTER A");
    harness.sees("0·1000001");
    harness.sees("ASCII: the byte is the character");
}

#[test]
fn why_is_c0_af_not_a_slash() {
    let mut harness = anatomy(80, 24, b"\xc0\xaf");
    for _ in 0..2 {
        harness.sees("malformed:");
        harness.sees("intended c0 af for U+002F \"/\", correctly encoded as 2f");
        harness.sees("decoder shown as U+FFFD once by most decoders, 2 times for c0 af");
        harness.press(KeyCode::Left);
    }
    harness.sees("malformed: invalid-lead");
    harness.sees("c0 would start 2 bytes for a character below U+0080 (overlong)");
}

#[test]
fn what_is_the_program_waiting_for_after_e2_82() {
    let mut harness = anatomy(80, 24, b"\xe2\x82");
    harness.sees("pending: 2 of 3 bytes; waiting for 1 more, 80 to bf");
    harness.sees("1110·0010 10·000010 10·??????");
    harness.sees("it can become U+2080 to U+20BF");
    // The inspector lists the reads of a character once it is complete.
    harness.now += 1_000_000;
    harness.bytes(1, Received, b"\xac");
    harness.press(KeyCode::Char('z'));
    harness.sees("€ U+20AC EURO SIGN");
    harness.sees("e2 82 came with read 1 at 12:00:00.000: bytes 1 to 2 of 2");
    harness.sees("ac came with read 2 at 12:00:01.000: byte 1 of 1");
}

#[test]
fn other_encodings_and_python_read_the_same_bytes() {
    let mut harness = anatomy(80, 30, b"ok\ncaf\xe9 au lait, d\xe9j\xe0 vu\n");
    harness.keys("x");
    harness.sees("guess windows-1252 (unsure: only 3 bytes beyond ASCII)");
    harness.sees("the line at 3 to 24 in windows-1252 · readings 1 to ");
    harness.sees("UTF-8 3 malformed caf\u{fffd} au lait, d\u{fffd}j\u{fffd} vu␊");
    harness.sees("Latin-1 · café au lait, déjà vu␊");
    harness.keys("z");
    harness.sees("Python strict can't decode byte 0xe9 in position 3: invalid continuation byte");
    harness.sees("Python errors=surrogateescape 'caf\\udce9 au lait, d\\udce9j\\udce0 vu\\n'");
    harness.keys(".....");
    harness.sees("IBM1140 ");
    harness.keys(",,,,,");
    harness.sees("UTF-8 3 malformed caf");
    harness.resize(120, 30);
    harness.sees("'utf-8' codec can't decode byte 0xe9 in position 3: invalid continuation byte");
}

#[test]
fn text_that_was_encoded_twice_is_recognised() {
    let mut harness = anatomy(80, 40, "Ã©tÃ© â‚¬\n".as_bytes());
    harness.keys("xz");
    harness.sees("guess UTF-8 (it is well-formed, perhaps encoded twice)");
    harness.sees("UTF-8 twice été €␊");
}

#[test]
fn lines_of_utf_16_are_read_whole() {
    let text: Vec<u8> = "one\ntwo €\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut harness = anatomy(80, 40, &text);
    harness.keys("xz");
    harness.sees("guess UTF-16LE (every second byte is zero)");
    harness.sees("UTF-16LE · two €␊");
}

#[test]
fn lines_of_other_units_are_read_whole() {
    let wide: Vec<u8> = "one\ntwo €\n".chars().flat_map(|ch| u32::from(ch).to_be_bytes()).collect();
    let mut harness = anatomy(80, 90, &wide);
    harness.keys("xz");
    harness.sees("guess UTF-32BE (in this order, all units of four bytes");
    harness.sees("UTF-32BE · two €␊");

    // "The station is open", U+0085, "It is raining there", U+0085 in EBCDIC.
    let lines = b"\xe3\x88\x85@\xa2\xa3\x81\xa3\x89\x96\x95@\x89\xa2@\x96\x97\x85\x95\x15\
        \xc9\xa3@\x89\xa2@\x99\x81\x89\x95\x89\x95\x87@\xa3\x88\x85\x99\x85\x15";
    let mut harness = anatomy(100, 90, lines);
    harness.keys("xz");
    harness.sees("guess IBM037 (its letters and spaces are those of EBCDIC)");
    harness.sees("IBM037 · It is raining there");
    harness.sees_not("The station");

    let mut harness = anatomy(80, 100, b"\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37");
    harness.keys("xz");
    harness.sees("GSM-7-packed · hellohello");
}

#[test]
fn a_reading_in_the_other_order_than_the_mark_names_says_so() {
    let text = format!("\u{feff}{}", "line\n".repeat(2_000));
    for (bytes, wrong, right) in [
        (text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), "UTF-16LE", "UTF-16BE"),
        (text.encode_utf16().flat_map(u16::to_le_bytes).collect(), "UTF-16BE", "UTF-16LE"),
    ] {
        let mut harness = anatomy(80, 40, &bytes);
        harness.keys("xz");
        // On the last page, and on the first one.
        for _ in 0..2 {
            harness.sees(&format!("{wrong} · BOM reversed: "));
            harness.sees_not(&format!("{right} · BOM reversed: "));
            harness.keys("g");
        }
    }
    anatomy(80, 40, b"\0a\xff\xfe\n").sees_not("reversed");
}

/// Returns text in UTF-16 whose units contain no zero byte, or contain the byte 0a.
fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[test]
fn each_encoding_reads_the_line_that_it_sees() {
    // U+0A05 and U+0A0A have the byte 0a; U+000A ends a line.
    let mut harness = anatomy(80, 40, &utf_16("Привет\nмир \u{a05}\u{a0a} 𝄞\nещё\n"));
    harness.keys("xzk");
    for _ in 0..30 {
        harness.keys("h");
        let screen = harness.screen();
        let row = screen.lines().find(|line| line.contains("UTF-16BE ")).unwrap();
        assert!(row.contains(" · ") && !row.contains('\u{fffd}'), "{screen}");
        let lines = ["Привет␊", "мир \u{a05}\u{a0a} 𝄞␊", "ещё␊"];
        assert!(lines.iter().any(|line| row.contains(line)), "{screen}");
    }
}

#[test]
fn a_line_too_long_to_be_read_whole_is_cut_between_characters() {
    for text in ["x€", "xx€", "xxx€"] {
        let mut harness = anatomy(80, 40, text.repeat(600).as_bytes());
        harness.keys("xzkkkkkkkkkkkkkkkkk");
        for _ in 0..9 {
            harness.keys("h");
            harness.sees("UTF-8 · …");
        }
    }
    let mut harness = anatomy(80, 40, &utf_16(&"€😀".repeat(300)));
    harness.keys("xzkkkkkkkkkkkkkkkkk");
    for _ in 0..9 {
        harness.keys("h");
        harness.sees("UTF-16BE · …");
    }
}

#[test]
fn units_of_utf_16_are_counted_from_the_beginning_of_the_stream_where_that_is_trimmed() {
    let text: Vec<u8> = "é€".repeat(20_000).encode_utf16().flat_map(u16::to_le_bytes).chain([b'x']).collect();
    // 64 KiB are kept; one more byte gives an odd start.
    let mut harness = anatomy(80, 40, &text);
    harness.keys("gxz");
    harness.sees("offset 14,465 ");
    harness.sees("UTF-16LE · €é€é");
}

#[test]
fn what_is_too_long_for_a_line_goes_on_below_or_says_that_it_is_cut() {
    let mut harness = anatomy(60, 40, b"\xed\xa0\xbd\xed\xb8\x80");
    harness.keys("z");
    harness.sees("intended ed a0 bd ed b8 80 for U+1F600 \"");
    harness.sees("encoded as f0 9f 98 80");
    harness.resize(50, 12);
    harness.sees("rule 80 would continue ed, which is itself…");
    harness.sees_not("broken");
}

#[test]
fn what_can_follow_is_shown_bit_by_bit() {
    anatomy(80, 24, b"\xed").sees("1110·1101 10·0????? 10·??????");
    anatomy(80, 24, b"\xe0").sees("1110·0000 10·1????? 10·??????");
    anatomy(80, 24, b"\xf4").sees("11110·100 10·00???? 10·?????? 10·??????");
}

#[test]
fn clients_are_gone_through_in_a_circle() {
    let mut harness = Harness::with_clients(80, 24);
    for (key, id) in [("2]", 2), ("]", 3), ("]", 1), ("[", 3), ("[", 2)] {
        harness.keys(key);
        harness.sees(&format!("2 Stream · #{id} "));
    }
}

#[test]
fn malformed_parts_are_led_to_and_the_border_says_where_one_is() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.bytes(1, Received, b"one \xff two \xed\xa0\x80 three");
    harness.keys("2B");
    harness.sees("offset 12 (0xc) · 80  malformed: unexpected-continuation");
    harness.keys("BBB");
    harness.sees("offset 4 (0x4) · ff  malformed: invalid-lead");
    harness.keys("B");
    harness.sees("Wrapped to the bottom: no malformed bytes further up");
    harness.sees("offset 12 (0xc)");
    harness.keys("m");
    harness.sees("Wrapped to the top: no malformed bytes further down");
    harness.keys("m");
    harness.sees("offset 10 (0xa) · ed  malformed: surrogate");
    harness.keys("Gm");
    harness.sees("offset 12 (0xc)");
}

#[test]
fn without_malformed_parts_there_is_nothing_to_be_led_to() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.bytes(1, Received, b"fine");
    for key in ["2m", "B", "gm"] {
        harness.keys(key);
        harness.sees("No malformed bytes are kept");
    }
}

#[test]
fn a_row_that_cannot_change_says_so() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.bytes(1, Received, &[b'x'; 100]);
    harness.keys("2}");
    harness.sees("16 bytes a row leave no room for times");
    harness.resize(46, 24);
    harness.keys("{{{");
    harness.sees("No narrower row");
    harness.keys("}}}");
    harness.sees("No wider row fits");
    harness.keys("x}");
    harness.sees("{ and } work where hex is sho");
}

#[test]
fn keys_that_do_nothing_here_say_where_they_would() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("2w");
    harness.sees("`w` works in the split view (x)");
    harness.keys(".");
    harness.sees("`.` works in the anatomy, readings and numbers view (x)");
    harness.keys(",");
    harness.sees("`,` works in the anatomy, readings and numbers view (x)");
}

#[test]
fn an_offset_is_typed_and_gone_to() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.bytes(1, Received, &[b'x'; 2_000]);
    harness.keys("2o0x400");
    harness.sees("offset 0x400");
    harness.press(KeyCode::Enter);
    harness.sees("offset 1,024 (0x400) · 78  x U+0078 LATIN SMALL LETTER X");
    harness.keys("o2000");
    harness.press(KeyCode::Enter);
    harness.sees("offset 2000 ");
    harness.sees("Offset 2000 is not in memory (0 to 1999 are)");
    harness.press(KeyCode::Backspace);
    harness.sees_not("is not in memory");
    harness.sees("offset 200 ");
    harness.press(KeyCode::Enter);
    harness.sees("offset 200 (0xc8)");
    harness.keys("oten");
    harness.press(KeyCode::Enter);
    harness.sees("'ten' is not an offset; try 1024 or 0x400");
    harness.press(KeyCode::Esc);
    harness.keys("o1024");
    harness.press(KeyCode::Enter);
    harness.keys("o7");
    harness.press(KeyCode::Esc);
    harness.sees("offset 1,024 (0x400)");
}

#[test]
fn a_click_puts_the_cursor_there() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.bytes(1, Received, "ab€".as_bytes());
    harness.click("82 ac");
    harness.sees("offset 3 (0x3) · e2 82 ac  € U+20AC EURO SIGN");
    let (column, row) = (2, 22);
    harness.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    harness.sees("offset 3 (0x3)");
}

#[test]
fn directions_are_words_where_there_is_room_and_a_click_still_means_the_byte_under_it() {
    for (width, height, words) in [(80, 24, false), (200, 60, true)] {
        let mut harness = Harness::new(width, height);
        harness.open(1);
        harness.bytes(1, Received, "ab€".as_bytes());
        harness.bytes(1, Sent, b"cd");
        harness.keys("2");
        harness.sees("· both ·");
        let row = |direction| if words { direction } else { "" };
        harness.sees(&format!("12:00:00.000 ◂ {}00000000  61 62", row("in  ")));
        harness.sees(&format!("12:00:00.000 ▸ {}00000000  63 64", row("out ")));
        harness.click("82 ac");
        harness.sees(&format!("◂ {}offset 3 (0x3) · e2 82 ac", row("in ")));
        harness.click("64 ");
        harness.sees(&format!("▸ {}offset 1 (0x1) · 64", row("out ")));
        // A click in the text column.
        harness.click("cd");
        harness.sees(&format!("▸ {}offset 0 (0x0) · 63", row("out ")));
        harness.keys(">");
        harness.sees("· received ·");
        harness.keys(">");
        harness.sees("· sent ·");
        harness.sees_not("61 62");
        harness.keys("?G");
        while !harness.screen().contains("in: bytes from the client (client → server)") {
            assert!(!harness.screen().contains("Enter"), "the signs are explained below the keys");
            harness.press(KeyCode::Up);
        }
    }
}

#[test]
fn a_frozen_view_keeps_its_bytes_whatever_comes() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.bytes(1, Received, b"read me\n");
    harness.keys("2 ");
    harness.sees("‖ frozen");
    for _ in 0..40 {
        harness.bytes(1, Received, &[b'.'; 4_096]);
        harness.bytes(1, Sent, &[b'.'; 4_096]);
    }
    harness.sees("read me␊");
    harness.sees("offset 7 (0x7) · 0a");
    harness.keys("gl");
    harness.sees("offset 1 (0x1) · 65  e U+0065");
    harness.keys(" f");
    harness.sees_not("read me");
    harness.sees("↓ follow");
}

#[test]
fn a_device_sends_a_length_a_text_and_a_float() {
    let frame = b"\x00\x0f\x02t1\x41\xac\0\0 \xc2\xb0C ok!\x00\x02hi";
    let mut harness = anatomy(80, 24, frame);
    harness.keys("xxzg");
    harness.sees("numbers from offset 0");
    harness.sees("u16 i16 15 3840");
    harness.sees("length u16 BE 15: ends at offset 17");
    harness.keys("lllll");
    harness.sees("numbers from offset 5");
    harness.sees("f32 21.5");
    harness.sees("13 of 17");
    harness.sees("(. for more)");
    harness.keys(".");
    harness.sees("UUID ·");
    harness.keys(",");
    harness.sees("f32 21.5");
    // Beside the anatomy nothing is left out.
    let mut harness = anatomy(200, 60, frame);
    harness.keys("g");
    harness.sees("U+0000");
    harness.sees("u16 i16 15 3840");
    harness.sees("IPv4 0.15.2.116 116.2.15.0");
}
