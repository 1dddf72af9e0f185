//! What a test network is to be, and where each of its nodes stands.

use std::path::PathBuf;

use serde::Serialize;

use super::ACCOUNTS;
use crate::{config::Values, exit::Failure};

/// How a test network is to be made.
#[derive(Debug, Clone)]
pub struct TestnetPlan {
    /// Where; made if it is not there.
    pub directory: PathBuf,
    /// The network's name.
    pub network: String,
    /// How many validators, 1 to 1024; as many members.
    pub validators: usize,
    /// How many observers.
    pub observers: usize,
    /// P: node i uses P+10i and the next three ports.
    pub base_port: u16,
    /// One host per node, or none: all on this machine.
    pub hosts: Vec<String>,
    /// `name=value` chain parameters.
    pub parameters: Vec<String>,
    /// How many funded accounts, 16 to 20,000.
    pub accounts: usize,
    /// Whether to write `compose.yaml`; the nodes then listen on all addresses of their containers.
    pub compose: bool,
    /// Time of block 0, unix ms.
    pub created_ms: u64,
}

/// Where a node's sides are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodePlace {
    /// Its name and its directory's.
    pub name: String,
    /// Whether it is an observer.
    pub observer: bool,
    /// Its home.
    pub home: String,
    /// `host:port` for other nodes.
    pub p2p: String,
    /// URL for clients.
    pub grpc: String,
    /// URL of health, metrics and explorer.
    pub http: String,
    /// Its first port.
    #[serde(skip)]
    pub port: u16,
}

impl TestnetPlan {
    /// N validators on this machine from port 26600 on.
    #[must_use]
    pub fn local(directory: impl Into<PathBuf>, validators: usize) -> Self {
        Self {
            directory: directory.into(),
            network: "testnet".to_owned(),
            validators,
            observers: 0,
            base_port: 26600,
            hosts: Vec::new(),
            parameters: Vec::new(),
            accounts: ACCOUNTS,
            compose: false,
            created_ms: now_ms(),
        }
    }

    /// All nodes of the plan, validators first.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Usage`] with what cannot be.
    pub fn places(&self) -> Result<Vec<NodePlace>, Failure> {
        let count = self.validators + self.observers;
        if !(1..=1024).contains(&self.validators) || self.observers > 1024 {
            return Err(Failure::usage("expected 1 to 1024 validators and at most 1024 observers"));
        }
        if !self.hosts.is_empty() && self.hosts.len() != count {
            let found = self.hosts.len();
            return Err(Failure::usage(format!(
                "--hosts: expected {count} hosts, one per node, found {found}"
            )));
        }
        if let Some(bad) = self.hosts.iter().find(|host| !crate::config::is_address(&format!("{host}:1"))) {
            return Err(Failure::usage(format!("--hosts: expected host names or addresses, found {bad:?}")));
        }
        (0..count).map(|i| self.place(i)).collect()
    }

    fn place(&self, i: usize) -> Result<NodePlace, Failure> {
        let name = format!("node{i}");
        let apart = self.spread();
        let step = if apart { 0 } else { 10 * i };
        let port = u16::try_from(step).ok().and_then(|step| self.base_port.checked_add(step));
        let port = port.filter(|port| *port > 0 && *port <= u16::MAX - 3).ok_or_else(|| {
            Failure::usage(format!("--base-port {}: node {i} would need ports above 65535", self.base_port))
        })?;
        let host = match self.hosts.get(i) {
            Some(host) => host.clone(),
            None if self.compose => name.clone(),
            None => "127.0.0.1".to_owned(),
        };
        Ok(NodePlace {
            observer: i >= self.validators,
            home: self.directory.join(&name).display().to_string(),
            p2p: format!("{host}:{port}"),
            grpc: format!("http://{host}:{}", port + 1),
            http: format!("http://{host}:{}", port + 2),
            port,
            name,
        })
    }

    /// Whether each node has a machine or container of its own.
    #[must_use]
    pub fn spread(&self) -> bool {
        self.compose || !self.hosts.is_empty()
    }

    /// A node's settings, its peers' tables excepted.
    #[must_use]
    pub(super) fn values(&self, i: usize, place: &NodePlace) -> Values {
        let (mesh, clients) = if self.spread() { ("0.0.0.0", "0.0.0.0") } else { ("127.0.0.1", "127.0.0.1") };
        let mut values = Values::default();
        values
            .text("node", "name", &place.name)
            .text("node", "member", &member_name(i % self.validators))
            .text("node", "contact", "a test network")
            .text("node", "role", if place.observer { "observer" } else { "validator" })
            .text("p2p", "listen", &format!("{mesh}:{}", place.port))
            .text("p2p", "address", &place.p2p)
            .text("api", "grpc", &format!("{clients}:{}", place.port + 1))
            .text("api", "http", &format!("{clients}:{}", place.port + 2))
            .switch("api", "explorer", true)
            .switch("api", "reflection", true)
            .switch("api", "insecure", self.spread());
        values
    }
}

/// The name of member i.
#[must_use]
pub(super) fn member_name(i: usize) -> String {
    format!("member{i}")
}

/// The clock, for the time of block 0.
#[must_use]
pub fn now_ms() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
