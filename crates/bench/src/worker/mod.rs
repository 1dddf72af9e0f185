//! A load process: its plan comes as one line of JSON on stdin, one line per second goes out on stdout.
//!
//! ```text
//! stdin   {plan}            the first line
//! stdout  {"ready"}         keys are read
//! stdin   {"start_ms": T}   when the first transaction is due, unix ms
//! stdout  {"second": ..}    each second
//! stdout  {"window": ..}    the last line: what was due in the measured window, and its latencies
//! ```
//! When stdin ends, the process ends.

mod distribution;
mod messages;
mod tally;

use std::{
    io::Write as _,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{sync::mpsc, time::Instant};

pub use distribution::Distribution;
pub use messages::{Line, SecondLine, Start, WindowLine, WorkerPlan};

use crate::{
    BenchError,
    load::{Load, LoadPlan, Payer, Tally},
};
use tally::WindowTally;

/// Unanswered transactions of one connection.
const IN_FLIGHT_MAX: usize = 100_000;
/// Between two looks whether all is answered.
const LOOK: Duration = Duration::from_millis(20);

/// Serves one plan; `payers` gives the accounts of the plan's directory.
///
/// # Errors
/// [`BenchError::Worker`].
pub async fn serve(
    payers: impl FnOnce(&WorkerPlan) -> Result<(Vec<Payer>, Option<Payer>), String>,
) -> Result<(), BenchError> {
    let failed = |what: String| BenchError::Worker { what };
    let mut stdin = read_stdin();
    let plan: WorkerPlan = serde_json::from_str(&stdin.recv().await.unwrap_or_default())
        .map_err(|error| failed(format!("cannot read its plan: {error}")))?;
    let (payers, issuer) = payers(&plan).map_err(failed)?;
    say(&Line::Ready);
    let start: Start = serde_json::from_str(&stdin.recv().await.unwrap_or_default())
        .map_err(|error| failed(format!("was not told when to start: {error}")))?;
    let start = instant_of(start.start_ms);
    let tally = Arc::new(WindowTally::new(&plan, start));
    let until = start + plan.warmup() + plan.duration();
    let telling: Arc<dyn Tally> = tally.clone();
    let load = Load::start_with(load_plan(&plan, payers, issuer, start, until), &telling);
    tokio::select! {
        () = report(&plan, &tally, start, until) => {}
        // The other end is gone, or wants no more.
        _ = stdin.recv() => {}
    }
    load.stop().await;
    Ok(())
}

fn load_plan(
    plan: &WorkerPlan,
    payers: Vec<Payer>,
    issuer: Option<Payer>,
    start: Instant,
    until: Instant,
) -> LoadPlan {
    LoadPlan {
        targets: plan.targets.clone(),
        connections_per_target: plan.connections,
        rate: plan.rate,
        chain_id: plan.chain_id,
        asset: types::AssetId::of_name(&plan.asset),
        amount: types::Amount::new(1),
        workload: plan.workload,
        issuer,
        seed: plan.seed,
        start: Some(start),
        until: Some(until),
        failover: true,
        payers,
        lifetime: Duration::from_millis(plan.lifetime_ms),
        in_flight_max: IN_FLIGHT_MAX,
    }
}

/// A line per second until all is answered or the drain time is over, then the window's.
async fn report(plan: &WorkerPlan, tally: &WindowTally, start: Instant, until: Instant) {
    let end = until + Duration::from_millis(plan.drain_ms);
    let mut second = 0u64;
    loop {
        let next = start + Duration::from_secs(second + 1);
        while Instant::now() < next && !(Instant::now() >= until && tally.in_flight() == 0) {
            tokio::time::sleep(LOOK.min(next.saturating_duration_since(Instant::now()))).await;
        }
        say(&Line::Second(tally.second(second)));
        second += 1;
        let now = Instant::now();
        if now >= end || now >= until && tally.in_flight() == 0 {
            break;
        }
    }
    say(&Line::Window(Box::new(tally.window())));
}

/// The lines of stdin, read by a thread of their own; it ends with the process.
fn read_stdin() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if line.is_err() || line.is_ok_and(|line| sender.send(line).is_err()) {
                return;
            }
        }
    });
    lines
}

/// A line to the parent. When nobody listens, stdin ends as well.
fn say(line: &Line) {
    let Ok(text) = serde_json::to_string(line) else { return };
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// The instant of a wall-clock time; clocks of one machine agree.
fn instant_of(unix_ms: u64) -> Instant {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::now() + Duration::from_millis(unix_ms).saturating_sub(now)
}
