//! Threads that are never lost silently, and the loop that all consumers share.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, select};

use crate::{MempoolError, shared::Shared};

/// Never carries anything: it is disconnected when the mempool stops.
pub(crate) type Stop = Receiver<()>;

/// Starts a thread whose error or panic is reported.
pub(crate) fn spawn(
    shared: &Arc<Shared>,
    thread: &'static str,
    body: impl FnOnce(&Arc<Shared>) -> Result<(), MempoolError> + Send + 'static,
) -> Result<JoinHandle<()>, MempoolError> {
    let shared = Arc::clone(shared);
    let run = move || match catch_unwind(AssertUnwindSafe(|| body(&shared))) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => shared.fail(error),
        Err(_) => shared.fail(MempoolError::Panicked { thread }),
    };
    Builder::new().name(thread.to_owned()).spawn(run).map_err(|source| MempoolError::Spawn { thread, source })
}

/// Waits for work and takes all that waits, at most `max`. `None`: the mempool stops.
pub(crate) fn drain<T>(queue: &Receiver<T>, stop: &Stop, max: usize) -> Option<Vec<T>> {
    let first = select! {
        recv(queue) -> item => item.ok()?,
        recv(stop) -> _ => return None,
    };
    let mut items = vec![first];
    items.extend(queue.try_iter().take(max - 1));
    Some(items)
}

/// How often a gathering worker looks whether it shall go on.
const LOOK: Duration = Duration::from_millis(5);

/// Like [`drain`], but while `is_busy` goes on taking what comes, for at most `patience`: it costs less together.
/// Also tells whether it did.
pub(crate) fn gather<T>(
    queue: &Receiver<T>,
    stop: &Stop,
    max: usize,
    patience: impl FnOnce() -> Duration,
    is_busy: impl Fn() -> bool,
) -> Option<(Vec<T>, bool)> {
    let mut items = drain(queue, stop, max)?;
    let mut has_waited = false;
    let deadline = Instant::now() + patience();
    while items.len() < max && is_busy() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        // A wake-up for each item would cost more than is gained.
        match stop.recv_timeout(left.min(LOOK)) {
            Err(RecvTimeoutError::Timeout) => items.extend(queue.try_iter().take(max - items.len())),
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return None,
        }
        has_waited = true;
    }
    Some((items, has_waited))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crossbeam_channel::{bounded, unbounded};

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn what_comes_while_it_is_busy_is_taken_together() {
        let (items, queue) = unbounded();
        let (_running, stop) = bounded(0);
        items.send(0).unwrap();
        let looks = AtomicUsize::new(0);
        // Each look finds one more; with the fifth it is not busy any more.
        let is_busy = || {
            let look = looks.fetch_add(1, Ordering::SeqCst) + 1;
            items.send(look).unwrap();
            look < 5
        };
        assert_eq!(gather(&queue, &stop, 100, || LONG, is_busy), Some((vec![0, 1, 2, 3, 4], true)));
        assert_eq!(gather(&queue, &stop, 100, || LONG, || false), Some((vec![5], false)));
    }

    #[test]
    fn a_full_group_and_the_end_of_patience_end_it() {
        let (items, queue) = unbounded();
        let (_running, stop) = bounded(0);
        (0..10).for_each(|item| items.send(item).unwrap());
        assert_eq!(gather(&queue, &stop, 4, || LONG, || true), Some((vec![0, 1, 2, 3], false)));
        assert_eq!(gather(&queue, &stop, 100, || Duration::ZERO, || true), Some(((4..10).collect(), false)));
    }

    #[test]
    fn it_ends_when_the_mempool_stops() {
        let (items, queue) = unbounded();
        let (running, stop) = bounded(0);
        items.send(0).unwrap();
        drop(running);
        // Both channels are ready: either the item was taken and given up, or it was not taken.
        assert_eq!(gather(&queue, &stop, 100, || LONG, || true), None);
    }
}
