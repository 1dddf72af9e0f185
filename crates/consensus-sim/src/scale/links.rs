//! A validator's link: what passes it in one direction, one frame after the other. Consensus has a stream of its
//! own and does not queue behind batches; what it takes of the link, batches lack.

use super::costs::{Nanos, SECOND};

/// Bytes that TCP/IP, Noise, Yamux and the frame add: per frame, and per 1,000 bytes of payload.
const FRAME_BYTES: u64 = 100;
const PER_KILOBYTE: u64 = 60;

/// Who may pass whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Votes and proposals.
    Consensus,
    /// Batches and what belongs to them.
    Batches,
}

/// One direction of a link.
#[derive(Debug, Clone)]
pub(super) struct Pipe {
    bits_per_second: u64,
    /// When the last frame of consensus has passed.
    urgent: Nanos,
    /// When everything has passed.
    all: Nanos,
    /// Time it was in use.
    pub busy: Nanos,
    /// Payload that passed.
    pub bytes: u64,
}

impl Pipe {
    /// An idle one.
    pub const fn new(bits_per_second: u64) -> Self {
        Self { bits_per_second, urgent: 0, all: 0, busy: 0, bytes: 0 }
    }

    /// Lets a frame pass that comes now; when its last bit has passed.
    pub fn pass(&mut self, now: Nanos, bytes: u64, urgency: Urgency) -> Nanos {
        let on_wire = bytes + FRAME_BYTES + bytes * PER_KILOBYTE / 1_000;
        let takes = on_wire * 8 * SECOND / self.bits_per_second;
        self.busy += takes;
        self.bytes += bytes;
        self.all = self.all.max(now) + takes;
        match urgency {
            Urgency::Batches => self.all,
            Urgency::Consensus => {
                self.urgent = self.urgent.max(now) + takes;
                self.urgent
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pipe, SECOND, Urgency};

    #[test]
    fn frames_queue_and_votes_overtake_batches_at_their_expense() {
        let takes = |bytes: u64| (bytes + 100 + bytes * 60 / 1_000) * 8 * SECOND / 1_000_000;
        let mut pipe = Pipe::new(1_000_000);
        assert_eq!(pipe.pass(0, 10_000, Urgency::Batches), takes(10_000));
        assert_eq!(pipe.pass(0, 200, Urgency::Consensus), takes(200));
        assert_eq!(pipe.pass(0, 10_000, Urgency::Batches), 2 * takes(10_000) + takes(200));
        assert_eq!(pipe.pass(SECOND, 0, Urgency::Batches), SECOND + takes(0), "idle meanwhile");
        assert_eq!(pipe.bytes, 20_200);
    }
}
