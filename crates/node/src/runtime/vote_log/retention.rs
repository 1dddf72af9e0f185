//! Which records of the vote log must survive when it is written anew.

use std::cmp::Ordering;

use consensus::{LogRecord, Statement};
use types::{Epoch, Height, View};

/// Keeps every vote of this epoch above `low` (with proposals and prepared certificates), its highest view
/// change and its highest new view, in their order: they hold the floor below which nothing is signed. Older
/// epochs are over; later ones, which an older ledger has not reached, are kept as they are.
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
