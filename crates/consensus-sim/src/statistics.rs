//! What a run counted.

/// Counters of one run, or the sum of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Events handled.
    pub events: u64,
    /// Heights executed.
    pub heights: u64,
    /// The highest view installed, added up over runs.
    pub views: u64,
    /// View changes that honest replicas started.
    pub view_changes: u64,
    /// Processes that died.
    pub crashes: u64,
    /// Changes of links.
    pub link_faults: u64,
    /// Processes that were suspended.
    pub pauses: u64,
    /// Blocks that came by sync instead of votes.
    pub synced: u64,
    /// Messages that verification refused.
    pub rejected: u64,
    /// Pieces of evidence against validators.
    pub evidence: u64,
    /// What Byzantine actors changed, invented or kept back.
    pub mischief: u64,
    /// Packets put on the wire.
    pub packets: u64,
    /// Virtual ms from the end of faults until all had healed; the maximum over runs.
    pub healing_ms_max: u64,
    /// Runs with Byzantine actors.
    pub byzantine_runs: u64,
}

impl Statistics {
    /// Adds another run.
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.heights += other.heights;
        self.views += other.views;
        self.view_changes += other.view_changes;
        self.crashes += other.crashes;
        self.link_faults += other.link_faults;
        self.pauses += other.pauses;
        self.synced += other.synced;
        self.rejected += other.rejected;
        self.evidence += other.evidence;
        self.mischief += other.mischief;
        self.packets += other.packets;
        self.healing_ms_max = self.healing_ms_max.max(other.healing_ms_max);
        self.byzantine_runs += other.byzantine_runs;
    }
}
