//! What the disk below a directory is, and how long it takes to make something durable.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    time::Instant,
};

use serde::{Deserialize, Serialize};

use crate::BenchError;

/// Appends that are made durable.
const APPENDS: usize = 101;
const APPEND_BYTES: usize = 4096;

/// A disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskFigures {
    /// Median of `fdatasync` after a small append, in microseconds.
    pub fsync_us_p50: u64,
    /// `ext4`, `xfs`, ...; `unknown` where the system does not say.
    pub filesystem: String,
}

impl DiskFigures {
    /// Measures below a directory.
    ///
    /// # Errors
    /// [`BenchError::File`].
    pub fn measure(directory: &Path) -> Result<Self, BenchError> {
        let path = directory.join(".fsync");
        let failed = || BenchError::file("cannot write", &path);
        let mut file = File::create(&path).map_err(failed())?;
        let mut times = Vec::with_capacity(APPENDS);
        for _ in 0..APPENDS {
            file.write_all(&[7; APPEND_BYTES]).map_err(failed())?;
            let start = Instant::now();
            file.sync_data().map_err(failed())?;
            times.push(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX));
        }
        fs::remove_file(&path).map_err(failed())?;
        times.sort_unstable();
        let place = directory.canonicalize().map_err(failed())?;
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        Ok(Self { fsync_us_p50: times[APPENDS / 2], filesystem: filesystem(&mounts, &place) })
    }
}

/// The type of the deepest mount above `place`; of two at one point the later hides the earlier.
fn filesystem(mounts: &str, place: &Path) -> String {
    let mount = |line: &str| -> Option<(usize, String)> {
        let mut fields = line.split_whitespace().skip(1);
        let (point, kind) = (fields.next()?.replace("\\040", " "), fields.next()?);
        place.starts_with(&point).then(|| (Path::new(&point).components().count(), kind.to_owned()))
    };
    let deepest = mounts.lines().filter_map(mount).max_by_key(|(depth, _)| *depth);
    deepest.map_or_else(|| "unknown".to_owned(), |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_mount_counts() {
        let mounts =
            "/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/vdb /tmp/with\\040space xfs rw 0 0\n";
        assert_eq!(filesystem(mounts, Path::new("/home/me")), "ext4");
        assert_eq!(filesystem(mounts, Path::new("/tmp/x")), "tmpfs");
        assert_eq!(filesystem(mounts, Path::new("/tmp/with space/x")), "xfs");
        assert_eq!(filesystem("", Path::new("/")), "unknown");
    }

    #[test]
    fn nothing_is_left_behind() {
        let folder = tempfile::tempdir().expect("a directory");
        DiskFigures::measure(folder.path()).expect("measures");
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0);
    }
}
