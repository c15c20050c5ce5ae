//! How the first bytes of a peer are shown that sent something else than it had to.

/// The number of bytes that are shown at most.
const SHOWN: usize = 10;

/// The first bytes: the beginning of the first line if they are text, and else in hexadecimal.
pub(super) fn shown(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or(bytes);
    let start = &line[..line.len().min(SHOWN)];
    match start {
        [_, ..] if start.iter().all(|byte| matches!(byte, b' '..=b'~')) => {
            String::from_utf8_lossy(start).into_owned()
        }
        _ => bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
    }
}
