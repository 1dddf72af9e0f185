//! Waiting for a condition of another process: asks again until it holds, bounded.

use std::time::{Duration, Instant};

/// How much longer than stated everything may take: `HANSE_E2E_PATIENCE`, 2 where it is not set. Bounds of the
/// design (30 s until a network heals) are multiplied by it, so that a busy machine makes no test fail; set it
/// to 1 on a quiet one.
#[must_use]
pub fn patience() -> u32 {
    std::env::var("HANSE_E2E_PATIENCE").ok().and_then(|text| text.parse().ok()).unwrap_or(2).max(1)
}

/// Asks until `condition` gives something.
///
/// # Panics
/// After `limit` times [`patience`], naming `what` and the last complaint.
pub fn until<T>(what: &str, limit: Duration, mut condition: impl FnMut() -> Result<T, String>) -> T {
    let limit = limit * patience();
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
