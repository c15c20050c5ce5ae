//! Protocols of lines: commands, and replies of one line or several.

use crate::bytes::answers::role::{Dialog, Key, Kind, OTHER, Role, TLS, UNASKED, is_one_of, is_tls, words};
use crate::bytes::protocol::Speaker;

/// Why nothing is known once a server says that it closes the connection, asked or not.
const CLOSING: &str = "the server closes the connection";

pub(super) fn smtp(dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    if is_tls(beginning) {
        return Role::Ends(TLS);
    }
    if from == Speaker::Server {
        let role = reply(dialog, beginning);
        // Behind this reply comes the text of a mail.
        dialog.is_within |= matches!(role, Role::Answer(_)) && beginning.starts_with(b"354");
        return role;
    }
    if dialog.is_within {
        let is_end = matches!(beginning, b".\r\n" | b".\n");
        dialog.is_within = !is_end;
        return if is_end { Role::in_order(Kind::Plain) } else { Role::Other };
    }
    let command = words(beginning).next().unwrap_or_default();
    if is_one_of(command, &["BDAT"]) {
        Role::Ends("what follows BDAT is no lines")
    } else if is_one_of(command, &["LHLO"]) {
        Role::Ends("LMTP has several replies to one mail")
    } else if is_one_of(command, &["STARTTLS"]) {
        Role::in_order(Kind::Tls)
    } else {
        Role::in_order(Kind::Plain)
    }
}

pub(super) fn ftp(dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    if is_tls(beginning) {
        return Role::Ends(TLS);
    }
    if from == Speaker::Server {
        return reply(dialog, beginning);
    }
    let command = words(beginning).next().unwrap_or_default();
    if is_one_of(command, &["ABOR", "STAT"]) || command.contains(&0xff) {
        Role::Ends("a command within a transfer")
    } else if is_one_of(command, &["AUTH"]) {
        Role::in_order(Kind::Tls)
    } else {
        Role::in_order(Kind::Plain)
    }
}

/// A line of a reply with a code of three digits.
fn reply(dialog: &mut Dialog, beginning: &[u8]) -> Role {
    let code = beginning.first_chunk::<3>().filter(|code| code.iter().all(u8::is_ascii_digit)).copied();
    let goes_on = beginning.get(3) == Some(&b'-');
    match (dialog.code, code) {
        (Some(open), Some(code)) if open == code && !goes_on => dialog.code = None,
        (Some(_), _) => return Role::Other,
        (None, None) => return Role::Ends(OTHER),
        (None, Some(code)) if goes_on => {
            dialog.code = Some(code);
            return Role::Other;
        }
        (None, Some(_)) => {}
    }
    match code {
        Some([b'1', ..]) => Role::Other,
        _ if !std::mem::replace(&mut dialog.is_greeted, true) => Role::Other,
        Some([b'4', b'2', b'1']) => Role::Ends(CLOSING),
        Some([b'2', ..]) if dialog.oldest == Some(Kind::Tls) => Role::LastAnswer(Key::Order, TLS),
        _ => Role::Answer(Key::Order),
    }
}

pub(super) fn pop3(dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    if is_tls(beginning) {
        return Role::Ends(TLS);
    }
    let mut words = words(beginning);
    let (word, has_argument) = (words.next().unwrap_or_default(), words.next().is_some());
    if from == Speaker::Client {
        let is_list = is_one_of(word, &["LIST", "UIDL", "AUTH"]) && !has_argument;
        return Role::in_order(match word {
            _ if is_list || is_one_of(word, &["RETR", "TOP", "CAPA"]) => Kind::Several,
            _ if is_one_of(word, &["STLS"]) => Kind::Tls,
            _ => Kind::Plain,
        });
    }
    if dialog.is_within {
        dialog.is_within = !matches!(beginning, b".\r\n" | b".\n");
        return Role::Other;
    }
    let is_ok = word == b"+OK";
    match word {
        b"+OK" | b"-ERR" if !std::mem::replace(&mut dialog.is_greeted, true) => Role::Other,
        b"+OK" | b"-ERR" | b"+" => {
            dialog.is_within = is_ok && dialog.oldest == Some(Kind::Several);
            match dialog.oldest {
                Some(Kind::Tls) if is_ok => Role::LastAnswer(Key::Order, TLS),
                Some(_) => Role::Answer(Key::Order),
                None => Role::Ends(UNASKED),
            }
        }
        _ => Role::Ends(OTHER),
    }
}

pub(super) fn imap(_dialog: &mut Dialog, from: Speaker, beginning: &[u8]) -> Role {
    if is_tls(beginning) {
        return Role::Ends(TLS);
    }
    let mut words = words(beginning);
    let (Some(tag), Some(second)) = (words.next(), words.next()) else { return Role::Other };
    // Lines without a tag are data, or what the server says unasked.
    if tag.len() > 32 || matches!(tag, b"*" | b"+") {
        return Role::Other;
    }
    let key = Key::Id(tag.to_vec());
    match from {
        Speaker::Client => Role::Request(key, Kind::Plain),
        Speaker::Server if is_one_of(second, &["OK", "NO", "BAD"]) => Role::Answer(key),
        Speaker::Server => Role::Other,
    }
}
