//! `bytewatch decode` as a process: files, pipes, terminals, exit statuses.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");

/// Longer than any step takes, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

const SAMPLE: &[u8] = b"h\xc3\xa9\xe2\x82\xac\xff!\xe2\x82";

/// Runs `decode` with these arguments on this input.
fn decode(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(PROGRAM)
        .arg("decode")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // The program may have read enough and ended.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// The status, standard output and standard error.
fn output_of(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let output = decode(args, input);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn objects(args: &[&str], input: &[u8]) -> Vec<Value> {
    let (status, out, complaint) = output_of(args, input);
    assert_eq!((status, complaint.as_str()), (0, ""));
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A file that is removed after the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, contents: &[u8]) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, contents).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Text with characters of all lengths and malformed parts of all kinds, at least `len` bytes.
fn mixed(len: usize) -> Vec<u8> {
    let harm: [&[u8]; 8] = [
        b"\xff",
        b"\xc0\xaf",
        b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xe2\x82",
        b"\xf0\x9f\x98",
        b"caf\xe9",
        b"\x80",
        b"\xf4\x90\x80\x80",
    ];
    let mut stream = Vec::new();
    for round in 0.. {
        stream.extend("plain text, then é, €, 日本語 and 😀. ".repeat(round % 97).bytes());
        stream.extend(harm[round % harm.len()]);
        if stream.len() >= len {
            break;
        }
    }
    stream
}

#[test]
fn text_into_a_pipe_is_the_lossy_text() {
    let (status, out, complaint) = output_of(&[], SAMPLE);
    assert_eq!((status, out.as_str(), complaint.as_str()), (0, "hé€\u{fffd}!\u{fffd}", ""));
    // Control characters stay: another program reads the output.
    assert_eq!(output_of(&[], "a\u{1b}[31m\u{202e}\r\n".as_bytes()).1, "a\u{1b}[31m\u{202e}\r\n");

    let stream = mixed(3_000_000);
    let file = Scratch::new("mixed.bin", &stream);
    for output in [decode(&["-"], &stream), decode(&[file.path()], b"")] {
        assert!(output.status.success());
        assert!(output.stdout == String::from_utf8_lossy(&stream).as_bytes(), "not the lossy text");
    }
}

#[test]
fn strict_tells_by_its_status_and_in_one_line() {
    let (status, out, complaint) = output_of(&["--strict"], SAMPLE);
    assert_eq!((status, out.as_str()), (3, "hé€\u{fffd}!\u{fffd}"));
    assert_eq!(complaint, "bytewatch: 2 malformed parts, the first at offset 6: ff (invalid-lead)\n");
    assert_eq!(output_of(&["--strict"], "hé€".as_bytes()), (0, "hé€".to_owned(), String::new()));
    for form in [&["--json"][..], &["--malformed"], &["--anatomy"], &["--anatomy", "--malformed", "--json"]] {
        assert_eq!(output_of(&[&["--strict"], form].concat(), b"\xff").0, 3, "{form:?}");
    }
    let (status, _, complaint) = output_of(&["--strict", "--encoding", "ascii"], "hé".as_bytes());
    assert_eq!(
        (status, complaint.as_str()),
        (3, "bytewatch: 2 malformed parts, the first at offset 1: c3 (unmapped)\n")
    );
}

#[test]
fn malformed_parts_are_listed() {
    let (_, out, _) = output_of(&["--malformed"], b"\xc0\xaf\xe9!");
    let expected = "0  c0  invalid-lead  c0 would start 2 bytes for a character below U+0080 (overlong); \
                    intended: c0 af for U+002F \"/\", correctly encoded as 2f\n\
                    1  af  unexpected-continuation  af would continue c0, which is itself invalid\n\
                    2  e9  truncated  e9 starts a 3-byte character, but 21 cannot continue it; e9 alone is é in Latin-1\n";
    assert_eq!(out, expected);
    let (_, out, _) = output_of(&["--malformed", "--json"], SAMPLE);
    let expected = "{\"offset\":6,\"length\":1,\"bytes\":\"ff\",\"reason\":\"invalid-lead\"}\n\
                    {\"offset\":8,\"length\":2,\"bytes\":\"e282\",\"reason\":\"incomplete\"}\n";
    assert_eq!(out, expected);
}

#[test]
fn the_anatomy_shows_every_bit() {
    let (_, out, _) = output_of(&["--anatomy"], SAMPLE);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 6);
    assert!(lines[2].contains("3  e282ac    1110·0010 10·000010 10·101100  U+20AC  €  EURO SIGN"), "{out}");
    assert!(lines[3].contains("invalid-lead: ff is never valid in UTF-8"), "{out}");
    let parts = output_of(&["--anatomy", "--malformed"], SAMPLE).1;
    assert_eq!(parts.lines().collect::<Vec<_>>(), [lines[3], lines[5]]);

    let all = objects(&["--anatomy", "--json"], SAMPLE);
    let lengths: u64 = all.iter().map(|object| object["length"].as_u64().unwrap()).sum();
    assert_eq!(lengths, SAMPLE.len() as u64);
    assert_eq!(all[2]["name"], "EURO SIGN");
    assert_eq!(all[5]["reason"], "incomplete");
    let parts = objects(&["--anatomy", "--json", "--malformed"], SAMPLE);
    assert_eq!(parts, [all[3].clone(), all[5].clone()]);
}

/// The output of Python 3 and iconv for the same bytes: `utf-16` obeys the mark and drops it, a named order keeps it.
#[test]
fn utf_16_obeys_its_byte_order_mark() {
    let (little, big, bare) = (b"\xff\xfea\0", b"\xfe\xff\0a", b"a\0");
    for stream in [&little[..], big, bare] {
        for form in [&[][..], &["--strict"]] {
            let output = output_of(&[form, &["-e", "utf-16"]].concat(), stream);
            assert_eq!(output, (0, "a".to_owned(), String::new()), "{stream:02x?}");
        }
    }
    for (label, stream) in [("utf-16le", little), ("utf-16be", big)] {
        let output = output_of(&["-e", label, "--strict"], stream);
        assert_eq!(output, (0, "\u{feff}a".to_owned(), String::new()), "{label}");
    }
    // Offsets are those of the stream with its mark; the anatomy leaves no byte out.
    let read = objects(&["-e", "UTF16", "--json"], b"\xfe\xff\xd8\x3d\0a");
    assert_eq!((&read[0]["offset"], &read[0]["malformed"][0]["offset"]), (&2.into(), &2.into()));
    assert_eq!(read[0]["text"], "\u{fffd}a");
    let (status, _, complaint) = output_of(&["-e", "utf-16", "--strict"], b"\xfe\xff\xd8\x3d\0a");
    assert_eq!(status, 3);
    assert_eq!(complaint, "bytewatch: 1 malformed part, at offset 2: d83d (surrogate)\n");
    let all = objects(&["-e", "utf-16", "--anatomy", "--json"], big);
    assert_eq!((&all[0]["code_point"], &all[1]["character"]), (&"U+FEFF".into(), &"a".into()));
    for few in [&b""[..], b"\xfe\xff"] {
        assert_eq!(output_of(&["-e", "utf-16", "--json"], few), (0, String::new(), String::new()));
    }
    assert_eq!(output_of(&["-e", "utf-16"], b"\xfe").1, "\u{fffd}");
}

#[test]
fn a_reversed_byte_order_mark_is_reported_and_counts() {
    for (label, stream, marked) in
        [("utf-16le", b"\xfe\xff\0a", "UTF-16BE"), ("UTF-16BE", b"\xff\xfea\0", "UTF-16LE")]
    {
        let (status, out, complaint) = output_of(&["-e", label], stream);
        assert_eq!((status, out.as_str(), complaint.lines().count()), (0, "\u{fffe}\u{6100}", 1));
        assert!(complaint.contains(&format!("mark is that of {marked}")), "{complaint}");
        let (status, out, again) = output_of(&["-e", label, "--strict"], stream);
        assert_eq!((status, out.as_str(), again), (3, "\u{fffe}\u{6100}", complaint));
    }
    let (status, _, complaint) = output_of(&["-e", "utf-16le", "--strict"], b"\xfe\xff\x3d\xd8");
    assert_eq!(status, 3);
    assert!(complaint.ends_with("; 1 malformed part, at offset 2: 3dd8 (incomplete)\n"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1);
}

#[test]
fn json_is_one_object_a_read() {
    let read = objects(&["--json"], SAMPLE);
    let text: String = read.iter().map(|object| object["text"].as_str().unwrap()).collect();
    assert_eq!(text, "hé€\u{fffd}!\u{fffd}");
    assert_eq!(read.last().unwrap()["malformed"][0]["reason"], "incomplete");
}

#[test]
fn encodings_that_the_web_does_not_have_are_read() {
    let read = |encoding: &str, input: &[u8]| output_of(&["--encoding", encoding], input).1;
    assert_eq!(read("cp037", b"\xc8\x85\x93\x93\x96"), "Hello");
    assert_eq!(read("gsm-packed", b"\xe8\x32\x9b\xfd\x06"), "hello");
    assert_eq!(read("utf-7", b"1 +IKw-, +2D3eAA-"), "1 €, 😀");
    assert_eq!(read("mutf-8", b"\xed\xa0\xbd\xed\xb8\x80\xc0\x80"), "😀\0");
    // A label without an order obeys the mark, which is not text.
    assert_eq!(read("utf-32", b"\0\0\xfe\xff\0\0\0a"), "a");
    assert_eq!(read("utf-32le", b"\xff\xfe\0\0a\0\0\0"), "\u{feff}a");
    let (_, _, complaint) = output_of(&["-e", "utf-32le"], b"\0\0\xfe\xff");
    assert!(complaint.contains("that of UTF-32BE") && complaint.contains("--encoding utf-32"), "{complaint}");

    let reason = |encoding: &str, input: &[u8]| {
        let out = output_of(&["-e", encoding, "--malformed"], input).1;
        out.trim_end().splitn(4, "  ").map(str::to_owned).collect::<Vec<_>>()
    };
    for (encoding, input, expected) in [
        ("utf-32be", &b"\0\0\xd8\0"[..], "0  0000d800  surrogate"),
        ("utf-32be", b"\0\0\0a\0\x11\0\0", "4  00110000  above-maximum"),
        ("utf-32be", b"\0\0\0", "0  000000  incomplete"),
        ("utf-7", b"a+!", "1  2b  bad-base64"),
        ("utf-7", b"+AGF-", "3  46  nonzero-padding"),
        ("utf-7", b"+2D0-", "0  2b324430  surrogate"),
        ("cesu-8", "😀".as_bytes(), "0  f09f9880  four-byte-form"),
        ("cesu-8", b"\xed\xa0\xbda", "0  eda0bd  surrogate"),
        ("mutf-8", b"a\0", "1  00  raw-nul"),
        ("gsm", b"a\x1bA", "1  1b41  undefined-escape"),
        ("gsm", b"\x80", "0  80  unmapped"),
    ] {
        let found = reason(encoding, input);
        assert_eq!(found[..3].join("  "), expected);
        assert!(found[3].contains(&found[1]), "the rule names the bytes: {found:?}");
    }
}

#[test]
fn other_encodings_are_read_and_guessed() {
    let japanese = b"\x93\xfa\x96\x7b\x8c\xea\x82\xf0\x8f\x91\x82\xad";
    assert_eq!(output_of(&["--encoding", "Shift_JIS"], japanese).1, "日本語を書く");
    let (status, out, complaint) = output_of(&["-e", "guess"], japanese);
    assert_eq!((status, out.as_str(), complaint.lines().count()), (0, "日本語を書く", 1));
    assert!(complaint.contains("Shift_JIS"), "{complaint}");
    assert_eq!(output_of(&["-e", "latin1", "--malformed"], b"\x80\xff").1, "");
    assert_eq!(
        output_of(&["-e", "utf-16le", "--malformed"], b"\x3d\xd8A\0").1.split("  ").nth(2),
        Some("surrogate")
    );
    let all = objects(&["-e", "sjis", "--anatomy", "--json"], japanese);
    assert_eq!((&all[0]["character"], &all[0]["bytes"]), (&"日".into(), &"93fa".into()));

    let (status, names, _) = output_of(&["--encoding", "list"], b"");
    assert_eq!((status, names.lines().next()), (0, Some("UTF-8")));
    for name in names.lines() {
        assert_eq!(output_of(&["-e", name], b"").0, 0, "{name}");
    }
    let (status, out, complaint) = output_of(&["--encoding", "utf-9"], b"");
    assert_eq!((status, out.as_str(), complaint.lines().count()), (2, "", 1));
    assert!(complaint.contains("Latin-1") && complaint.contains("--encoding list"), "{complaint}");
}

#[test]
fn what_cannot_be_read_is_named_in_one_line() {
    for (path, why) in [("no/such/file", "cannot be opened"), (env!("CARGO_MANIFEST_DIR"), "is a directory")]
    {
        let (status, out, complaint) = output_of(&[path], b"");
        assert_eq!((status, out.as_str(), complaint.lines().count()), (1, "", 1), "{complaint}");
        assert!(complaint.contains(path) && complaint.contains(why), "{complaint}");
    }
}

#[test]
fn a_closed_pipe_ends_it_without_an_error() {
    let file = Scratch::new("long.bin", &mixed(4_000_000));
    for args in [&[][..], &["--anatomy"], &["--malformed"], &["--json"], &["--anatomy", "--json"]] {
        let mut child = Command::new(PROGRAM)
            .arg("decode")
            .args(args)
            .arg(file.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 100];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{args:?}");
    }
}

#[test]
fn what_is_typed_is_answered_at_once() {
    let mut child = Command::new(PROGRAM)
        .args(["decode", "--malformed"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    input.write_all(b"caf\xe9\n").unwrap();
    // The input is still open: output does not wait for its end.
    let mut answer = [0; 9];
    output.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"3  e9  tr");
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// The output of `decode` on a terminal with these arguments and this environment.
fn in_terminal(args: &[&str], environment: &[(&str, &str)]) -> String {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(PROGRAM);
    command.arg("decode");
    command.args(args);
    command.env("TERM", "xterm-256color");
    command.env_remove("NO_COLOR");
    environment.iter().for_each(|(name, value)| command.env(name, value));
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let written = thread::spawn(move || {
        let (mut written, mut piece) = (Vec::new(), [0; 4096]);
        // The terminal closes when its last program ends, which reads as an error.
        while let Ok(length @ 1..) = reader.read(&mut piece) {
            written.extend_from_slice(&piece[..length]);
        }
        written
    });
    let deadline = Instant::now() + LIMIT;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("decode {args:?} does not end");
        }
        thread::yield_now();
    };
    assert!(status.success());
    String::from_utf8(written.join().unwrap()).unwrap()
}

#[test]
fn a_terminal_is_shown_colours_unless_they_are_unwanted() {
    let file = Scratch::new("terminal.bin", b"a\x1b[2J\xff\n");
    let plain = "a␛[2J\u{fffd}\r\n";
    let coloured = in_terminal(&[file.path()], &[]);
    assert!(coloured.starts_with("a␛[2J\u{1b}["), "{coloured:?}");
    let mut screen = vt100::Parser::default();
    // The emulator omits U+FFFD.
    screen.process(coloured.replace('\u{fffd}', "?").as_bytes());
    let lost = screen.screen().cell(0, 5).unwrap();
    assert_eq!((lost.contents(), lost.bold()), ("?", true));
    assert_eq!(lost.fgcolor(), vt100::Color::Idx(196));
    assert!(!screen.screen().cell(0, 0).unwrap().bold());

    assert_eq!(in_terminal(&[file.path()], &[("NO_COLOR", "1")]), plain);
    assert_eq!(in_terminal(&[file.path()], &[("TERM", "dumb")]), plain);
    assert_eq!(in_terminal(&[file.path()], &[("NO_COLOR", "")]), coloured);
}

#[test]
fn a_terminal_is_shown_the_anatomy_under_heads() {
    let file = Scratch::new("anatomy.bin", "é\u{1b}".as_bytes());
    let bare = in_terminal(&["--anatomy", file.path()], &[("NO_COLOR", "1")]);
    let lines: Vec<&str> = bare.lines().collect();
    assert!(lines[0].starts_with("offset  bytes     bits"), "{bare}");
    assert!(lines[1].contains("110·00011 10·101001            U+00E9  é  LATIN SMALL"), "{bare}");
    assert!(lines[2].contains("U+001B  ␛  ESCAPE"), "{bare}");
    let coloured = in_terminal(&["--anatomy", file.path()], &[]);
    assert!(coloured.contains("\u{1b}["), "{coloured:?}");
    // Output for programs has neither.
    let json = in_terminal(&["--anatomy", "--json", file.path()], &[]);
    assert!(json.starts_with("{\"offset\":0") && !json.contains('\u{1b}'), "{json:?}");
}
