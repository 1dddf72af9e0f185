//! Waiting for a condition of another process: asks again until it holds, bounded.

use std::time::{Duration, Instant};

/// Asks until `condition` gives something.
///
/// # Panics
/// After `limit`, naming `what` and the last complaint.
pub fn until<T>(what: &str, limit: Duration, mut condition: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        match condition() {
            Ok(value) => return value,
            Err(complaint) => {
                assert!(Instant::now() < deadline, "{what} did not come true in {limit:?}: {complaint}")
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
