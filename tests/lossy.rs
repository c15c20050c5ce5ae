//! The decoder against the standard library on random inputs.
//!
//! Each input has a number, which makes its bytes and the places where it is cut into reads: a failure names it, and the
//! same number gives the same input again. `BYTEWATCH_INPUTS` sets how many are tried:
//!
//! ```sh
//! BYTEWATCH_INPUTS=10000000 cargo test --release --test lossy -- --nocapture
//! ```

use std::env;

use bytewatch::bytes::hex;
use bytewatch::bytes::utf8::{BLOCK, Counts, Decoder, Lossy};

/// The number of inputs, which take a few seconds without optimisation.
const INPUTS: u64 = 1_000_000;

/// Characters of all lengths, from scripts that are written together and apart.
const TEXTS: [&str; 8] = [
    "The quick brown fox jumps over the lazy dog. 0123456789\r\n\t\0",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich, où ça? À l'été: 20 °C.",
    "Съешь ещё этих мягких французских булок, да выпей чаю. Ξεσκεπάζω την ψυχοφθόρα.",
    "いろはにほへと ちりぬるを 天地玄黃宇宙洪荒 나랏말이 중국과 달라",
    "عربي עברית \u{202e}abc\u{202c} हिन्दी ไทย",
    "😀👍🏽👩‍👩‍👧‍👦🇦🇹 e\u{301} \u{feff}\u{fffd}\u{ffff}\u{10ffff}",
    "\u{7f}\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{3ffff}\u{40000}\u{fffff}\u{100000}",
    "a b é c € d 😀 e",
];

/// The bytes at which a rule of table 3-7 begins or ends.
const EDGES: [u8; 26] = [
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
    0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xfe, 0xff,
];

/// Numbers that follow from a number (SplitMix64).
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, or 0 if `end` is 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    fn edge(&mut self) -> u8 {
        EDGES[self.below(EDGES.len())]
    }

    /// A stretch of one of the texts, begun anywhere and repeated as needed.
    fn text(&mut self, len: usize) -> Vec<u8> {
        let text = TEXTS[self.below(TEXTS.len())];
        let from = self.below(text.len());
        text.bytes().cycle().skip(from).take(len).collect()
    }
}

/// Mostly short; some reach the SIMD paths, and a few are longer than a block of the counts.
fn length(random: &mut SplitMix64) -> usize {
    match random.below(64) {
        0 => random.below(3 * BLOCK as usize),
        1..8 => random.below(300),
        8..32 => random.below(80),
        _ => random.below(12),
    }
}

fn input(random: &mut SplitMix64) -> Vec<u8> {
    let len = length(random);
    let mut bytes: Vec<u8> = match random.below(8) {
        0 => (0..len).map(|_| random.byte()).collect(),
        1 => (0..len).map(|_| random.edge()).collect(),
        2 => (0..len).map(|_| 0x80 | random.byte()).collect(),
        _ => random.text(len),
    };
    for _ in 0..random.below(6) {
        mutate(&mut bytes, random);
    }
    bytes
}

fn mutate(bytes: &mut Vec<u8>, random: &mut SplitMix64) {
    let (at, other) = (random.below(bytes.len()), random.below(bytes.len()));
    if bytes.is_empty() {
        bytes.push(random.edge());
        return;
    }
    match random.below(8) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.edge(),
        2 => drop(bytes.remove(at)),
        3 => bytes.insert(at, bytes[at]),
        4 => bytes.swap(at, other),
        5 => bytes.truncate(at),
        6 => drop(bytes.drain(at.min(other)..at.max(other))),
        _ => {
            let len = random.below(6);
            let splice = random.text(len);
            drop(bytes.splice(at..at, splice));
        }
    }
}

/// The reads that an input comes in, empty ones among them.
fn cut<'i>(input: &'i [u8], random: &mut SplitMix64) -> Vec<&'i [u8]> {
    let mut at: Vec<usize> = (0..random.below(6)).map(|_| random.below(input.len() + 1)).collect();
    at.extend([0, input.len()]);
    at.sort_unstable();
    at.windows(2).map(|ends| &input[ends[0]..ends[1]]).collect()
}

/// What `std` makes of it: the text, and offset and length of each malformed part.
fn by_std(input: &[u8]) -> (String, Vec<(u64, usize)>) {
    let (mut parts, mut offset) = (Vec::new(), 0);
    for chunk in input.utf8_chunks() {
        offset += chunk.valid().len() as u64;
        if !chunk.invalid().is_empty() {
            parts.push((offset, chunk.invalid().len()));
        }
        offset += chunk.invalid().len() as u64;
    }
    (String::from_utf8_lossy(input).into_owned(), parts)
}

/// Returns how many bytes it was, and how many malformed parts were in them.
fn check(number: u64) -> (u64, u64) {
    let mut random = SplitMix64(number);
    let input = input(&mut random);
    let reads = cut(&input, &mut random);
    let (text, parts) = by_std(&input);
    let what = || {
        let reads: Vec<String> = reads.iter().map(|read| hex::encode(read)).collect();
        format!("input {number}: {}", reads.join(" "))
    };

    let (mut decoder, mut lossy) = (Decoder::new(), Lossy::default());
    reads.iter().for_each(|read| decoder.decode(read, &mut lossy));
    decoder.end(&mut lossy);
    assert_eq!(lossy.text, text, "{}", what());
    assert_eq!(lossy.characters, text.chars().count() as u64, "{}", what());
    let found: Vec<(u64, usize)> =
        lossy.malformed.iter().map(|part| (part.offset(), part.bytes().len())).collect();
    assert_eq!(found, parts, "{}", what());
    for part in &lossy.malformed {
        assert!(input[part.offset() as usize..].starts_with(part.bytes()), "{}", what());
    }

    let malformed = parts.len() as u64;
    let mut expected = Counts { well_formed: lossy.characters - malformed, malformed, by_reason: [0; 7] };
    lossy.malformed.iter().for_each(|part| expected.by_reason[part.reason() as usize] += 1);
    let (mut decoder, mut counts) = (Decoder::new(), Counts::default());
    reads.iter().for_each(|read| decoder.count(read, &mut counts, |_, _| {}));
    decoder.end(&mut counts);
    assert_eq!(counts, expected, "{}", what());
    (input.len() as u64, malformed)
}

#[test]
fn decoding_agrees_with_the_standard_library() {
    let inputs = env::var("BYTEWATCH_INPUTS")
        .map_or(INPUTS, |inputs| inputs.parse().expect("BYTEWATCH_INPUTS is a number of inputs"));
    let (mut bytes, mut malformed) = (0, 0);
    for number in 0..inputs {
        let (more_bytes, more_malformed) = check(number);
        bytes += more_bytes;
        malformed += more_malformed;
    }
    println!(
        "{inputs} inputs, {bytes} bytes with {malformed} malformed parts: the same as the standard library"
    );
}
