//! The nodes of a network's directory.

use std::path::{Path, PathBuf};

use bench::processes::Launch;

use crate::{
    exit::{ExitCode, Failure},
    home::Home,
};

/// A node that is to run.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) home: Home,
    pub(super) grpc: String,
    pub(super) http: String,
    pub(super) log: PathBuf,
}

impl Node {
    /// How its process is started.
    pub(super) fn launch(&self) -> Launch {
        Launch { name: self.name.clone(), home: self.home.directory().to_path_buf(), log: self.log.clone() }
    }
}

/// `DIR/node0`, `DIR/node1`, ... as far as there are any, with the addresses of their settings.
pub(super) fn find(directory: &Path) -> Result<Vec<Node>, Failure> {
    let mut nodes = Vec::new();
    loop {
        let name = format!("node{}", nodes.len());
        let home = Home::new(directory.join(&name));
        if !home.config_file().exists() {
            break;
        }
        let config = home.config()?;
        nodes.push(Node {
            name,
            grpc: format!("http://{}", config.api.grpc),
            http: format!("http://{}", config.api.http),
            log: home.directory().join("node.log"),
            home,
        });
    }
    if nodes.is_empty() {
        let message = format!("{}: expected homes node0, node1, ..., found none", directory.display());
        return Err(Failure::new(ExitCode::Failed, message));
    }
    Ok(nodes)
}
