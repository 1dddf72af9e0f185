//! Ports that no other test uses meanwhile.

use std::{fs::File, net::TcpListener};

/// A base port whose ports for so many nodes are free now, and a lock that keeps other tests away from them as
/// long as it lives. Below the range from which the system takes ports of outgoing connections, which could
/// take one while a node is down.
///
/// # Panics
/// When there are none.
#[must_use]
pub fn free_ports(nodes: usize) -> (u16, File) {
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
