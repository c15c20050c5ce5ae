//! What Python makes of bytes that are not UTF-8.

use super::*;
use crate::bytes::encoding::python;

const PYTHON: &str = include_str!("../../../../../tests/data/python.json");

#[test]
fn python_says_the_same() {
    let file: Value = serde_json::from_str(PYTHON).unwrap();
    let handlers: Vec<&str> =
        file["handlers"].as_array().unwrap().iter().map(|h| h.as_str().unwrap()).collect();
    assert_eq!(handlers, python::Handler::ALL.map(python::Handler::name));
    let mut errors = 0;
    for (hex, results) in file["results"].as_object().unwrap() {
        for (handler, result) in python::Handler::ALL.into_iter().zip(results.as_array().unwrap()) {
            let ours = python::decode(&bytes(hex), handler);
            errors += usize::from(ours.is_err());
            assert_eq!(ours.is_err(), result.as_str().unwrap().starts_with("'utf-8' codec"), "{hex}");
            assert_eq!(ours.unwrap_or_else(|message| message), result.as_str().unwrap(), "{hex} {handler:?}");
        }
    }
    assert!(errors > 80);
}

#[test]
fn python_s_literals_choose_their_quotes() {
    let literal = |bytes: &[u8]| python::decode(bytes, python::Handler::Strict).unwrap();
    assert_eq!(literal(b"it's \\ \t\n"), "\"it's \\\\ \\t\\n\"");
    assert_eq!(literal(b"it's \"so\""), "'it\\'s \"so\"'");
    assert_eq!(literal("\u{1b}\u{9b}\u{202e}\u{e0041}é".as_bytes()), "'\\x1b\\x9b\\u202e\\U000e0041é'");
}
