//! From what was seen to the figures of a record.

use std::{collections::BTreeMap, time::Duration};

use super::{Fault, Measured, Observed, judge, outcome::Struck};
use crate::{
    report::{BytesByClass, BytesPerTx, FaultRecord, LatencyMs, RunRecord, SecondRecord},
    sample::{ProcessSample, Stage},
    worker::WindowLine,
};

/// Bytes in a MB, as memory is told.
const MIB: f64 = 1_048_576.0;
/// After a fault the network has recovered when it reaches this part of its rate again.
const RECOVERED: f64 = 0.5;

impl Measured {
    /// All figures of this measurement; what it was a part of is left to the caller.
    #[must_use]
    pub fn figures(&self, offered_tps: f64, window: Duration, names: &[String]) -> RunRecord {
        let seconds = window.as_secs_f64().max(1e-9);
        let w = &self.window;
        let committed = w.committed_within as f64;
        let not_sent = w.due.saturating_sub(w.sent);
        let missed = judge(self);
        RunRecord {
            offered_tps,
            sent_tps: w.sent as f64 / seconds,
            committed_tps: committed / seconds,
            failed: w.failed,
            refused: w.refused,
            timed_out: w.timed_out + not_sent,
            expired: w.expired,
            not_sent,
            stream_breaks: w.breaks,
            view_changes: view_changes(&self.before, &self.after),
            latency_ms: latency(w),
            quiet_latency_ms: self.quiet.as_ref().map(latency),
            cpu_us_per_tx_per_validator: self.per_validator(committed, |sample| sample.cpu),
            cpu_us_per_tx_by_stage: self.by_stage(committed),
            cpu_us_per_tx_client: self.client(committed),
            rss_mb_max: self.rss_bytes_max.map(|bytes| bytes as f64 / MIB),
            bytes_sent_per_tx: self.bytes(committed),
            bytes_sent_per_tx_by_class: self.bytes_by_class(committed),
            disk_bytes_per_tx: self.disk(committed),
            duration_s: seconds,
            sustained: missed.is_empty(),
            not_sustained_because: missed,
            fault: self.struck.as_ref().map(|struck| fault(struck, &self.seconds, names)),
            seconds: self.seconds.clone(),
            ..RunRecord::default()
        }
    }

    /// Processes that lived through the whole window, before and after.
    fn lived(&self) -> impl Iterator<Item = (&ProcessSample, &ProcessSample)> {
        let pids = self.before.pids.iter().zip(&self.after.pids);
        let samples = self.before.nodes.iter().zip(&self.after.nodes);
        pids.zip(samples)
            .filter(|((old, new), _)| old == new)
            .filter_map(|(_, (before, after))| Some((before.as_ref()?, after.as_ref()?)))
    }

    fn per_validator(&self, committed: f64, cpu: impl Fn(&ProcessSample) -> Duration) -> Option<f64> {
        let used: Vec<f64> =
            self.lived().map(|(before, after)| micros(cpu(after).saturating_sub(cpu(before)))).collect();
        per(mean(&used)?, committed)
    }

    fn by_stage(&self, committed: f64) -> BTreeMap<String, f64> {
        let of = |stage: Stage| {
            let cpu = |sample: &ProcessSample| sample.stages.get(&stage).copied().unwrap_or_default();
            Some((stage.name().to_owned(), self.per_validator(committed, cpu)?))
        };
        Stage::ALL.into_iter().filter_map(of).collect()
    }

    fn client(&self, committed: f64) -> Option<f64> {
        let cpu = |observed: &Observed| observed.workers.iter().map(|worker| worker.cpu).sum::<Duration>();
        let all = self.before.workers.len() == self.after.workers.len() && !self.before.workers.is_empty();
        let used = cpu(&self.after).saturating_sub(cpu(&self.before));
        all.then(|| per(micros(used), committed)).flatten()
    }

    fn disk(&self, committed: f64) -> Option<f64> {
        let pairs = self.before.disk_bytes.iter().zip(&self.after.disk_bytes);
        let grown: Vec<f64> =
            pairs.filter_map(|(before, after)| Some((*after)? as f64 - (*before)? as f64)).collect();
        per(mean(&grown)?, committed)
    }

    /// Bytes sent by class, of each node that tells them.
    fn sent(&self) -> Vec<(usize, BTreeMap<String, f64>)> {
        let pairs = self.before.traffic.iter().zip(&self.after.traffic).enumerate();
        let grown = |(place, (before, after)): (usize, (&Option<_>, &Option<crate::sample::Traffic>))| {
            let (before, after): (&crate::sample::Traffic, _) = (before.as_ref()?, after.as_ref()?);
            let class = |(name, now): (&String, &u64)| {
                let then = before.sent.get(name).copied().unwrap_or(0);
                (name.clone(), now.saturating_sub(then) as f64)
            };
            Some((place, after.sent.iter().map(class).collect()))
        };
        pairs.filter_map(grown).collect()
    }

    fn bytes_by_class(&self, committed: f64) -> Option<BytesByClass> {
        let primary = primary(&self.after)?;
        // Where the primary changed meanwhile nobody was it all the time.
        if Some(primary) != self::primary(&self.before) || committed <= 0.0 {
            return None;
        }
        let mut of_primary = None;
        let (mut of_backups, mut backups): (BTreeMap<String, f64>, usize) = (BTreeMap::new(), 0);
        for (place, classes) in self.sent() {
            let each = classes.into_iter().map(|(name, bytes)| (name, bytes / committed));
            if place == primary {
                of_primary = Some(each.collect());
            } else {
                backups += 1;
                each.for_each(|(name, bytes)| *of_backups.entry(name).or_default() += bytes);
            }
        }
        of_backups.values_mut().for_each(|sum| *sum /= backups.max(1) as f64);
        Some(BytesByClass { primary: of_primary?, backup_mean: of_backups })
    }

    fn bytes(&self, committed: f64) -> Option<BytesPerTx> {
        let classes = self.bytes_by_class(committed)?;
        let backups = !classes.backup_mean.is_empty();
        Some(BytesPerTx {
            primary: classes.primary.values().sum(),
            backup_mean: backups.then(|| classes.backup_mean.values().sum()),
        })
    }
}

/// The place of the primary, as most nodes say.
fn primary(observed: &Observed) -> Option<usize> {
    let mut said: BTreeMap<usize, usize> = BTreeMap::new();
    for status in observed.status.iter().flatten() {
        *said.entry(usize::from(status.primary)).or_default() += 1;
    }
    said.into_iter().max_by_key(|(_, count)| *count).map(|(place, _)| place)
}

fn view_changes(before: &Observed, after: &Observed) -> Option<u64> {
    let view = |observed: &Observed| observed.status.iter().flatten().map(|status| status.view).max();
    Some(view(after)?.saturating_sub(view(before)?))
}

fn latency(window: &WindowLine) -> LatencyMs {
    let ms =
        |share| window.latency.quantile_us(share, window.failures()).map(|micros| micros as f64 / 1000.0);
    LatencyMs { p50: ms(0.5), p95: ms(0.95), p99: ms(0.99), max: ms(1.0) }
}

fn fault(struck: &Struck, seconds: &[SecondRecord], names: &[String]) -> FaultRecord {
    let mean_of = |from: u64, to: u64| -> Option<f64> {
        let inside = seconds.iter().filter(|s| s.measured && from <= s.second && s.second < to);
        mean(&inside.map(|second| second.committed as f64).collect::<Vec<_>>())
    };
    let before = mean_of(0, struck.at).unwrap_or(0.0);
    let back = seconds
        .iter()
        .filter(|second| second.measured && second.second > struck.at)
        .find(|second| second.committed as f64 >= before * RECOVERED);
    // What piled up meanwhile commits at once; the second after is the first ordinary one.
    let after = back.and_then(|back| mean_of(back.second + 1, u64::MAX));
    FaultRecord {
        kind: struck.fault,
        node: names.get(struck.node).cloned().unwrap_or_default(),
        at_s: struck.at,
        committed_tps_before: before,
        committed_tps_after: after,
        after_to_before: after.filter(|_| before > 0.0).map(|after| after / before),
        recovery_s: back.map(|back| back.second - struck.at),
        restarted_at_s: struck.restarted,
    }
}

/// How a fault's name is told to people.
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn per(amount: f64, committed: f64) -> Option<f64> {
    (committed > 0.0).then(|| amount / committed)
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
