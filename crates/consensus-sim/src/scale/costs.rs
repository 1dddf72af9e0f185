//! What each step costs a validator's processor: the one table to refill when the node becomes faster
//! (`docs/scaling.md` says how).

/// Nanoseconds.
pub type Nanos = u64;

/// One microsecond.
pub const MICROSECOND: Nanos = 1_000;
/// One millisecond.
pub const MILLISECOND: Nanos = 1_000_000;
/// One second.
pub const SECOND: Nanos = 1_000_000_000;

/// Nanoseconds of one core, unless something else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// A signature checked among so many together: (how many, each), ascending; straight lines between.
    pub verify: &'static [(u64, Nanos)],
    /// A signature made.
    pub sign: Nanos,
    /// A thread that slept takes up work.
    pub wake: Nanos,

    /// Per transaction, at the validator that takes it: gRPC in, and the outcome told.
    pub api: Nanos,
    /// The same: decoding, judging, quotas; without the signature.
    pub admit: Nanos,
    /// The same: packing into a batch.
    pub pack: Nanos,
    /// Per transaction at each other validator: decoding, hashing, looking up; without the signature.
    pub unpack: Nanos,
    /// Per transaction at every validator: execution, state tree, and the write of its rows.
    pub execute: Nanos,
    /// The same, later, by the threads of the store.
    pub compact: Nanos,

    /// Per batch: making it, or judging one that arrives; booking, later dropping.
    pub batch: Nanos,
    /// Per batch: its write to the batch store.
    pub batch_write: Nanos,
    /// Per acknowledgement or proof of a batch that arrives, without signatures.
    pub note: Nanos,

    /// Per consensus message that arrives: decoding, its lane, without signatures.
    pub message: Nanos,
    /// Per input of the replica.
    pub step: Nanos,
    /// Per reference in a proposal, at every validator.
    pub reference: Nanos,
    /// Per statement: encoding and appending to the vote log.
    pub vote_write: Nanos,
    /// Per block: executing and writing an empty one.
    pub block: Nanos,
    /// Per write of certificates.
    pub certificate: Nanos,

    /// Per frame and receiver: queues, tasks, encryption of a small frame.
    pub frame_out: Nanos,
    /// Per frame that arrives.
    pub frame_in: Nanos,
    /// Per write to a connection or read from it; frames that wait share one.
    pub system_call: Nanos,
    /// Per 1,000 bytes sent or received: encryption and copies.
    pub kilobyte: Nanos,

    /// A synced write: the system's part of it.
    pub synced: Nanos,
    /// How long a synced write waits for the disk (no processor time).
    pub sync: Nanos,
    /// Per transaction at the process that makes the load; counts only where it shares the machine.
    pub client: Nanos,
}

impl Costs {
    /// What checking so many signatures together costs.
    #[must_use]
    pub fn verifying(&self, signatures: u64) -> Nanos {
        let above = self.verify.partition_point(|(size, _)| *size < signatures);
        let each =
            match (above.checked_sub(1).and_then(|below| self.verify.get(below)), self.verify.get(above)) {
                (_, Some((size, each))) if *size == signatures => *each,
                (Some((small, dear)), Some((large, cheap))) => {
                    dear - (dear - cheap) * (signatures - small) / (large - small)
                }
                (Some((_, each)), None) | (None, Some((_, each))) => *each,
                (None, None) => 0,
            };
        signatures * each
    }

    /// A value by its name.
    pub fn by_name(&mut self, name: &str) -> Option<&mut Nanos> {
        Some(match name {
            "sign" => &mut self.sign,
            "wake" => &mut self.wake,
            "api" => &mut self.api,
            "admit" => &mut self.admit,
            "pack" => &mut self.pack,
            "unpack" => &mut self.unpack,
            "execute" => &mut self.execute,
            "compact" => &mut self.compact,
            "batch" => &mut self.batch,
            "batch_write" => &mut self.batch_write,
            "note" => &mut self.note,
            "message" => &mut self.message,
            "step" => &mut self.step,
            "reference" => &mut self.reference,
            "vote_write" => &mut self.vote_write,
            "block" => &mut self.block,
            "certificate" => &mut self.certificate,
            "frame_out" => &mut self.frame_out,
            "frame_in" => &mut self.frame_in,
            "system_call" => &mut self.system_call,
            "kilobyte" => &mut self.kilobyte,
            "synced" => &mut self.synced,
            "sync" => &mut self.sync,
            "client" => &mut self.client,
            _ => return None,
        })
    }

    /// What encryption and copies of so many bytes cost.
    #[must_use]
    pub const fn bytes(&self, bytes: u64) -> Nanos {
        bytes * self.kilobyte / 1_000
    }
}

/// The node of 2026-11-22 (`6de26bd`) on two cores of a Xeon server with AVX-512. "Fitted" are values that follow
/// from processor time by thread group and from counters of `hanse bench` at 100, 500 and 2,000 transfers per second
/// with 4 validators, 500 with 7, 200 with 10 (`docs/scaling.md` has the figures).
pub const MEASURED: Costs = Costs {
    // `cargo bench -p benches --bench types`, types::verify; groups of 256 also printed by `hanse bench` (8.8 µs).
    verify: &[(1, 34_000), (16, 17_000), (64, 12_500), (128, 10_000), (256, 8_800), (512, 8_500)],
    // Printed by `hanse bench`.
    sign: 13_700,
    // Fitted: network, consensus and notes at low rates, where every message wakes a thread.
    wake: 5_000,
    // Fitted: network_api, after frames are taken off.
    api: 16_000,
    // Fitted: verify and mempool, after signatures are taken off.
    admit: 4_000,
    pack: 4_000,
    unpack: 4_000,
    // Fitted: execute, per transaction (15 µs) and per block (0.55 ms, with both syncs and the certificate).
    execute: 15_000,
    compact: 3_000,
    batch: 15_000,
    batch_write: 15_000,
    note: 3_000,
    message: 3_000,
    // Fitted: consensus, 0.65 ms per block with 4 validators.
    step: 5_000,
    reference: 500,
    vote_write: 20_000,
    block: 250_000,
    certificate: 40_000,
    // Fitted: network_api, 22 µs per frame alone, 12 µs where frames share reads and writes.
    frame_out: 3_000,
    frame_in: 3_000,
    system_call: 9_000,
    kilobyte: 2_000,
    // Fitted: store, 0.1-0.15 ms per write of one batch.
    synced: 50_000,
    // Printed by `hanse bench`: 181-209 µs.
    sync: 200_000,
    // cpu_us_per_tx_client at 2,000/s.
    client: 45_000,
};

#[cfg(test)]
mod tests {
    use super::{Costs, MEASURED};

    #[test]
    fn many_signatures_together_cost_less_each_and_sizes_between_lie_between() {
        let costs = Costs { verify: &[(1, 30), (11, 20), (101, 11)], ..MEASURED };
        assert_eq!(
            [0, 1, 6, 11, 56, 101, 200].map(|n| costs.verifying(n)),
            [0, 30, 6 * 25, 11 * 20, 56 * 16, 101 * 11, 200 * 11]
        );
    }
}
