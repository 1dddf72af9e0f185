//! Deliberate faults of the shell, with which the simulator proves that it can fail.

/// One thing done wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Votes are answered as durable before they are synced.
    SendBeforeDurable,
    /// A crash loses the newest synced votes.
    CrashLosesSyncedVotes,
    /// The executor executes every transaction it meets, also a repeated one.
    NoDedup,
    /// Certificates are stored with one signer less than a quorum.
    ShortCertificates,
    /// The restarted replica is told that its vote log is empty, though the log's id is the right one.
    EmptyLogAtRestart,
    /// In scenarios of twins, one pair more than may be faulty.
    TooManyTwins,
}
