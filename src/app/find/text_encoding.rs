//! The encoding in which text is searched for: UTF-8, unless the user chooses another one in the prompt.

use std::iter::once;

use crate::app::stream::Seek;
use crate::bytes::encoding::Encoding;

/// The encoding of the text that is searched for.
#[derive(Debug, Default)]
pub(super) struct TextEncoding {
    chosen: Option<Encoding>,
    /// What the bytes around the cursor likely are, if that encodes some text otherwise than UTF-8 does.
    likely: Option<Encoding>,
}

impl TextEncoding {
    /// Returns the encoding.
    pub(super) fn get(&self) -> Encoding {
        self.chosen.unwrap_or(Encoding::UTF_8)
    }

    /// Takes notice of what the bytes around the cursor likely are.
    pub(super) fn set_likely(&mut self, guess: Option<Encoding>) {
        self.likely = guess.filter(|&guess| is_other(guess));
    }

    /// Returns what the bytes around the cursor likely are, if text is searched for in another encoding.
    pub(super) fn overlooked(&self) -> Option<Encoding> {
        self.likely.filter(|&likely| likely != self.get())
    }

    /// Chooses the next encoding or the one before, in a circle: UTF-8, the likely one, and all others.
    pub(super) fn step(&mut self, way: Seek) {
        let others = Encoding::ALL.into_iter().filter(|&other| is_other(other) && Some(other) != self.likely);
        let circle: Vec<Encoding> = once(Encoding::UTF_8).chain(self.likely).chain(others).collect();
        let here = circle.iter().position(|&known| known == self.get()).unwrap_or_default();
        let steps = match way {
            Seek::Forward => 1,
            Seek::Backward => circle.len() - 1,
        };
        self.chosen = circle.get((here + steps) % circle.len()).copied();
    }
}

/// Whether text can be searched for in this encoding, and is not what it is in UTF-8. ASCII is the same in both.
fn is_other(encoding: Encoding) -> bool {
    ![Encoding::UTF_8, Encoding::ASCII].contains(&encoding) && !encoding.has_shifts()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circle_begins_with_utf_8_and_the_likely_one() {
        let mut encoding = TextEncoding::default();
        for (likely, is_offered) in [
            (Encoding::UTF_16BE, true),
            (Encoding::UTF_8, false),
            (Encoding::ASCII, false),
            (Encoding::ISO_2022_JP, false),
        ] {
            encoding.set_likely(Some(likely));
            assert_eq!(encoding.overlooked(), Some(likely).filter(|_| is_offered));
        }
        encoding.set_likely(Some(Encoding::UTF_16BE));
        let mut seen = Vec::new();
        loop {
            seen.push(encoding.get());
            encoding.step(Seek::Forward);
            if encoding.get() == Encoding::UTF_8 {
                break;
            }
        }
        assert_eq!(seen[..3], [Encoding::UTF_8, Encoding::UTF_16BE, Encoding::LATIN_1]);
        assert_eq!(seen.iter().filter(|&&known| known == Encoding::UTF_16BE).count(), 1);
        for &known in seen.iter().rev() {
            encoding.step(Seek::Backward);
            assert_eq!(encoding.get(), known);
        }
        assert!(seen.iter().all(|known| known.encode('a').is_some()), "text can be searched for in all");
    }
}
