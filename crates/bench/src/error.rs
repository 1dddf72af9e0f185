//! Why a benchmark cannot go on.

use std::{io, path::PathBuf};

use crate::processes::Death;

/// Why a benchmark cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A node's process could not be started.
    #[error("cannot start a node with log {log}: {source}")]
    Start {
        /// Where its log was to go.
        log: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file or directory of ours.
    #[error("{doing} {path}: {source}")]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// `hanse testnet` failed.
    #[error("hanse testnet failed: {words}")]
    Testnet {
        /// What it said.
        words: String,
    },
    /// No block of free ports on this machine.
    #[error("found no free ports for {nodes} nodes between 10000 and 20000 on 127.0.0.1")]
    Ports {
        /// How many nodes were to run.
        nodes: usize,
    },
    /// A node ended that was not to end.
    #[error("{} {}; the end of its log:\n{}", .0.name, .0.how, .0.log.join("\n"))]
    NodeDied(Box<Death>),
    /// A node does not serve.
    #[error("{name} at {url} does not serve and vote after {seconds} s: {last}")]
    NotReady {
        /// The node.
        name: String,
        /// Its gRPC endpoint.
        url: String,
        /// How long it was waited for.
        seconds: u64,
        /// What it said last.
        last: String,
    },
    /// A load process failed.
    #[error("a load process {what}")]
    Worker {
        /// What happened.
        what: String,
    },
    /// The search found no rate that the network sustains.
    #[error("the network does not sustain {rate} transactions per second, the lowest rate tried: {why}")]
    NothingSustained {
        /// The lowest rate tried.
        rate: u64,
        /// What was missed.
        why: String,
    },
    /// Ctrl-C or SIGTERM.
    #[error("interrupted")]
    Interrupted,
}

impl BenchError {
    /// For `map_err` on a file operation.
    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}
