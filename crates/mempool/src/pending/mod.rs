//! Admitted transactions until their outcome is certain: queue, quotas, and where each one stands.
//!
//! ```text
//! Queued -> Batching -> Batched -> Ordered -> (committed or expired: forgotten)
//!    \---- Elsewhere (in another's certified batch) ---/
//! Batched, Elsewhere -> Queued when the batch was dropped unordered
//! ```

mod certified;
mod entry;
mod quota;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use types::{
    BatchDigest, CheckedTransaction, TimeMs, Transaction, TransactionId, WitnessHash, admission::ClientId,
};

use crate::{MempoolConfig, fair_queue::FairQueue};
use certified::CertifiedIndex;
pub(crate) use entry::{Due, Key, Known, key_of};
use entry::{Entry, Place, account_of};
use quota::Quotas;
pub(crate) use quota::Shortage;

/// Bytes that a transaction takes in a batch besides its own: its length.
pub(crate) const LENGTH_PREFIX: usize = 8;

/// The most differently signed forms of one transaction that wait at once.
const FORMS_MAX: usize = 4;

/// All admitted transactions of this node without certain outcome.
#[derive(Debug)]
pub(crate) struct Pending {
    entries: BTreeMap<Key, Entry>,
    queue: FairQueue<Key>,
    queued_bytes: usize,
    waiting_since: Option<Instant>,
    /// What is queued has waited already, before it was verified.
    is_ripe: bool,
    expiries: BTreeSet<(TimeMs, Key)>,
    ordered: (u64, u64),
    quotas: Quotas,
    certified: CertifiedIndex,
}

impl Pending {
    pub(crate) fn new(config: &MempoolConfig) -> Self {
        Self {
            entries: BTreeMap::new(),
            queue: FairQueue::new(),
            queued_bytes: 0,
            waiting_since: None,
            is_ripe: false,
            expiries: BTreeSet::new(),
            ordered: (0, 0),
            quotas: Quotas::new(config),
            certified: CertifiedIndex::default(),
        }
    }

    /// Makes room for a submission before it is looked at.
    pub(crate) fn reserve(&mut self, client: ClientId, bytes: usize) -> Result<(), Shortage> {
        self.quotas.reserve(client, bytes)
    }

    /// A submission was looked at; its room is kept or released apart from this.
    pub(crate) fn judged(&mut self, client: ClientId) {
        self.quotas.judged(client);
    }

    /// Gives the room of a refused or repeated submission back.
    pub(crate) fn release(&mut self, client: ClientId, bytes: usize) {
        self.quotas.release(client, bytes);
    }

    pub(crate) fn known(&self, key: &Key) -> Known {
        match self.entries.get(key).map(|entry| entry.place) {
            None => Known::No,
            Some(Place::Ordered) => Known::Ordered,
            Some(Place::Queued(_) | Place::Batching | Place::Batched(_) | Place::Elsewhere(_)) => {
                Known::Waiting
            }
        }
    }

    /// Whether the account may have another transaction waiting.
    pub(crate) fn room_of(&self, transaction: &Transaction) -> Result<(), Shortage> {
        self.quotas.account_room(&account_of(transaction), transaction.bytes().len())?;
        let id = *transaction.id();
        let forms = (id, WitnessHash::new([0; 32]))..=(id, WitnessHash::new([0xff; 32]));
        let found = self.entries.range(forms).count();
        if found >= FORMS_MAX { Err(Shortage::Forms { found, limit: FORMS_MAX }) } else { Ok(()) }
    }

    /// Takes a verified transaction whose room was reserved. `Ok(false)`: it was there already, and the
    /// caller gives the room back.
    pub(crate) fn admit(
        &mut self,
        transaction: CheckedTransaction,
        client: ClientId,
    ) -> Result<bool, Shortage> {
        let key = key_of(transaction.get());
        match self.known(&key) {
            Known::Waiting => return Ok(false),
            Known::Ordered => {
                self.requeue(&key);
                return Ok(false);
            }
            Known::No => self.room_of(transaction.get())?,
        }
        self.insert(key, transaction, Some(client));
        Ok(true)
    }

    /// Puts a transaction of a dropped own batch back into the queue, also one admitted before a restart.
    pub(crate) fn restore(&mut self, transaction: &CheckedTransaction, dropped: BatchDigest) {
        let key = key_of(transaction.get());
        match self.entries.get(&key).map(|entry| entry.place) {
            None => self.insert(key, transaction.clone(), None),
            Some(Place::Batched(digest)) if digest == dropped => self.requeue(&key),
            Some(
                Place::Queued(_) | Place::Batching | Place::Batched(_) | Place::Elsewhere(_) | Place::Ordered,
            ) => {}
        }
    }

    fn insert(&mut self, key: Key, transaction: CheckedTransaction, client: Option<ClientId>) {
        let account = account_of(transaction.get());
        self.quotas.charge(client, account, transaction.get().bytes().len());
        self.expiries.insert((transaction.get().body().valid_until, key));
        let elsewhere = self.certified.batch_of(&key);
        let place = elsewhere.map_or(Place::Batching, Place::Elsewhere);
        self.entries.insert(key, Entry { transaction, client, account, place });
        if elsewhere.is_none() {
            self.requeue(&key);
        }
    }

    /// Moves an entry into the queue, wherever it stands.
    fn requeue(&mut self, key: &Key) {
        self.unplace(key);
        let Some(entry) = self.entries.get_mut(key) else { return };
        if self.queue.is_empty() {
            self.waiting_since = Some(Instant::now());
        }
        entry.place = Place::Queued(self.queue.push(entry.account, *key));
        self.queued_bytes += LENGTH_PREFIX + entry.transaction.get().bytes().len();
    }

    /// Takes an entry out of the queue or of the count of ordered ones; it then stands at `Batching`.
    fn unplace(&mut self, key: &Key) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        let bytes = entry.transaction.get().bytes().len();
        match std::mem::replace(&mut entry.place, Place::Batching) {
            Place::Queued(ticket) => {
                self.queue.remove(&entry.account, ticket);
                self.queued_bytes -= LENGTH_PREFIX + bytes;
                if self.queue.is_empty() {
                    self.waiting_since = None;
                }
            }
            Place::Ordered => self.ordered = (self.ordered.0 - 1, self.ordered.1 - bytes as u64),
            Place::Batching | Place::Batched(_) | Place::Elsewhere(_) => {}
        }
    }

    /// When a batch whose transactions take at most `bytes_max` is due.
    pub(crate) fn due(&self, bytes_max: usize) -> Due {
        match self.waiting_since {
            None => Due::Never,
            Some(_) if self.is_ripe || self.queued_bytes >= bytes_max => Due::Now,
            Some(since) => Due::Since(since),
        }
    }

    /// What was admitted last had been gathered: the next batch need not wait for more.
    pub(crate) const fn ripen(&mut self) {
        self.is_ripe = true;
    }

    /// Takes transactions in fair order, as many as fit.
    pub(crate) fn take(&mut self, bytes_max: usize) -> Vec<CheckedTransaction> {
        let mut taken = Vec::new();
        let mut bytes = 0;
        while let Some((_, _, key)) = self.queue.peek() {
            let Some(entry) = self.entries.get_mut(&key) else { break };
            let more = LENGTH_PREFIX + entry.transaction.get().bytes().len();
            if bytes + more > bytes_max {
                break;
            }
            bytes += more;
            entry.place = Place::Batching;
            taken.push(entry.transaction.clone());
            self.queue.pop();
        }
        self.queued_bytes -= bytes;
        self.waiting_since = (!self.queue.is_empty()).then(Instant::now);
        self.is_ripe = false;
        taken
    }

    /// Taken transactions that no batch was made of wait again.
    pub(crate) fn give_back(&mut self, transactions: &[CheckedTransaction]) {
        for transaction in transactions {
            let key = key_of(transaction.get());
            if self.entries.get(&key).is_some_and(|entry| entry.place == Place::Batching) {
                self.requeue(&key);
            }
        }
    }

    /// The taken transactions are in this own batch.
    pub(crate) fn batched(&mut self, digest: BatchDigest, transactions: &[CheckedTransaction]) {
        for transaction in transactions {
            if let Some(entry) = self.entries.get_mut(&key_of(transaction.get()))
                && entry.place == Place::Batching
            {
                entry.place = Place::Batched(digest);
            }
        }
    }

    /// Another's batch is certified and held: what waits here and is in it waits for it.
    pub(crate) fn certified(&mut self, digest: BatchDigest, transactions: &[CheckedTransaction]) {
        for key in self.certified.insert(digest, transactions.iter().map(|checked| key_of(checked.get()))) {
            if self.entries.get(&key).is_some_and(|entry| matches!(entry.place, Place::Queued(_))) {
                self.unplace(&key);
                if let Some(entry) = self.entries.get_mut(&key) {
                    entry.place = Place::Elsewhere(digest);
                }
            }
        }
    }

    /// A batch was ordered: its transactions only wait for their outcome.
    pub(crate) fn batch_ordered(&mut self, digest: &BatchDigest, own: &[Key]) {
        let certified = self.certified.remove(digest);
        for key in own.iter().chain(&certified) {
            let mine = |place| place == Place::Batched(*digest) || place == Place::Elsewhere(*digest);
            if let Some(entry) = self.entries.get_mut(key)
                && mine(entry.place)
            {
                entry.place = Place::Ordered;
                let bytes = entry.transaction.get().bytes().len() as u64;
                self.ordered = (self.ordered.0 + 1, self.ordered.1 + bytes);
            }
        }
    }

    /// Another's batch was dropped unordered: what waited for it is queued here.
    pub(crate) fn certified_dropped(&mut self, digest: &BatchDigest) {
        for key in self.certified.remove(digest) {
            if self.entries.get(&key).is_some_and(|entry| entry.place == Place::Elsewhere(*digest)) {
                self.requeue(&key);
            }
        }
    }

    /// An id was executed: every form of it is forgotten.
    pub(crate) fn committed(&mut self, id: &TransactionId) {
        let forms = (*id, WitnessHash::new([0; 32]))..=(*id, WitnessHash::new([0xff; 32]));
        let keys: Vec<Key> = self.entries.range(forms).map(|(key, _)| *key).collect();
        for key in keys {
            self.forget(&key);
        }
    }

    /// Forgets and names what no block of this time or later can hold.
    pub(crate) fn expire(&mut self, block_time: TimeMs) -> Vec<TransactionId> {
        let mut expired = Vec::new();
        while let Some((valid_until, key)) = self.expiries.first().copied() {
            if valid_until >= block_time {
                break;
            }
            self.forget(&key);
            expired.push(key.0);
        }
        expired.dedup();
        expired
    }

    fn forget(&mut self, key: &Key) {
        self.unplace(key);
        if let Some(entry) = self.entries.remove(key) {
            self.expiries.remove(&(entry.transaction.get().body().valid_until, *key));
            self.quotas.refund(entry.client, entry.account, entry.transaction.get().bytes().len());
        }
    }

    /// Number and bytes of the admitted transactions that are in no ordered batch.
    pub(crate) fn load(&self) -> (u64, u64) {
        let (count, bytes) = self.quotas.admitted();
        (count - self.ordered.0, bytes - self.ordered.1)
    }
}
