//! The arguments of `decode`.

use std::path::PathBuf;

use clap::Args;

use super::help::{HelpNotes, NO_COLOR};
use super::values;
use crate::bytes::frame::Framing;
use crate::commands::decode;

/// The text below the options in the help.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "Into a pipe goes the text with one U+FFFD for each malformed part. A terminal is shown nothing \
that it would obey, and malformed parts in red, unless NO_COLOR is set.",
    examples: &[
        ("bytewatch decode --anatomy FILE", "each character of a file, bit by bit"),
        (
            "printf 'caf\\351' | bytewatch decode --malformed",
            "only what is malformed, and the rule that it breaks",
        ),
        ("bytewatch decode -e guess --json FILE", "find the encoding; one JSON object a read"),
        ("bytewatch decode --frame length:width=2 FILE", "where each message begins, and how long it is"),
        ("bytewatch decode --strict FILE >/dev/null", "is it UTF-8? The exit status says so"),
    ],
    environment: &[NO_COLOR],
    units: "",
    exit_status: "0 done, 1 failed, 2 wrong usage, 3 malformed and --strict.",
};

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags: each is there or not")]
pub(super) struct Decode {
    /// The file to read; standard input if it is - or left out
    file: Option<PathBuf>,

    /// Take each character apart: offset, bytes, bits, code point, name; each malformed part: the rule that it breaks
    #[arg(long)]
    anatomy: bool,

    /// Only the malformed parts: offset, bytes, reason, rule (or, with --anatomy, their anatomy)
    #[arg(long)]
    malformed: bool,

    /// One JSON object a line: what each read decodes to; with --anatomy or --malformed, each character or part
    #[arg(long)]
    json: bool,

    /// Read it as UTF-8, ASCII, Latin-1, windows-1252, UTF-16LE, Shift_JIS or any other label of the web, or as IBM037 (EBCDIC), IBM437, UTF-32LE, UTF-7, CESU-8, GSM-7 and others; guess what it is (guess); print all names (list)
    #[arg(short, long, value_name = "NAME", default_value = "UTF-8", value_parser = values::encoding)]
    encoding: decode::EncodingChoice,

    /// List the messages instead: number, offset, length, and what cannot be a message; auto is the rule of the protocol that the input begins with, or a rule like lf, length:width=4 or mqtt
    #[arg(long, value_name = "RULE", value_parser = values::messages, conflicts_with_all = ["anatomy", "malformed"])]
    frame: Option<Framing>,

    /// End with exit status 3 when anything was malformed, or no message, and say where on standard error
    #[arg(long)]
    strict: bool,
}

impl From<Decode> for decode::DecodeOptions {
    fn from(args: Decode) -> Self {
        let notation = if args.json { decode::Notation::Json } else { decode::Notation::Line };
        Self {
            file: args.file.filter(|path| path.as_os_str() != "-"),
            encoding: args.encoding,
            form: match (args.anatomy, args.malformed) {
                (false, false) if args.json => decode::Form::JsonObjects,
                (false, false) => decode::Form::Text,
                (false, true) => decode::Form::Malformed(notation),
                (true, false) => decode::Form::Anatomy(decode::Scope::All, notation),
                (true, true) => decode::Form::Anatomy(decode::Scope::Malformed, notation),
            },
            frame: args.frame.map(|framing| (framing, notation)),
            strictness: if args.strict { decode::Strictness::Strict } else { decode::Strictness::Lenient },
        }
    }
}
