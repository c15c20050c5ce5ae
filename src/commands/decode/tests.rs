use std::num::NonZero;

use serde_json::Value;

use super::*;
use crate::commands::decode::output::ColourMode;

fn options(form: Form) -> DecodeOptions {
    DecodeOptions {
        file: None,
        encoding: EncodingChoice::Known(Encoding::UTF_8),
        form,
        frame: None,
        strictness: Strictness::Lenient,
    }
}

fn decoded_by(input: impl Read, options: &DecodeOptions, target: OutputTarget) -> (String, DecodeCounts) {
    let mut out = Vec::new();
    let counts = decode(input, "a test", &mut out, options, target).unwrap();
    (String::from_utf8(out).unwrap(), counts)
}

fn decoded(input: &[u8], form: Form) -> String {
    decoded_by(input, &options(form), OutputTarget::File).0
}

fn shown(input: &[u8], form: Form, colours: ColourMode) -> String {
    decoded_by(input, &options(form), OutputTarget::Terminal(colours)).0
}

/// A reader that returns one byte at a time.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = out.len().min(1);
        self.0.read(&mut out[..length])
    }
}

const SAMPLE: &[u8] = b"h\xc3\xa9\xe2\x82\xac\xff!\xe2\x82";

const ALL: [Form; 7] = [
    Form::Text,
    Form::Malformed(Notation::Line),
    Form::Malformed(Notation::Json),
    Form::Anatomy(Scope::All, Notation::Line),
    Form::Anatomy(Scope::All, Notation::Json),
    Form::Anatomy(Scope::Malformed, Notation::Line),
    Form::Anatomy(Scope::Malformed, Notation::Json),
];

#[test]
fn text_is_the_lossy_text() {
    assert_eq!(decoded(SAMPLE, Form::Text), "hé€\u{fffd}!\u{fffd}");
    let (_, counts) = decoded_by(SAMPLE, &options(Form::Text), OutputTarget::File);
    assert_eq!(counts.to_string(), "2 malformed parts, the first at offset 6: ff (invalid-lead)");
    let (_, counts) = decoded_by(&b"a\x80"[..], &options(Form::Text), OutputTarget::File);
    assert_eq!(counts.to_string(), "1 malformed part, at offset 1: 80 (unexpected-continuation)");
}

#[test]
fn a_file_of_many_pieces_is_the_same_as_its_text() {
    let text = "日本語 €".repeat(PIECE / 4);
    let mut stream = text.clone().into_bytes();
    assert_eq!(decoded(&stream, Form::Text), text);
    for at in (0..stream.len()).step_by(4093) {
        stream[at] = 0xff;
    }
    assert_eq!(decoded(&stream, Form::Text), String::from_utf8_lossy(&stream));
}

#[test]
fn what_is_said_does_not_depend_on_the_reads() {
    // Malformed parts whose intended character shows only bytes later, one behind the other.
    let stream = b"\xc0\xaf\xed\xa0\xbd\xed\xb8\x80\xf8\x80\x80\x80\xaf caf\xe9\xe9! \x80\x80\xf0\x9f\x98";
    for encoding in ["utf-8", "ascii", "sjis", "utf-16le", "gb18030", "iso-2022-jp"] {
        let encoding = EncodingChoice::Known(Encoding::named(encoding).unwrap());
        for form in ALL {
            let options = DecodeOptions { encoding, ..options(form) };
            let whole = decoded_by(&stream[..], &options, OutputTarget::File);
            assert_eq!(
                whole.0.is_empty(),
                whole.1.parts == 0 && !matches!(form, Form::Text | Form::Anatomy(Scope::All, _))
            );
            assert_eq!(decoded_by(Drip(stream), &options, OutputTarget::File), whole, "{options:?}");
        }
    }
}

#[test]
fn parts_are_a_line_each() {
    let expected = "6  ff  invalid-lead  ff is never valid in UTF-8; ff alone is ÿ in Latin-1\n\
                    8  e282  incomplete  e2 82 starts a 3-byte character, but the stream ends\n";
    assert_eq!(decoded(SAMPLE, Form::Malformed(Notation::Line)), expected);
    let objects = "{\"offset\":6,\"length\":1,\"bytes\":\"ff\",\"reason\":\"invalid-lead\"}\n\
                   {\"offset\":8,\"length\":2,\"bytes\":\"e282\",\"reason\":\"incomplete\"}\n";
    assert_eq!(decoded(SAMPLE, Form::Malformed(Notation::Json)), objects);
}

#[test]
fn objects_are_one_a_read() {
    let objects = "{\"offset\":0,\"text\":\"hé€\\ufffd!\",\"characters\":5,\
                   \"malformed\":[{\"offset\":6,\"bytes\":\"ff\",\"reason\":\"invalid-lead\"}],\"pending\":\"e282\"}\n\
                   {\"offset\":8,\"text\":\"\\ufffd\",\"characters\":1,\
                   \"malformed\":[{\"offset\":8,\"bytes\":\"e282\",\"reason\":\"incomplete\"}],\"pending\":\"\"}\n";
    assert_eq!(decoded(SAMPLE, Form::JsonObjects), objects);
    assert_eq!(decoded(b"", Form::JsonObjects), "");
    let japanese = DecodeOptions {
        encoding: EncodingChoice::Known(Encoding::named("sjis").unwrap()),
        ..options(Form::JsonObjects)
    };
    let (objects, _) = decoded_by(Drip(b"\x93\xfaA"), &japanese, OutputTarget::File);
    let objects: Vec<Value> = objects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let fields =
        objects.iter().map(|object| (object["text"].as_str().unwrap(), object["pending"].as_str().unwrap()));
    assert_eq!(fields.collect::<Vec<_>>(), [("", "93"), ("日", ""), ("A", "")]);
}

#[test]
fn the_anatomy_has_a_line_for_each() {
    let lines =
        decoded(b"h\xe2\x82\xac\xc0\xaf\x1b\xf0\x9f\x98\x80", Form::Anatomy(Scope::All, Notation::Line));
    let expected = "     0  68        0·1101000                      U+0068  h  LATIN SMALL LETTER H
     1  e282ac    1110·0010 10·000010 10·101100  U+20AC  €  EURO SIGN
     4  c0        110·00000                      invalid-lead: c0 would start 2 bytes for a character below U+0080 \
         (overlong); intended: c0 af for U+002F \"/\", correctly encoded as 2f
     5  af        10·101111                      unexpected-continuation: af would continue c0, which is itself invalid
     6  1b        0·0011011                      U+001B  ␛  ESCAPE
     7  f09f9880  11110·000 10·011111 10·011000 10·000000  U+1F600 😀 GRINNING FACE
";
    assert_eq!(lines, expected);
}

#[test]
fn a_terminal_has_heads_colours_and_no_line_that_is_too_long() {
    let form = Form::Anatomy(Scope::All, Notation::Line);
    let sample = b"h\xe2\x82\xac\xed\xa0\xbd\xed\xb8\x80\xff!\xe2\x82";
    let bare = shown(sample, form, ColourMode::Plain);
    assert!(bare.starts_with("offset  bytes     bits                           code point name\n"), "{bare}");
    let broken =
        "    10  ff        11111111·                      invalid-lead\n        ff is never valid in UTF-8\n";
    assert!(bare.contains(broken), "{bare}");
    assert!(bare.lines().all(|line| safe::width(line) <= 80), "{bare}");
    assert!(!bare.contains('\u{1b}'));

    let coloured = shown(sample, form, ColourMode::Coloured);
    let [rows, cols] = [40, 100].map(|cells| NonZero::new(cells).unwrap());
    let mut plain = vt100::Parser::new(rows, cols, 0);
    plain.process(coloured.replace('\n', "\r\n").as_bytes());
    assert_eq!(plain.screen().contents().trim_end(), bare.trim_end());
    assert_eq!(shown(b"", form, ColourMode::Coloured), "");
}

#[test]
fn the_anatomy_of_other_encodings_has_whole_bytes() {
    let japanese = |form| DecodeOptions {
        encoding: EncodingChoice::Known(Encoding::named("sjis").unwrap()),
        ..options(form)
    };
    let form = Form::Anatomy(Scope::All, Notation::Line);
    let (lines, _) = decoded_by(&b"\x93\xfa\x81\xff"[..], &japanese(form), OutputTarget::File);
    let expected = "     0  93fa      10010011 11111010              U+65E5  日 CJK UNIFIED IDEOGRAPH-65E5
     2  81ff      10000001 11111111              unmapped: Shift_JIS has no character for 81ff
";
    assert_eq!(lines, expected);
    let utf16 = DecodeOptions { encoding: EncodingChoice::Known(Encoding::UTF_16LE), ..options(form) };
    let (lines, _) = decoded_by(&b"\x3d\xd8A\0\x3d"[..], &utf16, OutputTarget::File);
    assert!(
        lines.contains("surrogate: 3dd8 is half of a UTF-16 pair whose other half is missing"),
        "{lines}"
    );
    assert!(lines.contains("incomplete: 3d starts a character, but the stream ends"), "{lines}");
}

#[test]
fn the_anatomy_as_json_has_it_all() {
    let objects = |input: &[u8]| -> Vec<String> {
        decoded(input, Form::Anatomy(Scope::All, Notation::Json)).lines().map(str::to_owned).collect()
    };
    let euro = "{\"offset\":0,\"length\":3,\"bytes\":\"e282ac\",\"character\":\"€\",\"code_point\":\"U+20AC\",\
                \"name\":\"EURO SIGN\",\"category\":\"Sc\",\"script\":\"Common\",\
                \"bits\":[\"1110 0010\",\"10 000010\",\"10 101100\"],\"utf16\":[\"20ac\"],\"cells\":1}";
    assert_eq!(objects("€".as_bytes()), [euro]);
    assert!(objects("😀".as_bytes())[0].contains("\"utf16\":[\"d83d\",\"de00\"],\"cells\":2}"));
    let slash = "{\"offset\":1,\"length\":1,\"bytes\":\"af\",\"reason\":\"unexpected-continuation\",\
                 \"rule\":\"af would continue c0, which is itself invalid\",\"meant\":{\"offset\":0,\"length\":2,\
                 \"kind\":\"overlong\",\"code_point\":\"U+002F\",\"spelling\":\"2f\"}}";
    assert_eq!(objects(b"\xc0\xaf")[1], slash);
    let latin = "{\"offset\":0,\"length\":1,\"bytes\":\"e9\",\"reason\":\"truncated\",\
                 \"rule\":\"e9 starts a 3-byte character, but 21 cannot continue it\",\
                 \"alone\":{\"character\":\"é\",\"encoding\":\"Latin-1\"}}";
    assert_eq!(objects(b"\xe9!")[0], latin);
    let only = decoded(b"ok \xe9!", Form::Anatomy(Scope::Malformed, Notation::Json));
    assert_eq!(only.lines().collect::<Vec<_>>(), [latin.replace("\"offset\":0", "\"offset\":3")]);
}

#[test]
fn a_terminal_is_shown_lines_and_tabs_and_nothing_it_would_obey() {
    let hostile = "a\tb\r\n\u{1b}[2J\u{9b}\u{202e}\u{7f}\u{0}é\n";
    let text = shown(hostile.as_bytes(), Form::Text, ColourMode::Coloured);
    assert!(text.chars().all(|ch| matches!(ch, '\n' | '\t') || safe::is_safe(&ch.to_string())), "{text:?}");
    assert!(text.starts_with("a\tb") && text.ends_with("é\n") && text.matches('\n').count() == 2, "{text:?}");
    assert_eq!(decoded(hostile.as_bytes(), Form::Text), hostile);
    for form in ALL {
        let text = shown(hostile.as_bytes(), form, ColourMode::Plain);
        assert!(
            text.chars().all(|ch| matches!(ch, '\n' | '\t') || safe::is_safe(&ch.to_string())),
            "{form:?}"
        );
    }
}

#[test]
fn what_was_lost_is_red_where_colours_are_wanted() {
    // The first U+FFFD is a character of the input; the second one stands for FF.
    let stream = "a\u{fffd}".as_bytes().iter().chain(b"\xff").copied().collect::<Vec<_>>();
    assert_eq!(shown(&stream, Form::Text, ColourMode::Plain), "a\u{fffd}\u{fffd}");
    let coloured = shown(&stream, Form::Text, ColourMode::Coloured);
    let (before, behind) = coloured.split_once('\u{1b}').unwrap();
    assert_eq!(before, "a\u{fffd}");
    assert!(behind.contains('\u{fffd}') && behind.ends_with("[0m"), "{coloured:?}");
}

#[test]
fn the_encoding_is_guessed_from_the_start_and_all_is_decoded() {
    let guess = DecodeOptions { encoding: EncodingChoice::Guess, ..options(Form::Text) };
    let text = "Größe und Maß, ".repeat(PIECE / 8);
    let stream: Vec<u8> = text.chars().map(|ch| u8::try_from(ch).unwrap()).collect();
    assert!(stream.len() > PIECE);
    assert_eq!(decoded_by(&stream[..], &guess, OutputTarget::File), (text, DecodeCounts::default()));
    assert_eq!(decoded_by(Drip("é".as_bytes()), &guess, OutputTarget::File).0, "é");
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    for form in ALL {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        assert!(decode(SAMPLE, "a test", writer, &options(form), OutputTarget::File).is_ok());
    }
}

#[test]
fn an_unreadable_input_is_named() {
    let missing = DecodeOptions { file: Some("no/such/file".into()), ..options(Form::Text) };
    let error = format!("{:#}", run(&missing).unwrap_err());
    assert!(error.contains("no/such/file") && !error.contains('\n'), "{error}");
    let folder = DecodeOptions { file: Some(env!("CARGO_MANIFEST_DIR").into()), ..options(Form::Text) };
    let error = format!("{:#}", run(&folder).unwrap_err());
    assert!(error.contains("is a directory") && !error.contains('\n'), "{error}");
}
