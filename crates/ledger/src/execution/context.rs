//! What an operation works with.

use std::{collections::BTreeSet, sync::Arc};

use types::{Account, AccountId, Code, Hash, Height, LockId, Parameters, TimeMs, TransactionId};

use crate::{LedgerError, roles, state::State};

/// The block in which transactions are executed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    /// Its height.
    pub(crate) height: Height,
    /// Block time.
    pub(crate) time: TimeMs,
    /// The chain parameters in force.
    pub(crate) parameters: &'p Parameters,
}

/// The place of one operation in its block.
pub(crate) struct Context<'c, 's> {
    /// The state with all changes before this operation.
    pub(crate) state: &'c mut State<'s>,
    /// The block.
    pub(crate) place: Place<'c>,
    /// The transaction.
    pub(crate) transaction: &'c TransactionId,
    /// The operation's place in it.
    pub(crate) operation: u32,
    /// The accounts in whose history the transaction shall stand.
    pub(crate) touched: &'c mut BTreeSet<AccountId>,
}

/// Why an operation ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The transaction fails with this code.
    Code(Code),
    /// The state cannot be read.
    Ledger(LedgerError),
}

impl From<Code> for Stop {
    fn from(code: Code) -> Self {
        Self::Code(code)
    }
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// How an operation ends.
pub(crate) type Outcome = Result<(), Stop>;

impl Context<'_, '_> {
    /// An account that must exist; it enters the transaction's history.
    pub(crate) fn account(&mut self, id: &AccountId) -> Result<Arc<Account>, Stop> {
        let account = self.state.account(id)?.ok_or(Code::UnknownAccount)?;
        self.touched.insert(*id);
        Ok(account)
    }

    /// The acting account; its state must allow the operation.
    pub(crate) fn source(&mut self, operation: &str, id: &AccountId) -> Result<Arc<Account>, Stop> {
        let account = self.account(id)?;
        roles::check_status(operation, &account)?;
        Ok(account)
    }

    /// The id of the lock that this operation makes.
    pub(crate) fn lock_id(&self) -> LockId {
        LockId::of_operation(self.transaction, self.operation)
    }
}

/// Plain SHA-256, as locks use it.
pub(crate) fn plain_sha256(bytes: &[u8]) -> Hash {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}
