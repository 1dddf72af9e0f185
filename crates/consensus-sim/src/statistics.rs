//! What a run counted.

/// Counters of one run, or the sum of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Events handled.
    pub events: u64,
    /// Epochs that ended at some node.
    pub epochs: u64,
    /// Changes that brought other parameters.
    pub changed_parameters: u64,
    /// Rejoins that were asked for.
    pub rejoins: u64,
    /// What struck near a boundary.
    pub boundary_strikes: u64,
    /// Heights executed.
    pub heights: u64,
    /// The highest view installed, added up over runs.
    pub views: u64,
    /// View changes that honest replicas started.
    pub view_changes: u64,
    /// How many of them by the rule for slow primaries.
    pub slow_primaries: u64,
    /// And how many because of a batch that waited too long.
    pub overdue_batches: u64,
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
    /// What befell the disks of the real vote logs.
    pub log: LogStrikes,
    /// Pieces of evidence against validators.
    pub evidence: u64,
    /// What Byzantine actors changed, invented or kept back.
    pub mischief: u64,
    /// How much of it after the first epoch.
    pub later_mischief: u64,
    /// Packets put on the wire.
    pub packets: u64,
    /// Virtual ms from the end of faults until all had healed; the maximum over runs.
    pub healing_ms_max: u64,
    /// Runs with Byzantine actors.
    pub byzantine_runs: u64,
    /// Virtual time, in ms.
    pub virtual_ms: u64,
    /// Unsynced records that crashes took.
    pub lost_writes: u64,
    /// How many of them were cut in the middle.
    pub torn_writes: u64,
    /// Writes refused by a full disk.
    pub full_disks: u64,
    /// Times that older data were put back.
    pub rollbacks: u64,
    /// And what came of it.
    pub rolled: Rollbacks,
    /// Answers of block sync that were lies.
    pub sync_lies: u64,
    /// Subsets whose links were stopped one by one.
    pub swizzles: u64,
    /// Networks cut to a ring.
    pub rings: u64,
    /// Processes that were long only heard, or only heard others.
    pub one_ways: u64,
    /// Processes suspended for seconds to minutes.
    pub long_pauses: u64,
    /// Wall clocks that jumped by an hour or ten years.
    pub far_clocks: u64,
    /// Primaries killed, one after the other.
    pub dead_primaries: u64,
    /// Times that no quorum was left.
    pub quorums_lost: u64,
    /// Deaths of processes that never stay alive.
    pub loop_crashes: u64,
    /// Starts with some links only.
    pub partial_starts: u64,
    /// Second liveness phases, in which a minority was broken.
    pub later_phases: u64,
}

/// What befell the disks of the real vote logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogStrikes {
    /// Operations of one disk, the most of any node; the maximum over runs.
    pub operations: u64,
    /// The power failed during an operation that was picked for it.
    pub power: u64,
    /// There was no space.
    pub no_space: u64,
    /// An operation failed.
    pub io: u64,
    /// A write wrote half.
    pub short: u64,
    /// Sectors cut at some byte.
    pub torn: u64,
    /// Processes that ended because their log could not be written.
    pub deaths: u64,
    /// Logs written anew without what is no longer needed.
    pub rewritten: u64,
}

impl LogStrikes {
    fn add(&mut self, other: &Self) {
        self.operations = self.operations.max(other.operations);
        self.power += other.power;
        self.no_space += other.no_space;
        self.io += other.io;
        self.short += other.short;
        self.torn += other.torn;
        self.deaths += other.deaths;
        self.rewritten += other.rewritten;
    }
}

/// What came of vote logs that were put back as they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rollbacks {
    /// Nothing had been said since the copy was made.
    pub harmless: u64,
    /// Something had.
    pub forgetful: u64,
    /// Noticed by a peer's answer to the query at the start.
    pub noticed_by_answers: u64,
    /// Noticed by an own message that came from outside.
    pub noticed_by_own_message: u64,
    /// The set names another log by now.
    pub noticed_by_id: u64,
    /// How many of all these had contradicted themselves before.
    pub noticed_too_late: u64,
    /// Those who said something that contradicts what they forgot, noticed or not.
    pub contradicted: u64,
}

impl Rollbacks {
    /// How many were noticed, in whichever way.
    #[must_use]
    pub const fn noticed(&self) -> u64 {
        self.noticed_by_answers + self.noticed_by_own_message + self.noticed_by_id
    }

    fn add(&mut self, other: &Self) {
        self.harmless += other.harmless;
        self.forgetful += other.forgetful;
        self.noticed_by_answers += other.noticed_by_answers;
        self.noticed_by_own_message += other.noticed_by_own_message;
        self.noticed_by_id += other.noticed_by_id;
        self.noticed_too_late += other.noticed_too_late;
        self.contradicted += other.contradicted;
    }
}

impl Statistics {
    /// How often each fault struck, with its name: what never strikes proves nothing.
    #[must_use]
    pub fn strikes(&self) -> [(&'static str, u64); 33] {
        [
            ("ends of epochs", self.epochs),
            ("changes of parameters", self.changed_parameters),
            ("strikes at boundaries", self.boundary_strikes),
            ("lies after the first epoch", self.later_mischief),
            ("Rejoins asked for", self.rejoins),
            ("crashes", self.crashes),
            ("link faults", self.link_faults),
            ("pauses", self.pauses),
            ("long pauses", self.long_pauses),
            ("swizzles", self.swizzles),
            ("rings", self.rings),
            ("one-way cuts", self.one_ways),
            ("far clocks", self.far_clocks),
            ("dead primaries", self.dead_primaries),
            ("lost quorums", self.quorums_lost),
            ("loop crashes", self.loop_crashes),
            ("partial starts", self.partial_starts),
            ("writes lost", self.lost_writes),
            ("writes torn", self.torn_writes),
            ("power failures in a log", self.log.power),
            ("logs without space", self.log.no_space),
            ("I/O errors of logs", self.log.io),
            ("short writes of logs", self.log.short),
            ("torn sectors of logs", self.log.torn),
            ("deaths of a log", self.log.deaths),
            ("logs rewritten", self.log.rewritten),
            ("full disks", self.full_disks),
            ("rollbacks", self.rollbacks),
            ("of vote logs that forgot nothing", self.rolled.harmless),
            ("of logs that forgot votes", self.rolled.forgetful),
            ("noticed", self.rolled.noticed()),
            ("lies in sync", self.sync_lies),
            ("broken minorities", self.later_phases),
        ]
    }

    /// Adds another run.
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.epochs += other.epochs;
        self.changed_parameters += other.changed_parameters;
        self.rejoins += other.rejoins;
        self.boundary_strikes += other.boundary_strikes;
        self.heights += other.heights;
        self.views += other.views;
        self.view_changes += other.view_changes;
        self.slow_primaries += other.slow_primaries;
        self.overdue_batches += other.overdue_batches;
        self.crashes += other.crashes;
        self.link_faults += other.link_faults;
        self.pauses += other.pauses;
        self.synced += other.synced;
        self.rejected += other.rejected;
        self.log.add(&other.log);
        self.evidence += other.evidence;
        self.mischief += other.mischief;
        self.later_mischief += other.later_mischief;
        self.packets += other.packets;
        self.healing_ms_max = self.healing_ms_max.max(other.healing_ms_max);
        self.byzantine_runs += other.byzantine_runs;
        self.virtual_ms += other.virtual_ms;
        self.lost_writes += other.lost_writes;
        self.torn_writes += other.torn_writes;
        self.full_disks += other.full_disks;
        self.rollbacks += other.rollbacks;
        self.rolled.add(&other.rolled);
        self.sync_lies += other.sync_lies;
        self.swizzles += other.swizzles;
        self.rings += other.rings;
        self.one_ways += other.one_ways;
        self.long_pauses += other.long_pauses;
        self.far_clocks += other.far_clocks;
        self.dead_primaries += other.dead_primaries;
        self.quorums_lost += other.quorums_lost;
        self.loop_crashes += other.loop_crashes;
        self.partial_starts += other.partial_starts;
        self.later_phases += other.later_phases;
    }
}
