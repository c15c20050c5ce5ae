//! Writing bytes of the stream to a file.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};

use crate::app::{SaveResult, SavedFile};

/// Writes a file. One that exists is kept, unless it may be overwritten. Only a regular file is: writing to another one
/// might never end.
pub(crate) fn write(file: &SavedFile) -> SaveResult {
    let SavedFile { path, bytes, overwrite } = file;
    let failed = |why: String| SaveResult::Failed { path: path.clone(), why };
    if fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        return failed("not a regular file".to_owned());
    }
    let mut options = OpenOptions::new();
    options.write(true);
    if *overwrite {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    match options.open(path).and_then(|mut file| file.write_all(bytes)) {
        Ok(()) => SaveResult::Written { path: path.clone(), bytes: bytes.len() as u64 },
        Err(error) if error.kind() == ErrorKind::AlreadyExists => SaveResult::Exists,
        Err(error) => failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_overwritten_only_if_it_may_be() {
        let dir = std::env::temp_dir().join(format!("bytewatch-save-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let path = dir.join("bytes").to_str().unwrap().to_owned();
        let file = |bytes: &'static [u8], overwrite| SavedFile {
            path: path.clone(),
            bytes: bytes.into(),
            overwrite,
        };
        let written = |bytes| SaveResult::Written { path: path.clone(), bytes };
        assert_eq!(write(&file(b"first one", false)), written(9));
        assert_eq!(write(&file(b"second", false)), SaveResult::Exists);
        assert_eq!(fs::read(&path).unwrap(), b"first one");
        assert_eq!(write(&file(b"third", true)), written(5));
        assert_eq!(fs::read(&path).unwrap(), b"third");
        for path in [dir.to_str().unwrap().to_owned(), dir.join("none/file").to_str().unwrap().to_owned()] {
            let result = write(&SavedFile { path, ..file(b"x", true) });
            assert!(matches!(result, SaveResult::Failed { .. }), "{result:?}");
        }
        fs::remove_dir_all(&dir).unwrap();
    }
}
