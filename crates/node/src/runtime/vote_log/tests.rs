//! Consensus' records in the log; the log itself is tested in its crate.

use consensus::{LogRecord, SignedStatement, Statement, ViewChange, Vote};
use types::{Epoch, Height, ProposalDigest, Signature, ValidatorIndex, View, VoteLogId};

use super::VoteLog;

const ID: VoteLogId = VoteLogId::new([7; 32]);
const OTHER: VoteLogId = VoteLogId::new([8; 32]);

fn own(statement: Statement) -> LogRecord {
    let signature = Signature::new([5; 64]);
    let signed = SignedStatement { signer: ValidatorIndex::new(1), epoch: Epoch::ZERO, statement, signature };
    LogRecord::Own { signed, proposal: None, prepared: None }
}

fn prepare(height: u64) -> LogRecord {
    let vote = Vote { view: View::ZERO, height: Height::new(height), digest: ProposalDigest::new([9; 32]) };
    own(Statement::Prepare(vote))
}

fn view_change(view: u64) -> LogRecord {
    own(Statement::ViewChange(ViewChange { view: View::new(view), stable: None, prepared: Vec::new() }))
}

#[test]
fn consensus_records_are_found_again_under_their_id() {
    let folder = tempfile::tempdir().unwrap();
    VoteLog::create_new(folder.path(), ID).unwrap();
    let (mut log, found) = VoteLog::open(folder.path(), OTHER).unwrap();
    assert_eq!((log.id(), found), (ID, Vec::new()));
    log.append(&[view_change(1), prepare(1)]).unwrap();
    log.append(&[prepare(2)]).unwrap();
    log.compact_if_long(Epoch::ZERO, Height::ZERO).unwrap();
    let (log, records) = VoteLog::open(folder.path(), OTHER).unwrap();
    assert_eq!((log.id(), records), (ID, vec![view_change(1), prepare(1), prepare(2)]));
}
