//! A network of real processes. Ends only processes it started.

use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    command::{Answer, binary, hanse},
    wait::until,
};

/// Long enough for a loaded machine of two cores.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A test network in a directory of its own.
pub struct Cluster {
    folder: TempDir,
    base_port: u16,
    nodes: Vec<Option<Child>>,
}

impl Cluster {
    /// Homes for `validators`, with chain parameters `name=value`; nothing runs yet.
    ///
    /// # Panics
    /// When `hanse testnet` fails.
    #[must_use]
    pub fn prepare(validators: usize, parameters: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base_port = free_ports(validators);
        let (n, port) = (validators.to_string(), base_port.to_string());
        let network = folder.path().join("net");
        let mut arguments =
            vec!["testnet", "--validators", &n, "--output", network.to_str().unwrap(), "--base-port", &port];
        for parameter in parameters {
            arguments.extend(["--param", parameter]);
        }
        let answer = hanse(&arguments);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        Self { folder, base_port, nodes: (0..validators).map(|_| None).collect() }
    }

    /// Prepares and starts all nodes, and waits until each serves.
    ///
    /// # Panics
    /// When a node does not start.
    #[must_use]
    pub fn start(validators: usize, parameters: &[&str]) -> Self {
        let mut cluster = Self::prepare(validators, parameters);
        for node in 0..validators {
            cluster.start_node(node);
        }
        for node in 0..validators {
            cluster.status(node);
        }
        cluster
    }

    /// The directory of `hanse testnet`.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.folder.path().join("net")
    }

    /// A file in it, as text.
    ///
    /// # Panics
    /// For paths that are not UTF-8.
    #[must_use]
    pub fn path(&self, relative: &str) -> String {
        self.directory().join(relative).to_str().unwrap().to_owned()
    }

    /// The gRPC endpoint of a node.
    #[must_use]
    pub fn endpoint(&self, node: usize) -> String {
        format!("http://127.0.0.1:{}", usize::from(self.base_port) + 10 * node + 1)
    }

    /// Starts a node; its log goes on in `nodeI/node.log`.
    ///
    /// # Panics
    /// When the process cannot be started.
    pub fn start_node(&mut self, node: usize) {
        let home = self.directory().join(format!("node{node}"));
        self.nodes[node] = Some(spawn(&home));
    }

    /// `kill -9`.
    ///
    /// # Panics
    /// When the node does not run.
    pub fn kill(&mut self, node: usize) {
        let mut child = self.nodes[node].take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, and the exit code.
    ///
    /// # Panics
    /// When the node does not run or does not end.
    pub fn terminate(&mut self, node: usize) -> i32 {
        let mut child = self.nodes[node].take().unwrap();
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        until("end after SIGTERM", PATIENCE, || child.try_wait().unwrap().ok_or_else(String::new)).code().unwrap_or(-1)
    }

    /// `hanse status` of a node, once it serves.
    pub fn status(&self, node: usize) -> Value {
        until(&format!("status of node {node}"), PATIENCE, || {
            let answer = hanse(&["status", "--endpoint", &self.endpoint(node)]);
            if answer.code == 0 { Ok(answer.json) } else { Err(format!("{}\n{}", answer.stderr, self.log(node))) }
        })
    }

    /// Its certified height.
    pub fn height(&self, node: usize) -> u64 {
        self.status(node)["height"].as_u64().unwrap_or(0)
    }

    /// Waits until every node that runs has this height.
    pub fn reach(&self, height: u64) {
        for node in (0..self.nodes.len()).filter(|node| self.nodes[*node].is_some()) {
            until(&format!("height {height} on node {node}"), PATIENCE, || {
                let found = self.height(node);
                if found >= height { Ok(()) } else { Err(format!("height {found}\n{}", self.log(node))) }
            });
        }
    }

    /// A transfer of TEST through a node, waited for.
    pub fn transfer(&self, from: usize, to: usize, amount: &str, node: usize) -> Answer {
        let key = self.path(&format!("accounts/account{from}.key"));
        let (to, endpoint) = (format!("account{to}"), self.endpoint(node));
        let genesis = self.path("genesis.json");
        hanse(&[
            "tx", "transfer", "--to", &to, "--asset", "TEST", "--amount", amount, "--key", &key, "--endpoint", &endpoint,
            "--genesis", &genesis, "--wait",
        ])
    }

    /// Total balance of TEST in minor units, verified against the genesis.
    ///
    /// # Panics
    /// When the answer does not verify or is no account.
    pub fn balance(&self, account: usize, node: usize) -> u128 {
        let (name, genesis) = (format!("account{account}"), self.path("genesis.json"));
        let answer = hanse(&["query", "account", &name, "--endpoint", &self.endpoint(node), "--genesis", &genesis]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        assert_eq!(answer.json["verified"], true, "{}", answer.json);
        answer.json["balances"]["TEST"].as_str().map_or(0, |text| text.parse().unwrap())
    }

    /// The last lines of a node's log.
    #[must_use]
    pub fn log(&self, node: usize) -> String {
        let text = std::fs::read_to_string(self.directory().join(format!("node{node}/node.log"))).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.nodes.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// `hanse start` on a home, logging to `HOME/node.log`.
///
/// # Panics
/// When the process cannot be started.
#[must_use]
pub fn spawn(home: &Path) -> Child {
    let log = File::options().create(true).append(true).open(home.join("node.log")).unwrap();
    Command::new(binary())
        .args(["start", "--home", home.to_str().unwrap()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// A base port whose ports for so many nodes are free now; tests in parallel start at different places.
fn free_ports(nodes: usize) -> u16 {
    let seed = std::process::id() * 7 % 300;
    for attempt in 0..300 {
        let base = 20_000 + u16::try_from((seed + attempt * 13) % 300).unwrap() * 100;
        let wanted = (0..u16::try_from(nodes).unwrap()).flat_map(|node| (0..4).map(move |port| base + 10 * node + port));
        if wanted.into_iter().all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return base;
        }
    }
    panic!("no free ports for {nodes} nodes");
}
