//! What one measurement saw.

use super::{Fault, Observed};
use crate::{
    report::SecondRecord,
    worker::{SecondLine, WindowLine},
};

/// What one measurement saw.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// At the window's begin.
    pub before: Observed,
    /// At its end.
    pub after: Observed,
    /// What was due in it.
    pub window: WindowLine,
    /// The same of the quiet clients.
    pub quiet: Option<WindowLine>,
    /// Every second.
    pub seconds: Vec<SecondRecord>,
    /// The largest node ever seen, in bytes.
    pub rss_bytes_max: Option<u64>,
    /// The fault that was done.
    pub struck: Option<Struck>,
}

/// A fault that was done.
#[derive(Debug, Clone)]
pub struct Struck {
    /// What.
    pub fault: Fault,
    /// To the node at this place.
    pub node: usize,
    /// In this second of the run.
    pub at: u64,
    /// The second in which it was started again.
    pub restarted: Option<u64>,
}

impl Measured {
    /// Notes a second.
    pub(super) fn note(&mut self, second: u64, measured: bool, line: &SecondLine, rss: Option<u64>) {
        self.rss_bytes_max = self.rss_bytes_max.max(rss);
        let ms = |share| line.latency.quantile_us(share, 0).map(|micros| micros as f64 / 1000.0);
        self.seconds.push(SecondRecord {
            second,
            measured,
            sent: line.sent,
            committed: line.committed,
            refused: line.refused,
            in_flight: line.in_flight,
            p50_ms: ms(0.5),
            p99_ms: ms(0.99),
            rss_mb: rss.map(|bytes| bytes as f64 / f64::from(1 << 20)),
        });
    }

    /// Notes the last lines.
    pub(super) fn finish(&mut self, (window, quiet): (WindowLine, Option<WindowLine>)) {
        self.window = window;
        self.quiet = quiet;
    }
}
