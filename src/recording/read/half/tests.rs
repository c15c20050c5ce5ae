use bytes::Bytes;

use super::*;

/// A half that began with the number before `first`, and what came out of it, as text: `?` for a missing byte, `.` at the
/// end.
struct Heard {
    half: Half,
    first: u32,
    out: Vec<Delivered>,
}

impl Heard {
    fn new(first: u32) -> Self {
        let mut half = Half::default();
        half.begin(first);
        Self { half, first, out: Vec::new() }
    }

    fn number(&self, offset: u32) -> u32 {
        self.first.wrapping_add(offset)
    }

    fn data(&mut self, offset: u32, bytes: &'static str) -> &mut Self {
        let number = self.number(offset);
        self.half.segment(number, &Bytes::from_static(bytes.as_bytes()).into(), 0, false, &mut self.out);
        self
    }

    fn fin(&mut self, offset: u32) -> &mut Self {
        let number = self.number(offset);
        self.half.segment(number, &Captured::default(), 0, true, &mut self.out);
        self
    }

    fn ack(&mut self, offset: u32) -> &mut Self {
        let number = self.number(offset);
        self.half.acknowledged(number, &mut self.out);
        self
    }

    fn finish(&mut self, closing: bool) -> &mut Self {
        self.half.finish(closing, &mut self.out);
        self
    }

    fn said(&self) -> String {
        let mut said = String::new();
        for one in &self.out {
            match one {
                Delivered::Bytes(offset, Captured { bytes, .. }) => {
                    assert_eq!(*offset, said.len() as u64);
                    said.push_str(std::str::from_utf8(bytes).unwrap());
                }
                Delivered::Gap(length) => said.push_str(&"?".repeat(*length as usize)),
                Delivered::End => said.push('.'),
            }
        }
        said
    }
}

/// Numbers that wrap within the first bytes, and others.
const FIRSTS: [u32; 4] = [1, 0, u32::MAX, u32::MAX - 3];

#[test]
fn any_order_and_any_cuts_give_each_byte_once() {
    for first in FIRSTS {
        let mut heard = Heard::new(first);
        heard.data(4, "ef").data(2, "cd").data(2, "cdefg").data(8, "i").fin(9).data(0, "abc").data(0, "ab");
        assert_eq!(heard.said(), "abcdefg");
        heard.data(3, "defghi");
        assert_eq!(heard.said(), "abcdefghi.");
        assert!(heard.half.has_ended() && heard.half.waiting_cost() == 0);
    }
}

#[test]
fn what_was_acknowledged_and_not_captured_is_a_gap_at_once() {
    for first in FIRSTS {
        let mut heard = Heard::new(first);
        heard.data(0, "ab").data(5, "fg").ack(4);
        assert_eq!(heard.said(), "ab??", "the fifth byte may still come");
        heard.ack(7);
        assert_eq!(heard.said(), "ab???fg");
        heard.data(2, "cde").ack(3);
        assert_eq!(heard.said(), "ab???fg", "it is too late");
    }
}

/// What comes out of `ab` and these steps. `cut` is the end of the capture, `closed` too, after the other side has ended.
fn after(steps: &[(&str, u32, &'static str)]) -> String {
    let mut heard = Heard::new(u32::MAX - 1);
    heard.data(0, "ab");
    for (step, offset, bytes) in steps {
        match *step {
            "ack" => heard.ack(*offset),
            "data" => heard.data(*offset, bytes),
            "fin" => heard.fin(*offset),
            "cut" => heard.finish(false),
            _ => heard.finish(true),
        };
    }
    heard.said()
}

#[test]
fn the_last_acknowledged_number_may_be_the_end() {
    let (cut, closed) = (("cut", 0, ""), ("closed", 0, ""));
    let ack = |offset| ("ack", offset, "");
    assert_eq!(after(&[ack(3)]), "ab");
    assert_eq!(after(&[ack(3), ack(3), ("data", 3, "d")]), "ab?d", "it was a byte");
    assert_eq!(after(&[ack(3), ("data", 2, "cd")]), "abcd", "captured after all");
    assert_eq!(after(&[ack(3), ("fin", 2, "")]), "ab.", "and the end, too");
    assert_eq!(after(&[ack(3), ack(6)]), "ab???");
    assert_eq!(after(&[ack(3), cut]), "ab.", "one number alone");
    assert_eq!(after(&[ack(6), cut]), "ab????", "a lost segment");
    assert_eq!(after(&[ack(6), ack(6), cut]), "ab????");
    assert_eq!(after(&[ack(6), closed]), "ab???.", "a lost segment with the end");
    assert_eq!(after(&[("fin", 4, ""), ack(5)]), "ab??.", "the end was captured");
}

#[test]
fn bytes_that_were_cut_off_are_a_gap_in_their_place() {
    let mut heard = Heard::new(7);
    let (number, mut out) = (heard.number(3), Vec::new());
    heard.half.segment(number, &Bytes::from_static(b"de").into(), 4, true, &mut out);
    assert!(out.is_empty());
    heard.data(0, "abc");
    assert_eq!(heard.said(), "abcde????.");
}

#[test]
fn what_probes_and_keeps_alive_is_no_data() {
    let mut heard = Heard::new(100);
    heard.data(0, "abc").data(2, "\0").data(2, "");
    // A probe of a closed window carries the next byte, which comes again with others.
    heard.data(3, "d").data(3, "def");
    assert_eq!(heard.said(), "abcdef");
}

#[test]
fn a_stream_that_is_entered_later_begins_with_what_is_seen_first() {
    let mut half = Half::default();
    let mut out = Vec::new();
    half.acknowledged(500, &mut out);
    half.segment(502, &Bytes::from_static(b"cd").into(), 0, false, &mut out);
    assert!(out.is_empty());
    half.segment(498, &Bytes::from_static(b"xxab").into(), 0, false, &mut out);
    assert_eq!(
        out,
        [
            Delivered::Bytes(0, Bytes::from_static(b"ab").into()),
            Delivered::Bytes(2, Bytes::from_static(b"cd").into())
        ]
    );
}

#[test]
fn what_waits_is_bounded() {
    let mut half = Half::default();
    half.begin(0);
    let (mut out, piece) = (Vec::new(), Bytes::from_static(b"x"));
    for index in 0..100_000 {
        half.segment(2 + 2 * index, &piece.clone().into(), 0, false, &mut out);
        assert!(half.waiting_cost() <= MOST_WAITING);
    }
    assert!(out.len() > 100_000);
    half.release(&mut out);
    assert_eq!((half.length(), half.waiting_cost()), (200_001, 0));
}

#[test]
fn no_number_leads_astray() {
    let mut half = Half::default();
    let mut out = Vec::new();
    for step in 0..2_000_u32 {
        let number = step.wrapping_mul(0x9e37_79b9);
        half.segment(
            number,
            &Bytes::from_static(b"abcdef").into(),
            u64::from(step % 3),
            step % 7 == 0,
            &mut out,
        );
        half.acknowledged(number ^ 0x5555, &mut out);
    }
    half.finish(true, &mut out);
    let length = out.iter().map(|one| match one {
        Delivered::Bytes(_, captured) => captured.bytes.len() as u64,
        Delivered::Gap(length) => *length,
        Delivered::End => 0,
    });
    assert_eq!(length.sum::<u64>(), half.length());
}
