//! Real networks for end-to-end tests: `hanse testnet` homes, `hanse start` processes on loopback ports or in
//! network namespaces, scripted faults, and the command line as a person or script would use it.

pub mod cluster;
pub mod command;
pub mod crash_round;
pub mod fabric;
pub mod failpoints;
pub mod founders;
pub mod homes;
pub mod links;
pub mod load;
pub mod long_chain;
pub mod netns;
pub mod oracle;
pub mod ports;
pub mod process;
pub mod proxy;
pub mod report;
pub mod scenario;
pub mod wait;
pub mod wallet;

pub use cluster::{Cluster, Shape};
pub use command::{Answer, hanse};
pub use fabric::Wanted;
pub use load::Load;
pub use scenario::Scenario;
pub use wait::until;
pub use wallet::Wallet;
