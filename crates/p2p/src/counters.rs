//! Counters of one peer and class.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::ClassTraffic;

/// Only ever grows; read by metrics. Relaxed: the numbers need no order among each other.
#[derive(Debug, Default)]
pub(crate) struct ClassCounters {
    sent_frames: AtomicU64,
    sent_bytes: AtomicU64,
    received_frames: AtomicU64,
    received_bytes: AtomicU64,
    dropped_full: AtomicU64,
    dropped_disconnected: AtomicU64,
    dropped_refused: AtomicU64,
    pauses: AtomicU64,
}

impl ClassCounters {
    pub(crate) fn sent(&self, frames: u64, bytes: usize) {
        self.sent_frames.fetch_add(frames, Ordering::Relaxed);
        self.sent_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.received_frames.fetch_add(1, Ordering::Relaxed);
        self.received_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn dropped_full(&self) {
        self.dropped_full.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dropped_disconnected(&self, frames: u64) {
        self.dropped_disconnected.fetch_add(frames, Ordering::Relaxed);
    }

    pub(crate) fn dropped_refused(&self) {
        self.dropped_refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn paused(&self) {
        self.pauses.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> ClassTraffic {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ClassTraffic {
            sent_frames: read(&self.sent_frames),
            sent_bytes: read(&self.sent_bytes),
            received_frames: read(&self.received_frames),
            received_bytes: read(&self.received_bytes),
            dropped_full: read(&self.dropped_full),
            dropped_disconnected: read(&self.dropped_disconnected),
            dropped_refused: read(&self.dropped_refused),
            pauses: read(&self.pauses),
        }
    }
}
