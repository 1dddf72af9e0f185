//! Which connection of a peer is the one, as seen by the deciding end.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// The connection that was promised to be used, or is in use.
#[derive(Debug)]
struct Claim {
    instance: u64,
    number: u64,
    heard: Instant,
}

/// At most one claim. Without it two simultaneous dials would both be taken into use, one after the other,
/// and what was sent on the first would be lost.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<Option<Claim>>);

impl Claims {
    /// Claims for a new connection. Refused while another one of the same process is `fresh`: a process that
    /// restarted, or one that was not heard for longer, may replace its old connection.
    pub(crate) fn claim(&self, instance: u64, number: u64, fresh: Duration) -> bool {
        let mut current = self.0.lock();
        let alive =
            current.as_ref().is_some_and(|claim| claim.instance == instance && claim.heard.elapsed() < fresh);
        if !alive {
            *current = Some(Claim { instance, number, heard: Instant::now() });
        }
        !alive
    }

    /// The connection was heard.
    pub(crate) fn heard(&self, number: u64) {
        if let Some(claim) = self.0.lock().as_mut().filter(|claim| claim.number == number) {
            claim.heard = Instant::now();
        }
    }

    /// The connection failed or ended.
    pub(crate) fn release(&self, number: u64) {
        self.0.lock().take_if(|claim| claim.number == number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn one_live_connection_per_process() {
        let claims = Claims::default();
        assert!(claims.claim(7, 1, LONG));
        assert!(!claims.claim(7, 2, LONG), "a second dial of the same process");
        assert!(claims.claim(8, 3, LONG), "a restarted process");
        claims.release(1);
        assert!(!claims.claim(8, 4, LONG), "the release of an old one frees nothing");
        assert!(claims.claim(8, 5, Duration::ZERO), "one that was not heard for too long");
        claims.release(5);
        assert!(claims.claim(8, 6, LONG), "one that ended");
    }
}
