//! The subject of a certificate, as text: who it is for.
//!
//! Only the few structures of DER (X.690) are read that lead there. What cannot be read has no subject; certificates are
//! verified elsewhere.

use std::fmt::Write as _;

use crate::bytes::hex;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// The version of a certificate, which is optional.
const VERSION: u8 = 0xa0;
/// Strings of 16 bits a character, an old form.
const BMP_STRING: u8 = 0x1e;

/// One value with its type.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
}

/// Elements, one after the other.
struct Elements<'a>(&'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // The length follows, in this number of bytes.
            0x81..=0x83 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Element { tag, content })
    }
}

impl<'a> Elements<'a> {
    /// The content of the next element, if it has this type.
    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|element| element.tag == tag).map(|element| element.content)
    }
}

/// The subject of a certificate, such as `CN=example.org, O=Example`. It is not safe to print as it is.
pub(in crate::server) fn subject(certificate: &[u8]) -> Option<String> {
    let mut signed = Elements(Elements(Elements(certificate).expect(SEQUENCE)?).expect(SEQUENCE)?);
    let first = signed.next()?;
    // Serial number, algorithm, issuer, validity; the version before them is optional.
    let before = if first.tag == VERSION { 4 } else { 3 };
    signed.nth(before - 1)?;
    let mut text = String::new();
    for set in Elements(signed.expect(SEQUENCE)?).filter(|element| element.tag == SET) {
        let mut attribute = Elements(Elements(set.content).expect(SEQUENCE)?);
        let name = attribute.expect(OBJECT_IDENTIFIER)?;
        let value = attribute.next()?;
        if !text.is_empty() {
            text.push_str(", ");
        }
        push_name(&mut text, name);
        text.push('=');
        match std::str::from_utf8(value.content) {
            Ok(value_text) if value.tag != BMP_STRING => text.push_str(value_text),
            _ => hex::push(&mut text, value.content),
        }
    }
    Some(text).filter(|text| !text.is_empty())
}

/// Adds the usual short name of an attribute, or its bytes.
fn push_name(text: &mut String, identifier: &[u8]) {
    let name = match identifier {
        [0x55, 0x04, 0x03] => "CN",
        [0x55, 0x04, 0x06] => "C",
        [0x55, 0x04, 0x07] => "L",
        [0x55, 0x04, 0x08] => "ST",
        [0x55, 0x04, 0x0a] => "O",
        [0x55, 0x04, 0x0b] => "OU",
        _ => {
            // Writing to a string does not fail.
            let _ = identifier.iter().try_for_each(|byte| write!(text, "{byte:02x}"));
            return;
        }
    };
    text.push_str(name);
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;

    fn certificate(attributes: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (name, value) in attributes {
            params.distinguished_name.push(name.clone(), *value);
        }
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_subject_is_read_from_a_certificate() {
        let long = "x".repeat(300);
        for (attributes, text) in [
            (
                &[(DnType::CommonName, "example.org"), (DnType::OrganizationName, "Éxample")][..],
                Some("CN=example.org, O=Éxample".to_owned()),
            ),
            (&[(DnType::CommonName, &long)], Some(format!("CN={long}"))),
            (&[(DnType::CustomDnType(vec![1, 2, 840, 5]), "x")], Some("2a864805=x".to_owned())),
            (&[], None),
        ] {
            assert_eq!(subject(&certificate(attributes)), text);
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_subject() {
        let whole = certificate(&[(DnType::CommonName, "example.org")]);
        for length in 0..whole.len() {
            assert_eq!(subject(&whole[..length]), None, "the length of the outermost element is wrong");
        }
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0xff;
            // It may be another subject, but it ends.
            let _ = subject(&broken);
        }
    }
}
