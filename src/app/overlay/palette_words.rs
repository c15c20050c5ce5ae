//! Words by which users look for commands whose descriptions have others.

/// The words for a command, by its id.
const WORDS: [(&str, &str); 20] = [
    ("faults.open", "latency delay slow bandwidth throttle limit jitter slice cut stall network"),
    ("connection.hold", "intercept edit breakpoint stop change modify"),
    ("connection.send", "inject type write reply"),
    ("connection.close", "kill disconnect end"),
    ("connection.reset", "kill abort disconnect"),
    ("stream.save", "export write dump file store download"),
    ("stream.copy", "yank clipboard export hex base64 python rust json curl"),
    ("stream.pipe", "shell export program external"),
    ("stream.find", "search grep pattern regex hex"),
    ("stream.all-hits", "search grep everywhere global"),
    ("stream.next-view", "hex text anatomy encoding decode"),
    ("stream.mark", "bookmark"),
    ("stream.compare", "diff difference"),
    ("clients.filter", "search grep find"),
    ("app.record", "capture pcap wireshark save export"),
    ("app.theme", "colors dark light contrast"),
    ("app.freeze", "stop hold pause"),
    ("backends.switch", "threads async handover"),
    ("timeline.go-to", "jump seek"),
    ("pane.zoom", "maximize fullscreen"),
];

/// Whether a word for this command begins with what is typed.
pub(super) fn begins(id: &str, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    let words = WORDS.iter().find(|(known, _)| *known == id).map_or("", |(_, words)| words);
    typed.len() > 2 && words.split(' ').any(|word| word.starts_with(&typed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;

    #[test]
    fn every_word_is_for_a_command_that_there_is() {
        for (id, words) in WORDS {
            assert!(Keymap::default().action_of(id).is_some(), "{id}");
            for word in words.split(' ') {
                assert!(begins(id, &word[..3]), "{word}");
            }
        }
        assert!(!begins("faults.open", "la") && !begins("faults.open", "xlatency"));
    }
}
