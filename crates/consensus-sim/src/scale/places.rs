//! Where validators stand: one-way delays between them.

use super::costs::{MICROSECOND, MILLISECOND, Nanos};

/// A layout of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Places {
    /// All on one machine: the loopback device.
    Machine,
    /// One data centre.
    Lan,
    /// Five regions of the world, validators spread evenly.
    Wan,
}

/// The regions of [`Places::Wan`].
pub const REGIONS: [&str; 5] = ["Frankfurt", "London", "Virginia", "São Paulo", "Singapore"];

/// One-way delays in ms, half of what public clouds show as round trips between such regions.
const DELAYS_MS: [[u64; 5]; 5] = [
    [0, 8, 45, 100, 80],
    [8, 0, 38, 95, 85],
    [45, 38, 0, 60, 110],
    [100, 95, 60, 0, 165],
    [80, 85, 110, 165, 0],
];

/// Within a data centre, and between two of one region.
const LAN: Nanos = 100 * MICROSECOND;
const REGION: Nanos = 500 * MICROSECOND;
const LOOPBACK: Nanos = 20 * MICROSECOND;

impl Places {
    /// How long a bit travels from one validator to another.
    #[must_use]
    pub const fn delay(self, from: usize, to: usize) -> Nanos {
        match self {
            Self::Machine => LOOPBACK,
            Self::Lan => LAN,
            Self::Wan => REGION + DELAYS_MS[from % REGIONS.len()][to % REGIONS.len()] * MILLISECOND,
        }
    }

    /// The median latency up to which load is raised when the question is how much a network takes.
    #[must_use]
    pub const fn patience(self) -> Nanos {
        match self {
            Self::Machine | Self::Lan => 500 * MILLISECOND,
            Self::Wan => 1_500 * MILLISECOND,
        }
    }

    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Lan => "LAN",
            Self::Wan => "WAN",
        }
    }
}
