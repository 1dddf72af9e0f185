//! Watches the free space of the data directory: the node stops before the disk is full, so that nothing is
//! written by half, and goes on without repair once there is room again.

use std::{path::Path, time::Duration};

use crate::exit::{ExitCode, Failure};

/// How often the file system is asked.
const INTERVAL: Duration = Duration::from_secs(5);

/// Fails when less than `free_bytes_min` is free.
///
/// # Errors
/// Exit 15 with what is free; exit 18 when the file system cannot be asked.
pub fn check(directory: &Path, free_bytes_min: u64) -> Result<(), Failure> {
    let status = rustix::fs::statvfs(directory)
        .map_err(|error| Failure::io("asking for the free space of", directory, &error.into()))?;
    let free = status.f_bavail.saturating_mul(status.f_frsize);
    if free >= free_bytes_min {
        return Ok(());
    }
    let message = format!(
        "{} has {free} bytes free, ledger.free_bytes_min is {free_bytes_min}: free some space and start again, \
         nothing is lost",
        directory.display()
    );
    Err(Failure::new(ExitCode::NoSpace, message))
}

/// What to do about a disk that became full under `path`, and how full it is.
#[must_use]
pub fn advice(path: &Path) -> String {
    let there = path.ancestors().find(|folder| folder.exists()).unwrap_or(path);
    let free = rustix::fs::statvfs(there).map(|status| status.f_bavail.saturating_mul(status.f_frsize));
    let free = free.map_or_else(|_| "an unknown number of".to_owned(), |free| free.to_string());
    format!(
        "The file system of {} has {free} bytes free. Free some space, at least ledger.free_bytes_min of config.toml, \
         and start again: nothing is lost and nothing needs repair",
        there.display()
    )
}

/// Checks again and again; returns with the first failure.
pub async fn watch(directory: std::path::PathBuf, free_bytes_min: u64) -> Failure {
    loop {
        tokio::time::sleep(INTERVAL).await;
        if let Err(failure) = check(&directory, free_bytes_min) {
            return failure;
        }
    }
}
