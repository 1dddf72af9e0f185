//! Bounds what one peer may have waiting, so that nobody fills the queues of all.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// One peer's share of a queue.
#[derive(Debug)]
pub(crate) struct Gate {
    messages: AtomicUsize,
    bytes: AtomicUsize,
    messages_max: usize,
    bytes_max: usize,
}

/// A message's place in the queue, given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    gate: Arc<Gate>,
    bytes: usize,
}

impl Gate {
    pub(crate) fn new(messages_max: usize, bytes_max: usize) -> Arc<Self> {
        Arc::new(Self { messages: AtomicUsize::new(0), bytes: AtomicUsize::new(0), messages_max, bytes_max })
    }

    /// `None` when the peer has too much waiting. One message of any legal size always fits.
    pub(crate) fn enter(self: &Arc<Self>, bytes: usize) -> Option<Permit> {
        let messages = self.messages.fetch_add(1, Ordering::Relaxed);
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let permit = Permit { gate: Arc::clone(self), bytes };
        (messages < self.messages_max && (before == 0 || before + bytes <= self.bytes_max)).then_some(permit)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.messages.fetch_sub(1, Ordering::Relaxed);
        self.gate.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_closes_and_opens_again() {
        let gate = Gate::new(2, 100);
        let big = gate.enter(1000).unwrap();
        assert!(gate.enter(1).is_none());
        drop(big);
        let (_one, _two) = (gate.enter(50).unwrap(), gate.enter(50).unwrap());
        assert!(gate.enter(0).is_none(), "two messages are enough");
    }
}
