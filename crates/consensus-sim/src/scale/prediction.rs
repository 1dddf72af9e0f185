//! What came out, and what stood in the way of more.

use super::{
    costs::{MICROSECOND, MILLISECOND, Nanos, SECOND},
    lanes::Lane,
    meter::{Meter, Reading, percentile},
    plan::{Machines, Plan},
};

/// From this share on a resource is what limits.
const FULL: f64 = 0.85;

/// What saturates first.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// In words.
    pub name: &'static str,
    /// How much of it was used.
    pub share: f64,
}

/// The answer to a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Transactions per second with an outcome.
    pub throughput: f64,
    /// Median latency in ms; `None`: nothing was answered.
    pub p50_ms: Option<f64>,
    /// The latency of the slowest in a hundred.
    pub p99_ms: Option<f64>,
    /// Processor time per transaction and validator, in microseconds.
    pub cpu_us: f64,
    /// The same by thread, in the order of a transaction's way.
    pub cpu_us_by_lane: Vec<(&'static str, f64)>,
    /// Payload sent per transaction by the primary, and by the others on average.
    pub bytes_sent: (f64, f64),
    /// Blocks per second.
    pub blocks: f64,
    /// Batches per second of all validators.
    pub batches: f64,
    /// View changes during the window, of all validators.
    pub view_changes: u64,
    /// What limits: the fullest resource, or round trips where none is full.
    pub limit: Limit,
    /// All resources and the share of each that was used.
    pub shares: Vec<Limit>,
}

impl Prediction {
    pub(super) fn new(plan: &Plan, mut meter: Meter, after: &[Reading], primary: usize) -> Self {
        let seconds = plan.window as f64 / SECOND as f64;
        let count = meter.count() as f64;
        let n = plan.validators as f64;
        let in_ms = |latency: Nanos| latency as f64 / MILLISECOND as f64;
        let cpu = |lane: Lane| meter.busy.iter().map(|busy| busy[lane as usize].cpu).sum::<Nanos>() as f64;
        let each = |time: f64| if count > 0.0 { time / count / n / MICROSECOND as f64 } else { 0.0 };
        let by_lane: Vec<_> = Lane::ALL.iter().map(|lane| (lane.name(), each(cpu(*lane)))).collect();
        let sent = |node: usize| (after[node].egress_bytes - meter.before[node].egress_bytes) as f64;
        let all: f64 = (0..plan.validators).map(sent).sum();
        let others = if plan.validators > 1 { (all - sent(primary)) / (n - 1.0) } else { 0.0 };
        let per = |bytes: f64| if count > 0.0 { bytes / count } else { 0.0 };
        let shares = shares(plan, &meter, after, primary);
        let p50_ms = percentile(&mut meter.latencies, 500).map(in_ms);
        let p99_ms = percentile(&mut meter.latencies, 990).map(in_ms);
        Self {
            throughput: count / seconds,
            p50_ms,
            p99_ms,
            cpu_us: by_lane.iter().filter(|(name, _)| *name != Lane::Client.name()).map(|(_, us)| us).sum(),
            cpu_us_by_lane: by_lane,
            bytes_sent: (per(sent(primary)), per(others)),
            blocks: (after[primary].height - meter.before[primary].height) as f64 / seconds,
            batches: meter.batches as f64 / seconds,
            view_changes: (0..plan.validators).map(|node| after[node].views - meter.before[node].views).sum(),
            limit: limit(&shares),
            shares,
        }
    }
}

fn limit(shares: &[Limit]) -> Limit {
    let fullest = shares.iter().max_by(|one, other| one.share.total_cmp(&other.share));
    match fullest {
        Some(limit) if limit.share >= FULL => limit.clone(),
        Some(Limit { share, .. }) => Limit { name: "round trips", share: *share },
        None => Limit { name: "round trips", share: 0.0 },
    }
}

fn shares(plan: &Plan, meter: &Meter, after: &[Reading], primary: usize) -> Vec<Limit> {
    let window = plan.window as f64;
    let cores = plan.cores();
    let share = |time: Nanos| time as f64 / window;
    let most = |of: &dyn Fn(usize) -> Nanos, nodes: &[usize]| {
        share(nodes.iter().map(|node| of(*node)).max().unwrap_or(0))
    };
    let all: Vec<usize> = (0..plan.validators).collect();
    let backups: Vec<usize> = all.iter().copied().filter(|node| *node != primary).collect();
    let total = |node: usize| meter.busy[node].iter().map(|busy| busy.cpu).sum::<Nanos>();
    let cpu = match plan.machines {
        Machines::Own(_) => most(&total, &all),
        Machines::Shared(_) => share(all.iter().map(|node| total(*node)).sum()),
    };
    let egress = |node: usize| after[node].egress_busy - meter.before[node].egress_busy;
    let ingress = |node: usize| after[node].ingress_busy - meter.before[node].ingress_busy;
    let mut shares = vec![
        Limit { name: "processor cores", share: cpu / cores as f64 },
        Limit { name: "primary's egress", share: share(egress(primary)) },
        Limit { name: "backups' egress", share: most(&egress, &backups) },
        Limit { name: "ingress", share: most(&ingress, &all) },
    ];
    for lane in Lane::ALL.into_iter().filter(|lane| lane.is_alone()) {
        let occupied = |node: usize| {
            let busy = meter.busy[node][lane as usize];
            // The executor waits for each block's write; the others write what waits with one sync.
            if lane == Lane::Executor { busy.cpu + busy.disk } else { busy.cpu }
        };
        shares.push(Limit { name: lane.name(), share: most(&occupied, &all) });
    }
    shares
}
