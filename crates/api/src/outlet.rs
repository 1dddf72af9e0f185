//! The bounded queue between the chain and one subscriber. A full queue makes the writer wait for a while;
//! then the queue is dropped and the subscriber told how to resume: nothing is buffered without bound, and
//! nobody else waits.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::Stream;
use parking_lot::Mutex;
use prost::Message as _;
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};
use tonic::Status;

use crate::pb::SubscribeReply;

/// Bounds of a queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) events_max: usize,
    pub(crate) bytes_max: usize,
    pub(crate) patience: Duration,
}

/// The writing half.
pub(crate) struct Outlet {
    queue: Arc<Queue>,
    room: Room,
}

/// The reading half: the answer's stream.
pub(crate) struct Events {
    queue: Arc<Queue>,
}

/// Why nothing can be written any more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// The reader has gone.
    Gone,
    /// The reader does not read.
    Slow,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    /// To the writer: there may be room, or the reader has gone.
    changed: Notify,
}

#[derive(Default)]
struct State {
    events: VecDeque<(usize, SubscribeReply)>,
    bytes: usize,
    end: Option<Status>,
    ended: bool,
    reader_gone: bool,
    reader: Option<Waker>,
}

pub(crate) fn outlet(room: Room) -> (Outlet, Events) {
    let queue = Arc::new(Queue::default());
    (Outlet { queue: Arc::clone(&queue), room }, Events { queue })
}

impl Outlet {
    /// Queues an event, waiting for room up to the patience.
    pub(crate) async fn push(&self, event: SubscribeReply) -> Result<(), Closed> {
        let size = event.encoded_len();
        let deadline = Instant::now() + self.room.patience;
        let mut event = Some((size, event));
        loop {
            {
                let mut state = self.queue.state.lock();
                if state.reader_gone {
                    return Err(Closed::Gone);
                }
                let fits =
                    state.events.len() < self.room.events_max && state.bytes + size <= self.room.bytes_max;
                if fits || state.events.is_empty() {
                    state.bytes += size;
                    state.events.extend(event.take());
                    state.wake_reader();
                    return Ok(());
                }
            }
            if timeout_at(deadline, self.queue.changed.notified()).await.is_err() {
                return Err(Closed::Slow);
            }
        }
    }

    /// Ends the stream with a status; what is queued is dropped.
    pub(crate) fn cut(self, status: Status) {
        let mut state = self.queue.state.lock();
        state.events.clear();
        state.bytes = 0;
        state.end = Some(status);
        // Dropping the outlet ends the stream and wakes the reader.
    }

    /// Returns when the reader has gone.
    pub(crate) async fn gone(&self) {
        while !self.queue.state.lock().reader_gone {
            self.queue.changed.notified().await;
        }
    }
}

impl State {
    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        state.ended = true;
        state.wake_reader();
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        state.reader_gone = true;
        state.events.clear();
        drop(state);
        self.queue.changed.notify_one();
    }
}

impl Stream for Events {
    type Item = Result<SubscribeReply, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.queue.state.lock();
        if let Some((size, event)) = state.events.pop_front() {
            state.bytes -= size;
            drop(state);
            self.queue.changed.notify_one();
            return Poll::Ready(Some(Ok(event)));
        }
        if let Some(status) = state.end.take() {
            return Poll::Ready(Some(Err(status)));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        state.reader = Some(context.waker().clone());
        Poll::Pending
    }
}
