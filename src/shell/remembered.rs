//! What the user chose in the dashboard, kept in a file until the next time.
//!
//! The file has two words a line: the name of a choice, and what was chosen. What a later or an earlier version calls
//! differently is left out.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tracing::warn;

use crate::app::App;
use crate::app::display::Palette;
use crate::ui::theme::Themes;

/// The choice of the theme.
const THEME: &str = "theme";

/// The file with what the user chose the last time.
#[derive(Debug)]
pub(crate) struct Remembered {
    path: PathBuf,
}

impl Remembered {
    /// The choices in this file, which need not exist.
    pub(crate) const fn in_file(path: PathBuf) -> Self {
        Self { path }
    }

    /// The theme of the last time, if there is such a theme now.
    pub(crate) fn theme(&self, themes: &Themes) -> Option<Palette> {
        let text = self.read()?;
        let name = words(&text).find(|(name, _)| *name == THEME).map(|(_, word)| word)?;
        Some(Palette::new(themes.find(name).ok()?, themes.names().len()))
    }

    /// Lets the dashboard begin with what was chosen the last time.
    pub(crate) fn restore(&self, app: &mut App) {
        let Some(text) = self.read() else { return };
        let mut choices = app.choices();
        let mut wrong = words(&text).filter(|(name, word)| *name != THEME && !choices.choose(name, word));
        if let Some((name, word)) = wrong.next() {
            warn!(path = %self.path.display(), "there is no choice '{name} {word}'; what is right is taken");
        }
        // The filter is lazy: what comes after the first wrong line is chosen here.
        wrong.for_each(drop);
        app.choose(choices);
    }

    /// Keeps what is chosen now. The file is replaced as a whole, so that two programs cannot mix their lines.
    pub(crate) fn keep(&self, app: &App, themes: &Themes) {
        let theme = themes.names().get(app.palette().number()).map(|name| (THEME, name.as_str()));
        let lines = app.choices().words().into_iter().chain(theme);
        let text: String = lines.map(|(name, word)| format!("{name} {word}\n")).collect();
        if let Err(error) = replace(&self.path, &text) {
            warn!(path = %self.path.display(), %error, "what was chosen is not remembered");
        }
    }

    fn read(&self) -> Option<String> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                warn!(path = %self.path.display(), %error, "what was chosen the last time cannot be read");
                None
            }
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().map(|line| line.split_once(' ').unwrap_or((line, "")))
}

/// Writes the file beside its place, and moves it there when it is whole.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::app::keymap::Keymap;
    use crate::app::stream::View;
    use crate::app::{Clipboard, Setup};
    use crate::event::Timestamp;
    use crate::model::Budget;

    fn app(palette: Palette) -> App {
        App::new(Setup {
            budget: Budget { history: 1, memory: 1 },
            utc_offset_seconds: 0,
            theme: palette,
            now: Timestamp(0),
            size: Size { width: 80, height: 24 },
            opened: None,
            watching: None,
            capacity: Vec::new(),
            upstreams: Vec::new(),
            version: String::new(),
            clipboard: Clipboard::Terminal,
            charset: crate::bytes::safe::Charset::Unicode,
            keymap: Keymap::default(),
        })
    }

    /// A file in a folder of its own, which is removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("bytewatch-remembered-{}-{name}", std::process::id())))
        }

        fn file(&self) -> PathBuf {
            self.0.join("state").join("choices")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            // What is left in the folder for temporary files does no harm.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_chosen_is_chosen_again() {
        let folder = Folder::new("again");
        let (remembered, themes) = (Remembered::in_file(folder.file()), Themes::default());
        let mut first = app(Palette::new(2, themes.names().len()));
        remembered.restore(&mut first);
        assert_eq!(
            (first.choices(), remembered.theme(&themes)),
            (Default::default(), None),
            "there is no file"
        );
        let mut choices = first.choices();
        assert!(choices.choose("view", "split") && choices.choose("sort", "malformed"));
        first.choose(choices);
        remembered.keep(&first, &themes);
        let mut second = app(Palette::new(0, themes.names().len()));
        remembered.restore(&mut second);
        assert_eq!(second.choices(), choices);
        assert_eq!(second.choices().view, View::Split);
        assert_eq!(remembered.theme(&themes), Some(Palette::new(2, themes.names().len())));
        let files = fs::read_dir(folder.file().parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "only the whole file is left");
    }

    #[test]
    fn a_file_that_is_wrong_or_cannot_be_read_does_no_harm() {
        let folder = Folder::new("wrong");
        let (remembered, themes) = (Remembered::in_file(folder.file()), Themes::default());
        fs::create_dir_all(folder.file().parent().unwrap()).unwrap();
        fs::write(folder.file(), "nonsense\nview nonsense\ntheme nonsense\ndirections sent\n\n").unwrap();
        let mut one = app(Palette::new(0, 1));
        remembered.restore(&mut one);
        assert_eq!(one.choices().directions.word(), "sent", "what is right is taken");
        assert_eq!(remembered.theme(&themes), None);
        fs::write(folder.file(), b"\xff\xfe").unwrap();
        let mut other = app(Palette::new(0, 1));
        remembered.restore(&mut other);
        assert_eq!(other.choices(), Default::default());
        fs::remove_file(folder.file()).unwrap();
        fs::create_dir(folder.file()).unwrap();
        remembered.restore(&mut other);
        remembered.keep(&other, &themes);
        assert!(folder.file().is_dir());
    }
}
