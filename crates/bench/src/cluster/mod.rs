//! A network of node processes for one measurement, made and started as an operator would.

mod ports;
mod ready;
mod testnet;

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;
use types::ChainId;

pub(crate) use ready::ask;
pub use testnet::{NodePlace, Testnet};

use crate::{
    BenchError,
    processes::{Children, Launch},
};

/// How long the nodes have to serve and vote.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a network is to be.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The `hanse` executable.
    pub program: PathBuf,
    /// Where its directory is made.
    pub directory: PathBuf,
    /// How many validators.
    pub validators: usize,
    /// How many client accounts.
    pub accounts: usize,
    /// Chain parameters `name=value`.
    pub parameters: Vec<String>,
    /// Whether the directory stays.
    pub keep: bool,
}

/// A running network. Its processes end and its files go when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    // Processes end before their files go.
    children: Children,
    program: PathBuf,
    made: Testnet,
    folder: TempDir,
    _claim: File,
}

impl Cluster {
    /// Makes the network, starts all nodes and waits until each serves and votes.
    ///
    /// # Errors
    /// [`BenchError`]; nothing is left behind.
    pub async fn start(shape: &Shape) -> Result<Self, BenchError> {
        let mut folder = tempfile::Builder::new()
            .prefix(&format!("network-{}-", shape.validators))
            .tempdir_in(&shape.directory)
            .map_err(BenchError::file("cannot make a directory in", &shape.directory))?;
        folder.disable_cleanup(shape.keep);
        let (base_port, claim) = ports::free(shape.validators)?;
        let made = testnet::make(shape, folder.path(), base_port).await?;
        let children = Children::start(&shape.program, &launches(&made))?;
        let mut cluster = Self { children, program: shape.program.clone(), made, folder, _claim: claim };
        ready::wait(&mut cluster, PATIENCE).await?;
        Ok(cluster)
    }

    /// The nodes.
    #[must_use]
    pub fn nodes(&self) -> &[NodePlace] {
        &self.made.nodes
    }

    /// The network's identity.
    #[must_use]
    pub fn chain_id(&self) -> ChainId {
        self.made.chain_id
    }

    /// Where the accounts' keys are.
    #[must_use]
    pub fn accounts(&self) -> PathBuf {
        self.folder.path().join("net/accounts")
    }

    /// Process ids of the nodes that run.
    #[must_use]
    pub fn pids(&self) -> Vec<Option<u32>> {
        self.children.pids()
    }

    /// `kill -9` on purpose.
    pub async fn kill(&mut self, place: usize) {
        self.children.kill(place).await;
    }

    /// Starts a node again that was killed.
    ///
    /// # Errors
    /// [`BenchError::Start`].
    pub fn restart(&mut self, place: usize) -> Result<(), BenchError> {
        self.children.restart(&self.program, place)
    }

    /// Complains when a node ended that was not killed on purpose.
    ///
    /// # Errors
    /// [`BenchError::NodeDied`].
    pub fn check_alive(&mut self) -> Result<(), BenchError> {
        match self.children.reap().into_iter().next() {
            Some(death) => Err(BenchError::NodeDied(Box::new(death))),
            None => Ok(()),
        }
    }

    /// Ends all nodes in order.
    ///
    /// # Errors
    /// [`BenchError::NodeDied`] for one that ends uncleanly.
    pub async fn stop(self) -> Result<(), BenchError> {
        match self.children.stop().await.into_iter().next() {
            Some(death) => Err(BenchError::NodeDied(Box::new(death))),
            None => Ok(()),
        }
    }
}

fn launches(made: &Testnet) -> Vec<Launch> {
    let launch = |node: &NodePlace| Launch {
        name: node.name.clone(),
        home: node.home.clone(),
        log: Path::new(&node.home).join("node.log"),
    };
    made.nodes.iter().map(launch).collect()
}
