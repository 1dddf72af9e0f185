//! Who waits for which transaction's outcome. Bounded by permits; an entry goes when its waiter is told or
//! dropped.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc::UnboundedSender};
use types::{Code, Height, ResultRecord, TimeMs, TransactionId};

/// What a waiter is told, at most once per registration; so its channel needs no bound of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// It stands in a certified block with a final code.
    Executed {
        /// The block.
        height: Height,
        /// Its place, from 0.
        index: u32,
        /// What became of it.
        code: Code,
    },
    /// A certified block is later than its expiry: read the chain for the answer.
    PastExpiry,
}

/// All waiters of a node.
#[derive(Debug)]
pub(crate) struct Waiters {
    table: Mutex<Table>,
    permits: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Table {
    by_id: BTreeMap<TransactionId, Vec<Waiter>>,
    by_expiry: BTreeSet<(TimeMs, TransactionId)>,
    next_key: u64,
}

#[derive(Debug)]
struct Waiter {
    key: u64,
    token: u64,
    valid_until: TimeMs,
    sink: UnboundedSender<(u64, Signal)>,
}

/// Keeps a waiter registered; dropping it removes the waiter.
#[derive(Debug)]
pub(crate) struct Registration {
    waiters: Arc<Waiters>,
    id: TransactionId,
    key: u64,
    _permit: OwnedSemaphorePermit,
}

impl Waiters {
    pub(crate) fn new(waiters_max: usize) -> Self {
        Self { table: Mutex::default(), permits: Arc::new(Semaphore::new(waiters_max)) }
    }

    /// A place for a waiter, taken before its transaction is handed in; `None`: too many wait already.
    pub(crate) fn reserve(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// Registers; `token` comes back with the signal. Read the chain **after** this: what was certified
    /// before is not told.
    pub(crate) fn register(
        self: &Arc<Self>,
        permit: OwnedSemaphorePermit,
        (id, valid_until): (TransactionId, TimeMs),
        token: u64,
        sink: UnboundedSender<(u64, Signal)>,
    ) -> Registration {
        let mut table = self.table.lock();
        let key = table.next_key;
        table.next_key += 1;
        table.by_expiry.insert((valid_until, id));
        table.by_id.entry(id).or_default().push(Waiter { key, token, valid_until, sink });
        Registration { waiters: Arc::clone(self), id, key, _permit: permit }
    }

    /// Tells those who wait for a transaction of this block, and those whose expiry is before `time`. A void
    /// transaction is not told: its id may still commit.
    pub(crate) fn certified(&self, height: Height, results: &[ResultRecord], time: TimeMs) {
        let mut table = self.table.lock();
        for (index, result) in (0u32..).zip(results) {
            if table.by_id.is_empty() {
                return;
            }
            if result.consumes_id() {
                table.tell(&result.id, Signal::Executed { height, index, code: result.code });
            }
        }
        while let Some((_, id)) =
            table.by_expiry.first().copied().filter(|(valid_until, _)| *valid_until < time)
        {
            table.tell(&id, Signal::PastExpiry);
        }
    }

    /// The earliest expiry that anybody waits for.
    pub(crate) fn earliest_expiry(&self) -> Option<TimeMs> {
        self.table.lock().by_expiry.first().map(|(valid_until, _)| *valid_until)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.table.lock().by_id.len()
    }
}

impl Table {
    fn tell(&mut self, id: &TransactionId, signal: Signal) {
        for waiter in self.by_id.remove(id).unwrap_or_default() {
            self.by_expiry.remove(&(waiter.valid_until, *id));
            // A waiter that has gone needs no answer.
            let _ = waiter.sink.send((waiter.token, signal));
        }
    }

    fn remove(&mut self, id: &TransactionId, key: u64) {
        let Some(waiters) = self.by_id.get_mut(id) else { return };
        let Some(place) = waiters.iter().position(|waiter| waiter.key == key) else { return };
        let removed = waiters.swap_remove(place);
        let last = waiters.is_empty();
        if last {
            self.by_id.remove(id);
            self.by_expiry.remove(&(removed.valid_until, *id));
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.waiters.table.lock().remove(&self.id, self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::unbounded_channel;

    fn id(byte: u8) -> TransactionId {
        TransactionId::new([byte; 32])
    }

    fn record(byte: u8, code: Code) -> ResultRecord {
        ResultRecord { id: id(byte), code, operation: None }
    }

    #[test]
    fn tells_every_waiter_of_an_id_once() {
        let waiters = Arc::new(Waiters::new(10));
        let (sink, mut signals) = unbounded_channel();
        let keep: Vec<_> = (0..2)
            .map(|token| {
                waiters.register(waiters.reserve().unwrap(), (id(1), TimeMs::new(9)), token, sink.clone())
            })
            .collect();
        let results = [record(7, Code::Committed), record(1, Code::InsufficientFunds)];
        waiters.certified(Height::new(5), &results, TimeMs::new(1));
        waiters.certified(Height::new(6), &results, TimeMs::new(100));
        let signal = Signal::Executed { height: Height::new(5), index: 1, code: Code::InsufficientFunds };
        assert_eq!(signals.try_recv(), Ok((0, signal)));
        assert_eq!(signals.try_recv(), Ok((1, signal)));
        assert!(signals.try_recv().is_err());
        assert_eq!(waiters.len(), 0);
        drop(keep);
    }

    #[test]
    fn a_void_transaction_is_not_told_until_it_expires() {
        let waiters = Arc::new(Waiters::new(1));
        let (sink, mut signals) = unbounded_channel();
        let kept = waiters.register(waiters.reserve().unwrap(), (id(1), TimeMs::new(9)), 0, sink);
        waiters.certified(Height::new(1), &[record(1, Code::Unauthorised)], TimeMs::new(9));
        assert!(signals.try_recv().is_err(), "alive in a block of time 9");
        waiters.certified(Height::new(2), &[], TimeMs::new(10));
        assert_eq!(signals.try_recv(), Ok((0, Signal::PastExpiry)));
        assert!(waiters.reserve().is_none(), "the permit is held until the registration goes");
        drop(kept);
        assert!(waiters.reserve().is_some());
    }

    #[test]
    fn a_dropped_waiter_leaves_nothing() {
        let waiters = Arc::new(Waiters::new(2));
        let (sink, _signals) = unbounded_channel();
        let one = waiters.register(waiters.reserve().unwrap(), (id(1), TimeMs::new(9)), 0, sink.clone());
        let two = waiters.register(waiters.reserve().unwrap(), (id(1), TimeMs::new(9)), 1, sink);
        drop(one);
        assert_eq!(waiters.earliest_expiry(), Some(TimeMs::new(9)));
        drop(two);
        assert_eq!(waiters.earliest_expiry(), None);
        assert_eq!(waiters.len(), 0);
    }
}
