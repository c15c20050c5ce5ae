//! The arguments about the bus that many machines share: where it is, and what is published to it.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::fleet::options::{BrokerUrl, BusOptions, ClientCertificate, Obeyed, PublishOptions, PublishWhat};
use crate::fleet::subject::{Name, Prefix};

/// How the bus is connected to.
#[derive(Args)]
pub(super) struct BusArgs {
    /// A credentials file of NATS, which only its owner may read; or BYTEWATCH_BUS_USER and BYTEWATCH_BUS_PASSWORD
    #[arg(long, value_name = "FILE", help_heading = "Many machines")]
    bus_creds: Option<PathBuf>,

    /// Verify the certificate of the bus with those in this file (PEM) [default: those that this system trusts]
    #[arg(long, value_name = "FILE", help_heading = "Many machines")]
    bus_ca: Option<PathBuf>,

    /// The certificate of this program for the bus (PEM)
    #[arg(long, value_name = "FILE", help_heading = "Many machines")]
    bus_cert: Option<PathBuf>,

    /// The private key of --bus-cert (PEM)
    #[arg(long, value_name = "FILE", help_heading = "Many machines")]
    bus_key: Option<PathBuf>,

    /// The first part of every subject
    #[arg(long, value_name = "PREFIX", default_value = "bytewatch")]
    #[arg(help_heading = "Many machines", value_parser = Prefix::parse)]
    bus_prefix: Prefix,

    /// Go without TLS also to a bus on another machine
    #[arg(long, help_heading = "Many machines")]
    bus_plain: bool,
}

/// What is published.
#[derive(Args)]
pub(super) struct PublishArgs {
    /// Publish counts and the life of connections to this NATS server, nats://HOST:PORT: bytewatch watch shows them
    #[arg(long, value_name = "URL", help_heading = "Many machines")]
    publish: Option<String>,

    /// What is published: counts has no addresses, peers has them, bytes also has the bytes of a connection while a watcher asks for them
    #[arg(long, value_name = "WHAT", default_value = "peers")]
    #[arg(help_heading = "Many machines", value_parser = what())]
    publish_what: PublishWhat,

    /// The name of this host, and of this program on it [default: the name of the machine, the first port]
    #[arg(long = "as", value_name = "NAME[/INSTANCE]", help_heading = "Many machines", value_parser = names)]
    publish_as: Option<Names>,

    /// What watchers may do here: switch, close, reset [default: nothing]
    #[arg(long, value_name = "ACTION,…", value_delimiter = ',')]
    #[arg(help_heading = "Many machines", value_parser = obeyed())]
    obey: Vec<Obeyed>,

    #[command(flatten)]
    bus: BusArgs,
}

/// The names of `--as`.
#[derive(Clone, Debug)]
struct Names {
    host: Name,
    instance: Option<Name>,
}

fn names(text: &str) -> Result<Names, String> {
    let (host, instance) = match text.split_once('/') {
        Some((host, instance)) => (host, Some(Name::parse(instance)?)),
        None => (text, None),
    };
    Ok(Names { host: Name::parse(host)?, instance })
}

fn what() -> impl TypedValueParser<Value = PublishWhat> {
    PossibleValuesParser::new(["counts", "peers", "bytes"]).map(|word| match word.as_str() {
        "counts" => PublishWhat::Counts,
        "bytes" => PublishWhat::Bytes,
        _ => PublishWhat::Peers,
    })
}

fn obeyed() -> impl TypedValueParser<Value = Obeyed> {
    PossibleValuesParser::new(["switch", "close", "reset"]).map(|word| match word.as_str() {
        "switch" => Obeyed::Switch,
        "close" => Obeyed::Close,
        _ => Obeyed::Reset,
    })
}

impl BusArgs {
    /// How the bus at this address is connected to. An address that may have a password is not repeated where it is wrong.
    pub(super) fn into_options(self, url: &str) -> Result<BusOptions, String> {
        let url =
            BrokerUrl::parse(url).map_err(|error| format!("the URL of the bus is not used: {error}"))?;
        let client = match (self.bus_cert, self.bus_key) {
            (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
            (None, None) => None,
            (Some(_), None) => return Err("--bus-cert needs --bus-key".to_owned()),
            (None, Some(_)) => return Err("--bus-key needs --bus-cert".to_owned()),
        };
        Ok(BusOptions {
            url,
            credentials: self.bus_creds,
            roots: self.bus_ca,
            client,
            prefix: self.bus_prefix,
            is_plain: self.bus_plain,
        })
    }
}

impl PublishArgs {
    /// What is published, if anything is.
    pub(super) fn into_options(self) -> Result<Option<PublishOptions>, String> {
        let Some(url) = self.publish else {
            return Ok(None);
        };
        let (host, instance) =
            self.publish_as.map_or((None, None), |names| (Some(names.host), names.instance));
        let bus = self.bus.into_options(&url)?;
        Ok(Some(PublishOptions { bus, what: self.publish_what, host, instance, obeys: self.obey }))
    }
}
