//! `config.toml`: one node's local settings. They can make a node slow, never wrong: all that affects
//! agreement is a chain parameter.
//!
//! One table, [`SETTINGS`], knows every setting: its kind, default and comment. The
//! sample file, the check that names file, line and cure, and the environment overrides all come from it.

mod check;
mod environment;
mod load;
mod problem;
mod sample;
mod sections;
mod settings;

pub(crate) use check::is_address;
pub use environment::PREFIX as ENVIRONMENT_PREFIX;
pub use load::{CONFIG_BYTES_MAX, load, missing, parse};
pub use problem::{ConfigProblem, problems_to_failure};
pub use sample::{Values, render, sample};
pub use sections::{
    ApiSection, Config, KeysSection, LedgerSection, LogFormat, LogSection, MempoolSection, NodeRole,
    NodeSection, P2pSection,
};
pub use settings::{Kind, SETTINGS, Setting};
