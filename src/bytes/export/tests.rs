use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn target() -> Target {
    Target::Inet { host: "127.0.0.1".to_owned(), port: 7777 }
}

fn write(form: Form, bytes: &[u8]) -> String {
    form.write(Source { bytes, offset: 0, target: &target() })
}

/// Bytes with everything that some form has to escape.
fn sample() -> Vec<u8> {
    let mut sample = b"-n %s '\"\\ \\x41 $HOME `id` ??=\r\n\t0".to_vec();
    sample.extend(0..=u8::MAX);
    sample.extend(b"7\x007\xff7");
    sample
}

/// What a program prints, or `None` if this machine has no such program.
fn output(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut child =
        Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}");
    Some(output.stdout)
}

#[test]
fn a_preview_is_as_the_whole_begins() {
    let bytes = "1234567é and more".as_bytes();
    let target = target();
    let source = Source { bytes, offset: 0, target: &target };
    let whole = |form: Form| form.write(source);
    assert!(Form::C.preview(source, 8).starts_with("const unsigned char bytes[18] = {\n    0x31, 0x32"));
    assert!(whole(Form::C).starts_with("const unsigned char bytes[18] = {"));
    assert_eq!(Form::Text.preview(source, 8), "1234567");
    assert_eq!(Form::Json.preview(source, 8), "\"1234567\"");
    assert_eq!(Form::Json.preview(source, 100), whole(Form::Json));
}

#[test]
fn each_form_looks_as_it_should() {
    let bytes = b"A\"\\\n\xe2\x82\xac\x00\xff%'";
    for (form, expected) in [
        (Form::Hex, "41 22 5c 0a e2 82 ac 00 ff 25 27"),
        (Form::Text, "A\"\\\n€␀\u{fffd}%'"),
        (Form::Rust, r#"b"A\"\\\n\xe2\x82\xac\x00\xff%'""#),
        (Form::Go, r#"[]byte("A\"\\\n\xe2\x82\xac\x00\xff%'")"#),
        (Form::Json, "[65,34,92,10,226,130,172,0,255,37,39]"),
        (Form::Base64, "QSJcCuKCrAD/JSc="),
        (Form::Netcat, r#"printf 'A"\\\n\342\202\254\000\377%%\047' | nc 127.0.0.1 7777"#),
        (Form::Dump, "00000000: 4122 5c0a e282 ac00 ff25 27              A\"\\......%'\n"),
    ] {
        assert_eq!(write(form, bytes), expected, "{form:?}");
    }
    assert_eq!(write(Form::Json, "a\"€".as_bytes()), r#""a\"€""#);
    assert!(write(Form::C, b"ab").ends_with("[2] = {\n    0x61, 0x62,\n};"));
    assert!(write(Form::Curl, b"ab").ends_with("| curl --data-binary @- http://127.0.0.1:7777/"));
}

#[test]
fn a_target_may_be_a_v6_address_or_a_path() {
    let bytes: &[u8] = b"a";
    let write = |form: Form, target: Target| form.write(Source { bytes, offset: 0, target: &target });
    let v6 = Target::Inet { host: "::1".to_owned(), port: 80 };
    assert_eq!(write(Form::Netcat, v6.clone()), "printf 'a' | nc ::1 80");
    assert_eq!(write(Form::Curl, v6), "printf 'a' | curl --data-binary @- 'http://[::1]:80/'");
    let unix = Target::Unix("/run/it's".to_owned());
    assert_eq!(write(Form::Netcat, unix.clone()), r"printf 'a' | nc -U '/run/it'\''s'");
    assert!(write(Form::Curl, unix).contains(r"--unix-socket '/run/it'\''s' http://localhost/"));
}

#[test]
fn the_shell_prints_the_same_bytes() {
    for bytes in [sample(), b"-".repeat(3), sample().repeat(500), Vec::new()] {
        let command = write(Form::Netcat, &bytes).replace("| nc 127.0.0.1 7777", "| cat");
        assert_eq!(output("sh", &["-s"], command.as_bytes()), Some(bytes.clone()), "{} bytes", bytes.len());
    }
}

#[test]
fn python_and_node_read_the_same_bytes() {
    let bytes = sample();
    let python = format!("import sys; sys.stdout.buffer.write({})", write(Form::Python, &bytes));
    let base64 = format!(
        "import sys, base64; sys.stdout.buffer.write(base64.b64decode('{}'))",
        write(Form::Base64, &bytes)
    );
    let numbers = format!(
        "import sys, json; sys.stdout.buffer.write(bytes(json.loads('{}')))",
        write(Form::Json, &bytes)
    );
    for script in [python, base64, numbers] {
        let read = output("python3", &["-c", &script], b"");
        assert!(read.is_none_or(|read| read == bytes), "{script}");
    }
}

#[test]
fn xxd_writes_the_same_dump_and_reads_it_back() {
    for bytes in [sample(), b"16 bytes exactly".to_vec(), b"1".to_vec()] {
        let dump = write(Form::Dump, &bytes);
        let theirs = output("xxd", &[], &bytes);
        assert!(theirs.is_none_or(|theirs| theirs == dump.as_bytes()), "{dump}");
        let read = output("xxd", &["-r"], dump.as_bytes());
        assert!(read.is_none_or(|read| read == bytes), "{dump}");
    }
}

#[test]
fn a_compiler_of_c_reads_the_same_bytes() {
    let bytes = sample();
    let dir = std::env::temp_dir().join(format!("bytewatch-export-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let binary = dir.join("bytes");
    let code = format!(
        "#include <stdio.h>\n{}\nint main(void) {{ fwrite(bytes, 1, sizeof bytes, stdout); return 0; }}\n",
        write(Form::C, &bytes)
    );
    let compiled = output("cc", &["-x", "c", "-o", binary.to_str().unwrap(), "-"], code.as_bytes());
    if compiled.is_some() {
        assert_eq!(output(binary.to_str().unwrap(), &[], b""), Some(bytes));
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

/// Reads back the escapes that Rust, Python and Go share.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match (byte, byte == b'\\') {
            (byte, false) => byte,
            (_, true) => match rest.next().unwrap() {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => other,
            },
        });
    }
    bytes
}

proptest! {
    #[test]
    fn what_is_written_can_be_read(bytes in vec(any::<u8>(), 0..200)) {
        let rust = write(Form::Rust, &bytes);
        let literal = rust.strip_prefix("b\"").unwrap().strip_suffix('"').unwrap();
        prop_assert_eq!(unescaped(literal), bytes.clone());
        prop_assert!(write(Form::Go, &bytes).contains(literal) && write(Form::Python, &bytes).contains(literal));
        prop_assert_eq!(STANDARD.decode(write(Form::Base64, &bytes)).unwrap(), bytes.clone());
        let json: serde_json::Value = serde_json::from_str(&write(Form::Json, &bytes)).unwrap();
        let read: Vec<u8> = match &json {
            serde_json::Value::String(text) => text.clone().into_bytes(),
            numbers => numbers.as_array().unwrap().iter().map(|byte| byte.as_u64().unwrap() as u8).collect(),
        };
        prop_assert_eq!(read, bytes.clone());
        let text = write(Form::Text, &bytes);
        prop_assert!(text.chars().all(|ch| !ch.is_control() || ch == '\n' || ch == '\t'));
    }
}
