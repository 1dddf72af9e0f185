//! The settings as types.

use std::{collections::BTreeMap, net::SocketAddr};

use serde::Deserialize;
use types::PublicKey;

/// All settings of one node.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who this node is.
    pub node: NodeSection,
    /// Where its keys are.
    pub keys: KeysSection,
    /// The mesh.
    pub p2p: P2pSection,
    /// What clients and operators reach.
    pub api: ApiSection,
    /// Waiting transactions.
    pub mempool: MempoolSection,
    /// The store.
    pub ledger: LedgerSection,
    /// What is logged.
    pub log: LogSection,
    /// Validator name -> `host:port` at which it is dialled.
    #[serde(default)]
    pub peers: BTreeMap<String, String>,
    /// Observer name -> node key: observers that this node lets in.
    #[serde(default)]
    pub observers: BTreeMap<String, PublicKey>,
}

/// Whether a node orders or only follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeRole {
    /// Votes, when its keys stand in the active set.
    Validator,
    /// Follows, checks and serves reads.
    Observer,
}

/// `[node]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSection {
    /// The validator's name in the genesis, or the observer's.
    pub name: String,
    /// The member that runs it.
    pub member: String,
    /// Whom others may call; free text.
    pub contact: String,
    /// What it does.
    pub role: NodeRole,
}

/// `[keys]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSection {
    /// A [`crate::keys::KeySource`]: signs votes. Observers have none.
    pub validator: String,
    /// A [`crate::keys::KeySource`]: authenticates connections.
    pub node: String,
    /// File with the passphrase of encrypted keys; empty: they are not encrypted, or a terminal is asked.
    pub passphrase_file: String,
}

/// `[p2p]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct P2pSection {
    /// Where this node listens.
    pub listen: SocketAddr,
    /// `host:port` at which the others dial this node.
    pub address: String,
    /// Inbound connections that have not proved their key yet, at most.
    pub pending_connections_max: u32,
    /// Bytes that may wait for one peer in one traffic class.
    pub queue_bytes_max: u64,
    /// Dialling and handshake, in ms.
    pub handshake_timeout_ms: u64,
    /// The longest pause between two attempts to reach a peer, in ms.
    pub reconnect_max_ms: u64,
}

/// `[api]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiSection {
    /// gRPC listens here.
    pub grpc: SocketAddr,
    /// Health, metrics and explorer listen here.
    pub http: SocketAddr,
    /// Whether `/` shows the explorer.
    pub explorer: bool,
    /// Whether plaintext may be served beyond loopback.
    pub insecure: bool,
    /// Whether gRPC describes itself.
    pub reflection: bool,
    /// Bytes of one request.
    pub message_bytes_max: u32,
    /// Calls at once on one connection.
    pub streams_max: u32,
    /// Connections at once.
    pub connections_max: u32,
    /// Submitted transactions of one stream that wait for their answer.
    pub in_flight_max: u32,
    /// Subscriptions at once.
    pub subscriptions_max: u32,
    /// The longest a call may take, in ms (subscriptions and streams excepted).
    pub deadline_ms: u64,
}

/// `[mempool]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MempoolSection {
    /// Bytes of admitted transactions that wait.
    pub bytes_max: u64,
    /// Admitted transactions that wait.
    pub transactions_max: u64,
    /// Of one source account.
    pub transactions_per_account_max: u64,
    /// Threads that verify signatures; 0: one per core but one.
    pub verify_threads: u32,
}

/// `[ledger]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSection {
    /// RocksDB's block cache.
    pub cache_bytes: u64,
    /// RocksDB's write buffers, all together.
    pub write_buffer_bytes: u64,
    /// Below this free space the node stops with exit code 15.
    pub free_bytes_min: u64,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSection {
    /// What is logged: a level, or `target=level` pairs.
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl Config {
    /// The defaults, as the sample file says them.
    ///
    /// # Errors
    /// Never; a test parses the sample.
    pub fn defaults() -> Result<Self, Vec<super::ConfigProblem>> {
        super::parse(&super::sample(), "config.toml", std::iter::empty())
    }
}
