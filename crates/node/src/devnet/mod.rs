//! A local network of real processes, shown live.
//!
//! Makes the network if the directory has none, starts one `hanse start` per node, asks each node how it
//! does once a second, and stops all of them together. Run again, it goes on where it was.

mod demo;
mod nodes;
mod picture;
mod pulse;

use std::{path::PathBuf, time::Duration};

use bench::processes::{Children, Launch};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    exit::{ExitCode, Failure},
    json::Output,
    testnet::{self, TestnetPlan},
};
use picture::Screen;
use pulse::Pulse;

/// Between two pictures.
const TICK: Duration = Duration::from_secs(1);

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Devnet {
    /// Where the network is, or is made.
    pub directory: PathBuf,
    /// How many validators a new network gets.
    pub validators: usize,
    /// The first port of a new network.
    pub base_port: u16,
    /// Demo transfers per second; 0: none.
    pub load: f64,
}

/// Runs the network until Ctrl-C or SIGTERM, or until no node is left.
///
/// # Errors
/// What making the network or starting its processes gives.
pub fn run(devnet: &Devnet, output: Output) -> Result<ExitCode, Failure> {
    if !devnet.directory.join("genesis.json").exists() {
        let plan = TestnetPlan {
            network: "devnet".to_owned(),
            base_port: devnet.base_port,
            ..TestnetPlan::local(&devnet.directory, devnet.validators)
        };
        let made = testnet::create(&plan)?;
        output.note(&format!("made network {} in {}", made.chain_id, made.directory));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(ExitCode::Io, format!("no runtime: {error}")))?;
    runtime.block_on(live(devnet, output))
}

async fn live(devnet: &Devnet, output: Output) -> Result<ExitCode, Failure> {
    let no_signals =
        |error: std::io::Error| Failure::new(ExitCode::Io, format!("cannot wait for signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let nodes = nodes::find(&devnet.directory)?;
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(ExitCode::Io, format!("cannot find the program itself: {error}")))?;
    let launches: Vec<Launch> = nodes.iter().map(nodes::Node::launch).collect();
    let mut children = Children::start(&program, &launches)?;
    let load = demo::start(devnet, &nodes)?;
    let mut pulse = Pulse::new(&nodes);
    let mut screen = Screen::new(output);
    screen.introduce(&devnet.directory, &nodes);
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let left = loop {
        tokio::select! {
            _ = interrupt.recv() => break true,
            _ = terminate.recv() => break true,
            _ = tick.tick() => {}
        }
        for death in children.reap() {
            screen.announce(&death);
        }
        let running = children.running();
        let figures = load.as_ref().map(bench::load::Load::take).unwrap_or_default();
        // A signal must not wait for nodes that do not answer.
        let beat = tokio::select! {
            _ = interrupt.recv() => break true,
            _ = terminate.recv() => break true,
            beat = pulse.take(&running, &figures) => beat,
        };
        screen.show(&beat);
        if !running.contains(&true) {
            break false;
        }
    };
    screen.say("stopping");
    if let Some(load) = load {
        load.stop().await;
    }
    for death in children.stop().await {
        screen.announce(&death);
    }
    if left {
        screen.say("stopped; run the same command to go on");
        return Ok(ExitCode::Done);
    }
    Err(Failure::because(ExitCode::Failed, "no_node_left", "no node is running any more: see the logs above"))
}
