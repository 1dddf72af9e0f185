//! `hanse testnet`, run as a command.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::Deserialize;
use tokio::process::Command;
use types::ChainId;

use super::Shape;
use crate::BenchError;

/// What `hanse testnet --json` says it made.
#[derive(Debug, Clone, Deserialize)]
pub struct Testnet {
    /// The network's identity.
    pub chain_id: ChainId,
    /// Its nodes.
    pub nodes: Vec<NodePlace>,
}

/// A node of it.
#[derive(Debug, Clone, Deserialize)]
pub struct NodePlace {
    /// `node0`, ...
    pub name: String,
    /// Its home.
    pub home: PathBuf,
    /// URL for clients.
    pub grpc: String,
    /// URL of the metrics.
    pub http: String,
}

/// Makes the homes in `folder/net`.
pub(super) async fn make(shape: &Shape, folder: &Path, base_port: u16) -> Result<Testnet, BenchError> {
    let mut command = Command::new(&shape.program);
    command
        .args(["--json", "testnet", "--network", "bench"])
        .args(["--validators", &shape.validators.to_string()])
        .args(["--accounts", &shape.accounts.to_string()])
        .args(["--base-port", &base_port.to_string()])
        .arg("--output")
        .arg(folder.join("net"))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    for parameter in &shape.parameters {
        command.args(["--param", parameter]);
    }
    let output = command.output().await.map_err(BenchError::file("cannot run", &shape.program))?;
    let answer = serde_json::from_slice(&output.stdout);
    match answer {
        Ok(made) if output.status.success() => Ok(made),
        Ok(Testnet { .. }) | Err(_) => {
            let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(BenchError::Testnet { words })
        }
    }
}
