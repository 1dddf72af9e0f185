//! Node processes of this machine: started together, stopped together, missed when they die.

mod children;
mod log;

use std::path::PathBuf;

pub use children::Children;

/// A node that is to run.
#[derive(Debug, Clone)]
pub struct Launch {
    /// What it is called.
    pub name: String,
    /// Its home.
    pub home: PathBuf,
    /// Where its output goes.
    pub log: PathBuf,
}

/// How a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    /// The node.
    pub name: String,
    /// `None`: a signal ended it.
    pub exit_code: Option<i32>,
    /// In words.
    pub how: String,
    /// The end of its log.
    pub log: Vec<String>,
}
