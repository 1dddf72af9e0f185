//! A whole benchmark: for each number of validators a network, and on it the measurements that were asked for.

mod plan;
mod probe;
mod stage;

use std::time::Duration;

pub use plan::{BenchPlan, External, Rate};

use crate::{
    BenchError,
    cluster::{Cluster, Shape},
    machine::{DiskFigures, Machine, SignatureCosts, ceiling_tps},
    progress::Progress,
    report::{self, Disk, Purpose, Results, RunRecord},
    run::{Fault, FaultPlan},
};
use stage::Stage;

/// Rates of the latency curve, as parts of the highest that is sustained.
const CURVE: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];
/// Of the rate at which faults are measured, where none was asked for.
const FAULT_LOAD: f64 = 0.6;
/// Of a quiet client beside an overload.
const QUIET_TPS: f64 = 20.0;

/// Measures everything and writes the files after each network, so that an end on the way loses little.
///
/// # Errors
/// [`BenchError`]; no process is left behind.
pub async fn run(plan: &BenchPlan, progress: &mut Progress) -> Result<Results, BenchError> {
    std::fs::create_dir_all(&plan.output).map_err(BenchError::file("cannot make", &plan.output))?;
    let mut results = Results { version: 1, headline: Vec::new(), runs: Vec::new() };
    let surroundings = Surroundings::look(plan, progress)?;
    let sizes = match &plan.external {
        Some(external) => vec![external.endpoints.len()],
        None => plan.validators.clone(),
    };
    for validators in sizes {
        let measured = network(plan, validators, &surroundings, progress, &mut results.runs).await;
        results.headline = report::headline(&results.runs);
        report::write(&plan.output, &results)?;
        measured?;
    }
    Ok(results)
}

async fn network(
    plan: &BenchPlan,
    validators: usize,
    surroundings: &Surroundings,
    progress: &mut Progress,
    runs: &mut Vec<RunRecord>,
) -> Result<(), BenchError> {
    progress.say(&format!("{validators} validators: starting"));
    let mut stage = Stage::open(plan, validators).await?;
    let outcome = measurements(plan, &mut stage, surroundings, progress, runs).await;
    let ended = stage.close().await;
    outcome.and(ended)
}

async fn measurements(
    plan: &BenchPlan,
    stage: &mut Stage,
    surroundings: &Surroundings,
    progress: &mut Progress,
    runs: &mut Vec<RunRecord>,
) -> Result<(), BenchError> {
    let top = match plan.rate {
        Rate::Fixed(rate) => rate,
        Rate::Max | Rate::Sweep => probe::saturation(plan, stage, progress).await?,
    };
    let mut wanted: Vec<(Purpose, f64, Option<Fault>)> = Vec::new();
    match plan.rate {
        Rate::Fixed(_) if !plan.faults.is_empty() => {}
        Rate::Fixed(_) => wanted.push((Purpose::Rate, top, None)),
        Rate::Max => wanted.push((Purpose::Saturation, top, None)),
        Rate::Sweep => {
            wanted.extend(CURVE.map(|part| (Purpose::Curve, top * part, None)));
            wanted.push((Purpose::Saturation, top, None));
        }
    }
    wanted.extend(plan.overload.iter().map(|factor| (Purpose::Overload, top * factor, None)));
    let fault_rate = if let Rate::Fixed(rate) = plan.rate { rate } else { top * FAULT_LOAD };
    for fault in &plan.faults {
        wanted.push((Purpose::Fault, fault_rate, Some(*fault)));
    }
    for (purpose, rate, fault) in wanted {
        for repetition in 1..=plan.repeat {
            if fault.is_some() {
                // A fault leaves a network of its own kind behind.
                stage.renew(plan).await?;
            }
            let label = format!("{} validators, {purpose:?} {rate:.0}/s", stage.validators());
            progress.begin(label);
            let mut run = stage.plan(plan, rate);
            run.fault = fault.map(|fault| FaultPlan {
                fault,
                at: plan.warmup + plan.duration / 3,
                restart_after: plan.restart_after,
            });
            if purpose == Purpose::Overload {
                run.quiet_rate = QUIET_TPS;
            }
            let figures = stage.measure(&run, progress).await?;
            let record = RunRecord { purpose, repetition, ..figures };
            let record = surroundings.complete(record, plan, run.seed, stage.validators());
            progress.say(&report::sentence(&record));
            runs.push(record);
            stage.settle(Duration::from_secs(20)).await;
        }
    }
    Ok(())
}

/// What is the same for all runs.
struct Surroundings {
    machine: Machine,
    disk: DiskFigures,
    costs: Option<SignatureCosts>,
}

impl Surroundings {
    fn look(plan: &BenchPlan, progress: &mut Progress) -> Result<Self, BenchError> {
        progress.say("measuring signatures and the disk");
        let disk = DiskFigures::measure(&plan.output)?;
        let machine = Machine::here();
        let costs = SignatureCosts::measure().ok();
        if let Some(costs) = costs {
            progress.say(&format!(
                "{} cores of {}; sign {:.1} us, verify {:.1} us in batches of 256; fdatasync {} us on {}",
                machine.cores,
                machine.model,
                costs.sign_us,
                costs.verify_us,
                disk.fsync_us_p50,
                disk.filesystem
            ));
        }
        Ok(Self { machine, disk, costs })
    }

    fn complete(&self, record: RunRecord, plan: &BenchPlan, seed: u64, validators: usize) -> RunRecord {
        // Of a network elsewhere this machine says nothing.
        let costs = self.costs.filter(|_| plan.external.is_none());
        let ceiling = costs.map(|costs| ceiling_tps(self.machine.cores, validators, costs));
        RunRecord {
            validators,
            tls: false,
            seed,
            commit: plan.commit.clone(),
            ceiling_tps: ceiling,
            fraction_of_ceiling: ceiling.map(|ceiling| record.committed_tps / ceiling),
            sign_us: costs.map(|costs| costs.sign_us),
            verify_us: costs.map(|costs| costs.verify_us),
            machine: self.machine.clone(),
            disk: Some(Disk {
                fsync_us_p50: self.disk.fsync_us_p50,
                filesystem: self.disk.filesystem.clone(),
            })
            .filter(|_| plan.external.is_none()),
            workload: plan.workload,
            ..record
        }
    }
}

fn shape(plan: &BenchPlan, validators: usize) -> Shape {
    Shape {
        program: plan.program.clone(),
        directory: plan.output.clone(),
        validators,
        accounts: plan.accounts,
        parameters: plan.parameters.clone(),
        keep: plan.keep,
    }
}

async fn start(plan: &BenchPlan, validators: usize) -> Result<Cluster, BenchError> {
    Cluster::start(&shape(plan, validators)).await
}
