//! A validator's mempool by the rules of crate `mempool` (`maker`, `own`, `exchange`, `notes`): when a batch closes,
//! when it is proven, what is known already. Transactions are numbers of transactions.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use types::{
    Acknowledgement, AvailabilityProof, BatchDigest, BatchRef, BatchSequence, Epoch, Signature, TimeMs,
    ValidatorIndex, hash::sha256,
};

use super::{
    costs::{MILLISECOND, Nanos},
    node::Rules,
};

/// Bytes of a batch without transactions, and of a transaction's length.
const EMPTY_BATCH_BYTES: u64 = 34;
const LENGTH_BYTES: u64 = 8;
/// While own transactions are on their way to a proof others may wait so many times longer, up to this; or, where
/// proofs queue, longer (`pace`).
const BUSY: u64 = 10;
const BUSY_LEAST: Nanos = 100 * MILLISECOND;
const BUSY_MOST: Nanos = 1_000 * MILLISECOND;
/// How long batches of others are gathered meanwhile (`intake`).
const INTAKE_PATIENCE: Nanos = 15 * MILLISECOND;
const INTAKE_MAX: usize = 32;
/// When peers are asked for a batch that is missing: first this many, then all (`fetching`).
const FETCH_GRACE: Nanos = 2 * TICK;
const FETCH_GRACE_MAX: Nanos = 20 * TICK;
const FETCH_RETRY: Nanos = 4 * TICK;
const FETCH_FIRST: usize = 2;
/// The mempool's tick.
pub(super) const TICK: Nanos = 50 * MILLISECOND;
/// Submissions gathered meanwhile, at most.
const GATHERED_MAX: u64 = 512;
/// How long a batch waits for q acknowledgements before it is proven by f+1.
const QUORUM_WAIT: Nanos = 100 * MILLISECOND;

/// Transactions that were due at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    pub due: Nanos,
    pub count: u64,
}

/// A batch.
#[derive(Debug)]
pub(super) struct Body {
    pub reference: BatchRef,
    pub groups: Vec<Group>,
}

/// An own batch until it is ordered.
#[derive(Debug)]
struct Own {
    reference: BatchRef,
    made: Nanos,
    durable: bool,
    signers: BTreeMap<ValidatorIndex, Signature>,
    proven: usize,
}

/// A batch that is missing.
#[derive(Debug)]
struct Fetch {
    from: Vec<ValidatorIndex>,
    was_asked: bool,
    retry_at: Nanos,
    wait: Nanos,
}

/// How long proofs of own batches take (`pace`).
#[derive(Debug, Default)]
struct Pace {
    least: Nanos,
    average: Nanos,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// Admitted, with the time since when.
    waiting: VecDeque<(Nanos, Group)>,
    waiting_count: u64,
    /// What waits has waited already, before it was verified.
    is_ripe: bool,
    /// Groups of submissions that are being verified.
    judging: u64,
    /// Since when submissions are gathered.
    gathering: Option<Nanos>,
    sequence: u64,
    own: BTreeMap<BatchDigest, Own>,
    unproven: usize,
    /// Held, being verified or written.
    bodies: BTreeMap<BatchDigest, Rc<Body>>,
    held: BTreeSet<BatchDigest>,
    proven: BTreeSet<BatchDigest>,
    done: BTreeSet<BatchDigest>,
    wanted: BTreeMap<BatchDigest, Fetch>,
    pace: Pace,
    gathering_batches: Option<Nanos>,
}

impl Pool {
    /// Transactions wait to be packed.
    pub fn admit(&mut self, now: Nanos, group: Group) {
        self.waiting_count += group.count;
        self.waiting.push_back((now, group));
    }

    /// When the next batch closes, if nothing more comes.
    pub fn due(&self, now: Nanos, rules: &Rules) -> Option<Nanos> {
        let (since, _) = self.waiting.front()?;
        if self.own.len() >= rules.parameters.batches_per_author as usize {
            return None;
        }
        let is_full = self.waiting_count >= rules.transactions_per_batch();
        let delay = if self.is_busy() { self.busy_delay(rules) } else { rules.delay() };
        Some(if is_full || self.is_ripe { now } else { since + delay })
    }

    fn busy_delay(&self, rules: &Rules) -> Nanos {
        let queueing = self.pace.average - self.pace.least;
        BUSY_LEAST.min(BUSY * rules.delay()).max((2 * queueing).min(BUSY_MOST))
    }

    fn is_busy(&self) -> bool {
        self.unproven > 0 || self.judging > 0
    }

    /// Whether the submissions that wait, so many, are to be judged now, or rather gathered.
    pub fn gathers(&mut self, now: Nanos, count: u64, rules: &Rules) -> bool {
        let since = *self.gathering.get_or_insert(now);
        self.is_busy() && count < GATHERED_MAX && now < since + self.busy_delay(rules)
    }

    /// They are taken; whether they had waited.
    pub fn judge(&mut self, now: Nanos) -> bool {
        self.judging += 1;
        self.gathering.take().is_some_and(|since| since < now)
    }

    /// They are verified.
    pub fn judged(&mut self, had_waited: bool) {
        self.judging -= 1;
        self.is_ripe |= had_waited;
    }

    /// Takes what fits into a batch.
    pub fn take(&mut self, author: ValidatorIndex, wall: TimeMs, rules: &Rules) -> Body {
        let mut room = rules.transactions_per_batch();
        let mut groups = Vec::new();
        while room > 0
            && let Some((_, group)) = self.waiting.front_mut()
        {
            let count = group.count.min(room);
            groups.push(Group { count, ..*group });
            room -= count;
            group.count -= count;
            if group.count == 0 {
                self.waiting.pop_front();
            }
        }
        let count: u64 = groups.iter().map(|group| group.count).sum();
        self.waiting_count -= count;
        self.is_ripe = false;
        self.unproven += 1;
        self.sequence += 1;
        let name = [u64::from(author.get()).to_le_bytes(), self.sequence.to_le_bytes()];
        let bytes = EMPTY_BATCH_BYTES + count * (rules.transaction_bytes + LENGTH_BYTES);
        let reference = BatchRef {
            author,
            sequence: BatchSequence::new(self.sequence),
            digest: BatchDigest::new(sha256("scale.batch", &[&name[0], &name[1]])),
            epoch: Epoch::ZERO,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            count: u32::try_from(count).unwrap_or(u32::MAX),
            expires: wall.plus(rules.parameters.batch_lifetime_ms),
        };
        Body { reference, groups }
    }

    /// An own batch is packed.
    pub fn packed(&mut self, body: &Rc<Body>, now: Nanos) {
        let reference = body.reference;
        let own = Own { reference, made: now, durable: false, signers: BTreeMap::new(), proven: 0 };
        self.own.insert(reference.digest, own);
        self.bodies.insert(reference.digest, Rc::clone(body));
    }

    /// A batch of a peer arrives; whether it is news.
    pub fn arrive(&mut self, body: &Rc<Body>) -> bool {
        let digest = body.reference.digest;
        if self.done.contains(&digest) && !self.wanted.contains_key(&digest) {
            return false;
        }
        self.bodies.insert(digest, Rc::clone(body)).is_none()
    }

    /// A batch is durable here.
    pub fn hold(&mut self, digest: &BatchDigest) {
        self.held.insert(*digest);
        self.wanted.remove(digest);
        if let Some(own) = self.own.get_mut(digest) {
            own.durable = true;
        }
    }

    /// The content of a batch.
    pub fn body(&self, digest: &BatchDigest) -> Option<&Rc<Body>> {
        self.bodies.get(digest)
    }

    /// Whether a batch is durable here.
    pub fn is_held(&self, digest: &BatchDigest) -> bool {
        self.held.contains(digest)
    }

    /// A batch that is not held is wanted of these, if it does not come by itself.
    pub fn want(&mut self, digest: &BatchDigest, from: Vec<ValidatorIndex>, now: Nanos) {
        let retry_at = now + self.pace.average.clamp(FETCH_GRACE, FETCH_GRACE_MAX);
        let fresh = Fetch { from: Vec::new(), was_asked: false, retry_at, wait: FETCH_RETRY };
        let fetch = self.wanted.entry(*digest).or_insert(fresh);
        for peer in from {
            if !fetch.from.contains(&peer) {
                fetch.from.push(peer);
            }
        }
    }

    /// Whom to ask for what now.
    pub fn fetches(&mut self, now: Nanos) -> Vec<(ValidatorIndex, BatchDigest)> {
        let mut asks = Vec::new();
        for (digest, fetch) in self.wanted.iter_mut().filter(|(_, fetch)| fetch.retry_at <= now) {
            let few = if fetch.was_asked { fetch.from.len() } else { FETCH_FIRST.min(fetch.from.len()) };
            let start = usize::from(digest.as_bytes()[0]) % fetch.from.len().max(1);
            asks.extend(fetch.from.iter().cycle().skip(start).take(few).map(|peer| (*peer, *digest)));
            fetch.was_asked = true;
            fetch.retry_at = now + fetch.wait;
            fetch.wait *= 2;
        }
        asks
    }

    /// Whether batches of others that wait, so many, are rather gathered.
    pub fn gathers_batches(&mut self, now: Nanos, count: usize) -> bool {
        let since = *self.gathering_batches.get_or_insert(now);
        let gathers = self.is_busy() && count < INTAKE_MAX && now < since + INTAKE_PATIENCE;
        if !gathers {
            self.gathering_batches = None;
        }
        gathers
    }

    /// Whether an acknowledgement is needed: its signature is looked at only then.
    pub fn awaits(&self, acknowledgement: &Acknowledgement) -> bool {
        self.own.get(&acknowledgement.reference.digest).is_some_and(|own| own.proven == 0)
    }

    /// Counts an acknowledgement; a proof when there are q.
    pub fn acknowledge(
        &mut self,
        acknowledgement: &Acknowledgement,
        quorum: usize,
        now: Nanos,
    ) -> Option<AvailabilityProof> {
        let own = self.own.get_mut(&acknowledgement.reference.digest)?;
        own.signers.insert(acknowledgement.signer, acknowledgement.signature);
        let is_enough = own.proven == 0 && own.durable && own.signers.len() >= quorum;
        if !is_enough {
            return None;
        }
        self.pace.proven(now - own.made);
        Some(own.prove(&mut self.unproven))
    }

    /// Proofs by f+1 of those that waited long enough for q.
    pub fn prove_waiting(&mut self, now: Nanos, one_honest: usize) -> Vec<AvailabilityProof> {
        let is_due = |own: &&mut Own| {
            own.proven == 0 && own.durable && own.signers.len() >= one_honest && now >= own.made + QUORUM_WAIT
        };
        let unproven = &mut self.unproven;
        self.own.values_mut().filter(is_due).map(|own| own.prove(unproven)).collect()
    }

    /// Whether a proof says anything new; if so, it is known from here on.
    pub fn learn(&mut self, digest: &BatchDigest) -> bool {
        !self.done.contains(digest) && self.proven.insert(*digest)
    }

    /// A batch is ordered.
    pub fn order(&mut self, digest: &BatchDigest) {
        self.done.insert(*digest);
        self.proven.remove(digest);
        if self.own.remove(digest).is_some_and(|own| own.proven == 0) {
            self.unproven -= 1;
        }
    }

    /// A batch is a block's body now.
    pub fn release(&mut self, digest: &BatchDigest) {
        self.bodies.remove(digest);
        self.held.remove(digest);
    }
}

impl Pace {
    fn proven(&mut self, took: Nanos) {
        if self.average == 0 {
            (self.least, self.average) = (took, took);
        }
        self.least = took.min(self.least + self.least / 256);
        self.average = ((3 * self.average + took) / 4).max(self.least);
    }
}

impl Own {
    fn prove(&mut self, unproven: &mut usize) -> AvailabilityProof {
        self.proven = self.signers.len();
        *unproven -= 1;
        let signatures = self.signers.iter().map(|(signer, signature)| (*signer, *signature)).collect();
        AvailabilityProof { reference: self.reference, signatures }
    }
}

impl Rules {
    fn delay(&self) -> Nanos {
        self.parameters.max_batch_delay_ms * MILLISECOND
    }

    /// How many transactions fit into a batch.
    pub fn transactions_per_batch(&self) -> u64 {
        let room = u64::from(self.parameters.max_batch_bytes).saturating_sub(EMPTY_BATCH_BYTES);
        (room / (self.transaction_bytes + LENGTH_BYTES)).max(1)
    }
}
