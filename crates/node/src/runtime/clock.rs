//! The process's clocks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use consensus::{Clock, Monotonic};
use types::TimeMs;

/// Monotonic time since the start of the node, and wall time. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct NodeClock {
    started: Instant,
}

impl NodeClock {
    /// Starts counting.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// Both clocks.
    #[must_use]
    pub fn read(&self) -> Clock {
        Clock { monotonic: Monotonic(self.monotonic_ms()), wall: wall_time() }
    }

    /// Milliseconds since the start.
    #[must_use]
    pub fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// How long until a monotonic instant; zero when it has passed.
    #[must_use]
    pub fn until(&self, deadline: Monotonic) -> Duration {
        Duration::from_millis(deadline.0).saturating_sub(self.started.elapsed())
    }
}

/// Unix time in ms; 0 for a clock before 1970.
#[must_use]
pub fn wall_time() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimeMs::new(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
