use super::*;

/// What crossterm makes of bytes that it does not know: keys.
fn keys(text: &str) -> Vec<Event> {
    let mut characters = text.chars();
    let mut keys = Vec::new();
    while let Some(ch) = characters.next() {
        keys.push(Event::Key(match ch {
            '\u{1b}' => match characters.next() {
                Some(ch) => {
                    let key = character(ch);
                    KeyEvent::new(key.code, key.modifiers | KeyModifiers::ALT)
                }
                None => KeyCode::Esc.into(),
            },
            '\u{7}' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL),
            '\r' => KeyCode::Enter.into(),
            ch => character(ch),
        }));
    }
    keys
}

/// The events of reads that follow each other without delay, and then nothing for a while.
fn joined(reads: &[&str]) -> Vec<Event> {
    let (mut sequences, mut out) = (Sequences::default(), Vec::new());
    for event in reads.iter().flat_map(|read| keys(read)) {
        sequences.take(event, &mut |event| out.push(event));
    }
    sequences.end(&mut |event| out.push(event));
    assert!(!sequences.is_open());
    out
}

fn key(code: KeyCode) -> Event {
    Event::Key(code.into())
}

#[test]
fn a_split_sequence_is_its_key() {
    let held = |code, modifiers| Event::Key(KeyEvent::new(code, modifiers));
    for (rest, expected) in [
        ("[D", key(KeyCode::Left)),
        ("OA", key(KeyCode::Up)),
        ("OP", key(KeyCode::F(1))),
        ("[H", key(KeyCode::Home)),
        ("[3~", key(KeyCode::Delete)),
        ("[5~", key(KeyCode::PageUp)),
        ("[15~", key(KeyCode::F(5))),
        ("[24~", key(KeyCode::F(12))),
        ("[Z", held(KeyCode::BackTab, KeyModifiers::SHIFT)),
        ("[1;5C", held(KeyCode::Right, KeyModifiers::CONTROL)),
        ("[1;4B", held(KeyCode::Down, KeyModifiers::SHIFT | KeyModifiers::ALT)),
        ("[6;5~", held(KeyCode::PageDown, KeyModifiers::CONTROL)),
    ] {
        assert_eq!(joined(&["\u{1b}", rest]), [expected], "{rest}");
    }
}

#[test]
fn a_report_is_no_key() {
    for rest in ["[<0;10;20M", "[?62;22c", "[99;99~", "[I", "[0n", "[;;;~", "[1;0A", "[300~"] {
        assert_eq!(joined(&["\u{1b}", rest, "x"]), keys("x"), "{rest}");
    }
}

#[test]
fn a_string_of_the_terminal_is_no_key() {
    for text in [
        "\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\",
        "\u{1b}]10;qbd\u{7}",
        "\u{1b}Pqbd\u{1b}\\",
        "\u{1b}_q\u{1b}\\",
        "\u{1b}^q\u{1b}\\",
        "\u{1b}Xq\u{1b}\\",
    ] {
        assert_eq!(joined(&[text, "x"]), keys("x"), "{text:?}");
        let (escape, rest) = text.split_at(1);
        assert_eq!(joined(&[escape, rest, "x"]), keys("x"), "{text:?} split");
        // Its end may be split, too.
        let (text, end) = text.strip_suffix('\\').map_or((text, ""), |text| (text, "\\"));
        assert_eq!(joined(&[text, end, "x"]), keys("x"), "{text:?} split at its end");
    }
    assert_eq!(joined(&["\u{1b}]11;rgb"]), [], "a string that does not end is dropped");
}

#[test]
fn what_a_person_types_goes_through() {
    for text in ["q", "\u{1b}", "\u{1b}x", "\u{1b}]", "\u{1b}P", "[D", "a\r\u{7}"] {
        assert_eq!(joined(&[text]), keys(text), "{text:?}");
    }
    for behind in ["q", "[", "O", "]", "P", "\r"] {
        let typed = [keys("\u{1b}"), keys(behind)].concat();
        assert_eq!(joined(&["\u{1b}", behind]), typed, "{behind:?}");
    }
    assert_eq!(joined(&["\u{1b}", "\u{1b}", "[A"]), [key(KeyCode::Esc), key(KeyCode::Up)]);
}

#[test]
fn pasted_text_stays_one_piece() {
    assert_eq!(joined(&["\u{1b}", "[200~quit\rQ"]), [Event::Paste("quit\rQ".to_owned())]);
}

#[test]
fn a_mouse_event_ends_what_is_open() {
    let (mut sequences, mut out) = (Sequences::default(), Vec::new());
    sequences.take(key(KeyCode::Esc), &mut |event| out.push(event));
    assert!(sequences.is_open() && out.is_empty());
    sequences.take(Event::Paste("x".to_owned()), &mut |event| out.push(event));
    assert_eq!(out, [key(KeyCode::Esc), Event::Paste("x".to_owned())]);
}
