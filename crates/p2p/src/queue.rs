//! The queue between senders and the task that writes: bounded in frames and in bytes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::{ClassLimits, SendError, counters::ClassCounters};

/// Where frames go in.
#[derive(Debug, Clone)]
pub(crate) struct QueueSender {
    frames: mpsc::Sender<Bytes>,
    bytes: Arc<AtomicUsize>,
    limits: ClassLimits,
}

/// Where they come out. Frames left when it is dropped are counted as lost.
#[derive(Debug)]
pub(crate) struct QueueReceiver {
    frames: mpsc::Receiver<Bytes>,
    bytes: Arc<AtomicUsize>,
    counters: Arc<ClassCounters>,
}

/// Makes a queue.
pub(crate) fn queue(limits: ClassLimits, counters: Arc<ClassCounters>) -> (QueueSender, QueueReceiver) {
    let (sender, receiver) = mpsc::channel(limits.queue_frames_max.max(1));
    let bytes = Arc::new(AtomicUsize::new(0));
    let sender = QueueSender { frames: sender, bytes: Arc::clone(&bytes), limits };
    (sender, QueueReceiver { frames: receiver, bytes, counters })
}

impl QueueSender {
    /// Takes a frame or says why not; never waits.
    pub(crate) fn push(&self, frame: Bytes) -> Result<(), SendError> {
        let length = frame.len();
        let bytes_max = self.limits.queue_bytes_max.max(self.limits.frame_bytes_max as usize);
        let reserve = |waiting: usize| waiting.checked_add(length).filter(|sum| *sum <= bytes_max);
        if self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, reserve).is_err() {
            return Err(SendError::Full);
        }
        self.frames.try_send(frame).map_err(|error| {
            self.bytes.fetch_sub(length, Ordering::Relaxed);
            match error {
                mpsc::error::TrySendError::Full(_) => SendError::Full,
                mpsc::error::TrySendError::Closed(_) => SendError::NotConnected,
            }
        })
    }
}

impl QueueReceiver {
    /// The next frame; `None` when all senders are gone.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        self.frames.recv().await
    }

    /// The next frame if there is one now.
    pub(crate) fn next_now(&mut self) -> Option<Bytes> {
        self.frames.try_recv().ok()
    }

    /// Frames that were taken out are written: their bytes no longer count.
    pub(crate) fn written(&self, frames: u64, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.counters.sent(frames, bytes);
    }
}

impl Drop for QueueReceiver {
    fn drop(&mut self) {
        self.frames.close();
        let mut lost = 0;
        while self.frames.try_recv().is_ok() {
            lost += 1;
        }
        self.counters.dropped_disconnected(lost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> ClassLimits {
        ClassLimits { frame_bytes_max: 6, queue_frames_max: 3, queue_bytes_max: 10 }
    }

    #[test]
    fn bounded_by_frames_and_bytes_and_freed_only_when_written() {
        let counters = Arc::new(ClassCounters::default());
        let (sender, mut receiver) = queue(limits(), Arc::clone(&counters));
        sender.push(Bytes::from_static(b"123456")).unwrap();
        assert_eq!(sender.push(Bytes::from_static(b"12345")), Err(SendError::Full), "11 bytes");
        sender.push(Bytes::from_static(b"1")).unwrap();
        sender.push(Bytes::from_static(b"2")).unwrap();
        assert_eq!(sender.push(Bytes::from_static(b"3")), Err(SendError::Full), "4 frames");
        assert_eq!(receiver.next_now().unwrap(), "123456");
        assert_eq!(
            sender.push(Bytes::from_static(b"123")),
            Err(SendError::Full),
            "taken out is not yet written"
        );
        receiver.written(1, 6);
        sender.push(Bytes::from_static(b"123")).unwrap();
        drop(receiver);
        assert_eq!(sender.push(Bytes::from_static(b"1")), Err(SendError::NotConnected));
        assert_eq!(counters.snapshot().dropped_disconnected, 3);
        assert_eq!(counters.snapshot().sent_bytes, 6);
    }
}
