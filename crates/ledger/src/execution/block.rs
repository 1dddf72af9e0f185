//! One block: the transaction list, the results, the write set and the header.

use std::{collections::BTreeSet, sync::Arc};

use types::{
    AccountId, BlockHash, CheckedBatch, Code, Epoch, Header, Height, Proposal, ResultRecord, WitnessHash,
    merkle,
    state_proof::{key_path, value_hash},
};

use super::{
    RULES, SeenId, Source,
    context::Place,
    epoch::{self, Ahead},
    forget::{FORGOTTEN_MAX, forget},
    transaction,
};
use crate::{
    BlockFault, LedgerError,
    state::{State, StateWrite, Tables},
    tree::{Change, Prefix, Tree},
};

/// What consensus ordered at one height.
#[derive(Debug, Clone)]
pub struct ProposedBlock {
    /// The epoch of the height.
    pub epoch: Epoch,
    /// The height.
    pub height: Height,
    /// What was agreed on.
    pub proposal: Proposal,
    /// The proposal's batches, in its order.
    pub batches: Vec<Arc<CheckedBatch>>,
}

/// A transaction of the block's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Listed {
    /// Its place among the transactions of all batches of the proposal, from 0: not every one is listed.
    pub(crate) place: u32,
    /// What became of it.
    pub(crate) record: ResultRecord,
}

/// All that a block changes.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) header: Header,
    pub(crate) hash: BlockHash,
    pub(crate) listed: Vec<Listed>,
    /// Ascending by key.
    pub(crate) writes: Vec<StateWrite>,
    /// The state tree after the block.
    pub(crate) tree: Tree,
    /// Its pages that the block changed.
    pub(crate) touched: BTreeSet<Prefix>,
    /// The last id that was forgotten.
    pub(crate) forgotten: Option<SeenId>,
    /// Account and index in the block.
    pub(crate) history: Vec<(AccountId, u32)>,
    /// What holds for the next block.
    pub(crate) ahead: Ahead,
}

/// What stands below a block.
pub(crate) struct Below<'b> {
    pub(crate) source: &'b dyn Source,
    /// The state tree; pages that are not in memory are those of the source.
    pub(crate) tree: &'b Tree,
    pub(crate) parent: &'b Header,
    /// The last id that was forgotten, if known: where to go on.
    pub(crate) forgotten: Option<SeenId>,
}

#[derive(Default)]
struct List {
    listed: Vec<Listed>,
    witnesses: Vec<WitnessHash>,
    void: BTreeSet<WitnessHash>,
    history: Vec<(AccountId, u32)>,
}

/// Checks that the batches are those that the proposal names.
pub(crate) fn check_batches(block: &ProposedBlock) -> Result<(), LedgerError> {
    let refused =
        |place| LedgerError::InvalidBlock { height: block.height, fault: BlockFault::Batch { place } };
    let wrong = block.proposal.references.iter().zip(&block.batches).position(|(r, b)| r != b.reference());
    match wrong {
        Some(place) => Err(refused(place)),
        None if block.proposal.references.len() != block.batches.len() => {
            Err(refused(block.proposal.references.len().min(block.batches.len())))
        }
        None => Ok(()),
    }
}

/// Executes a block whose batches were checked to be the proposal's. Changes stay in `tables`: the caller
/// settles them when the block is stored, or throws the tables away.
pub(crate) fn execute(
    below: &Below<'_>,
    tables: &mut Tables,
    block: &ProposedBlock,
) -> Result<Outcome, LedgerError> {
    let mut state = State::new(below.source, tables);
    let ahead = Ahead::of(&mut state, below.parent.height)?;
    if block.epoch != ahead.epoch.epoch {
        let fault = BlockFault::Place { epoch: ahead.epoch.epoch, height: block.height };
        return Err(LedgerError::InvalidBlock { height: block.height, fault });
    }
    let parameters = &*ahead.epoch.parameters;
    if parameters.rules > RULES {
        return Err(LedgerError::NewerRules {
            height: block.height,
            found: parameters.rules,
            supported: RULES,
        });
    }
    epoch::begin(&mut state, &ahead)?;
    let time = block.proposal.time.max(below.parent.time.next());
    let offered: usize = block.batches.iter().map(|batch| batch.transactions().len()).sum();
    let limit = FORGOTTEN_MAX.max(2 * offered);
    let forgotten = forget(&mut state, parameters, time, below.forgotten, limit)?;
    let list = execute_list(&mut state, Place { height: block.height, time, parameters }, block)?;
    epoch::end(&mut state, block.height)?;
    let next = Ahead::of(&mut state, block.height)?;
    let set_hashes = set_hashes(&mut state)?;
    let writes = tables.writes();
    let mut touched = BTreeSet::new();
    let tree = below.tree.update(below.source, &changes(&writes), &mut touched)?;
    let header = Header {
        version: 1,
        chain_id: below.parent.chain_id,
        epoch: block.epoch,
        height: block.height,
        parent: below.parent.hash(),
        time,
        proposal: block.proposal.digest(),
        transactions_root: merkle::root(
            &list.witnesses.iter().map(WitnessHash::as_bytes).collect::<Vec<_>>(),
        ),
        transaction_count: u32::try_from(list.listed.len()).unwrap_or(u32::MAX),
        results_root: merkle::root(
            &list.listed.iter().map(|listed| listed.record.encode()).collect::<Vec<_>>(),
        ),
        state_root: tree.root(),
        active_set: set_hashes.0,
        next_set: set_hashes.1,
        rules: parameters.rules,
    };
    let hash = header.hash();
    let List { listed, history, .. } = list;
    Ok(Outcome { header, hash, listed, writes, tree, touched, forgotten, history, ahead: next })
}

/// The transactions of the batches in order, without those whose id is remembered (also since earlier in
/// this block) and without expired ones; void ones once by witness hash.
fn execute_list(state: &mut State<'_>, place: Place<'_>, block: &ProposedBlock) -> Result<List, LedgerError> {
    let mut list = List::default();
    let transactions = block.batches.iter().flat_map(|batch| batch.transactions());
    for (listed_place, checked) in (0u32..).zip(transactions) {
        let transaction = checked.get();
        let is_expired = place.time > transaction.body().valid_until;
        if is_expired
            || list.void.contains(transaction.witness())
            || state.seen(&transaction::seen_id(transaction))?.is_some()
        {
            continue;
        }
        let judgement = transaction::execute(state, place, transaction)?;
        let record =
            ResultRecord { id: *transaction.id(), code: judgement.code, operation: judgement.operation };
        let index = u32::try_from(list.listed.len()).unwrap_or(u32::MAX);
        list.history.extend(judgement.touched.into_iter().map(|account| (account, index)));
        if judgement.code == Code::Unauthorised {
            list.void.insert(*transaction.witness());
        }
        list.witnesses.push(*transaction.witness());
        list.listed.push(Listed { place: listed_place, record });
    }
    Ok(list)
}

fn set_hashes(
    state: &mut State<'_>,
) -> Result<(types::ValidatorSetHash, types::ValidatorSetHash), LedgerError> {
    Ok((state.must_active_set()?.hash(), state.must_next_set()?.hash()))
}

/// The write set as the tree takes it: ascending by path.
pub(crate) fn changes(writes: &[StateWrite]) -> Vec<Change> {
    let change = |write: &StateWrite| Change {
        path: key_path(&write.key),
        value_hash: write.after.as_deref().map(value_hash),
    };
    let mut changes: Vec<_> = writes.iter().map(change).collect();
    changes.sort_unstable_by_key(|change| change.path);
    changes
}
