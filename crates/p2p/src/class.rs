//! Classes of traffic.

use std::fmt;

/// What a frame belongs to. Each class has its own stream and queue per peer and direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrafficClass {
    /// Votes, proposals, view changes, status, certificates: small and urgent.
    Consensus,
    /// Batches of transactions and their acknowledgements.
    Batches,
    /// Blocks and snapshots for those who were away.
    Sync,
}

impl TrafficClass {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Consensus, Self::Batches, Self::Sync];

    /// As in metric labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consensus => "consensus",
            Self::Batches => "batches",
            Self::Sync => "sync",
        }
    }

    /// The first byte of its streams.
    pub(crate) const fn tag(self) -> u8 {
        match self {
            Self::Consensus => 1,
            Self::Batches => 2,
            Self::Sync => 3,
        }
    }

    pub(crate) fn of_tag(tag: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.tag() == tag)
    }
}

impl fmt::Display for TrafficClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One value for each class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerClass<T> {
    /// Of [`TrafficClass::Consensus`].
    pub consensus: T,
    /// Of [`TrafficClass::Batches`].
    pub batches: T,
    /// Of [`TrafficClass::Sync`].
    pub sync: T,
}

impl<T> PerClass<T> {
    /// Makes each value from its class.
    pub fn from_fn(mut make: impl FnMut(TrafficClass) -> T) -> Self {
        Self {
            consensus: make(TrafficClass::Consensus),
            batches: make(TrafficClass::Batches),
            sync: make(TrafficClass::Sync),
        }
    }

    /// The value of a class.
    pub const fn get(&self, class: TrafficClass) -> &T {
        match class {
            TrafficClass::Consensus => &self.consensus,
            TrafficClass::Batches => &self.batches,
            TrafficClass::Sync => &self.sync,
        }
    }

    /// The value of a class, to be changed.
    pub const fn get_mut(&mut self, class: TrafficClass) -> &mut T {
        match class {
            TrafficClass::Consensus => &mut self.consensus,
            TrafficClass::Batches => &mut self.batches,
            TrafficClass::Sync => &mut self.sync,
        }
    }

    /// The values with their classes.
    pub fn into_pairs(self) -> [(TrafficClass, T); 3] {
        [
            (TrafficClass::Consensus, self.consensus),
            (TrafficClass::Batches, self.batches),
            (TrafficClass::Sync, self.sync),
        ]
    }
}
