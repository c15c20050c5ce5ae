//! The vectors in `tests/data/utf8`: results on which other decoders agree, with the reasons of this project.

use serde_json::Value;

use super::*;
use crate::bytes::hex;

const VECTORS: &str = include_str!("../../../../tests/data/utf8/vectors.json");
const ANATOMY: &str = include_str!("../../../../tests/data/utf8/anatomy.json");

fn bytes(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// A malformed part as the vectors write it.
fn part(value: &Value) -> Part {
    let reason = Reason::ALL.into_iter().find(|reason| reason.word() == value[2]).unwrap();
    (value[0].as_u64().unwrap(), number(&value[1]), reason)
}

fn expected_parts(value: &Value) -> Vec<Part> {
    list(value).iter().map(part).collect()
}

/// The result of counting a decoded stream.
fn counted(lossy: &Lossy) -> Counts {
    let malformed = lossy.malformed.len() as u64;
    let mut counts = Counts { well_formed: lossy.characters - malformed, malformed, by_reason: [0; 7] };
    lossy.malformed.iter().for_each(|part| counts.by_reason[part.reason() as usize] += 1);
    counts
}

fn each_vector(check: impl Fn(&str, &Value, &[u8])) {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    assert!(list(&file["vectors"]).len() > 150);
    for vector in list(&file["vectors"]) {
        check(vector["id"].as_str().unwrap(), vector, &bytes(&vector["hex"]));
    }
}

#[test]
fn whole_and_cut_at_every_place() {
    each_vector(|id, vector, stream| {
        for at in 0..=stream.len() {
            let lossy = decode(cut(stream, &[at]));
            assert_eq!(lossy.text, vector["text"].as_str().unwrap(), "{id} cut at {at}");
            assert_eq!(parts(&lossy.malformed), expected_parts(&vector["malformed"]), "{id} cut at {at}");
            let (counts, _) = counting::count(cut(stream, &[at]));
            assert_eq!(counts, counted(&lossy), "{id} cut at {at}");
        }
        let lossy = decode(stream.chunks(1));
        assert_eq!(lossy.text, vector["text"].as_str().unwrap(), "{id} byte by byte");
        assert_eq!(parts(&lossy.malformed), expected_parts(&vector["malformed"]), "{id} byte by byte");
    });
}

#[test]
fn step_by_step() {
    each_vector(|id, vector, _| {
        let mut decoder = Decoder::new();
        for step in list(&vector["steps"]) {
            let mut lossy = Lossy::default();
            decoder.decode(&bytes(&step["chunk"]), &mut lossy);
            assert_eq!(lossy.text, step["text"].as_str().unwrap(), "{id}");
            assert_eq!(parts(&lossy.malformed), expected_parts(&step["malformed"]), "{id}");
            assert_eq!(hex::encode(decoder.pending()), step["pending"].as_str().unwrap(), "{id}");
        }
        let mut lossy = Lossy::default();
        decoder.end(&mut lossy);
        assert_eq!(parts(&lossy.malformed), expected_parts(&vector["at_end"]), "{id} at the end");
    });
}

#[test]
fn roles_name_the_characters() {
    each_vector(|id, vector, stream| {
        let roles = roles(&[], stream, &[], Tail::Ended);
        assert_eq!(roles.len(), stream.len(), "{id}");
        let found: Vec<(usize, u8, char)> = roles
            .iter()
            .enumerate()
            .filter_map(|(at, role)| match role {
                UnitRole::Lead { ch, len } => Some((at, *len, *ch)),
                _ => None,
            })
            .collect();
        let expected: Vec<(usize, u8, char)> = list(&vector["characters"])
            .iter()
            .map(|c| {
                let ch = char::from_u32(u32::try_from(number(&c[2])).unwrap()).unwrap();
                (number(&c[0]), u8::try_from(number(&c[1])).unwrap(), ch)
            })
            .collect();
        assert_eq!(found, expected, "{id}");
    });
}

#[test]
fn characters_of_the_anatomy_decode_to_themselves() {
    let file: Value = serde_json::from_str(ANATOMY).unwrap();
    for entry in list(&file) {
        let text = entry["char"].as_str().unwrap();
        let stream: Vec<u8> = list(&entry["bytes"]).iter().flat_map(|byte| bytes(&byte["hex"])).collect();
        assert_eq!(stream.len(), number(&entry["len"]), "{text:?}");
        let lossy = decode(stream.chunks(1));
        assert_eq!((lossy.text.as_str(), lossy.malformed.len(), lossy.characters), (text, 0, 1), "{text:?}");
    }
}
