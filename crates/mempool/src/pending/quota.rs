//! Who may have how much waiting: the node as a whole, a client, a source account.

use std::collections::BTreeMap;

use types::{AccountId, admission::ClientId};

use crate::MempoolConfig;

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Shortage {
    /// The pool is full.
    #[error("the pool is full: {found} {what} wait, at most {limit} may")]
    Pool {
        /// `transactions` or `bytes`.
        what: &'static str,
        /// How many wait.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// The client has too much waiting.
    #[error("{found} transactions of this client wait, at most {limit} may; await their outcome")]
    Client {
        /// How many wait.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// The client's unverified submissions fill its share of the queue.
    #[error("{found} unverified transactions of this client wait, at most {limit} may; submit more slowly")]
    Unverified {
        /// How many wait.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// The account has too much waiting.
    #[error("{found} {what} of this source account wait, at most {limit} may; await their outcome")]
    Account {
        /// `transactions` or `bytes`.
        what: &'static str,
        /// How many wait.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// The same body waits with too many different sets of signatures.
    #[error("{found} differently signed forms of this transaction wait, at most {limit} may")]
    Forms {
        /// How many wait.
        found: usize,
        /// The bound.
        limit: usize,
    },
}

#[derive(Debug, Clone, Copy, Default)]
struct Usage {
    count: usize,
    bytes: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct ClientUsage {
    waiting: usize,
    unverified: usize,
}

/// All usage and its bounds.
#[derive(Debug)]
pub(super) struct Quotas {
    pool_max: Usage,
    account_max: Usage,
    client_max: ClientUsage,
    /// Submissions being looked at and admitted transactions together.
    pool: Usage,
    admitted: Usage,
    accounts: BTreeMap<AccountId, Usage>,
    clients: BTreeMap<ClientId, ClientUsage>,
}

impl Quotas {
    pub(super) const fn new(config: &MempoolConfig) -> Self {
        Self {
            pool_max: Usage { count: config.pending_transactions_max, bytes: config.pending_bytes_max },
            account_max: Usage { count: config.account_transactions_max, bytes: config.account_bytes_max },
            client_max: ClientUsage {
                waiting: config.client_transactions_max,
                unverified: config.client_submissions_max,
            },
            pool: Usage { count: 0, bytes: 0 },
            admitted: Usage { count: 0, bytes: 0 },
            accounts: BTreeMap::new(),
            clients: BTreeMap::new(),
        }
    }

    pub(super) fn reserve(&mut self, client: ClientId, bytes: usize) -> Result<(), Shortage> {
        let (pool, limit) = (self.pool, self.pool_max);
        if pool.count >= limit.count {
            return Err(Shortage::Pool { what: "transactions", found: pool.count, limit: limit.count });
        }
        if pool.bytes + bytes > limit.bytes {
            return Err(Shortage::Pool { what: "bytes", found: pool.bytes, limit: limit.bytes });
        }
        let usage = self.clients.get(&client).copied().unwrap_or_default();
        if usage.waiting >= self.client_max.waiting {
            return Err(Shortage::Client { found: usage.waiting, limit: self.client_max.waiting });
        }
        if usage.unverified >= self.client_max.unverified {
            return Err(Shortage::Unverified { found: usage.unverified, limit: self.client_max.unverified });
        }
        let usage = self.clients.entry(client).or_default();
        usage.waiting += 1;
        usage.unverified += 1;
        self.pool.count += 1;
        self.pool.bytes += bytes;
        Ok(())
    }

    /// A submission left the queue of unverified ones. Called before its release.
    pub(super) fn judged(&mut self, client: ClientId) {
        if let Some(usage) = self.clients.get_mut(&client) {
            usage.unverified -= 1;
        }
    }

    pub(super) fn release(&mut self, client: ClientId, bytes: usize) {
        self.pool.count -= 1;
        self.pool.bytes -= bytes;
        if let Some(usage) = self.clients.get_mut(&client) {
            usage.waiting -= 1;
            if usage.waiting == 0 {
                self.clients.remove(&client);
            }
        }
    }

    pub(super) fn account_room(&self, account: &AccountId, bytes: usize) -> Result<(), Shortage> {
        let (usage, limit) = (self.accounts.get(account).copied().unwrap_or_default(), self.account_max);
        if usage.count >= limit.count {
            return Err(Shortage::Account { what: "transactions", found: usage.count, limit: limit.count });
        }
        if usage.bytes + bytes > limit.bytes {
            return Err(Shortage::Account { what: "bytes", found: usage.bytes, limit: limit.bytes });
        }
        Ok(())
    }

    /// Counts an admitted transaction. Without a client nothing was reserved before, so it is now.
    pub(super) fn charge(&mut self, client: Option<ClientId>, account: AccountId, bytes: usize) {
        if client.is_none() {
            self.pool.count += 1;
            self.pool.bytes += bytes;
        }
        self.admitted.count += 1;
        self.admitted.bytes += bytes;
        let usage = self.accounts.entry(account).or_default();
        usage.count += 1;
        usage.bytes += bytes;
    }

    pub(super) fn refund(&mut self, client: Option<ClientId>, account: AccountId, bytes: usize) {
        self.admitted.count -= 1;
        self.admitted.bytes -= bytes;
        match client {
            Some(client) => self.release(client, bytes),
            None => {
                self.pool.count -= 1;
                self.pool.bytes -= bytes;
            }
        }
        if let Some(usage) = self.accounts.get_mut(&account) {
            usage.count -= 1;
            usage.bytes -= bytes;
            if usage.count == 0 {
                self.accounts.remove(&account);
            }
        }
    }

    pub(super) const fn admitted(&self) -> (u64, u64) {
        (self.admitted.count as u64, self.admitted.bytes as u64)
    }
}
