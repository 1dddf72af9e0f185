//! Real networks for end-to-end tests: `hanse testnet` homes, `hanse start` processes on loopback ports or in
//! network namespaces, scripted faults, and the command line as a person or script would use it.
//!
//! | variable | meaning |
//! |---|---|
//! | `HANSE_E2E=all` | more transfers, as `make e2e` wants |
//! | `HANSE_E2E_NET=namespaces` or `proxies` | what links are made of; else namespaces where they are permitted |
//! | `HANSE_E2E_PATIENCE=N` | every bound is multiplied by N; 2 where it is not set |
//! | `HANSE_E2E_REPORT=FILE` | scenarios append what they measured |
//! | `HANSE_E2E_ALONE=N` | how many seconds a node is cut off in the test of its return; 600 where it is not set |
//! | `HANSE_E2E_BEHIND=N` | how many blocks behind the late node of the sync test is; 100,000 where it is not set |
//! | `HANSE_E2E_SHARE=N` | how many transfers of each of three nodes the fourth fetches in the test of its speed; 20,000 where it is not set |

pub mod clocks;
pub mod cluster;
pub mod command;
pub mod crash_round;
pub mod disk_round;
pub mod fabric;
pub mod failpoints;
pub mod founders;
pub mod homes;
pub mod links;
pub mod load;
pub mod long_chain;
pub mod metrics;
pub mod netns;
pub mod oracle;
pub mod ports;
pub mod process;
pub mod processors;
pub mod proxy;
pub mod report;
pub mod scenario;
pub mod stream;
pub mod usage;
pub mod wait;
pub mod wallet;

pub use cluster::{Cluster, Shape};
pub use command::{Answer, hanse};
pub use fabric::Wanted;
pub use load::Load;
pub use scenario::Scenario;
pub use wait::until;
pub use wallet::Wallet;
