//! Real networks for end-to-end tests: `hanse testnet` homes, `hanse start` processes on loopback ports,
//! and the command line as a person or script would use it.

pub mod cluster;
pub mod command;
pub mod load;
pub mod wait;
pub mod wallet;

pub use cluster::Cluster;
pub use command::{Answer, hanse};
pub use load::Load;
pub use wait::until;
pub use wallet::Wallet;
