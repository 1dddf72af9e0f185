//! Nodes with wrong clocks: the library of `make shim` stands between them and the kernel's.

use std::{
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    Cluster, Scenario, Shape,
    command::{hanse, shim},
    scenario::my_turn,
};

/// How a clock is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wrong {
    /// The wall clock is ahead by so many milliseconds.
    pub ahead_ms: i64,
    /// All clocks run too fast by so many millionths.
    pub drift_ppm: i64,
}

impl Wrong {
    /// Ahead, or behind, by so many seconds.
    #[must_use]
    pub const fn by_seconds(seconds: i64) -> Self {
        Self { ahead_ms: seconds * 1000, drift_ppm: 0 }
    }

    /// Too fast, or too slow.
    #[must_use]
    pub const fn drifting(drift_ppm: i64) -> Self {
        Self { ahead_ms: 0, drift_ppm }
    }
}

/// Four validators under load whose clocks can be set.
///
/// # Panics
/// When they do not commit.
#[must_use]
pub fn start(name: &str) -> Scenario {
    let turn = my_turn();
    let mut cluster = Cluster::make(&Shape::plain(4));
    for node in 0..4 {
        cluster.start_with_clock(node, Wrong::default());
    }
    for node in 0..4 {
        cluster.status(node);
    }
    Scenario::begin(name, cluster, 4, turn)
}

impl Cluster {
    /// Starts a node whose clock can be set.
    ///
    /// # Panics
    /// When the process cannot be started.
    pub fn start_with_clock(&mut self, node: usize, wrong: Wrong) {
        self.set_clock(node, wrong);
        let file = self.home(node).join("clock");
        let (shim, file) = (shim().display().to_string(), file.display().to_string());
        self.launch(node, None, &[("LD_PRELOAD", &shim), ("HANSE_SHIM_CLOCK", &file)]);
    }

    /// Sets the clock of a node, while it runs or before. A drift counts from the start of the process.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn set_clock(&self, node: usize, wrong: Wrong) {
        let (ahead, drift) = (wrong.ahead_ms * 1_000_000, wrong.drift_ppm * 1000);
        let page = [ahead.to_ne_bytes(), drift.to_ne_bytes()].concat();
        // In place: the process has mapped this very file.
        use std::io::Write as _;
        let path = self.home(node).join("clock");
        let mut file = fs::File::options().write(true).create(true).truncate(false).open(path).unwrap();
        file.write_all(&page).unwrap();
    }

    /// By how many milliseconds the time of a node's newest block is ahead of this machine's clock.
    ///
    /// # Panics
    /// When the node does not serve.
    #[must_use]
    pub fn block_time_ahead_ms(&self, node: usize) -> i64 {
        let block = hanse(&["query", "block", "--height", "latest", "--endpoint", &self.endpoint(node)]);
        let time = block.json["time_ms"].as_i64();
        time.unwrap_or_else(|| panic!("{block:?}")) - i64::try_from(now().as_millis()).unwrap()
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}
