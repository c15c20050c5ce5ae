//! The dashboard as a function: events, keys and clicks in, a screen out. No terminal, no server, no clock.

#[cfg(test)]
#[path = "dashboard/harness.rs"]
mod harness;

#[cfg(test)]
#[path = "dashboard/ascii.rs"]
mod ascii;

#[cfg(test)]
#[path = "dashboard/faults.rs"]
mod faults;

#[cfg(test)]
#[path = "dashboard/palette.rs"]
mod palette;

#[cfg(test)]
#[path = "dashboard/partial_frames.rs"]
mod partial_frames;

#[cfg(test)]
#[path = "dashboard/looks.rs"]
mod looks;

#[cfg(test)]
#[path = "dashboard/header.rs"]
mod header;

#[cfg(test)]
#[path = "dashboard/stories.rs"]
mod stories;

#[cfg(test)]
#[path = "dashboard/relay.rs"]
mod relay;

#[cfg(test)]
#[path = "dashboard/recording.rs"]
mod recording;

#[cfg(test)]
#[path = "dashboard/grouping.rs"]
mod grouping;

#[cfg(test)]
#[path = "dashboard/proxied.rs"]
mod proxied;

#[cfg(test)]
#[path = "dashboard/acting.rs"]
mod acting;

#[cfg(test)]
#[path = "dashboard/holding.rs"]
mod holding;

#[cfg(test)]
#[path = "dashboard/speaking.rs"]
mod speaking;

#[cfg(test)]
#[path = "dashboard/tls.rs"]
mod tls;

#[cfg(test)]
#[path = "dashboard/clicks.rs"]
mod clicks;

#[cfg(test)]
#[path = "dashboard/comparison.rs"]
mod comparison;

#[cfg(test)]
#[path = "dashboard/comparing.rs"]
mod comparing;

#[cfg(test)]
#[path = "dashboard/characters.rs"]
mod characters;

#[cfg(test)]
#[path = "dashboard/reports.rs"]
mod reports;

#[cfg(test)]
#[path = "dashboard/lesson.rs"]
mod lesson;

#[cfg(test)]
#[path = "dashboard/scenarios.rs"]
mod scenarios;

#[cfg(test)]
#[path = "dashboard/finding.rs"]
mod finding;

#[cfg(test)]
#[path = "dashboard/taking.rs"]
mod taking;

#[cfg(test)]
#[path = "dashboard/rebound.rs"]
mod rebound;

#[cfg(test)]
#[path = "dashboard/styles.rs"]
mod styles;

#[cfg(test)]
#[path = "dashboard/sizes.rs"]
mod sizes;

#[cfg(test)]
#[path = "dashboard/piping.rs"]
mod piping;

#[cfg(test)]
#[path = "dashboard/marking.rs"]
mod marking;

#[cfg(test)]
#[path = "dashboard/footer.rs"]
mod footer;

#[cfg(test)]
#[path = "dashboard/messages.rs"]
mod messages;

#[cfg(test)]
#[path = "dashboard/newcomers.rs"]
mod newcomers;

#[cfg(test)]
#[path = "dashboard/replaying.rs"]
mod replaying;

#[cfg(test)]
#[path = "dashboard/hosts.rs"]
mod hosts;
