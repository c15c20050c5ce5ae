//! Words by which users look for commands whose descriptions have others.

/// The words for a command, by its id.
const WORDS: [(&str, &str); 31] = [
    ("faults.open", "latency delay slow bandwidth throttle limit jitter slice cut stall network"),
    ("connection.hold", "intercept edit breakpoint stop change modify"),
    ("connection.send", "inject type write reply"),
    ("connection.close", "kill disconnect end"),
    ("connection.reset", "kill abort disconnect"),
    ("connection.note", "comment annotate label"),
    ("connection.copy-address", "yank clipboard peer port"),
    ("stream.save", "export write dump file store download received sent"),
    ("stream.copy", "yank clipboard export hex base64 python rust json curl"),
    ("stream.pipe", "shell export program external"),
    ("stream.find", "search grep pattern regex hex"),
    ("stream.all-hits", "search grep everywhere global"),
    ("stream.next-view", "hex text anatomy encoding decode"),
    ("stream.next-direction", "sent received both"),
    ("stream.next-malformed", "broken invalid error bad utf-8 utf8"),
    ("stream.previous-malformed", "broken invalid error bad utf-8 utf8"),
    ("stream.offset", "jump seek goto position"),
    ("stream.mark", "bookmark"),
    ("stream.compare", "diff difference"),
    ("clients.filter", "search grep find closed open state"),
    ("clients.next-sort", "order"),
    ("app.record", "capture pcap wireshark save export"),
    ("app.theme", "colors dark light contrast settings config preferences options"),
    ("app.mouse", "settings config preferences options"),
    ("app.freeze", "stop hold pause unfreeze resume"),
    ("app.quit", "exit leave"),
    ("help.open", "keys shortcuts"),
    ("backends.switch", "threads async handover"),
    ("timeline.go-to", "jump seek"),
    ("pane.zoom", "maximize fullscreen"),
    ("pane.next", "tab window"),
];

/// Whether each word that is typed begins one for this command, or a word of `text`, its description and id.
pub(super) fn match_all(id: &str, text: &str, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    let text = text.to_lowercase();
    let words = WORDS.iter().find(|(known, _)| *known == id).map_or("", |(_, words)| words);
    let begins = |part: &str| words.split(' ').any(|word| word.starts_with(part));
    let is_begun = |part: &str| {
        text.match_indices(part).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric)) || begins(part)
    };
    typed.len() > 2 && typed.split_whitespace().all(is_begun)
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
                assert!(match_all(id, "", &word[..3]), "{word}");
            }
        }
        assert!(!match_all("faults.open", "", "la") && !match_all("faults.open", "", "xlatency"));
        assert!(match_all("stream.copy", "Copy bytes", "copy hex"));
        assert!(!match_all("stream.copy", "Copy bytes", "copy all"));
    }
}
