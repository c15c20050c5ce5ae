//! The texts below the options in the help: examples, environment variables, units, exit statuses.

/// What the help of a command says below its options.
pub(super) struct HelpNotes {
    /// What has to be known about the command itself; empty if that is nothing.
    pub(super) notes: &'static str,
    /// Command lines, and what each does.
    pub(super) examples: &'static [(&'static str, &'static str)],
    /// The environment variables that the command reads, and what each means.
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// How times and sizes are written; empty if the command takes none.
    pub(super) units: &'static str,
    /// The exit statuses.
    pub(super) exit_status: &'static str,
}

/// How times and sizes are written.
pub(super) const UNITS: &str = "Times are written 500ms, 2s, 1m, 1h; sizes 512, 64KiB, 1GiB.";

/// The exit statuses of most commands.
pub(super) const EXIT_STATUS: &str = "0 done, 1 failed (one line says why and what to do), 2 wrong usage.";

/// What is logged, and how much.
pub(super) const LOG: (&str, &str) =
    ("BYTEWATCH_LOG", "what is logged: error, warn, info, debug or trace, or target=level,…");

/// The choice against colours.
pub(super) const NO_COLOR: (&str, &str) = ("NO_COLOR", "if it is set and not empty: no colours");

/// Where examples reach: what a longer one explains starts in a line of its own.
const EXAMPLE_WIDTH: usize = 52;

impl HelpNotes {
    /// The text for `-h`.
    pub(super) fn short(&self) -> String {
        self.paragraphs(["--help has examples, too.".to_owned()])
    }

    /// The text for `--help`, and for the man page.
    pub(super) fn long(&self) -> String {
        let width = self.examples.iter().map(|(line, _)| line.len()).filter(|width| *width <= EXAMPLE_WIDTH);
        self.paragraphs([
            list("Examples:", self.examples, width.max().unwrap_or(0)),
            list(
                "Environment:",
                self.environment,
                self.environment.iter().map(|(name, _)| name.len()).max().unwrap_or(0),
            ),
        ])
    }

    fn paragraphs<const N: usize>(&self, middle: [String; N]) -> String {
        let end = [self.units, &format!("Exit status: {}", self.exit_status)].map(str::to_owned);
        let end = end.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        let all = std::iter::once(self.notes.to_owned()).chain(middle).chain([end]);
        all.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
    }
}

/// A list of words and what they mean, in two columns; empty if there are none.
fn list(title: &str, items: &[(&str, &str)], width: usize) -> String {
    if items.is_empty() {
        return String::new();
    }
    let lines = items.iter().map(|(word, meaning)| match meaning.is_empty() {
        true => format!("\n  {word}"),
        false if word.len() > width => format!("\n  {word}\n  {:width$}  {meaning}", ""),
        false => format!("\n  {word:width$}  {meaning}"),
    });
    format!("{title}{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: HelpNotes = HelpNotes {
        notes: "A note.",
        examples: &[
            ("run x", "short"),
            ("run x --with-so-many-words that-nothing-fits-beside-them-in-a-row", "long"),
        ],
        environment: &[("X", "a variable")],
        units: UNITS,
        exit_status: "0 done.",
    };

    #[test]
    fn the_long_text_has_what_the_short_one_leaves_out() {
        let short = "A note.\n\n--help has examples, too.\n\nTimes are written 500ms, 2s, 1m, 1h; sizes 512, 64KiB, 1GiB.\nExit status: 0 done.";
        assert_eq!(NOTES.short(), short);
        let long = NOTES.long();
        assert!(long.contains("\n  run x  short\n") && long.contains("in-a-row\n         long\n"), "{long}");
        assert!(long.contains("\n\nEnvironment:\n  X  a variable\n\nTimes"), "{long}");
        let bare = HelpNotes { notes: "", units: "", environment: &[], ..NOTES };
        assert!(bare.long().starts_with("Examples:") && bare.long().ends_with("\n\nExit status: 0 done."));
    }
}
