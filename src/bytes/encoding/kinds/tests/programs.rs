//! The encodings that the web does not have, against what other programs decode. `tests/data/encodings.py` asked them.

use std::collections::BTreeMap;

use super::*;

const PROGRAMS: &str = include_str!("../../../../../tests/data/encodings.json");

/// The bytes that a program decodes differently, in digits and sorted.
type Differences = BTreeMap<String, BTreeSet<String>>;

fn answers() -> Value {
    serde_json::from_str(PROGRAMS).unwrap()
}

fn differences(encoding: &str, listed: &[(&str, &str)]) -> Differences {
    let digits = |list: &str| list.split(' ').map(str::to_owned).collect();
    listed.iter().map(|(program, list)| (format!("{encoding} {program}"), digits(list))).collect()
}

#[test]
fn code_pages_are_those_of_other_programs() {
    let (answers, mut found) = (answers(), Differences::new());
    for (name, programs) in answers["tables"].as_object().unwrap() {
        for (program, table) in programs.as_object().unwrap() {
            let table: Vec<char> = table.as_str().unwrap().chars().collect();
            assert_eq!(table.len(), 256, "{name} of {program}");
            for byte in 0..=255_u8 {
                if reading(named(name), &[byte]).text() != table[usize::from(byte)].to_string() {
                    let key = format!("{name} {program}");
                    found.entry(key).or_default().insert(format!("{byte:02x}"));
                }
            }
        }
    }
    let mut expected = Differences::new();
    // ICU has other control characters, and a letter where the others have the micro sign.
    for name in ["IBM437", "IBM850", "IBM858", "IBM860", "IBM862", "IBM865"] {
        let has_micro_sign = ["IBM850", "IBM858"].contains(&name);
        let list = if has_micro_sign { "1a 1c 7f" } else { "1a 1c 7f e6" };
        expected.extend(differences(name, &[("icu", list)]));
    }
    // In Java, the end of a line of EBCDIC is a line feed; of IBM1047, the line feed becomes one, too.
    for name in ["IBM037", "IBM500", "IBM1140"] {
        expected.extend(differences(name, &[("java", "15")]));
    }
    expected.extend(differences("IBM1047", &[("java", "15 25")]));
    // The standard has C1 controls where others have nothing; ICU and Java were asked for the page of IBM.
    let controls = "81 82 83 84 86 87 88 89 8a 8b 8c 8d 8e 8f 90 98 99 9a 9b 9c 9d 9e 9f";
    let ibm = format!("{controls} 85 91 92 93 94 95 96 97 a0 db dc dd de fc fd fe ff");
    expected.extend(differences("windows-874", &[("python", controls), ("glibc", controls), ("java", &ibm)]));
    expected.extend(differences("windows-874", &[("icu", &format!("{ibm} 80 1a 1c 7f"))]));
    // An older table: U+0394 and a private character.
    expected.extend(differences("macintosh", &[("glibc", "c6 f0")]));
    assert_eq!(found, expected);
}

/// What a program made of bytes.
#[derive(PartialEq, Debug)]
enum Answer<'a> {
    Refused,
    /// Text with half of a pair, which is none.
    LoneSurrogate,
    Text(&'a str),
}

impl<'a> Answer<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Null => Self::Refused,
            Value::Bool(false) => Self::LoneSurrogate,
            other => panic!("{other}"),
        }
    }
}

#[test]
fn streams_are_what_other_programs_decode() {
    let (answers, mut found, mut same) = (answers(), Differences::new(), 0);
    for (name, rows) in answers["streams"].as_object().unwrap() {
        for row in rows.as_array().unwrap().iter().map(|row| row.as_object().unwrap()) {
            let digits = row["hex"].as_str().unwrap();
            let stream = bytes(digits);
            let ours = decoded(named(name), stream.chunks(1));
            let ours = if ours.parts.is_empty() { Answer::Text(&ours.text) } else { Answer::Refused };
            for (program, answer) in row.iter().filter(|(key, _)| *key != "hex") {
                same += 1;
                if Answer::of(answer) != ours {
                    found.entry(format!("{name} {program}")).or_default().insert(digits.to_owned());
                }
            }
        }
    }
    let mut expected = Differences::new();
    // Java takes half of a pair for text, drops a mark, and reads what its own writer never writes.
    let halves = "eda0bd eda0bd41 eda0bdeda0bdedb880 edb880";
    expected.extend(differences("CESU-8", &[("java", halves)]));
    expected.extend(differences("MUTF-8", &[("java", &format!("{halves} 00 c1bf e08080"))]));
    expected.extend(differences("UTF-32LE", &[("java", "00d80000 ffdf0000 fffe000061000000")]));
    expected.extend(differences("UTF-32BE", &[("java", "0000d800 0000dfff 0000feff00000061")]));
    // `a~b`, `a\b` and a NUL stand for themselves here and in Python only. glibc says nothing of what is missing at
    // the end, nor of padding before a letter; ICU nothing of a digit too much; Python nothing of half a pair.
    let itself = "610062 615c62 617e62";
    let glibc = format!("{itself} 2b21 2b2b 2b2b41 2b324430 2b3244336541 2b4147 2b414746 2b41474678");
    let icu = format!("{itself} 2b 2b412d 2b414745412d");
    let python = "2b 2b3244302d 2b3244304159512d 2b3367412d";
    expected.extend(differences("UTF-7", &[("glibc", &glibc), ("icu", &icu), ("python", python)]));
    // ICU has a space for an escape that announces nothing, as the specification wants it on the screen of a telephone.
    let defined = [0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65];
    let undefined = (0..0x80_u8).filter(|byte| !defined.contains(byte));
    let undefined: BTreeSet<String> = undefined.map(|byte| format!("1b{byte:02x}")).collect();
    expected.insert("GSM-7 icu".to_owned(), undefined);
    expected.entry("GSM-7 icu".to_owned()).or_default().insert("1b".to_owned());
    assert_eq!(found, expected);
    assert!(same > 900, "{same}");
}

#[test]
fn packed_septets_are_the_same_text_as_unpacked_ones() {
    for row in answers()["packed"].as_array().unwrap() {
        let [packed, septets] = [0, 1].map(|at| bytes(row[at].as_str().unwrap()));
        let text = reading(Encoding::GSM_7, &septets).text();
        let read = decoded(Encoding::GSM_7_PACKED, packed.chunks(1));
        // Seven bits that fill the last byte look like a character.
        let filled = packed.len() * 8 - septets.len() * 7 == 7;
        assert_eq!(read.text, if filled { text + "@" } else { text }, "{packed:02x?}");
        assert_eq!(read.parts, []);
    }
    for (packed, text) in [("e8329bfd06", "hello"), ("e8329bfd4697d9ec37", "hellohello")] {
        assert_eq!(reading(Encoding::GSM_7_PACKED, &bytes(packed)).text(), text);
    }
}
