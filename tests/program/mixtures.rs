//! Attacks that are cut and mixed at random from seeds, to find combinations that the table does not contain.

use std::thread;

use crate::attacks::{Attack, attacks};
use crate::hostile::{VIEWS, exchange, framed, judge, place, title};
use crate::pty::show_with;

/// The number of mixtures over all sizes.
const MIXTURES: u64 = 200;
/// The narrowest size has hardly room for a byte and its glyph.
const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (61, 16), (46, 12)];
/// The keys between two mixtures: moves, directions, bytes per row, malformed sequences, the other byte format.
const KEYS: [&str; 12] = ["g", "h", "B", "\x1b[5~", ">", "<", "}", "{", "k", "w", ".", ","];

/// A pseudo-random number generator (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }
}

/// Pieces of attacks, cut at random places, with a random byte between them.
fn mixture(numbers: &mut Numbers, attacks: &[Attack]) -> Vec<u8> {
    let mut mixed = Vec::new();
    for _ in 0..=numbers.below(6) {
        let bytes = &attacks[numbers.below(attacks.len())].bytes;
        let from = if numbers.below(2) == 0 { 0 } else { numbers.below(bytes.len()) };
        let length = numbers.below((bytes.len() - from).min(200)) + 1;
        mixed.extend_from_slice(&bytes[from..from + length]);
        if numbers.below(3) == 0 {
            mixed.push(u8::try_from(numbers.below(256)).unwrap());
        }
    }
    mixed
}

#[test]
fn no_mixture_is_obeyed_or_breaks_the_screen() {
    let attacks = attacks();
    let siege = |number: usize| {
        let (size, attacks) = (SIZES[number], &attacks);
        let mut shown = show_with(&["-l", "0"], size.0, size.1);
        let mut client = shown.connect();
        let (mut sent, mut view) = (0, 0);
        shown.press("2z");
        for seed in (number as u64..MIXTURES).step_by(SIZES.len()) {
            let mut numbers = Numbers(seed);
            let mixed = mixture(&mut numbers, attacks);
            exchange(&mut client, &mixed);
            sent += mixed.len();
            shown.press("G");
            let what = format!("the end of mixture {seed} at {}", sent - 1);
            let check = |screen: &vt100::Screen| {
                assert!(framed(screen), "mixture {seed}: {}", screen.contents());
            };
            shown.wait_for_screen(&what, |screen| (place(screen)? == sent - 1).then(|| check(screen)));
            view = (view + 1) % VIEWS.len();
            shown.press(format!("x{}", KEYS[numbers.below(KEYS.len())]));
            shown.wait_for_screen(VIEWS[view], |screen| {
                // A narrow title may have no room for the connection.
                let title = title(screen)?;
                let named = VIEWS.iter().find(|name| title.contains(&format!("· {name}")));
                named.is_none_or(|name| *name == VIEWS[view]).then(|| check(screen))
            });
        }
        judge(shown, size, &format!("mixtures {number}, {}, …", number + SIZES.len()));
    };
    thread::scope(|scope| {
        (0..SIZES.len()).for_each(|number| drop(scope.spawn(move || siege(number))));
    });
}
