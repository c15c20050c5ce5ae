//! Real clients, as far as they are installed.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::harness::{Program, of_kind};
use crate::modes::Mode;
use crate::peers::{Certificate, is_installed};

/// What each client sends: more than the system keeps for a client that does not read.
const LENGTH: usize = 400_000;

/// A client that sends its standard input.
struct Client {
    program: &'static str,
    /// The arguments to send everything, and to print what comes back, as long as the standard input is open.
    echo: Vec<String>,
    /// The arguments to send everything and to close without reading.
    upload: Vec<String>,
}

const PYTHON: &str = "
import socket, ssl, sys
what, port, ca = sys.argv[1:]
stream = ssl.create_default_context(cafile=ca).wrap_socket(
    socket.create_connection(('127.0.0.1', int(port))), server_hostname='localhost')
if what == 'upload':
    stream.sendall(sys.stdin.buffer.read())
while what == 'echo' and (piece := sys.stdin.buffer.read1(10000)):
    stream.sendall(piece)
    while piece:
        back = stream.recv(len(piece))
        sys.stdout.buffer.write(back)
        piece = piece[len(back):]
    sys.stdout.flush()
stream.close()
";

const NODE: &str = "
const [what, port, file] = process.argv.slice(-3);
const ca = require('fs').readFileSync(file);
const stream = require('tls').connect({ host: '127.0.0.1', port, ca, servername: 'localhost' });
stream.on('error', (error) => { console.error(error); process.exit(1); });
if (what === 'upload') {
    stream.write(require('fs').readFileSync(0), () => stream.destroy());
} else {
    process.stdin.pipe(stream);
    stream.pipe(process.stdout);
}
";

fn clients(port: &str, ca: &str) -> Vec<Client> {
    let words = |line: String| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
    let script = |option: &str, text: &str, what: &str| -> Vec<String> {
        [option, text, what, port, ca].map(str::to_owned).to_vec()
    };
    let openssl = words(format!(
        "s_client -connect 127.0.0.1:{port} -servername localhost -verify_return_error -CAfile {ca} -tls1_3 -quiet \
         -no_ign_eof"
    ));
    let ncat = format!("--ssl --ssl-verify --ssl-trustfile {ca} --ssl-servername localhost localhost {port}");
    let socat = format!("OPENSSL:localhost:{port},cafile={ca},commonname=localhost");
    vec![
        Client { program: "openssl", echo: openssl.clone(), upload: openssl },
        Client {
            program: "python3",
            echo: script("-c", PYTHON, "echo"),
            upload: script("-c", PYTHON, "upload"),
        },
        Client { program: "node", echo: script("-e", NODE, "echo"), upload: script("-e", NODE, "upload") },
        Client { program: "ncat", echo: words(ncat.clone()), upload: words(format!("--send-only {ncat}")) },
        Client {
            program: "socat",
            echo: words(format!("STDIO {socat}")),
            upload: words(format!("-u STDIN {socat}")),
        },
    ]
}

/// The clients that are installed.
fn installed(program: &Program, certificate: &Certificate) -> Vec<Client> {
    let port = program.listening[0].rsplit_once(':').unwrap().1;
    let mut clients = clients(port, &certificate.file());
    clients.retain(|client| {
        let is_installed = is_installed(client.program);
        if !is_installed {
            eprintln!("{} is not installed: skipped", client.program);
        }
        is_installed
    });
    clients
}

/// Lines of digits: a letter at the beginning of what it reads at once is a command for `s_client`.
fn lines() -> Vec<u8> {
    (0..).flat_map(|number| format!("{number:019}\n").into_bytes()).take(LENGTH).collect()
}

fn run(program: &str, arguments: &[String]) -> Child {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a client said that has ended.
fn complaint(client: Child) -> String {
    let output = client.wait_with_output().unwrap();
    format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr))
}

fn everything_comes_back(mode: Mode) {
    let certificate = Certificate::new(&format!("echo-{mode:?}"));
    let program = start(mode, &certificate, &["-s", "echo"]);
    let sent = lines();
    for (Client { program: name, echo, .. }, number) in installed(&program, &certificate).iter().zip(1..) {
        let mut client = run(name, echo);
        let (mut input, mut output) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
        let mut received = vec![0; sent.len()];
        let result = thread::scope(|scope| {
            let writer = scope.spawn(|| input.write_all(&sent).map(|()| input));
            let result = output.read_exact(&mut received);
            // The end of its input ends it.
            drop(writer.join().unwrap());
            result
        });
        assert!(result.is_ok() && received == sent, "{name}: {result:?}, {}", complaint(client));
        assert_eq!(output.read(&mut [0]).unwrap(), 0, "{name}: nothing follows");
        client.wait().unwrap();
        let closed = program.event("closed", number);
        let expected = (&"peer-finished".into(), &LENGTH.into(), &LENGTH.into());
        assert_eq!((&closed["reason"], &closed["received"], &closed["sent"]), expected, "{name}: {closed}");
        assert_eq!(program.handshake(number, "client")["version"], "TLSv1.3", "{name}");
    }
    program.stop();
}

fn an_upload_arrives_whole(mode: Mode) {
    let certificate = Certificate::new(&format!("upload-program-{mode:?}"));
    let program = start(mode, &certificate, &["-s", "discard"]);
    let sent = lines();
    for (Client { program: name, upload, .. }, number) in installed(&program, &certificate).iter().zip(1..) {
        let mut client = run(name, upload);
        client.stdin.take().unwrap().write_all(&sent).unwrap();
        let closed = program.event("closed", number);
        let said = complaint(client);
        let expected = (&"peer-finished".into(), &LENGTH.into());
        assert_eq!((&closed["reason"], &closed["received"]), expected, "{name}: {closed}, {said}");
    }
    program.stop();
}

fn openssl_speaks_tls_1_2(mode: Mode) {
    if !is_installed("openssl") {
        eprintln!("openssl is not installed: skipped");
        return;
    }
    let certificate = Certificate::new(&format!("openssl-{mode:?}"));
    let program = start(mode, &certificate, &["-s", "echo"]);
    let arguments = ["s_client", "-connect", &program.listening[0], "-CAfile", &certificate.file()];
    let arguments = [&arguments[..], &["-tls1_2", "-quiet", "-no_ign_eof", "-verify_return_error"]].concat();
    let mut client = run("openssl", &arguments.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    let mut input = client.stdin.take().unwrap();
    input.write_all(b"hello\n").unwrap();
    let mut line = [0; 6];
    client.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
    assert_eq!(&line, b"hello\n");
    drop(input);
    client.wait().unwrap();
    assert_eq!(program.event("closed", 1)["reason"], "peer-finished");
    assert_eq!(program.handshake(1, "client")["version"], "TLSv1.2");
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
    let events = program.event("closed", 1);
    assert_eq!(events["reason"], "peer-finished", "{events}");
    assert_eq!(of_kind(&program.stop(), "truncated").next(), None);
}

fn start(mode: Mode, certificate: &Certificate, more: &[&str]) -> Program {
    let options = certificate.options();
    let options: Vec<&str> = ["serve"].into_iter().chain(options.iter().map(String::as_str)).collect();
    Program::start(mode, &[&options, more].concat())
}

in_each_mode!(everything_comes_back, an_upload_arrives_whole, openssl_speaks_tls_1_2, curl);
