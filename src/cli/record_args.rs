//! The arguments about a recording.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values;
use crate::shell::{Keep, RecordOptions, Rotation};

#[derive(Args)]
pub(super) struct RecordArgs {
    /// Record to FILE, for Wireshark and others (pcapng); FILE.ndjson gets NDJSON, DIR/ raw streams
    #[arg(long, value_name = "FILE", help_heading = "Recording")]
    record: Option<PathBuf>,

    /// Record over what exists
    #[arg(long, help_heading = "Recording")]
    record_replace: bool,

    /// Go on in the next file after this size, this time, or both: 100MiB,1h [default: never]
    #[arg(long, value_name = "LIMIT", value_delimiter = ',')]
    #[arg(help_heading = "Recording", value_parser = border)]
    record_rotate: Vec<Border>,

    /// Keep only the newest N files of the recording, or SIZE of them [default: all]
    #[arg(long, value_name = "N|SIZE", help_heading = "Recording", value_parser = keep)]
    record_keep: Option<Keep>,
}

/// Where a file ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Border {
    Size(u64),
    Time(Duration),
}

fn border(text: &str) -> Result<Border, String> {
    if let Ok(time) = values::time(text) {
        return Ok(Border::Time(time));
    }
    match values::size(text) {
        Ok(size) if size > 0 => Ok(Border::Size(size)),
        Ok(_) => Err("it has to be more than nothing".to_owned()),
        Err(_) => Err("it is a size, like 100MiB, or a time, like 1h".to_owned()),
    }
}

/// Parses a number of files, which has no unit, or a size, which has one.
fn keep(text: &str) -> Result<Keep, String> {
    let fault = || "it is a number of files, like 10, or a size, like 1GiB".to_owned();
    let keep = match text.parse::<u64>() {
        Ok(files) => Keep::Files(files),
        Err(_) => Keep::Bytes(values::size(text).map_err(|_| fault())?),
    };
    if keep == Keep::Files(0) { Err("one file has to be kept".to_owned()) } else { Ok(keep) }
}

impl RecordArgs {
    /// The recording, if there is one.
    pub(super) fn into_options(self) -> Result<Option<RecordOptions>, String> {
        let Self { record, record_replace: replace, record_rotate, record_keep } = self;
        let mut rotation = Rotation { keep: record_keep.unwrap_or_default(), ..Rotation::default() };
        for border in record_rotate {
            match border {
                Border::Size(size) => rotation.size = Some(size),
                Border::Time(time) => rotation.time = Some(time),
            }
        }
        if record.is_none() && (replace || rotation != Rotation::default()) {
            return Err("--record-replace, --record-rotate and --record-keep need --record".to_owned());
        }
        if rotation.keep != Keep::All && rotation.size.is_none() && rotation.time.is_none() {
            return Err("--record-keep needs --record-rotate".to_owned());
        }
        Ok(record.map(|path| RecordOptions { path, replace, rotation }))
    }
}
