//! Real clients, as far as they are installed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::harness::Program;
use crate::modes::Mode;
use crate::peers::{Certificate, is_installed};

fn openssl(mode: Mode) {
    if !is_installed("openssl") {
        eprintln!("openssl is not installed: skipped");
        return;
    }
    let certificate = Certificate::new(&format!("openssl-{mode:?}"));
    let program = start(mode, &certificate, &["-s", "echo"]);
    let address = &program.listening[0];
    for (number, version) in [(1, "-tls1_2"), (2, "-tls1_3")] {
        let mut client = Command::new("openssl")
            .args(["s_client", "-connect", address, "-servername", "localhost", "-verify_return_error"])
            .args([version, "-CAfile", &certificate.file(), "-ign_eof", "-quiet", "-no_ign_eof"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = client.stdin.take().unwrap();
        input.write_all(b"hello\n").unwrap();
        let mut line = [0; 6];
        std::io::Read::read_exact(client.stdout.as_mut().unwrap(), &mut line).unwrap();
        assert_eq!(&line, b"hello\n");
        // The end of its input ends it.
        drop(input);
        client.wait().unwrap();
        let closed = program.event("closed", number);
        assert_eq!(closed["reason"], "peer-finished", "{closed}");
        let handshake = program.handshake(number, "client");
        assert_eq!(handshake["version"], if number == 1 { "TLSv1.2" } else { "TLSv1.3" });
    }
    program.stop();
}

fn curl(mode: Mode) {
    if !is_installed("curl") {
        eprintln!("curl is not installed: skipped");
        return;
    }
    let certificate = Certificate::new(&format!("curl-{mode:?}"));
    let answer = r"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
    let program = start(mode, &certificate, &["--reply", answer]);
    let port = program.listening[0].rsplit_once(':').unwrap().1;
    let output = Command::new("curl")
        .args(["-sS", "--max-time", "30", "--cacert", &certificate.file()])
        .arg(format!("https://localhost:{port}/"))
        .args(["--ipv4", "--noproxy", "*"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.stdout, b"hello\n");
    let closed = program.event("closed", 1);
    assert_eq!(closed["reason"], "peer-finished", "{closed}");
    program.stop();
}

fn start(mode: Mode, certificate: &Certificate, more: &[&str]) -> Program {
    let options = certificate.options();
    let options: Vec<&str> = ["serve"].into_iter().chain(options.iter().map(String::as_str)).collect();
    Program::start(mode, &[&options, more].concat())
}

in_each_mode!(openssl, curl);
