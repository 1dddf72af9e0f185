//! `hanse start`: opens what is durable, starts the threads, waits for a signal or a fault, stops.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use consensus::record::Voting;
use ledger::{Ledger, LedgerOptions};
use tokio::signal::unix::{Signal, SignalKind, signal};
use types::{Genesis, ports::ChainReader as _};

use crate::{
    config::{Config, LogFormat},
    exit::{ExitCode, Failure},
    home::Home,
};

use super::{
    assembly::{Assembly, Queues},
    board::Board,
    executor::Command,
    identity::{Identity, Opened},
    mesh,
    network::{Inbound, Network},
    pool,
    seat::{Seat, Seats, present_epoch},
    serve::{self, Served},
    space,
    status::Information,
    supervisor::{Ended, Supervisor},
    telemetry,
};

/// How long threads have to end; SIGTERM ends the process within 10 s.
const STOP_TIME: Duration = Duration::from_secs(8);

/// How a node is started.
#[derive(Debug, Clone, Copy, Default)]
pub struct StartOptions {
    /// Overrides the configured form of the log.
    pub log_format: Option<LogFormat>,
}

/// Runs one node in the foreground until SIGTERM or SIGINT (then `Ok`) or a fault.
///
/// # Errors
/// What stopped the node, with the contract's exit code.
pub fn run(home: &Home, options: StartOptions) -> Result<(), Failure> {
    let config = home.config()?;
    telemetry::start(&config.log, options.log_format)?;
    if !home.genesis_file().exists() {
        let message = format!(
            "{} is missing: copy the genesis that all members approved there (`hanse genesis` makes one)",
            home.genesis_file().display()
        );
        return Err(Failure::new(ExitCode::GenesisMismatch, message));
    }
    let genesis = home.genesis()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("tokio")
        .build()
        .map_err(|error| Failure::new(ExitCode::Internal, format!("no tokio runtime: {error}")))?;
    let outcome = runtime.block_on(live(home, &config, &genesis));
    runtime.shutdown_timeout(Duration::from_secs(1));
    if let Err(failure) = &outcome {
        tracing::error!(exit_code = failure.exit.number(), reason = %failure.reason, "{}", failure.message);
    }
    outcome
}

async fn live(home: &Home, config: &Config, genesis: &Genesis) -> Result<(), Failure> {
    // Before anything is opened: a signal during the start ends it cleanly too.
    let mut signals = Signals::listen()?;
    let (supervisor, mut ended) = Supervisor::new();
    let node = RunningNode::start(home, config, genesis, &supervisor).await?;
    tracing::info!(
        chain_id = %genesis.chain_id(),
        height = %node.assembly.reader.certified().header.height,
        p2p = %config.p2p.listen,
        grpc = %config.api.grpc,
        http = %config.api.http,
        "node started"
    );
    // Ready when data is opened and listeners are up; never waits for peers.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let outcome = tokio::select! {
        () = signals.any() => Ok(()),
        task = ended.recv() => Err(first_fault(task)),
    };
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    node.stop().await;
    outcome
}

/// What ends a node in good order.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let failed =
            |error: std::io::Error| Failure::new(ExitCode::Internal, format!("no signal handler: {error}"));
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        Ok(Self { terminate, interrupt })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Critical tasks end only when they are told to, or by a fault.
fn first_fault(task: Option<Ended>) -> Failure {
    match task {
        Some((_, Err(failure))) => failure,
        Some((name, Ok(()))) => Failure::new(ExitCode::Internal, format!("the {name} task ended by itself")),
        None => Failure::new(ExitCode::Internal, "the supervisor is gone"),
    }
}

/// A running node.
struct RunningNode {
    assembly: Assembly,
    mesh: p2p::P2p,
    served: Served,
}

impl RunningNode {
    async fn start(
        home: &Home,
        config: &Config,
        genesis: &Genesis,
        supervisor: &Supervisor,
    ) -> Result<Self, Failure> {
        std::fs::create_dir_all(home.data_directory())
            .map_err(|error| Failure::io("creating", &home.data_directory(), &error))?;
        space::check(&home.data_directory(), config.ledger.free_bytes_min)?;
        let (writer, reader) = Ledger::open_with(&home.ledger_directory(), genesis, &ledger_options(config))?;
        let epoch = present_epoch(&reader)?;
        let Opened { identity, log, records } = Identity::open(home, config, genesis.chain_id(), &epoch)?;
        let seat = Arc::new(identity.seat(epoch));
        mesh::warn_of_missing_addresses(config, &seat);
        warn_of_votes(&seat);
        let seats = Arc::new(Seats::new(Arc::clone(&seat)));
        let queues = Queues::new(seat.epoch.set.len());
        let network = Network::new(Arc::clone(&seats));
        let outlet = pool::Outlet {
            network: network.clone(),
            replica: queues.own.0.clone(),
            supervisor: supervisor.clone(),
        };
        let pool = pool::start(home, &config.mempool, identity.chain, &seat, &reader, outlet)?;
        let told = reader.certified_height();
        let mut assembly = Assembly {
            identity: Arc::new(identity),
            log,
            seats,
            supervisor: supervisor.clone(),
            queues,
            board: Arc::new(Board::default()),
            network,
            pool,
            reader,
            stop: Arc::new(AtomicBool::new(false)),
            critical: Vec::new(),
        };
        let serving = serve::Serving::prepare(config, genesis, &assembly, information(&assembly));
        assembly.spawn_executor(writer, serving.feed(), told)?;
        assembly.spawn_consensus(records)?;
        assembly.spawn_network_side()?;
        assembly.spawn_rejoin()?;
        let mesh = start_mesh(home, config, &assembly).await?;
        let served = serving.start(config, supervisor).await?;
        let (watching, watched) =
            (supervisor.clone(), space::watch(home.data_directory(), config.ledger.free_bytes_min));
        tokio::spawn(async move { watching.report("disk space", Err(watched.await)) });
        Ok(Self { assembly, mesh, served })
    }

    /// Stops in the order of the pipeline, so that what is durable is whole and nobody waits for long.
    async fn stop(self) {
        self.served.stop();
        self.mesh.shutdown();
        let assembly = self.assembly;
        let stopping = tokio::task::spawn_blocking(move || {
            assembly.stop.store(true, Ordering::Relaxed);
            let _ = assembly.queues.commands.0.send(Command::Stop);
            for thread in assembly.critical {
                let _ = thread.join();
            }
            assembly.pool.shutdown();
        });
        if tokio::time::timeout(STOP_TIME, stopping).await.is_err() {
            tracing::warn!(
                "some threads did not end in time; everything acknowledged is durable all the same"
            );
        }
    }
}

/// Says in the log when our votes are not like others'.
fn warn_of_votes(seat: &Seat) {
    match seat.voting {
        Voting::MemoryLost(index) => tracing::error!(
            validator = %index,
            "the vote log is not the one that the set names: following without voting, and asking to rejoin"
        ),
        Voting::Override(index) => tracing::warn!(
            validator = %index,
            "voting by the operator's word although the set does not name this vote log (hanse recover votes)"
        ),
        Voting::Active(_) | Voting::Observer => {}
    }
}

fn ledger_options(config: &Config) -> LedgerOptions {
    let bound = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    LedgerOptions {
        cache_bytes: bound(config.ledger.cache_bytes),
        write_buffers_bytes: bound(config.ledger.write_buffer_bytes),
        ..LedgerOptions::default()
    }
}

fn information(assembly: &Assembly) -> Arc<Information> {
    Arc::new(Information {
        board: Arc::clone(&assembly.board),
        chain: assembly.reader.clone(),
        pool: assembly.pool.clone(),
        network: assembly.network.clone(),
        seats: Arc::clone(&assembly.seats),
        replica: assembly.queues.own.0.clone(),
        asked: parking_lot::Mutex::new(None),
    })
}

async fn start_mesh(home: &Home, config: &Config, assembly: &Assembly) -> Result<p2p::P2p, Failure> {
    let secret = home.node_key(config)?;
    let seat = assembly.seats.get();
    let peers = mesh::peers(config, &seat, &secret.public_key());
    let inbound = Inbound {
        seats: Arc::clone(&assembly.seats),
        frames: Arc::clone(&assembly.queues.frames),
        pool: assembly.pool.clone(),
        requests: assembly.queues.requests.0.clone(),
        answers: assembly.queues.answers.0.clone(),
        asked: Arc::clone(&assembly.queues.asked),
        board: Arc::clone(&assembly.board),
    };
    let (mesh, task) = mesh::start(config, assembly.identity.chain, &seat, secret, peers, inbound).await?;
    assembly.network.attach(mesh.clone());
    let supervisor = assembly.supervisor.clone();
    tokio::spawn(async move {
        let result = match task.await {
            Ok(result) => result.map_err(Failure::from),
            Err(error) => Err(Failure::new(ExitCode::Internal, format!("the network task ended: {error}"))),
        };
        supervisor.report("network", result);
    });
    Ok(mesh)
}
