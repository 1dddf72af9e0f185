//! Which records of the vote log must survive when it is written anew.

use std::cmp::Ordering;

use types::{Epoch, Height, View};

use crate::{message::Statement, record::LogRecord};

/// Keeps every vote of this epoch above `low` (with proposals and prepared certificates), its highest view
/// change and its highest new view, in their order: they hold the floor below which nothing is signed. Older
/// epochs are over; later ones, which an older ledger has not reached, are kept as they are.
#[must_use]
pub fn still_needed(records: Vec<LogRecord>, epoch: Epoch, low: Height) -> Vec<LogRecord> {
    let present = || records.iter().filter(|record| record.epoch() == epoch);
    let wished = present().filter_map(view_change_of).max();
    let installed = present().filter_map(new_view_of).max();
    let needed_here =
        |record: &LogRecord| match (height_of(record), view_change_of(record), new_view_of(record)) {
            (Some(height), _, _) => height > low,
            (None, Some(view), _) => Some(view) == wished,
            (None, None, Some(view)) => Some(view) == installed,
            (None, None, None) => false,
        };
    let needed = |record: &LogRecord| match record.epoch().cmp(&epoch) {
        Ordering::Less => false,
        Ordering::Equal => needed_here(record),
        Ordering::Greater => true,
    };
    records.into_iter().filter(needed).collect()
}

fn statement(record: &LogRecord) -> &Statement {
    match record {
        LogRecord::Own { signed, .. } | LogRecord::Installed(signed) => &signed.statement,
    }
}

fn height_of(record: &LogRecord) -> Option<Height> {
    match statement(record) {
        Statement::PrePrepare(vote) | Statement::Prepare(vote) | Statement::Commit(vote) => Some(vote.height),
        Statement::Checkpoint(checkpoint) => Some(checkpoint.height),
        Statement::ViewChange(_)
        | Statement::NewView(_)
        | Statement::EmptyRequest(_)
        | Statement::VoteQuery(_) => None,
    }
}

fn view_change_of(record: &LogRecord) -> Option<View> {
    if let Statement::ViewChange(change) = statement(record) { Some(change.view) } else { None }
}

fn new_view_of(record: &LogRecord) -> Option<View> {
    if let Statement::NewView(new_view) = statement(record) { Some(new_view.view) } else { None }
}

#[cfg(test)]
mod tests {
    use types::{Epoch, Height, ProposalDigest, Signature, ValidatorIndex, View};

    use super::still_needed;
    use crate::{LogRecord, NewView, SignedStatement, Statement, ViewChange, Vote};

    fn signed(epoch: u64, statement: Statement) -> SignedStatement {
        let signature = Signature::new([5; 64]);
        SignedStatement { signer: ValidatorIndex::new(1), epoch: Epoch::new(epoch), statement, signature }
    }

    fn own(epoch: u64, statement: Statement) -> LogRecord {
        LogRecord::Own { signed: signed(epoch, statement), proposal: None, prepared: None }
    }

    fn prepare(epoch: u64, height: u64) -> LogRecord {
        let digest = ProposalDigest::new([9; 32]);
        own(epoch, Statement::Prepare(Vote { view: View::ZERO, height: Height::new(height), digest }))
    }

    fn view_change(epoch: u64, view: u64) -> LogRecord {
        own(
            epoch,
            Statement::ViewChange(ViewChange { view: View::new(view), stable: None, prepared: Vec::new() }),
        )
    }

    fn installed(epoch: u64, view: u64) -> LogRecord {
        let new_view = NewView { view: View::new(view), view_changes: Vec::new() };
        LogRecord::Installed(signed(epoch, Statement::NewView(new_view)))
    }

    #[test]
    fn votes_above_low_and_the_floor_are_kept() {
        let records = vec![
            view_change(0, 1),
            installed(0, 1),
            prepare(0, 1),
            view_change(0, 4),
            prepare(0, 10),
            prepare(0, 11),
        ];
        let kept = still_needed(records, Epoch::ZERO, Height::new(10));
        assert_eq!(kept, [installed(0, 1), view_change(0, 4), prepare(0, 11)]);
    }

    #[test]
    fn what_is_of_an_older_epoch_goes_and_what_is_of_a_later_one_stays() {
        let records =
            vec![view_change(0, 7), installed(0, 7), view_change(1, 2), installed(1, 1), prepare(2, 4)];
        let kept = still_needed(records, Epoch::new(1), Height::new(10));
        assert_eq!(kept, [view_change(1, 2), installed(1, 1), prepare(2, 4)]);
    }
}
