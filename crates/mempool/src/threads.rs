//! Threads that are never lost silently, and the loop that all consumers share.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use crossbeam_channel::{Receiver, select};

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
