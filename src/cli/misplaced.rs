//! Options that have no effect beside the others: they are refused, not ignored.

use crate::config::{Setting, Source};

/// Says how something is published, which is of use only if something is.
const OF_PUBLISHING: [&str; 9] =
    ["publish-what", "as", "obey", "bus-creds", "bus-ca", "bus-cert", "bus-key", "bus-prefix", "bus-plain"];

/// What goes together with `--fleet`, whose hosts are programs of their own.
const OF_FLEET: [&str; 3] = ["fleet", "headless", "script"];

/// What is wrong with the options of the command line, if anything is. Those of the file and the environment may be meant
/// for another time.
pub(super) fn misplaced(settings: &[Setting]) -> Option<String> {
    let is_set =
        |name: &str| settings.iter().any(|setting| setting.name == name && !setting.values.is_empty());
    let mut given = settings.iter().filter(|setting| matches!(setting.source, Source::Flag));
    if is_set("fleet") {
        let other = given.find(|setting| !OF_FLEET.contains(&setting.name.as_str()))?;
        return Some(format!("--{} cannot be used with --fleet", other.name));
    }
    let can_publish = settings.iter().any(|setting| setting.name == "publish");
    if !can_publish || is_set("publish") {
        return None;
    }
    let other = given.find(|setting| OF_PUBLISHING.contains(&setting.name.as_str()))?;
    Some(format!("--{} needs --publish", other.name))
}
