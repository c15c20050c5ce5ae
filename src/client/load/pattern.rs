//! The content of messages: a corpus that is read as an endless cycle. Each connection starts at another offset, and
//! each message starts where the last one ended, so adjacent messages differ and characters are cut at message borders.

/// The approximate length of the corpus before it repeats.
const PERIOD: usize = 256 * 1024;
/// The number of contiguous bytes that are available at any offset of the corpus.
pub(super) const WINDOW: usize = 64 * 1024;

/// Lines of ASCII as programs write them.
const ASCII: [&str; 8] = [
    "GET /orders/48210?page=2 HTTP/1.1\r\nHost: shop.example.org\r\nAccept: application/json\r\n\r\n",
    "2026-03-14T09:26:53.589Z INFO worker 7: stored 1536 rows in 84 ms, queue 12 of 4096\n",
    "MAIL FROM:<reports@example.org> SIZE=10240\r\nRCPT TO:<team@example.org>\r\nDATA\r\n",
    "temperature=21.5;humidity=48;pressure=1013;battery=3.71;rssi=-67;uptime=86400\n",
    "$GPGGA,092653,4717.113,N,00833.915,E,1,08,1.0,408.0,M,48.0,M,,*4A\r\n",
    "{\"order\":48210,\"customer\":\"Muller\",\"total\":129.50,\"items\":[17,23,23,118]}\n",
    "-----BEGIN NOTE----- bmV2ZXIgb2RkIG9yIGV2ZW4sIGp1c3QgYSBub3Rl -----END NOTE-----\n",
    "PING 1711963613 sequence 40961 window 65535 checksum ok, echo as you got it\n",
];

/// Characters of two, three and four bytes, so that most borders of messages cut one.
const TEXT: [&str; 8] = [
    "Zoë Müller zahlt 129,50 € für Käse, Öl und Brötchen – größtenteils überflüssig\n",
    "Ξεσκεπάζω τὴν ψυχοφθόρα βδελυγμία· κάθε μέρα στις οκτώ\n",
    "Съешь ещё этих мягких французских булок, да выпей чаю\n",
    "春の海、ひねもすのたりのたりかな。長さは六分十二秒\n",
    "다람쥐 헌 쳇바퀴에 타고파, 값은 이만 오천 원\n",
    "see you at 8 😀 bring the tickets 🎟 please 🙏 it is 20 € each\n",
    "נא לשמור על השקט · مرحبا بالعالم · ยินดีต้อนรับ\n",
    "𝔗𝔥𝔢 𝔮𝔲𝔦𝔠𝔨 𝔟𝔯𝔬𝔴𝔫 𝔣𝔬𝔵, ∑ xᵢ² ≤ ∞, ½ of ¾\n",
];

/// One malformed sequence for each reason.
const BROKEN: [&[u8]; 8] = [
    b"\x80",
    b"\xff",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
    b"\xf0\x9f\x98",
];

/// The kind of content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// Random bytes; the same in every run.
    Random,
    /// Lines of ASCII.
    Ascii,
    /// UTF-8 in many scripts, whose characters are cut by the borders of messages.
    Text,
    /// Like `Text`, with malformed sequences of every kind in between.
    Malformed,
    /// These bytes, repeated; at least one.
    Recorded(Vec<u8>),
}

impl Pattern {
    /// The patterns that have a name, which are all but recorded bytes.
    pub const NAMED: [Self; 4] = [Self::Random, Self::Ascii, Self::Text, Self::Malformed];

    /// The name of the pattern, as options and output write it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Ascii => "ascii",
            Self::Text => "text",
            Self::Malformed => "malformed",
            Self::Recorded(_) => "recorded",
        }
    }
}

/// A xorshift generator. Not a library: clients send the same bytes in every version of the program, and a library may
/// change its sequence in an update.
#[derive(Debug)]
struct XorShift64(u64);

impl XorShift64 {
    const fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as usize % limit
    }
}

/// The bytes that all streams are made of.
#[derive(Debug)]
pub(super) struct Corpus {
    /// One period, and the first [`WINDOW`] bytes of the next.
    bytes: Vec<u8>,
    period: usize,
}

impl Corpus {
    pub(super) fn new(pattern: &Pattern) -> Self {
        let mut bytes = one_period(pattern);
        // With an odd period, messages whose length is a power of two start at every offset sooner or later.
        if bytes.len().is_multiple_of(2) && !matches!(pattern, Pattern::Recorded(_)) {
            bytes.push(b'\n');
        }
        let period = bytes.len();
        let more: Vec<u8> = bytes.iter().copied().cycle().take(WINDOW).collect();
        bytes.extend(more);
        Self { bytes, period }
    }

    /// The offset at which the stream of this connection starts: at a character border, if the pattern has characters.
    /// A recorded stream starts at its first byte.
    pub(super) fn start(&self, connection: u64, pattern: &Pattern) -> usize {
        if matches!(pattern, Pattern::Recorded(_)) {
            return 0;
        }
        let from = (connection.wrapping_mul(7_919) % self.period as u64) as usize;
        let begins = |at: &usize| matches!(pattern, Pattern::Random) || !is_continuation(self.bytes[*at]);
        (from..self.bytes.len()).find(begins).unwrap_or(0) % self.period
    }

    /// The bytes at `offset` of a stream that starts at `start`: up to `most`, and at most [`WINDOW`].
    pub(super) fn at(&self, start: usize, offset: u64, most: usize) -> &[u8] {
        let from = ((start as u64 + offset) % self.period as u64) as usize;
        &self.bytes[from..from + most.min(WINDOW)]
    }
}

/// Whether this byte is a continuation byte of UTF-8.
const fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

fn one_period(pattern: &Pattern) -> Vec<u8> {
    let (mut bytes, mut random) = (Vec::with_capacity(PERIOD + WINDOW), XorShift64(0x9e37_79b9_7f4a_7c15));
    if let Pattern::Recorded(recorded) = pattern {
        return recorded.clone();
    }
    while bytes.len() < PERIOD {
        match pattern {
            Pattern::Random => bytes.push(random.below(256) as u8),
            Pattern::Ascii => bytes.extend_from_slice(ASCII[random.below(ASCII.len())].as_bytes()),
            Pattern::Text => bytes.extend_from_slice(TEXT[random.below(TEXT.len())].as_bytes()),
            Pattern::Malformed | Pattern::Recorded(_) => {
                bytes.extend_from_slice(TEXT[random.below(TEXT.len())].trim_end().as_bytes());
                bytes.extend_from_slice(BROKEN[random.below(BROKEN.len())]);
                bytes.push(b'\n');
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::utf8::{Counts, Decoder, Reason};

    #[test]
    fn a_stream_goes_on_over_the_end_of_the_corpus() {
        for pattern in Pattern::NAMED.into_iter().chain([Pattern::Recorded(b"abc".to_vec())]) {
            let corpus = Corpus::new(&pattern);
            let start = corpus.start(7, &pattern);
            let whole: Vec<u8> =
                (0..corpus.period as u64 + 100).map(|at| corpus.at(start, at, 1)[0]).collect();
            for offset in [0, 1, corpus.period as u64 - 3, corpus.period as u64] {
                let piece = corpus.at(start, offset, 50);
                assert_eq!(
                    piece,
                    &whole[offset as usize..offset as usize + 50],
                    "{} {offset}",
                    pattern.word()
                );
            }
        }
    }

    #[test]
    fn streams_of_text_begin_with_a_character_and_are_what_they_say() {
        let (ascii, text) = (Corpus::new(&Pattern::Ascii), Corpus::new(&Pattern::Text));
        assert!(ascii.bytes.is_ascii());
        for connection in 0..1_000 {
            let start = text.start(connection, &Pattern::Text);
            assert!(!is_continuation(text.bytes[start]));
        }
        assert!(str::from_utf8(&text.bytes[..text.period]).is_ok());
    }

    #[test]
    fn malformed_text_has_every_reason_but_the_end() {
        let corpus = Corpus::new(&Pattern::Malformed);
        let mut counts = Counts::default();
        Decoder::new().count(&corpus.bytes[..corpus.period], &mut counts, |_, _| {});
        for reason in Reason::ALL.into_iter().filter(|&reason| reason != Reason::Incomplete) {
            assert!(counts.by_reason[reason as usize] > 0, "{reason:?}");
        }
    }
}
