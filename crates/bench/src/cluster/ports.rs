//! Ports that nobody else uses meanwhile.

use std::{fs::File, net::TcpListener};

use crate::BenchError;

/// Below the range from which the system takes ports of outgoing connections, and beside that of our tests.
const FIRST: u16 = 10_000;
const LAST: u16 = 20_000;
const STEP: u16 = 50;

/// A base port whose ports for so many nodes are free, and a lock that keeps other benchmarks away.
pub(super) fn free(nodes: usize) -> Result<(u16, File), BenchError> {
    let none = BenchError::Ports { nodes };
    let Some(room) = u16::try_from(10 * nodes).ok().filter(|room| *room < LAST - FIRST) else {
        return Err(none);
    };
    // Different processes look in different places first.
    let blocks = (LAST - FIRST - room) / STEP;
    let first = u16::try_from(std::process::id() * 7 % u32::from(blocks.max(1))).unwrap_or_default();
    for turn in 0..blocks {
        let base = FIRST + (first + turn) % blocks * STEP;
        let lock = std::env::temp_dir().join(format!("hanse-bench-{base}.lock"));
        let Ok(claim) = File::create(lock) else { continue };
        let mut ports = (0..room).map(|port| base + port);
        if claim.try_lock().is_ok() && ports.all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return Ok((base, claim));
        }
    }
    Err(none)
}
