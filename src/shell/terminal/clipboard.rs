//! The sequences that put text on the clipboard of a terminal (OSC 52), also through tmux and screen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The largest piece that screen passes on whole, with room to spare: it drops a sequence of 768 bytes or more.
const PIECE: usize = 250;

/// The start and the end of a sequence that screen passes on to its terminal.
const TO_OUTSIDE: [&[u8]; 2] = [b"\x1bP", b"\x1b\\"];

/// The sequence for a terminal that reads it itself.
pub(crate) fn plain(text: &str) -> Vec<u8> {
    format!("\x1b]52;c;{}\x07", STANDARD.encode(text)).into_bytes()
}

/// The sequences for a tmux: it reads the first one if `set-clipboard` is on, and passes the second one on to its
/// terminal if `allow-passthrough` is on.
pub(crate) fn through_tmux(text: &str) -> Vec<u8> {
    let plain = plain(text);
    let mut out = plain.clone();
    out.extend_from_slice(b"\x1bPtmux;");
    for byte in plain {
        if byte == b'\x1b' {
            out.push(byte);
        }
        out.push(byte);
    }
    out.extend_from_slice(b"\x1b\\");
    out
}

/// The sequence for the terminal of a screen, in pieces that screen passes on.
pub(crate) fn through_screen(text: &str) -> Vec<u8> {
    let [start, end] = TO_OUTSIDE;
    plain(text).chunks(PIECE).flat_map(|piece| [start, piece, end].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_base64_in_one_sequence() {
        assert_eq!(plain("hé"), b"\x1b]52;c;aMOp\x07");
    }

    #[test]
    fn tmux_gets_it_plain_and_with_its_escapes_doubled() {
        assert_eq!(through_tmux("a"), b"\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\");
    }

    #[test]
    fn screen_gets_pieces_that_it_passes_on_and_that_give_the_sequence_together() {
        for length in [0, 1, 100, 181, 182, 183, 10_000] {
            let text = "x".repeat(length);
            let whole = through_screen(&text);
            let mut passed = Vec::new();
            let mut rest = &whole[..];
            while let Some(after) = rest.strip_prefix(b"\x1bP") {
                let at = after.windows(2).position(|two| two == b"\x1b\\").unwrap();
                assert!((1..=PIECE).contains(&at), "a piece of {at} bytes");
                passed.extend_from_slice(&after[..at]);
                rest = &after[at + 2..];
            }
            assert_eq!(rest, b"");
            assert_eq!(passed, plain(&text), "{length} bytes");
        }
    }
}
