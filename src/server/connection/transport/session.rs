//! A TLS session without buffers of its own: what it is given is decrypted, and what it says is encrypted, at once.
//!
//! The library can also keep buffers in each session. After bulk, a buffer of 4 KiB stayed there in what had been one of
//! 32 KiB, and thousands of them kept nearly twice the memory of an idle connection resident.

use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus, WriteTraffic};
use rustls::{ClientConfig, CommonState, Error, ServerConfig};

/// The session with one peer.
pub(super) struct Session {
    role: Role,
    /// What came of a record or of a message that is not complete.
    incomplete: Vec<u8>,
}

/// What we are to the peer.
enum Role {
    Client(UnbufferedClientConnection),
    Server(UnbufferedServerConnection),
}

/// What to do once bytes can be encrypted.
enum Outgoing<'a> {
    Nothing,
    Data(&'a [u8]),
    End,
}

/// Where a session writes to.
struct Output<'a> {
    plaintext: &'a mut Vec<u8>,
    ciphertext: &'a mut Vec<u8>,
}

/// How a session goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// With the next step.
    GoOn,
    /// With the next bytes of the peer.
    NeedsInput,
    /// The peer has ended its stream.
    Ended,
}

impl Session {
    /// The session with an upstream, which is asked for this name and offered these application protocols.
    ///
    /// # Errors
    /// The settings do not fit each other.
    pub(super) fn of_client(
        config: &Arc<ClientConfig>,
        name: &ServerName<'static>,
        protocols: Vec<Vec<u8>>,
    ) -> Result<Self, Error> {
        UnbufferedClientConnection::new_with_alpn(Arc::clone(config), name.clone(), protocols)
            .map(|connection| Self { role: Role::Client(connection), incomplete: Vec::new() })
    }

    /// The session with a client.
    ///
    /// # Errors
    /// The settings do not fit each other.
    pub(super) fn of_server(config: Arc<ServerConfig>) -> Result<Self, Error> {
        UnbufferedServerConnection::new(config)
            .map(|connection| Self { role: Role::Server(connection), incomplete: Vec::new() })
    }

    /// What both roles have in common.
    pub(super) fn common(&self) -> &CommonState {
        match &self.role {
            Role::Client(connection) => connection,
            Role::Server(connection) => connection,
        }
    }

    /// Whether we are the client.
    pub(super) const fn is_client(&self) -> bool {
        matches!(self.role, Role::Client(_))
    }

    /// Processes bytes of the peer, which are decrypted where they are. Returns whether the peer has ended its stream;
    /// what follows that has no meaning.
    ///
    /// # Errors
    /// The words of the library; `ciphertext` has the alert for the peer, and `plaintext` what came before the error.
    pub(super) fn receive(
        &mut self,
        bytes: &mut [u8],
        plaintext: &mut Vec<u8>,
        ciphertext: &mut Vec<u8>,
    ) -> Result<bool, String> {
        let output = Output { plaintext, ciphertext };
        if self.incomplete.is_empty() {
            return self.process(bytes, output);
        }
        let mut input = std::mem::take(&mut self.incomplete);
        input.reserve_exact(bytes.len());
        input.extend_from_slice(bytes);
        self.process(&mut input, output)
    }

    fn process(&mut self, mut input: &mut [u8], mut output: Output<'_>) -> Result<bool, String> {
        output.plaintext.reserve_exact(input.len());
        loop {
            let (discarded, step) = self.step(input, &Outgoing::Nothing, &mut output);
            input = &mut input[discarded..];
            match step {
                Ok(Step::GoOn) => {}
                Ok(Step::Ended) => return Ok(true),
                Ok(Step::NeedsInput) => {
                    self.incomplete = input.to_vec();
                    return Ok(false);
                }
                Err(error) => {
                    self.write_alerts(input, &mut output);
                    return Err(error.to_string());
                }
            }
        }
    }

    /// Writes what the session wants to say after an error. It is not asked for more: it would process the bytes of the
    /// peer again, and each further error would be one more alert.
    fn write_alerts(&mut self, input: &mut [u8], output: &mut Output<'_>) {
        while self.common().wants_write() {
            let _ = self.step(input, &Outgoing::Nothing, output);
        }
    }

    /// Begins: writes what is to be said before the peer says anything.
    pub(super) fn begin(&mut self, ciphertext: &mut Vec<u8>) {
        self.write(&Outgoing::Nothing, ciphertext);
    }

    /// Encrypts bytes, after the handshake.
    pub(super) fn encrypt(&mut self, bytes: &[u8], ciphertext: &mut Vec<u8>) {
        self.write(&Outgoing::Data(bytes), ciphertext);
    }

    /// Ends our stream, after the handshake.
    pub(super) fn end(&mut self, ciphertext: &mut Vec<u8>) {
        self.write(&Outgoing::End, ciphertext);
    }

    fn write(&mut self, outgoing: &Outgoing<'_>, ciphertext: &mut Vec<u8>) {
        let mut input = std::mem::take(&mut self.incomplete);
        let mut output = Output { plaintext: &mut Vec::new(), ciphertext };
        // All that can be decrypted was decrypted when it came.
        while let (_, Ok(Step::GoOn)) = self.step(&mut input, outgoing, &mut output) {}
        self.incomplete = input;
    }

    /// Returns how many bytes of the input are not needed any more.
    fn step(
        &mut self,
        input: &mut [u8],
        outgoing: &Outgoing<'_>,
        output: &mut Output<'_>,
    ) -> (usize, Result<Step, Error>) {
        match &mut self.role {
            Role::Client(connection) => handle(connection.process_tls_records(input), outgoing, output),
            Role::Server(connection) => handle(connection.process_tls_records(input), outgoing, output),
        }
    }
}

fn handle<D>(
    status: UnbufferedStatus<'_, '_, D>,
    outgoing: &Outgoing<'_>,
    output: &mut Output<'_>,
) -> (usize, Result<Step, Error>) {
    let UnbufferedStatus { mut discard, state } = status;
    let step = state.map(|state| match state {
        ConnectionState::ReadTraffic(mut records) => {
            while let Some(Ok(record)) = records.next_record() {
                discard += record.discard;
                output.plaintext.extend_from_slice(record.payload);
            }
            Step::GoOn
        }
        ConnectionState::EncodeTlsData(mut message) => {
            append(output.ciphertext, |space| match message.encode(space) {
                Err(EncodeError::InsufficientSize(needed)) => Err(needed.required_size),
                result => Ok(result.unwrap_or(0)),
            });
            Step::GoOn
        }
        ConnectionState::TransmitTlsData(written) => {
            written.done();
            Step::GoOn
        }
        ConnectionState::WriteTraffic(mut traffic) => {
            write(&mut traffic, outgoing, output.ciphertext);
            Step::NeedsInput
        }
        ConnectionState::PeerClosed | ConnectionState::Closed => Step::Ended,
        // A server that offers no tickets gets no early data.
        ConnectionState::BlockedHandshake | ConnectionState::ReadEarlyData(_) => Step::NeedsInput,
        // The library may get more states, for verifiers of certificates that take their time.
        _ => Step::NeedsInput,
    });
    (discard, step)
}

fn write<D>(traffic: &mut WriteTraffic<'_, D>, outgoing: &Outgoing<'_>, ciphertext: &mut Vec<u8>) {
    append(ciphertext, |space| {
        let result = match outgoing {
            Outgoing::Nothing => Ok(0),
            Outgoing::Data(bytes) => traffic.encrypt(bytes, space),
            Outgoing::End => traffic.queue_close_notify(space),
        };
        match result {
            Err(EncryptError::InsufficientSize(needed)) => Err(needed.required_size),
            // No connection lives long enough to use up its keys.
            result => Ok(result.unwrap_or(0)),
        }
    });
}

/// Appends what `write` writes. It returns the length of that, or the space that it needs if it has not enough.
fn append(to: &mut Vec<u8>, mut write: impl FnMut(&mut [u8]) -> Result<usize, usize>) {
    let begin = to.len();
    let mut result = write(&mut []);
    if let Err(needed) = result {
        to.reserve_exact(needed);
        to.resize(begin + needed, 0);
        result = write(&mut to[begin..]);
    }
    to.truncate(begin + result.unwrap_or(0));
}
