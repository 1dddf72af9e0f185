//! What is seen during the measured window.

use super::{costs::Nanos, lanes::Lane, node::Node, pool::Group};

/// Time a lane of a validator was at work.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Busy {
    pub cpu: Nanos,
    pub disk: Nanos,
}

/// Links and counters of one validator at some moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    pub egress_busy: Nanos,
    pub ingress_busy: Nanos,
    pub egress_bytes: u64,
    pub views: u64,
    pub height: u64,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Meter {
    pub begin: Nanos,
    pub end: Nanos,
    /// By validator and lane.
    pub busy: Vec<[Busy; Lane::ALL.len()]>,
    pub before: Vec<Reading>,
    /// Latencies of so many transactions.
    pub latencies: Vec<(Nanos, u64)>,
    pub batches: u64,
    /// Latencies since the load was last adjusted.
    pub lately: Vec<(Nanos, u64)>,
}

impl Meter {
    /// A meter for so many validators.
    pub fn new(validators: usize, begin: Nanos, end: Nanos) -> Self {
        Self { begin, end, busy: vec![Default::default(); validators], ..Self::default() }
    }

    /// Whether the window is open.
    pub const fn is_open(&self, now: Nanos) -> bool {
        self.begin < now && now <= self.end
    }

    /// A lane worked, or waited for the disk.
    pub fn worked(&mut self, now: Nanos, node: usize, lane: Lane, cpu: Nanos, disk: Nanos) {
        if self.is_open(now) {
            let busy = &mut self.busy[node][lane as usize];
            busy.cpu += cpu;
            busy.disk += disk;
        }
    }

    /// Clients have their outcomes.
    pub fn answered(&mut self, now: Nanos, groups: &[Group]) {
        let latencies = groups.iter().map(|group| (now.saturating_sub(group.due), group.count));
        self.lately.extend(latencies.clone());
        if self.is_open(now) {
            self.latencies.extend(latencies);
        }
    }

    /// How many had their outcome in the window.
    pub fn count(&self) -> u64 {
        self.latencies.iter().map(|(_, count)| count).sum()
    }
}

/// The latency that `permille` of the transactions stay below.
pub(super) fn percentile(latencies: &mut [(Nanos, u64)], permille: u64) -> Option<Nanos> {
    latencies.sort_unstable();
    let all: u64 = latencies.iter().map(|(_, count)| count).sum();
    let wanted = (all * permille).div_ceil(1_000);
    let mut seen = 0;
    latencies.iter().find_map(|(latency, count)| {
        seen += count;
        (seen >= wanted).then_some(*latency)
    })
}

impl Node {
    /// Its counters now.
    pub fn reading(&self) -> Reading {
        Reading {
            egress_busy: self.egress.busy,
            ingress_busy: self.ingress.busy,
            egress_bytes: self.egress.bytes,
            views: self.views,
            height: self.executed.0.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_count_transactions_not_groups() {
        let mut latencies = vec![(30, 1), (10, 90), (20, 9)];
        assert_eq!(
            [500, 900, 910, 990, 1_000].map(|p| percentile(&mut latencies, p)),
            [Some(10), Some(10), Some(20), Some(20), Some(30)]
        );
        assert_eq!(percentile(&mut [], 500), None);
    }
}
