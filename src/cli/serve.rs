//! The arguments of `serve`.

use std::sync::Arc;

use clap::Args;

use super::fault_args::FaultArgs;
use super::help::{self, HelpNotes};
use super::server_args::{DEFAULT_ADDRESS, ServerArgs};
use super::tls_args::TlsArgs;
use super::values::ReplyUnit;
use super::{address, values};
use crate::bytes::frame::Framing;
use crate::event::Side;
use crate::server::{ListenAddress, ReplyTo, ServiceConfig, Template};
use crate::shell::Options;

/// The placeholder in the help for an address without an option before it.
pub(super) const ADDRESS: &str = "PORT";

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "In the dashboard, press ? for the keys.",
    examples: &[
        ("bytewatch serve", "echo on 127.0.0.1:7777, with a dashboard"),
        ("bytewatch serve 9000 --service discard", "take what comes to port 9000, and answer nothing"),
        ("bytewatch serve --reply 'OK\\r\\n'", "answer each read with a line"),
        ("bytewatch serve --tls -l 0.0.0.0:7777", "TLS, and clients from everywhere"),
        ("bytewatch serve --headless --events opened,closed", "one JSON object a line, of two kinds"),
    ],
    environment: &[help::LOG, help::NO_COLOR],
    units: help::UNITS,
    exit_status: help::EXIT_STATUS,
};

#[derive(Args)]
pub(super) struct Serve {
    /// The port to listen on, or an address as --listen has it
    #[arg(value_name = ADDRESS, value_parser = address::listen)]
    addresses: Vec<ListenAddress>,

    /// Address to listen on, repeatable: PORT, HOST:PORT, or an IPv6 address in brackets and :PORT; port 0 takes any free one; unix:PATH or unix:PATH,mode=660 for a Unix domain socket, unix:@NAME for one without a file [default: 127.0.0.1:7777]
    #[arg(short, long, value_name = "ADDR", help_heading = "Server", value_parser = address::listen)]
    listen: Vec<ListenAddress>,

    /// What is answered [default: echo]
    #[arg(short, long, help_heading = "Server", value_parser = values::service())]
    service: Option<ServiceConfig>,

    /// Answer each read, or what --reply-to says, with TEXT, as --service reply does; {text}, {bytes}, {peer} and {connection} are filled in, and \r \n \t \\ \" \xNN \u{…} are escapes
    #[arg(long, value_name = "TEXT", help_heading = "Server", value_parser = values::reply)]
    reply: Option<Template>,

    /// What --reply answers: each read; each message, as --frame tells them apart; or once, the first read of a connection
    #[arg(long, value_name = "WHAT", default_value = "read")]
    #[arg(help_heading = "Server", value_parser = values::reply_unit())]
    reply_to: ReplyUnit,

    /// Send TEXT to each client before anything is read from it; as with --reply, {peer} and {connection} are filled in, and \r \n \t \\ \" \xNN \u{…} are escapes
    #[arg(long, value_name = "TEXT", help_heading = "Server", value_parser = values::reply)]
    greet: Option<Template>,

    /// Each client has to send a PROXY header first, of either version, as behind HAProxy: it is taken off, and its addresses are shown
    #[arg(long, help_heading = "Server")]
    proxy_protocol: bool,

    #[command(flatten)]
    server: ServerArgs,

    #[command(flatten)]
    tls: TlsArgs,

    #[command(flatten)]
    faults: FaultArgs,
}

impl Serve {
    /// Whether no address to listen on was given.
    pub(super) fn is_anywhere(&self) -> bool {
        self.addresses.is_empty() && self.listen.is_empty() && self.server.ports().next().is_none()
    }

    pub(super) fn into_options(self) -> Result<Options, String> {
        let listen = if self.is_anywhere() {
            vec![DEFAULT_ADDRESS.into()]
        } else {
            self.addresses.iter().chain(&self.listen).cloned().chain(self.server.ports()).collect()
        };
        let service = service(self.service, self.reply, self.reply_to, self.server.framing())?;
        let tls = self.tls.into_config()?;
        let faults = self.faults.into_faults(&[Side::Client])?;
        let mut options = self.server.into_options(listen, service)?;
        options.server.greeting = self.greet;
        options.server.proxy_protocol = self.proxy_protocol;
        (options.server.tls, options.server.faults) = (tls, Arc::new(faults));
        Ok(options)
    }
}

/// The service that these options mean.
fn service(
    service: Option<ServiceConfig>,
    reply: Option<Template>,
    to: ReplyUnit,
    framing: &Framing,
) -> Result<ServiceConfig, String> {
    let template = match (service, reply) {
        (None | Some(ServiceConfig::Reply(..)), Some(reply))
        | (Some(ServiceConfig::Reply(reply, _)), None) => reply,
        (Some(other), Some(_)) => {
            return Err(format!("--reply cannot be used with the service {}", other.word()));
        }
        (other, None) if to == ReplyUnit::Read => return Ok(other.unwrap_or(ServiceConfig::Echo)),
        (_, None) => return Err("--reply-to needs --reply, or --service reply".to_owned()),
    };
    let to = match to {
        ReplyUnit::Read => ReplyTo::Read,
        ReplyUnit::Message => ReplyTo::Message(answerable(framing)?),
        ReplyUnit::Once => ReplyTo::Once,
    };
    Ok(ServiceConfig::Reply(template, to))
}

/// What tells messages apart that are answered.
fn answerable(framing: &Framing) -> Result<Framing, String> {
    match framing {
        Framing::None => {
            Err("--reply-to message needs a rule that tells messages apart: --frame is none".to_owned())
        }
        Framing::Rule(rule) if rule.needs_time() => Err(format!(
            "--reply-to message cannot be used with --frame {rule}: such a message ends only with the next one"
        )),
        Framing::Auto | Framing::Protocol(_) | Framing::Rule(_) => Ok(framing.clone()),
    }
}
