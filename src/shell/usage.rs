//! The resource usage of the process according to the operating system. Sampled every second, so it has to be cheap.

use std::fs::{self, File};
use std::io::{Read, Seek};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::event::Timestamp;
use crate::model::process::{FrameTime, Sample};

/// Takes samples. Values that cannot be read are 0.
#[derive(Debug, Default)]
pub(crate) struct Sampler {
    /// `/proc/self/status`, which is kept open and read again from its start.
    status: Option<File>,
    text: String,
}

impl Sampler {
    /// Opens the files that the samples are read from.
    pub(crate) fn new() -> Self {
        Self { status: File::open("/proc/self/status").ok(), text: String::new() }
    }

    /// Takes one sample; `at` is the current time.
    pub(crate) fn sample(&mut self, at: Timestamp, frame: FrameTime) -> Sample {
        self.read_status();
        let usage = getrusage(UsageWho::RUSAGE_SELF).ok();
        let positive = |number: i64| u64::try_from(number).unwrap_or(0);
        let cpu = usage.map_or(0, |usage| (usage.user_time() + usage.system_time()).num_microseconds());
        Sample {
            at,
            threads: self.field("Threads:"),
            resident: self.field("VmRSS:") * 1024,
            voluntary: positive(usage.map_or(0, |usage| usage.voluntary_context_switches())),
            involuntary: positive(usage.map_or(0, |usage| usage.involuntary_context_switches())),
            cpu_micros: positive(cpu),
            descriptors: descriptors(),
            frame,
        }
    }

    fn read_status(&mut self) {
        self.text.clear();
        let Some(file) = &mut self.status else { return };
        // If the file cannot be read, the text stays empty and every field is 0.
        let _ = file.rewind().and_then(|()| file.read_to_string(&mut self.text));
    }

    fn field(&self, name: &str) -> u64 {
        let value = self.text.lines().find_map(|line| line.strip_prefix(name));
        value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }
}

/// The number of open file descriptors.
fn descriptors() -> u64 {
    const PATH: &str = "/proc/self/fd";
    // Since Linux 6.2 the size of that directory is their number. Before, it is 0 and they have to be listed,
    // including the descriptor that is used for listing.
    let size = fs::metadata(PATH).map_or(0, |data| data.len());
    if size > 0 { size } else { fs::read_dir(PATH).map_or(0, |list| (list.count() as u64).saturating_sub(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_follows_what_the_process_does() {
        let mut sampler = Sampler::new();
        let before = sampler.sample(Timestamp(1), FrameTime::default());
        assert!(before.threads >= 1 && before.resident > 0 && before.cpu_micros > 0, "{before:?}");
        let (wait, waiting) = std::sync::mpsc::channel::<()>();
        // Many descriptors, because other tests open and close some meanwhile.
        let files: Vec<_> = (0..200).map(|_| File::open("/dev/null").unwrap()).collect();
        let thread = std::thread::spawn(move || waiting.recv().is_err());
        let after = sampler.sample(Timestamp(1), FrameTime::default());
        assert!(after.threads >= 2, "{after:?}");
        assert!(after.descriptors >= 200 && after.at >= before.at, "{before:?} {after:?}");
        assert!(after.cpu_micros >= before.cpu_micros && after.voluntary >= before.voluntary);
        drop((wait, files));
        assert!(thread.join().unwrap());
    }
}
