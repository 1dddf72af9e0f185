//! A network of real processes. Ends only processes it started.

use std::{collections::BTreeMap, fs::File, path::PathBuf, time::Duration};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    command::{Answer, hanse},
    fabric::{Fabric, Wanted},
    netns::Namespaces,
    ports::free_ports,
    process::{Launch, Process},
    wait::until,
};

/// Long enough for a loaded machine of two cores.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a network is to be.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// How many validators.
    pub validators: usize,
    /// How many observers; they do not run at first.
    pub observers: usize,
    /// Chain parameters `name=value`.
    pub parameters: &'a [&'a str],
    /// What lies between the nodes.
    pub network: Wanted,
}

/// A test network in a directory of its own.
pub struct Cluster {
    // Processes end before their network and their files go.
    nodes: Vec<Option<Process>>,
    /// What lies between the nodes.
    pub fabric: Fabric,
    folder: TempDir,
    base_port: u16,
    /// Of nodes that may not use all: which, as `taskset` names them; from their next start on.
    pub processors: BTreeMap<usize, String>,
    _claim: File,
}

impl Shape<'_> {
    /// So many validators on plain loopback.
    #[must_use]
    pub const fn plain(validators: usize) -> Self {
        Self { validators, observers: 0, parameters: &[], network: Wanted::Plain }
    }
}

impl Cluster {
    /// Homes for `validators`, with chain parameters `name=value`; nothing runs yet.
    ///
    /// # Panics
    /// When `hanse testnet` fails.
    #[must_use]
    pub fn prepare(validators: usize, parameters: &[&str]) -> Self {
        Self::make(&Shape { parameters, ..Shape::plain(validators) })
    }

    /// Homes for this shape; nothing runs yet.
    ///
    /// # Panics
    /// When `hanse testnet` fails.
    #[must_use]
    pub fn make(shape: &Shape<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let count = shape.validators + shape.observers;
        let (base_port, claim) = free_ports(count);
        let fabric = Fabric::start(shape.network, count, base_port, folder.path());
        let (n, m, port) = (shape.validators.to_string(), shape.observers.to_string(), base_port.to_string());
        let (network, hosts) = (folder.path().join("net"), Namespaces::hosts(count).join(","));
        let mut arguments =
            vec!["testnet", "--validators", &n, "--output", network.to_str().unwrap(), "--base-port", &port];
        arguments.extend(["--observers", &m]);
        if fabric.namespace(0).is_some() {
            arguments.extend(["--hosts", &hosts]);
        }
        for parameter in shape.parameters {
            arguments.extend(["--param", parameter]);
        }
        let answer = hanse(&arguments);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let nodes = (0..count).map(|_| None).collect();
        Self { folder, base_port, _claim: claim, nodes, processors: BTreeMap::new(), fabric }
    }

    /// Prepares and starts all nodes, and waits until each serves.
    ///
    /// # Panics
    /// When a node does not start.
    #[must_use]
    pub fn start(validators: usize, parameters: &[&str]) -> Self {
        Self::running(&Shape { parameters, ..Shape::plain(validators) })
    }

    /// As [`Cluster::start`], with a home for one observer as the last node, which does not run yet.
    ///
    /// # Panics
    /// When a node does not start.
    #[must_use]
    pub fn start_with_observer(validators: usize) -> Self {
        Self::running(&Shape { observers: 1, ..Shape::plain(validators) })
    }

    /// Makes the shape, starts its validators, and waits until each serves.
    ///
    /// # Panics
    /// When a node does not start.
    #[must_use]
    pub fn running(shape: &Shape<'_>) -> Self {
        let mut cluster = Self::make(shape);
        for node in 0..shape.validators {
            cluster.start_node(node);
        }
        for node in 0..shape.validators {
            cluster.status(node);
        }
        cluster
    }

    /// The directory of `hanse testnet`.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.folder.path().join("net")
    }

    /// A node's home.
    #[must_use]
    pub fn home(&self, node: usize) -> PathBuf {
        self.directory().join(format!("node{node}"))
    }

    /// A file in the directory, as text.
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
        let own = usize::from(self.base_port) + 10 * node + 1;
        format!("http://127.0.0.1:{}", self.fabric.door(node).map_or(own, usize::from))
    }

    /// Starts a node; its log goes on in `nodeI/node.log`.
    ///
    /// # Panics
    /// When the process cannot be started.
    pub fn start_node(&mut self, node: usize) {
        self.launch(node, None, &[]);
    }

    /// Starts a node that kills itself where `failpoint` says (an empty one: nowhere), with more environment.
    ///
    /// # Panics
    /// When the process cannot be started.
    pub fn launch(&mut self, node: usize, failpoint: Option<&str>, environment: &[(&str, &str)]) {
        let mut launch = Launch {
            failpoint: failpoint.map(str::to_owned),
            environment: self.fabric.environment(node),
            namespace: self.fabric.namespace(node),
            processors: self.processors.get(&node).cloned(),
        };
        let more = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        launch.environment.extend(more);
        assert!(self.nodes[node].is_none(), "node {node} runs already");
        self.nodes[node] = Some(Process::start(&self.home(node), &launch));
    }

    /// Nodes that were started and not ended.
    #[must_use]
    pub fn started(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|node| self.nodes[*node].is_some()).collect()
    }

    /// A started node's process.
    ///
    /// # Panics
    /// When it was not started.
    pub fn process(&mut self, node: usize) -> &mut Process {
        self.nodes[node].as_mut().unwrap()
    }

    /// `kill -9`.
    ///
    /// # Panics
    /// When the node does not run.
    pub fn kill(&mut self, node: usize) {
        self.nodes[node].take().unwrap().kill();
    }

    /// Waits until a node killed itself at its failpoint.
    ///
    /// # Panics
    /// When it does not, or ends in another way.
    pub fn killed_itself(&mut self, node: usize, what: &str) {
        let process = self.nodes[node].take().unwrap();
        process.killed_itself(&format!("node {node}, {what}"), || self.log(node));
    }

    /// Waits until a node ends by itself, and gives its exit code; -1 for a signal.
    ///
    /// # Panics
    /// When it goes on.
    pub fn ends_by_itself(&mut self, node: usize, what: &str) -> i32 {
        let mut process = self.nodes[node].take().unwrap();
        until(&format!("node {node} ends: {what}"), PATIENCE, || {
            process.exit_code().ok_or_else(|| self.log(node))
        })
    }

    /// SIGTERM, and the exit code.
    ///
    /// # Panics
    /// When the node does not run or does not end.
    pub fn terminate(&mut self, node: usize) -> i32 {
        self.nodes[node].take().unwrap().terminate()
    }

    /// `hanse status` of a node, once it serves.
    pub fn status(&self, node: usize) -> Value {
        until(&format!("status of node {node}"), PATIENCE, || {
            self.ask_status(node).map_err(|complaint| format!("{complaint}\n{}", self.log(node)))
        })
    }

    /// `hanse status` of a node, if it serves now.
    ///
    /// # Errors
    /// With what the command said.
    pub fn ask_status(&self, node: usize) -> Result<Value, String> {
        let answer = hanse(&["status", "--endpoint", &self.endpoint(node)]);
        if answer.code == 0 { Ok(answer.json) } else { Err(answer.stderr) }
    }

    /// Its certified height.
    pub fn height(&self, node: usize) -> u64 {
        self.status(node)["height"].as_u64().unwrap_or(0)
    }

    /// Waits until every node that runs has this height.
    pub fn reach(&self, height: u64) {
        for node in self.started() {
            until(&format!("height {height} on node {node}"), PATIENCE, || {
                let found = self.height(node);
                if found >= height { Ok(()) } else { Err(format!("height {found}\n{}", self.log(node))) }
            });
        }
    }

    /// A transfer of TEST through a node, waited for.
    pub fn transfer(&self, from: usize, to: usize, amount: &str, node: usize) -> Answer {
        let key = self.path(&format!("accounts/account{from}.key"));
        let (to, endpoint, genesis) =
            (format!("account{to}"), self.endpoint(node), self.path("genesis.json"));
        let mut arguments = vec!["tx", "transfer", "--asset", "TEST", "--wait"];
        arguments.extend(["--to", &to, "--amount", amount, "--key", &key]);
        arguments.extend(["--endpoint", &endpoint, "--genesis", &genesis]);
        hanse(&arguments)
    }

    /// Total balance of TEST in minor units (2 decimals), verified against the genesis.
    ///
    /// # Panics
    /// When the answer does not verify or is no account.
    pub fn balance(&self, account: usize, node: usize) -> u128 {
        let (name, genesis) = (format!("account{account}"), self.path("genesis.json"));
        let answer =
            hanse(&["query", "account", &name, "--endpoint", &self.endpoint(node), "--genesis", &genesis]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        assert_eq!(answer.json["verified"], true, "{}", answer.json);
        answer.json["balances"]["TEST"].as_str().map_or(0, |text| text.replace('.', "").parse().unwrap())
    }

    /// Where a node listens for the others, on plain loopback.
    #[must_use]
    pub fn p2p_address(&self, node: usize) -> String {
        format!("127.0.0.1:{}", usize::from(self.base_port) + 10 * node)
    }

    /// Where a node serves health and metrics, on plain loopback.
    #[must_use]
    pub fn http_address(&self, node: usize) -> String {
        format!("127.0.0.1:{}", usize::from(self.base_port) + 10 * node + 2)
    }

    /// All of a node's log.
    #[must_use]
    pub fn whole_log(&self, node: usize) -> String {
        std::fs::read_to_string(self.home(node).join("node.log")).unwrap_or_default()
    }

    /// The last lines of a node's log.
    #[must_use]
    pub fn log(&self, node: usize) -> String {
        let text = self.whole_log(node);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// The last lines of all logs.
    #[must_use]
    pub fn logs(&self) -> String {
        let log = |node| format!("--- node {node}\n{}\n", self.log(node));
        (0..self.nodes.len()).map(log).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.folder.disable_cleanup(true);
            eprintln!("what the nodes left: {}", self.folder.path().display());
        }
    }
}
