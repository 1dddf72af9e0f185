//! The load processes of one measurement.

use std::{
    collections::BTreeMap,
    process::Stdio,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    sync::mpsc,
};

use super::{RunPlan, Target, sum};
use crate::{
    BenchError,
    worker::{Line, SecondLine, Start, WindowLine, WorkerPlan},
};

/// How long a process has to read its keys.
const READY: Duration = Duration::from_secs(60);
/// How long the line of a second may be late before it is left out of the picture.
const LINE: Duration = Duration::from_millis(400);

/// Running load processes; the last may be the quiet clients.
#[derive(Debug)]
pub(super) struct Workers {
    processes: Vec<Process>,
    lines: mpsc::UnboundedReceiver<(usize, Option<Line>)>,
    seconds: BTreeMap<u64, Vec<SecondLine>>,
    windows: Vec<Option<WindowLine>>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    stdin: ChildStdin,
    quiet: bool,
}

impl Workers {
    /// Starts them and waits until their keys are read.
    pub(super) async fn start(plan: &RunPlan, targets: &[Target]) -> Result<Self, BenchError> {
        let (sender, lines) = mpsc::unbounded_channel();
        let mut processes = Vec::new();
        let quiet = usize::from(plan.quiet_rate > 0.0);
        for place in 0..plan.workers + quiet {
            let worker = worker_plan(plan, targets, place);
            processes.push(Process::start(plan, &worker, place, sender.clone()).await?);
        }
        let windows = vec![None; processes.len()];
        let mut workers = Self { processes, lines, seconds: BTreeMap::new(), windows };
        let ready = async {
            for _ in 0..workers.processes.len() {
                workers.hear_one().await?;
            }
            Ok(())
        };
        tokio::time::timeout(READY, ready).await.unwrap_or_else(|_| {
            Err(BenchError::Worker { what: "did not read its keys in time".to_owned() })
        })?;
        Ok(workers)
    }

    /// Tells all that the first transaction is due this much later.
    pub(super) async fn begin(&mut self, lead: Duration) -> Result<(), BenchError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let start = Start { start_ms: u64::try_from((now + lead).as_millis()).unwrap_or(u64::MAX) };
        for process in &mut self.processes {
            process.tell(&start).await?;
        }
        Ok(())
    }

    /// Their process ids.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.processes.iter().filter_map(|process| process.child.id()).collect()
    }

    /// What happened in a second, as far as it is told in time.
    pub(super) async fn second(&mut self, second: u64) -> Result<SecondLine, BenchError> {
        let loud = self.processes.iter().filter(|process| !process.quiet).count();
        let deadline = tokio::time::Instant::now() + LINE;
        while self.seconds.get(&second).map_or(0, Vec::len) < loud && !self.all_told() {
            match tokio::time::timeout_at(deadline, self.hear_one()).await {
                Ok(heard) => heard?,
                Err(_) => break,
            }
        }
        // Lines that come later count with the next second.
        let due: Vec<u64> = self.seconds.range(..=second).map(|(second, _)| *second).collect();
        let lines: Vec<SecondLine> =
            due.iter().filter_map(|second| self.seconds.remove(second)).flatten().collect();
        let in_flight = lines.iter().filter(|line| line.second == second).map(|line| line.in_flight).sum();
        Ok(SecondLine { second, in_flight, ..sum(&lines) })
    }

    /// Whether every process has told its last line.
    pub(super) fn all_told(&self) -> bool {
        self.windows.iter().all(Option::is_some)
    }

    /// What became of the window: of the load, and of quiet clients.
    pub(super) async fn end(mut self) -> Result<(WindowLine, Option<WindowLine>), BenchError> {
        if !self.all_told() {
            return Err(BenchError::Worker { what: "did not end in time".to_owned() });
        }
        let (mut load, mut quiet) = (WindowLine::default(), None);
        for (process, window) in self.processes.iter().zip(self.windows.drain(..)) {
            match window {
                Some(window) if process.quiet => quiet = Some(window),
                Some(window) => load.add(&window),
                None => {}
            }
        }
        for mut process in self.processes {
            // It ends when its stdin does; if not, dropping it kills it.
            drop(process.stdin);
            let _ = tokio::time::timeout(Duration::from_secs(2), process.child.wait()).await;
        }
        Ok((load, quiet))
    }

    async fn hear_one(&mut self) -> Result<(), BenchError> {
        match self.lines.recv().await {
            Some((_, Some(Line::Ready))) => {}
            Some((place, Some(Line::Second(line)))) => {
                if self.processes.get(place).is_some_and(|process| !process.quiet) {
                    self.seconds.entry(line.second).or_default().push(line);
                }
            }
            Some((place, Some(Line::Window(window)))) => {
                if let Some(slot) = self.windows.get_mut(place) {
                    *slot = Some(*window);
                }
            }
            Some((place, None)) if self.windows.get(place).is_some_and(Option::is_some) => {}
            Some((_, None)) | None => {
                return Err(BenchError::Worker { what: "ended before it had told everything".to_owned() });
            }
        }
        Ok(())
    }
}

impl Process {
    async fn start(
        plan: &RunPlan,
        worker: &WorkerPlan,
        place: usize,
        lines: mpsc::UnboundedSender<(usize, Option<Line>)>,
    ) -> Result<Self, BenchError> {
        let failed = |source| BenchError::File { doing: "cannot run", path: plan.program.clone(), source };
        let mut child = Command::new(&plan.program)
            .arg("bench-worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C reaches only us.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(BenchError::Worker { what: "has no pipes".to_owned() });
        };
        tokio::spawn(async move {
            let mut stdout = BufReader::new(stdout).lines();
            while let Ok(Some(text)) = stdout.next_line().await {
                let Ok(line) = serde_json::from_str(&text) else { break };
                if lines.send((place, Some(line))).is_err() {
                    return;
                }
            }
            let _ = lines.send((place, None));
        });
        let mut process = Self { child, stdin, quiet: place >= plan.workers };
        process.tell(worker).await?;
        Ok(process)
    }

    async fn tell(&mut self, message: &impl serde::Serialize) -> Result<(), BenchError> {
        let failed = |what: String| BenchError::Worker { what };
        let mut text =
            serde_json::to_string(message).map_err(|error| failed(format!("cannot be told: {error}")))?;
        text.push('\n');
        let written = self.stdin.write_all(text.as_bytes()).await;
        written.map_err(|error| failed(format!("does not listen: {error}")))
    }
}

/// The share of one process: a part of the accounts, and of the rate.
fn worker_plan(plan: &RunPlan, targets: &[Target], place: usize) -> WorkerPlan {
    let quiet = place >= plan.workers;
    let share = (plan.account_count / plan.workers.max(1)).max(2);
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    WorkerPlan {
        targets: targets.iter().map(|target| target.grpc.clone()).collect(),
        connections: if quiet { 1 } else { plan.connections },
        rate: if quiet { plan.quiet_rate } else { plan.rate / plan.workers as f64 },
        chain_id: plan.chain_id,
        accounts: plan.accounts.clone(),
        first_account: if quiet { 0 } else { place * share },
        account_count: share,
        asset: plan.asset.clone(),
        workload: plan.workload,
        seed: plan.seed.wrapping_add((place as u64) << 32),
        warmup_ms: ms(plan.warmup),
        duration_ms: ms(plan.duration),
        drain_ms: ms(plan.drain),
        lifetime_ms: 60_000,
    }
}
