//! The layers hold: no arrow against the table, no circle, no file and no function that is too long to be read.
//!
//! The sources are read as text: `use` lines and paths that begin with `crate::`, `super::` or `self::`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which module may import which others; `main` composes.
const MAY_IMPORT: [(&str, &[&str]); 16] = [
    ("bytes", &[]),
    ("event", &["bytes"]),
    ("model", &["bytes", "event"]),
    ("server", &["bytes", "event"]),
    ("config", &["bytes", "event"]),
    ("client", &["bytes", "event", "model"]),
    ("recording", &["bytes", "event", "model"]),
    ("fleet", &["bytes", "event", "model"]),
    ("app", &["bytes", "event", "model"]),
    ("log_records", &[]),
    ("ui", &["bytes", "event", "model", "app", "log_records"]),
    ("logging", &["bytes", "log_records"]),
    ("shell", &["bytes", "event", "model", "server", "client", "recording", "fleet", "app", "ui", "logging"]),
    (
        "commands",
        &["bytes", "event", "model", "server", "client", "recording", "fleet", "app", "ui", "shell"],
    ),
    ("cli", &["bytes", "event", "config", "model", "server", "client", "fleet", "shell", "commands"]),
    ("main", &["bytes", "cli", "shell", "commands"]),
];

/// Which room of `server` may import which others.
const SERVER_ROOMS: [(&str, &[&str]); 8] = [
    ("net", &[]),
    ("service", &[]),
    ("feed", &["net"]),
    ("control", &["net"]),
    ("connection", &["net", "service", "feed", "control"]),
    ("backend", &["net", "service", "feed", "control", "connection"]),
    ("switch", &["net", "service", "feed", "control", "connection", "backend"]),
    ("api", &["net", "backend", "switch"]),
];

/// Which room of `app` may import which others. Only `dispatch` knows the state of all of them.
const APP_ROOMS: [(&str, &[&str]); 42] = [
    ("focus", &[]),
    ("format", &[]),
    ("status", &["format"]),
    ("action", &["focus", "stream"]),
    ("command_id", &["action", "focus", "stream"]),
    ("keymap", &["action", "command_id", "focus", "stream"]),
    ("display", &["focus"]),
    ("setup", &["display", "keymap"]),
    ("layout", &["backends", "focus"]),
    ("effect", &["action", "display", "hosts"]),
    ("recording", &["action", "format"]),
    ("event", &["action", "demo", "hosts", "recording"]),
    ("outcome", &["action", "effect", "focus", "hosts", "overlay", "status"]),
    ("clipboard", &["effect", "event", "format", "outcome", "setup", "status"]),
    ("notes", &[]),
    (
        "hosts",
        &[
            "action", "context", "effect", "focus", "format", "keymap", "layout", "outcome", "overlay",
            "setup", "status",
        ],
    ),
    ("world", &["backends", "demo", "display", "event", "hosts", "notes", "recording", "setup"]),
    (
        "context",
        &[
            "action",
            "backends",
            "clients",
            "demo",
            "display",
            "focus",
            "hosts",
            "keymap",
            "layout",
            "notes",
            "outcome",
            "recording",
            "world",
        ],
    ),
    (
        "clients",
        &[
            "action",
            "clipboard",
            "context",
            "focus",
            "format",
            "hosts",
            "layout",
            "notes",
            "outcome",
            "overlay",
            "status",
        ],
    ),
    ("stream", &["action", "context", "format", "layout", "outcome", "overlay"]),
    (
        "backends",
        &["action", "context", "effect", "focus", "format", "keymap", "layout", "outcome", "status"],
    ),
    ("logs", &["action", "context", "effect", "layout", "outcome"]),
    ("demo", &["backends", "clients", "effect", "focus", "format", "keymap", "outcome", "status"]),
    (
        "overlay",
        &[
            "action",
            "command_id",
            "context",
            "effect",
            "focus",
            "format",
            "hosts",
            "keymap",
            "layout",
            "outcome",
            "recording",
            "status",
            "stream",
        ],
    ),
    ("find", &["action", "context", "format", "outcome", "overlay", "status", "stream"]),
    ("framing", &["action", "context", "outcome", "overlay", "status", "stream"]),
    ("marks", &["action", "context", "format", "outcome", "overlay", "status", "stream"]),
    ("compare", &["action", "context", "format", "layout", "outcome", "overlay", "recording", "stream"]),
    ("differences", &["action", "context", "effect", "outcome", "overlay", "recording"]),
    (
        "export",
        &[
            "action",
            "clipboard",
            "context",
            "effect",
            "event",
            "format",
            "layout",
            "outcome",
            "overlay",
            "status",
            "stream",
        ],
    ),
    (
        "pipe",
        &[
            "action", "context", "effect", "event", "export", "format", "layout", "outcome", "overlay",
            "stream",
        ],
    ),
    ("record", &["action", "context", "effect", "event", "format", "outcome", "overlay", "status"]),
    ("time_prompt", &["action", "context", "effect", "outcome", "overlay", "recording"]),
    (
        "screen",
        &[
            "backends",
            "clients",
            "compare",
            "context",
            "differences",
            "export",
            "find",
            "framing",
            "hosts",
            "keymap",
            "logs",
            "marks",
            "overlay",
            "pipe",
            "record",
            "status",
            "stream",
            "time_prompt",
        ],
    ),
    (
        "chrome",
        &[
            "action",
            "context",
            "demo",
            "display",
            "focus",
            "format",
            "hosts",
            "keymap",
            "layout",
            "overlay",
            "recording",
            "screen",
            "setup",
            "status",
        ],
    ),
    ("choices", &["clients", "stream"]),
    ("mouse", &["action", "backends", "chrome", "clients", "export", "focus", "layout", "overlay", "screen"]),
    (
        "state",
        &[
            "action",
            "backends",
            "choices",
            "clients",
            "clipboard",
            "compare",
            "context",
            "differences",
            "display",
            "effect",
            "event",
            "export",
            "find",
            "focus",
            "framing",
            "hosts",
            "keymap",
            "layout",
            "logs",
            "marks",
            "mouse",
            "outcome",
            "overlay",
            "pipe",
            "record",
            "recording",
            "screen",
            "setup",
            "status",
            "stream",
            "time_prompt",
            "world",
        ],
    ),
    (
        "access",
        &[
            "choices", "clients", "context", "display", "focus", "keymap", "layout", "overlay", "screen",
            "state", "status",
        ],
    ),
    ("host_actions", &["action", "context", "focus", "hosts", "outcome", "state"]),
    ("typing", &["action", "context", "effect", "outcome", "overlay", "state"]),
    (
        "dispatch",
        &[
            "action", "backends", "clients", "context", "demo", "display", "effect", "focus", "hosts",
            "mouse", "outcome", "overlay", "state", "status",
        ],
    ),
];

/// Modules that name their parent, each with the reason. The list only becomes shorter.
const NAMES_ITS_PARENT: [(&str, &[&str], &str); 2] = [
    ("bytes::utf8", &["count", "roles", "simd", "sinks", "unit"], "they extend the decoder"),
    ("model::state", &["eviction", "framing", "switches", "traffic", "wall_clock"], "they extend `Model`"),
];

/// What a layer never touches, as it would be written.
const NEVER: [(&str, &[&str]); 10] = [
    ("bytes", &["std::time", "std::io", "std::net", "std::fs", "ratatui", "tokio"]),
    ("event", &["std::time", "std::io", "std::fs", "ratatui", "tokio", "Instant::now", "SystemTime"]),
    ("model", &["std::time", "std::io", "std::fs", "ratatui", "tokio", "Instant::now", "SystemTime"]),
    (
        "recording::write",
        &["std::time", "std::io", "std::fs", "ratatui", "tokio", "Instant::now", "SystemTime"],
    ),
    ("fleet::wire", &["std::time", "std::io", "std::fs", "ratatui", "tokio", "async_nats", "SystemTime"]),
    (
        "fleet::publication",
        &["std::time", "std::io", "std::fs", "ratatui", "tokio", "async_nats", "SystemTime"],
    ),
    ("fleet::watcher", &["std::time", "std::io", "std::fs", "ratatui", "tokio", "async_nats", "SystemTime"]),
    ("server", &["ratatui", "crossterm", "tui_logger"]),
    ("app", &["std::time", "std::io", "std::fs", "std::thread", "tokio", "tui_logger", "Mutex"]),
    ("ui", &["std::time", "std::fs", "std::thread", "tokio", "std::net::Tcp"]),
];

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;

struct Source {
    /// `server::event_loop::serve`, or `main`.
    module: String,
    path: PathBuf,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                let module = name.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("::");
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { module, path, text });
            }
        }
    }
    assert!(found.len() > 30, "the sources are read");
    found
}

impl Source {
    fn layer(&self) -> &str {
        self.module.split("::").next().unwrap_or("")
    }

    fn is_test(&self) -> bool {
        self.module.ends_with("tests") || self.module.contains("tests::")
    }

    /// The text without comments, and without the tests beside the code.
    fn code(&self) -> String {
        let code = self.text.split("#[cfg(test)]").next().unwrap_or("");
        let lines = code.lines().map(|line| line.split("//").next().unwrap_or(""));
        // A visibility such as `pub(in crate::server)` is not an import.
        lines.map(|line| line.replace("pub(in crate::", "pub(in ")).collect::<Vec<_>>().join("\n")
    }

    /// The modules that this one names, as far as they are in `known`.
    fn names(&self, known: &BTreeSet<&str>) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for path in paths(&self.code()) {
            let mut parts: Vec<&str> = path.split("::").collect();
            let mut absolute: Vec<&str> = match parts[0] {
                "crate" | "bytewatch" => Vec::new(),
                "self" => self.module.split("::").collect(),
                "super" => self.module.split("::").collect(),
                _ => continue,
            };
            while parts.first() == Some(&"super") {
                absolute.pop();
                parts.remove(0);
            }
            if matches!(parts.first(), Some(&("crate" | "self" | "bytewatch"))) {
                parts.remove(0);
            }
            absolute.extend(parts);
            // The longest start of the path that is a module.
            while !absolute.is_empty() && !known.contains(absolute.join("::").as_str()) {
                absolute.pop();
            }
            if !absolute.is_empty() {
                named.insert(absolute.join("::"));
            }
        }
        named.remove(&self.module);
        named
    }
}

/// All paths in some code, groups in braces taken apart.
fn paths(code: &str) -> Vec<String> {
    let starts = ["crate::", "super::", "self::", "bytewatch::"];
    let mut found = Vec::new();
    for start in starts {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back().unwrap_or(' ');
            if !(before.is_alphanumeric() || before == '_' || before == ':') {
                take_apart(&code[at..], "", &mut found);
            }
        }
    }
    found
}

/// Reads one path, or a group of them; returns how much was read.
fn take_apart(code: &str, prefix: &str, found: &mut Vec<String>) -> usize {
    let length = code.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(code.len());
    let path = format!("{prefix}{}", &code[..length]);
    if !code[length..].starts_with('{') {
        found.push(path.trim_end_matches("::").to_owned());
        return length;
    }
    let mut at = length + 1;
    while let Some(next) = code[at..].chars().next() {
        match next {
            '}' => return at + 1,
            ',' => at += 1,
            c if c.is_whitespace() => at += c.len_utf8(),
            _ => {
                let read = take_apart(&code[at..], &path, found);
                // `as name`, and anything else that is not a path.
                at += read.max(1);
            }
        }
    }
    at
}

#[test]
fn arrows_follow_the_table() {
    let sources = sources();
    let known: BTreeSet<&str> = sources.iter().map(|source| source.module.as_str()).collect();
    for source in sources.iter().filter(|source| source.module != "lib" && !source.is_test()) {
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(layer, _)| *layer == source.layer())
            .unwrap_or_else(|| panic!("{} is in no layer", source.module));
        for named in source.names(&known) {
            let layer = named.split("::").next().unwrap_or("");
            assert!(
                layer == source.layer() || allowed.contains(&layer),
                "{} imports {named}: {} may import {allowed:?}",
                source.module,
                source.layer()
            );
        }
    }
}

#[test]
fn rooms_of_a_layer_follow_their_table() {
    let sources = sources();
    let known: BTreeSet<&str> = sources.iter().map(|source| source.module.as_str()).collect();
    let mut seen = 0;
    for (layer, rooms) in [("server", &SERVER_ROOMS[..]), ("app", &APP_ROOMS)] {
        let room_of = |module: &str| {
            let mut parts = module.split("::");
            (parts.next() == Some(layer)).then(|| parts.next().unwrap_or("").to_owned())
        };
        for source in sources.iter().filter(|source| !source.is_test()) {
            let Some(room) = room_of(&source.module).filter(|room| !room.is_empty()) else { continue };
            let (_, allowed) = rooms
                .iter()
                .find(|(name, _)| *name == room)
                .unwrap_or_else(|| panic!("{} is in no room of {layer}", source.module));
            for named in source.names(&known) {
                let Some(other) = room_of(&named).filter(|other| !other.is_empty()) else { continue };
                let fine = other == room || allowed.contains(&other.as_str());
                assert!(fine, "{} imports {named}: {room} may import {allowed:?}", source.module);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "the rooms are read");
}

#[test]
fn no_child_names_its_parent() {
    let sources = sources();
    let known: BTreeSet<&str> = sources.iter().map(|source| source.module.as_str()).collect();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        for named in source.names(&known) {
            if let Some(child) = source.module.strip_prefix(&format!("{named}::")) {
                found.entry(named).or_default().insert(child.to_owned());
            }
        }
    }
    let listed: BTreeMap<String, BTreeSet<String>> = NAMES_ITS_PARENT
        .iter()
        .map(|(parent, children, _)| {
            ((*parent).to_owned(), children.iter().map(|child| (*child).to_owned()).collect())
        })
        .collect();
    assert_eq!(found, listed, "left: found, right: listed in NAMES_ITS_PARENT");
}

#[test]
fn layers_keep_from_what_they_never_touch() {
    for source in sources().iter().filter(|source| !source.is_test()) {
        let within = |part: &str| {
            source.module.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let Some((_, never)) = NEVER.iter().find(|(part, _)| within(part)) else { continue };
        let code = source.code();
        for word in *never {
            assert!(!code.contains(word), "{} touches {word}", source.module);
        }
    }
}

#[test]
fn colours_glyphs_and_the_logger_have_one_place() {
    let places = [
        ("Color::", &["ui::theme"][..]),
        ("tui_logger::", &["ui::logs", "logging"]),
        ("set_global_default", &["logging"]),
        ("unsafe {", &["server::net::c_library"]),
    ];
    for source in sources().iter().filter(|source| !source.is_test()) {
        for (word, allowed) in places {
            let here = allowed.iter().any(|place| source.module.starts_with(place));
            assert!(
                here || !source.code().contains(word),
                "{} has {word}: only {allowed:?} may",
                source.module
            );
        }
    }
}

#[test]
fn there_is_no_circle() {
    let sources = sources();
    let known: BTreeSet<&str> = sources.iter().map(|source| source.module.as_str()).collect();
    let arrows: BTreeMap<&str, BTreeSet<String>> = sources
        .iter()
        .filter(|source| source.module != "lib" && !source.is_test())
        .map(|source| {
            // A module is made of its children: naming them does not count as an arrow.
            let own = format!("{}::", source.module);
            let named = source.names(&known).into_iter().filter(|name| !name.starts_with(&own)).collect();
            (source.module.as_str(), named)
        })
        .collect();
    let mut done = BTreeSet::new();
    for &start in arrows.keys() {
        walk(start, &arrows, &mut Vec::new(), &mut done);
    }
}

fn walk<'a>(
    at: &'a str,
    arrows: &'a BTreeMap<&str, BTreeSet<String>>,
    way: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) {
    if done.contains(at) {
        return;
    }
    if let Some(begin) = way.iter().position(|&been| been == at) {
        panic!("a circle: {} -> {at}", way[begin..].join(" -> "));
    }
    way.push(at);
    for next in arrows.get(at).into_iter().flatten() {
        walk(next, arrows, way, done);
    }
    way.pop();
    done.insert(at);
}

#[test]
fn files_and_functions_are_short() {
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        assert!(lines.len() < LONGEST_FILE, "{} has {} lines", source.path.display(), lines.len());
        for (begin, line) in lines.iter().enumerate().filter(|(_, line)| begins_function(line)) {
            let indent = line.len() - line.trim_start().len();
            let close = format!("{}}}", " ".repeat(indent));
            let length = lines[begin..].iter().position(|line| *line == close).unwrap_or(0) + 1;
            assert!(length < LONGEST_FUNCTION, "{}:{}: {length} lines", source.path.display(), begin + 1);
        }
    }
}

fn begins_function(line: &str) -> bool {
    let line = line.trim_start();
    let signature = line.split("fn ").next().unwrap_or("");
    line.contains("fn ")
        && !line.ends_with(';')
        && !line.ends_with('}')
        && signature.split_whitespace().all(|word| {
            matches!(word, "const" | "async" | "extern" | "\"C\"")
                || word.starts_with("pub")
                || word.ends_with(')')
        })
}

#[test]
fn there_is_no_mod_file() {
    let offender = sources().into_iter().find(|source| source.path.ends_with("mod.rs"));
    assert!(offender.is_none_or(|source| panic!("{}", source.path.display())));
}
