//! The service that speaks first, as those of SMTP, FTP and SSH do.

use crate::event::Side;
use crate::server::service::services::{Answer, Service};

/// Sends a greeting to each client, then serves it as another service does.
pub(in crate::server) struct Greeting {
    text: Vec<u8>,
    service: Box<dyn Service>,
}

impl Greeting {
    /// Greets the client of one connection with this text, before `service` serves it.
    pub(in crate::server) fn new(text: Vec<u8>, service: Box<dyn Service>) -> Self {
        Self { text, service }
    }
}

impl Service for Greeting {
    fn wrapped(&mut self) -> Option<&mut dyn Service> {
        Some(&mut *self.service)
    }

    fn opened(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.text)
    }

    fn received(&mut self, from: Side, input: &[u8]) -> Answer {
        self.service.received(from, input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::service::services::Echo;
    use crate::server::service::template::Template;

    #[test]
    fn the_greeting_comes_once_and_the_other_service_goes_on() {
        let text = Template::parse(r"220 {peer} #{connection}{text} {bytes}\r\n").unwrap();
        let mut service = Greeting::new(text.fill_unread("127.0.0.1:5000", 7), Box::new(Echo));
        assert_eq!(service.opened(), b"220 127.0.0.1:5000 #7 0\r\n");
        assert_eq!(service.opened(), b"");
        assert_eq!(service.received(Side::Client, b"x"), Answer::Same(Side::Client));
        assert_eq!(service.ended(Side::Client), Some(Side::Client));
    }
}
