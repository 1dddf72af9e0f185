//! The options of `hanse bench` (`docs/benchmarks.md`).

use std::{path::PathBuf, str::FromStr, time::Duration};

use bench::{
    conduct::{BenchPlan, Rate},
    load::Workload,
    run::Fault,
};
use clap::{Args, ValueEnum};

use super::external::ExternalArguments;
use crate::exit::{ExitCode, Failure};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Sizes of networks, measured one after the other.
    #[arg(long, value_delimiter = ',', default_value = "4", value_name = "N,...")]
    validators: Vec<usize>,
    /// Seconds of each measured window.
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    duration: u64,
    /// Transactions per second, or `max`: the highest that is sustained, or `sweep`: that and parts of it.
    #[arg(long, default_value = "max", value_name = "max|sweep|N")]
    rate: RateArgument,
    /// Which transactions.
    #[arg(long, value_enum, default_value_t = WorkloadArgument::Transfer)]
    workload: WorkloadArgument,
    /// Where results.json, results.csv and report.html go; also the nodes' files meanwhile, so use the disk
    /// that is to be measured.
    #[arg(long, default_value = "bench-results", value_name = "DIR")]
    output: PathBuf,
    /// Also measure so many times that load, with quiet clients beside it.
    #[arg(long, value_delimiter = ',', value_name = "FACTOR,...")]
    overload: Vec<f64>,
    /// Also kill a validator on the way, in measurements of their own.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FAULT,...")]
    faults: Vec<FaultArgument>,
    /// Start the killed validator again after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    restart_after: Option<u64>,
    /// How often each measurement is repeated.
    #[arg(long, default_value_t = 1, value_name = "N")]
    repeat: u32,
    /// Seconds of load before each window.
    #[arg(long, default_value_t = 3, value_name = "SECONDS")]
    warmup: u64,
    /// Seconds that answers are waited for after each window.
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    drain: u64,
    /// Seconds of each window while `max` is searched.
    #[arg(long, default_value_t = 6, value_name = "SECONDS")]
    probe: u64,
    /// The first rate that the search tries.
    #[arg(long, default_value_t = 1000.0, value_name = "TPS")]
    first_rate: f64,
    /// Client accounts, each with a key of its own.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    accounts: usize,
    /// Load processes.
    #[arg(long, default_value_t = 2, value_name = "N")]
    workers: usize,
    /// Streams of each load process to each validator.
    #[arg(long, default_value_t = 2, value_name = "N")]
    connections: usize,
    /// Makes the load's choices [default: drawn].
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// A chain parameter of the networks; may be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Keep the nodes' homes and logs.
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    external: ExternalArguments,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct RateArgument(Rate);

impl FromStr for RateArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "max" => return Ok(Self(Rate::Max)),
            "sweep" => return Ok(Self(Rate::Sweep)),
            _ => {}
        }
        let rate = text.parse::<f64>().ok().filter(|rate| (0.1..=1e6).contains(rate));
        rate.map(|rate| Self(Rate::Fixed(rate)))
            .ok_or_else(|| "expected max, sweep or 0.1 to 1000000".to_owned())
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WorkloadArgument {
    /// Transfers, one per transaction.
    Transfer,
    /// Transfers, several in one, locks, issued and redeemed units.
    Mixed,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FaultArgument {
    /// kill -9 of the primary.
    PrimaryCrash,
    /// kill -9 of another validator.
    BackupCrash,
}

impl Arguments {
    /// Where the files go.
    pub(super) fn output(&self) -> PathBuf {
        self.output.clone()
    }

    /// As a plan, checked.
    pub(super) async fn plan(self) -> Result<BenchPlan, Failure> {
        self.check()?;
        let external = self.external.resolve().await?;
        let program = std::env::current_exe().map_err(|error| {
            Failure::new(ExitCode::Io, format!("cannot find the program itself: {error}"))
        })?;
        Ok(BenchPlan {
            program,
            output: std::path::absolute(&self.output)
                .map_err(|error| Failure::io("cannot use", &self.output, &error))?,
            validators: self.validators,
            external,
            rate: self.rate.0,
            first_rate: self.first_rate,
            overload: self.overload,
            warmup: Duration::from_secs(self.warmup),
            duration: Duration::from_secs(self.duration),
            probe: Duration::from_secs(self.probe),
            drain: Duration::from_secs(self.drain),
            repeat: self.repeat,
            workload: match self.workload {
                WorkloadArgument::Transfer => Workload::Transfer,
                WorkloadArgument::Mixed => Workload::Mixed,
            },
            accounts: self.accounts,
            workers: self.workers,
            connections: self.connections,
            seed: self.seed.unwrap_or_else(|| u64::from(rand::random::<u32>())),
            faults: self.faults.into_iter().map(fault).collect(),
            restart_after: self.restart_after.map(Duration::from_secs),
            parameters: self.parameters,
            keep: self.keep,
            commit: option_env!("HANSE_COMMIT").map(str::to_owned),
        })
    }

    fn check(&self) -> Result<(), Failure> {
        let bounds = [
            ("--duration", self.duration, 1..=86_400),
            ("--probe", self.probe, 3..=3_600),
            ("--warmup", self.warmup, 0..=3_600),
            ("--drain", self.drain, 1..=600),
            ("--repeat", u64::from(self.repeat), 1..=100),
            ("--workers", self.workers as u64, 1..=64),
            ("--connections", self.connections as u64, 1..=64),
            ("--accounts", self.accounts as u64, 16.max(2 * self.workers as u64)..=20_000),
        ];
        for (name, found, allowed) in bounds {
            if !allowed.contains(&found) {
                let (low, high) = (allowed.start(), allowed.end());
                return Err(Failure::usage(format!("{name}: expected {low} to {high}, found {found}")));
            }
        }
        if self.validators.iter().any(|n| !(1..=100).contains(n)) {
            return Err(Failure::usage("--validators: expected 1 to 100 each"));
        }
        if !self.faults.is_empty() && self.validators.iter().any(|n| *n < 4) {
            return Err(Failure::usage("--faults: expected at least 4 validators, of which one may fail"));
        }
        if self.overload.iter().any(|factor| !(1.0..=100.0).contains(factor)) {
            return Err(Failure::usage("--overload: expected factors of 1 to 100"));
        }
        Ok(())
    }
}

const fn fault(argument: FaultArgument) -> Fault {
    match argument {
        FaultArgument::PrimaryCrash => Fault::PrimaryCrash,
        FaultArgument::BackupCrash => Fault::BackupCrash,
    }
}
