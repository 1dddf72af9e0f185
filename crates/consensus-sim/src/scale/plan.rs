//! What is to be predicted.

use super::{
    costs::{Costs, MEASURED, Nanos, SECOND},
    places::Places,
};

/// One network under one load.
#[derive(Debug, Clone)]
pub struct Plan {
    /// n.
    pub validators: usize,
    /// Bits per second of each validator's link, in each direction.
    pub link: u64,
    /// How far validators are from each other.
    pub places: Places,
    /// What runs them.
    pub machines: Machines,
    /// What clients ask for.
    pub load: Load,
    /// What work costs.
    pub costs: Costs,
    /// Bytes of a signed transaction.
    pub transaction_bytes: u64,
    /// Transactions per second at first, where the load is what the network takes.
    pub first_rate: f64,
    /// Time before the measured window.
    pub warmup: Nanos,
    /// The measured window.
    pub window: Nanos,
}

/// Processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machines {
    /// Each validator has so many cores; clients are elsewhere.
    Own(usize),
    /// All validators and their clients share so many cores (a benchmark on one machine).
    Shared(usize),
}

/// Load on the whole network, spread evenly over its validators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Load {
    /// As many transactions per second, whether or not others were answered.
    Rate(f64),
    /// As many as the network takes while half of them are answered within this time.
    Most(Nanos),
}

impl Plan {
    /// Eight cores and a link of 1 Gbit/s for each of `validators`, in one place, as much load as it takes.
    #[must_use]
    pub fn new(validators: usize) -> Self {
        // Many validators take long to simulate.
        let (warmup, window) = if validators > 32 { (2, 1) } else { (3, 2) };
        Self {
            validators,
            link: 1_000_000_000,
            places: Places::Lan,
            machines: Machines::Own(8),
            load: Load::Most(SECOND / 2),
            costs: MEASURED,
            transaction_bytes: 250,
            first_rate: 20_000.0,
            warmup: warmup * SECOND,
            window: window * SECOND,
        }
    }

    /// Cores that a validator's thread pools are sized to.
    #[must_use]
    pub const fn cores(&self) -> usize {
        match self.machines {
            Machines::Own(cores) | Machines::Shared(cores) => cores,
        }
    }
}
