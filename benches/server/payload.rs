//! The content of messages: text as people and programs write it, or random bytes.
//!
//! The content is a corpus that is read as an endless cycle. Each connection starts at another offset, and each message
//! continues where the last one ended, so that adjacent messages differ and characters are cut at message borders.

use std::fmt;

/// The length of the longest message.
pub(crate) const LONGEST: usize = 64 * 1024;

/// The approximate length of the corpus before it repeats.
const PERIOD: usize = 64 * 1024;

/// Mostly ASCII, with some other characters.
const LINES: [&str; 12] = [
    "GET /orders/48210?page=2 HTTP/1.1\r\nHost: shop.example.org\r\nAccept: application/json\r\n\r\n",
    "{\"order\":48210,\"customer\":\"Zoë Müller\",\"total\":\"129.50 €\",\"items\":[17,23,23,118]}\n",
    "2026-03-14T09:26:53.589Z INFO worker 7: stored 1536 rows in 84 ms, queue 12 of 4096\n",
    "The quick brown fox jumps over the lazy dog, and nobody at the café looks up from the news.\n",
    "MAIL FROM:<reports@example.org> SIZE=10240\r\nRCPT TO:<team@example.org>\r\nDATA\r\n",
    "temperature=21.5;humidity=48;pressure=1013;battery=3.71;rssi=-67;uptime=86400\n",
    "chat: see you at 8 😀 bring the tickets please, the price was 20 € each\n",
    "SELECT id, name, city FROM customers WHERE city = 'Orléans' ORDER BY name LIMIT 100;\n",
    "$GPGGA,092653,4717.113,N,00833.915,E,1,08,1.0,408.0,M,48.0,M,,*4A\r\n",
    "title=春の海; artist=宮城道雄; length=6:12; format=flac; rate=44100; channels=2\n",
    "-----BEGIN NOTE----- bmV2ZXIgb2RkIG9yIGV2ZW4sIGp1c3QgYSBub3Rl -----END NOTE-----\n",
    "PING 1711963613 sequence 40961 window 65535 checksum ok, echo as you got it\n",
];

/// The kind of content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Payload {
    /// UTF-8, mostly ASCII.
    Text,
    /// Random bytes: nearly every second one is malformed, which is the hardest input for the counter of malformed parts.
    Random,
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "UTF-8 text",
            Self::Random => "random bytes",
        })
    }
}

/// A random number generator that starts from a fixed seed, so that all runs do the same.
pub(crate) fn random_numbers() -> fastrand::Rng {
    fastrand::Rng::with_seed(0x9e37_79b9_7f4a_7c15)
}

/// The bytes that all messages are made of.
#[derive(Debug)]
pub(crate) struct Corpus {
    /// One period, and the start of the next that a message at the end of the first one needs.
    bytes: Vec<u8>,
    period: usize,
    payload: Payload,
}

impl Corpus {
    pub(crate) fn new(payload: Payload) -> Self {
        let (mut bytes, mut random) = (Vec::with_capacity(PERIOD + LONGEST), random_numbers());
        while bytes.len() < PERIOD {
            match payload {
                Payload::Text => {
                    let line = random.usize(..LINES.len());
                    bytes.extend_from_slice(LINES[line].as_bytes());
                }
                Payload::Random => bytes.push(random.u8(..)),
            }
        }
        // With an odd period, messages whose length is a power of two start at every offset sooner or later.
        if bytes.len().is_multiple_of(2) {
            bytes.push(b'\n');
        }
        let period = bytes.len();
        bytes.extend_from_within(..LONGEST);
        Self { bytes, period, payload }
    }

    /// The offset at which the stream of this client starts: at a character border, if there are characters.
    pub(crate) fn start(&self, client: usize) -> usize {
        let from = client.wrapping_mul(7_919) % self.period;
        let begins = |at: &usize| self.payload == Payload::Random || self.bytes[*at] & 0xc0 != 0x80;
        (from..self.bytes.len()).find(begins).unwrap_or(0) % self.period
    }

    /// `length` bytes from `at` on; at most [`LONGEST`].
    pub(crate) fn message(&self, at: usize, length: usize) -> &[u8] {
        &self.bytes[at..at + length]
    }

    /// The offset that is `length` bytes after `at`.
    pub(crate) const fn after(&self, at: usize, length: usize) -> usize {
        (at + length) % self.period
    }
}
