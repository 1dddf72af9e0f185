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
    _claim: File,
    nodes: Vec<Option<Child>>,
}

impl Cluster {
    /// Homes for `validators`, with chain parameters `name=value`; nothing runs yet.
    ///
    /// # Panics
    /// When `hanse testnet` fails.
    #[must_use]
    pub fn prepare(validators: usize, parameters: &[&str]) -> Self {
        Self::make(validators, 0, parameters)
    }

    fn make(validators: usize, observers: usize, parameters: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (base_port, claim) = free_ports(validators + observers);
        let m = observers.to_string();
        let (n, port) = (validators.to_string(), base_port.to_string());
        let network = folder.path().join("net");
        let mut arguments =
            vec!["testnet", "--validators", &n, "--output", network.to_str().unwrap(), "--base-port", &port];
        arguments.extend(["--observers", &m]);
        for parameter in parameters {
            arguments.extend(["--param", parameter]);
        }
        let answer = hanse(&arguments);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        Self { folder, base_port, _claim: claim, nodes: (0..validators + observers).map(|_| None).collect() }
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

    /// As [`Cluster::start`], with a home for one observer as the last node, which does not run yet.
    ///
    /// # Panics
    /// When a node does not start.
    #[must_use]
    pub fn start_with_observer(validators: usize) -> Self {
        let mut cluster = Self::make(validators, 1, &[]);
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
        until("end after SIGTERM", PATIENCE, || child.try_wait().unwrap().ok_or_else(String::new))
            .code()
            .unwrap_or(-1)
    }

    /// `hanse status` of a node, once it serves.
    pub fn status(&self, node: usize) -> Value {
        until(&format!("status of node {node}"), PATIENCE, || {
            let answer = hanse(&["status", "--endpoint", &self.endpoint(node)]);
            if answer.code == 0 {
                Ok(answer.json)
            } else {
                Err(format!("{}\n{}", answer.stderr, self.log(node)))
            }
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
            "tx",
            "transfer",
            "--to",
            &to,
            "--asset",
            "TEST",
            "--amount",
            amount,
            "--key",
            &key,
            "--endpoint",
            &endpoint,
            "--genesis",
            &genesis,
            "--wait",
        ])
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

    /// Where a node listens for the others.
    #[must_use]
    pub fn p2p_address(&self, node: usize) -> String {
        format!("127.0.0.1:{}", usize::from(self.base_port) + 10 * node)
    }

    /// All of a node's log.
    #[must_use]
    pub fn whole_log(&self, node: usize) -> String {
        std::fs::read_to_string(self.directory().join(format!("node{node}/node.log"))).unwrap_or_default()
    }

    /// The last lines of a node's log.
    #[must_use]
    pub fn log(&self, node: usize) -> String {
        let text = self.whole_log(node);
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

/// Organisations that found a network by the ceremony; each has a home of its own.
pub struct Founders {
    folder: TempDir,
    base_port: u16,
    _claim: File,
    homes: usize,
    nodes: Vec<Child>,
}

impl Founders {
    /// `hanse init` at each organisation.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn new(homes: usize) -> Self {
        let (base_port, claim) = free_ports(homes);
        let folder = tempfile::tempdir().unwrap();
        let founders = Self { folder, base_port, _claim: claim, homes, nodes: Vec::new() };
        for home in 0..homes {
            let (member, address) = (format!("member{home}"), founders.address(home));
            let answer =
                hanse(&["init", "--home", &founders.home(home), "--member", &member, "--address", &address]);
            assert_eq!(answer.code, 0, "{answer:?}");
        }
        founders
    }

    /// A home's directory.
    #[must_use]
    pub fn home(&self, home: usize) -> String {
        self.file(&format!("home{home}"))
    }

    /// A file that founders pass around.
    ///
    /// # Panics
    /// For paths that are not UTF-8.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// A node's gRPC endpoint.
    #[must_use]
    pub fn endpoint(&self, home: usize) -> String {
        format!("http://127.0.0.1:{}", usize::from(self.base_port) + 10 * home + 1)
    }

    /// `hanse genesis card`.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn card(&self, home: usize) -> String {
        let out = self.file(&format!("card{home}"));
        let answer = hanse(&["genesis", "card", "--home", &self.home(home), "--out", &out]);
        assert_eq!(answer.code, 0, "{answer:?}");
        out
    }

    /// `hanse genesis approve`.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn approve(&self, home: usize, genesis: &str) -> String {
        let (out, key) =
            (self.file(&format!("approved{home}")), format!("{}/keys/validator.key", self.home(home)));
        let answer = hanse(&["genesis", "approve", genesis, "--key", &key, "--out", &out]);
        assert_eq!(answer.code, 0, "{answer:?}");
        out
    }

    /// Puts the genesis into every home, and every address into every configuration.
    ///
    /// # Panics
    /// When files cannot be written.
    pub fn place(&self, genesis: &str) {
        let text = std::fs::read_to_string(genesis).unwrap();
        let content: Value = serde_json::from_str(&text).unwrap();
        for home in 0..self.homes {
            std::fs::write(format!("{}/genesis.json", self.home(home)), &text).unwrap();
            let path = format!("{}/config.toml", self.home(home));
            let config = std::fs::read_to_string(&path).unwrap();
            let mut peers = String::from("[peers]\n");
            for validator in content["validators"].as_array().unwrap() {
                let member = validator["member"].as_str().unwrap().trim_start_matches("member");
                let address = self.address(member.parse().unwrap());
                peers.push_str(&format!("\"{}\" = \"{address}\"\n", validator["name"].as_str().unwrap()));
            }
            if !config.contains(&peers) {
                std::fs::write(&path, config.replacen("[peers]\n", &peers, 1)).unwrap();
            }
        }
    }

    /// Starts all and waits until each serves.
    ///
    /// # Panics
    /// When one does not.
    pub fn start(&mut self) {
        for home in 0..self.homes {
            let child = spawn(Path::new(&self.home(home)));
            self.nodes.push(child);
        }
        for home in 0..self.homes {
            until(&format!("status of founder {home}"), PATIENCE, || {
                let answer = hanse(&["status", "--endpoint", &self.endpoint(home)]);
                let log =
                    std::fs::read_to_string(format!("{}/node.log", self.home(home))).unwrap_or_default();
                if answer.code == 0 { Ok(()) } else { Err(log) }
            });
        }
    }

    fn address(&self, home: usize) -> String {
        format!("127.0.0.1:{}", usize::from(self.base_port) + 10 * home)
    }
}

impl Drop for Founders {
    fn drop(&mut self) {
        for child in &mut self.nodes {
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

/// A base port whose ports for so many nodes are free now, and a lock that keeps other tests away from them as
/// long as it lives. Below the range from which the system takes ports of outgoing connections, which could
/// take one while a node is down.
fn free_ports(nodes: usize) -> (u16, File) {
    let seed = std::process::id() * 7 % 120;
    for attempt in 0..120 {
        let base = 20_000 + u16::try_from((seed + attempt * 13) % 120).unwrap() * 100;
        let claim = File::create(std::env::temp_dir().join(format!("hanse-e2e-{base}.lock"))).unwrap();
        if claim.try_lock().is_err() {
            continue;
        }
        let wanted = (0..u16::try_from(nodes).unwrap())
            .flat_map(|node| (0..4).map(move |port| base + 10 * node + port));
        if wanted.into_iter().all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return (base, claim);
        }
    }
    panic!("no free ports for {nodes} nodes");
}
