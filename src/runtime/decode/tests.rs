use super::*;

fn decoded(input: &[u8], form: Form, surface: Surface) -> (String, u64) {
    let mut out = Vec::new();
    let malformed = decode(input, "a test", &mut out, form, surface).unwrap();
    (String::from_utf8(out).unwrap(), malformed)
}

/// Gives one byte at a time.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = out.len().min(1);
        self.0.read(&mut out[..length])
    }
}

const SAMPLE: &[u8] = b"h\xc3\xa9\xe2\x82\xac\xff!\xe2\x82";

#[test]
fn text_is_the_lossy_text() {
    assert_eq!(decoded(SAMPLE, Form::Text, Surface::File), ("hé€\u{fffd}!\u{fffd}".to_owned(), 2));
    let mut out = Vec::new();
    decode(Drip(SAMPLE), "a test", &mut out, Form::Text, Surface::File).unwrap();
    assert_eq!(out, "hé€\u{fffd}!\u{fffd}".as_bytes());
}

#[test]
fn a_file_of_many_pieces_is_the_same_as_its_text() {
    let text = "日本語 €".repeat(PIECE / 4);
    assert_eq!(decoded(text.as_bytes(), Form::Text, Surface::File), (text, 0));
}

#[test]
fn parts_are_a_line_each() {
    assert_eq!(decoded(SAMPLE, Form::Parts, Surface::File).0, "6  ff  invalid-lead\n8  e282  incomplete\n");
    let objects = "{\"offset\":6,\"length\":1,\"bytes\":\"ff\",\"reason\":\"invalid-lead\"}\n\
                   {\"offset\":8,\"length\":2,\"bytes\":\"e282\",\"reason\":\"incomplete\"}\n";
    assert_eq!(decoded(SAMPLE, Form::PartObjects, Surface::File).0, objects);
}

#[test]
fn objects_are_one_a_read() {
    let objects = "{\"offset\":0,\"text\":\"hé€\\ufffd!\",\"characters\":5,\
                   \"malformed\":[{\"offset\":6,\"bytes\":\"ff\",\"reason\":\"invalid-lead\"}],\"pending\":\"e282\"}\n\
                   {\"offset\":8,\"text\":\"\\ufffd\",\"characters\":1,\
                   \"malformed\":[{\"offset\":8,\"bytes\":\"e282\",\"reason\":\"incomplete\"}],\"pending\":\"\"}\n";
    assert_eq!(decoded(SAMPLE, Form::Objects, Surface::File).0, objects);
    assert_eq!(decoded(b"", Form::Objects, Surface::File).0, "");
}

#[test]
fn a_terminal_is_shown_lines_and_tabs_and_nothing_it_would_obey() {
    let hostile = "a\tb\r\n\u{1b}[2J\u{9b}\u{202e}\u{7f}\u{0}é\n";
    let (text, _) = decoded(hostile.as_bytes(), Form::Text, Surface::Terminal);
    assert!(text.chars().all(|ch| matches!(ch, '\n' | '\t') || safe::is_safe(&ch.to_string())), "{text:?}");
    assert!(text.starts_with("a\tb") && text.ends_with("é\n") && text.matches('\n').count() == 2, "{text:?}");
    assert_eq!(decoded(hostile.as_bytes(), Form::Text, Surface::File).0, hostile);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    assert!(decode(SAMPLE, "a test", writer, Form::Text, Surface::File).is_ok());
}

#[test]
fn an_unreadable_input_is_named() {
    let missing = Options { file: Some("no/such/file".into()), form: Form::Text, verdict: Verdict::Lenient };
    let error = format!("{:#}", run(&missing).unwrap_err());
    assert!(error.contains("no/such/file") && !error.contains('\n'), "{error}");
}
