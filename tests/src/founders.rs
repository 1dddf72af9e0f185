//! Organisations that found a network by the ceremony.

use std::{fs::File, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    cluster::PATIENCE,
    command::hanse,
    ports::free_ports,
    process::{Launch, Process},
    wait::until,
};

/// Organisations that found a network by the ceremony; each has a home of its own.
pub struct Founders {
    folder: TempDir,
    base_port: u16,
    _claim: File,
    homes: usize,
    nodes: Vec<Process>,
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
            let child = Process::start(Path::new(&self.home(home)), &Launch::default());
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
