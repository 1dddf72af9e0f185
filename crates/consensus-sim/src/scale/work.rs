//! What a thread does with what waits for it, what that costs, and what follows. The network's threads are in
//! `wires`, the replica's in `ordering`.

use std::{collections::VecDeque, rc::Rc};

use consensus::Input;
use types::{Acknowledgement, AvailabilityProof};

use super::{
    costs::Nanos,
    frame::{Content, Frame},
    lanes::{Item, Lane, Then, Work},
    node::{Node, Rules, SIGNATURE},
    pool::Body,
};

/// How many things a thread of the real node takes at once (`admission`, `intake`, `notes`, `acknowledge`).
const TOGETHER_MAX: usize = 256;
const BATCHES_TOGETHER_MAX: usize = 32;
const SIGNATURES_TOGETHER_MAX: u64 = 512;

impl Node {
    /// What a thread of this lane takes up now; `None`: there is nothing.
    pub fn look(&mut self, lane: Lane, now: Nanos, rules: &Rules) -> Option<Work> {
        if self.queue(lane).is_empty() {
            return None;
        }
        Some(match lane {
            Lane::Client => self.sign(rules),
            Lane::Network => self.traffic(rules),
            Lane::Admission => return self.admit(now, rules),
            Lane::BatchCheck => return self.check_batches(now, rules),
            Lane::Notes => self.take_notes(now, rules),
            Lane::Maker => self.make(rules),
            Lane::BatchStore => self.store_batches(rules),
            Lane::Verify => self.verify(rules),
            Lane::Consensus => self.decide(now, rules),
            Lane::Votes => self.log_votes(rules),
            Lane::Executor => self.execute(rules),
            Lane::Compaction => self.compact(),
        })
    }

    fn sign(&mut self, rules: &Rules) -> Work {
        let Some(Item::Sign(group)) = self.queue(Lane::Client).pop_front() else { return Work::default() };
        Work {
            cpu: group.count * rules.costs.client,
            disk: 0,
            then: vec![Then::Queue(Lane::Network, Item::Api(group))],
        }
    }

    /// While own transactions are on their way to a proof, what comes is gathered.
    fn admit(&mut self, now: Nanos, rules: &Rules) -> Option<Work> {
        let waiting: u64 = self.queue(Lane::Admission).iter().map(submitted).sum();
        if self.pool.gathers(now, waiting, rules) {
            return None;
        }
        let (mut work, mut count) = (Work::default(), 0);
        while count < SIGNATURES_TOGETHER_MAX
            && let Some(Item::Submitted(group)) = self.queue(Lane::Admission).pop_front()
        {
            count += group.count;
            work.then.push(Then::Admitted(group));
        }
        work.then.push(Then::Judged(self.pool.judge(now)));
        work.cpu = count * rules.costs.admit + rules.costs.verifying(count);
        Some(work)
    }

    fn make(&mut self, rules: &Rules) -> Work {
        let Some(Item::Pack(body)) = self.queue(Lane::Maker).pop_front() else { return Work::default() };
        let costs = &rules.costs;
        let cpu = costs.batch + u64::from(body.reference.count) * costs.pack;
        Work { cpu, disk: 0, then: vec![Then::Packed(body)] }
    }

    fn check_batches(&mut self, now: Nanos, rules: &Rules) -> Option<Work> {
        let waiting = self.queue(Lane::BatchCheck).len();
        if self.pool.gathers_batches(now, waiting) {
            return None;
        }
        let costs = &rules.costs;
        let (mut work, mut signatures) = (Work::default(), 0);
        for _ in 0..BATCHES_TOGETHER_MAX {
            let Some(Item::Check(body)) = self.queue(Lane::BatchCheck).pop_front() else { break };
            let count = u64::from(body.reference.count);
            work.cpu += costs.batch + count * costs.unpack;
            signatures += count;
            work.then.push(Then::Queue(Lane::BatchStore, Item::Store(body)));
            if signatures >= SIGNATURES_TOGETHER_MAX {
                break;
            }
        }
        work.cpu += costs.verifying(signatures);
        Some(work)
    }

    fn take_notes(&mut self, now: Nanos, rules: &Rules) -> Work {
        let costs = &rules.costs;
        let (mut work, mut signatures) = (Work::default(), 0);
        let take = self.queues[Lane::Notes as usize].len().min(TOGETHER_MAX);
        let notes: Vec<_> = self.queue(Lane::Notes).drain(..take).collect();
        for note in notes {
            work.cpu += costs.note;
            match note {
                Item::Acknowledged(acknowledgement) if self.pool.awaits(&acknowledgement) => {
                    signatures += 1;
                    self.count(&acknowledgement, now, rules, &mut work);
                }
                Item::Proven(proof) if self.pool.learn(&proof.reference.digest) => {
                    signatures += proof.signatures.len() as u64;
                    work.then.push(certified(&proof));
                }
                _ => {}
            }
        }
        work.cpu += costs.verifying(signatures);
        work
    }

    fn count(&mut self, acknowledgement: &Acknowledgement, now: Nanos, rules: &Rules, work: &mut Work) {
        if let Some(proof) = self.pool.acknowledge(acknowledgement, rules.validators.quorum(), now) {
            work.then.extend(self.announce(proof));
        }
    }

    /// A proof for an own batch is told to all.
    pub fn announce(&self, proof: AvailabilityProof) -> [Then; 2] {
        let proof = Rc::new(proof);
        let frame = Frame::new(self.index, Content::Proof(Rc::clone(&proof)));
        [certified(&proof), Then::Queue(Lane::Network, Item::Send(frame, None))]
    }

    fn store_batches(&mut self, rules: &Rules) -> Work {
        let costs = &rules.costs;
        let mut work = Work { cpu: costs.synced, disk: costs.sync, ..Work::default() };
        for _ in 0..TOGETHER_MAX {
            let Some(Item::Store(body)) = self.queue(Lane::BatchStore).pop_front() else { break };
            let bytes = u64::from(body.reference.bytes);
            work.cpu += costs.batch_write + costs.bytes(bytes) / 2 + costs.sign;
            work.then.push(Then::Stored(body.reference));
        }
        work
    }

    /// A batch is durable here: what is told to whom.
    pub fn stored(&mut self, body: &Body, now: Nanos, rules: &Rules) -> Vec<Then> {
        let reference = body.reference;
        let acknowledgement = Acknowledgement { signer: self.index, reference, signature: SIGNATURE };
        self.pool.hold(&reference.digest);
        let mut work = Work::default();
        work.then
            .push(Then::Queue(Lane::Consensus, Item::Input(Some(Box::new(Input::BatchHeld(reference))))));
        if reference.author == self.index {
            self.count(&acknowledgement, now, rules, &mut work);
        } else {
            let frame = Frame::new(self.index, Content::Acknowledgement(acknowledgement));
            work.then.push(Then::Queue(Lane::Network, Item::Send(frame, Some(reference.author))));
        }
        work.then
    }

    fn compact(&mut self) -> Work {
        let mut work = Work::default();
        while let Some(Item::Compact(cpu)) = self.queue(Lane::Compaction).pop_front() {
            work.cpu += cpu;
        }
        work
    }
}

fn submitted(item: &Item) -> u64 {
    if let Item::Submitted(group) = item { group.count } else { 0 }
}

fn certified(proof: &Rc<AvailabilityProof>) -> Then {
    let acks = proof.signatures.len();
    let input = Input::BatchCertified { proof: (**proof).clone(), acks };
    Then::Queue(Lane::Consensus, Item::Input(Some(Box::new(input))))
}

/// Takes from the front what is of one kind.
pub(super) fn take_while<T>(
    queue: &mut VecDeque<Item>,
    max: usize,
    mut take: impl FnMut(Item) -> Result<T, Item>,
) -> Vec<T> {
    let mut taken = Vec::new();
    while taken.len() < max
        && let Some(item) = queue.pop_front()
    {
        match take(item) {
            Ok(one) => taken.push(one),
            Err(other) => {
                queue.push_front(other);
                break;
            }
        }
    }
    taken
}
