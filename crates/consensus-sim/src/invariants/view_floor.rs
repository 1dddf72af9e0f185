//! After its ViewChange(u) a node signs no pre-prepare, prepare or commit of a view below u, also after a
//! restart (PBFT §4.4; `consensus.md`, "Durability", floor, and requirement 5; neo #642).

use std::collections::BTreeMap;

use consensus::{SignedStatement, Statement};
use types::{Epoch, View};

use super::{Verdict, require};
use crate::queue::Place;

/// The highest view each node asked for.
#[derive(Debug, Default)]
pub(super) struct ViewFloor {
    floors: BTreeMap<(Place, Epoch), View>,
}

impl ViewFloor {
    /// A statement of a node became durable.
    pub fn synced(&mut self, place: Place, signed: &SignedStatement) -> Verdict {
        let statement = &signed.statement;
        let floor = self.floors.entry((place, signed.epoch)).or_default();
        match statement {
            Statement::ViewChange(change) => {
                let (was, view) = (*floor, change.view);
                *floor = was.max(view);
                require(view >= was, "view_floor", || {
                    format!("node {place} asks for view {view} after {was}")
                })
            }
            Statement::PrePrepare(vote) | Statement::Prepare(vote) | Statement::Commit(vote) => {
                let floor = *floor;
                require(vote.view >= floor, "view_floor", || {
                    format!("node {place} signs {statement:?} after asking for view {floor}")
                })
            }
            Statement::Checkpoint(_)
            | Statement::NewView(_)
            | Statement::EmptyRequest(_)
            | Statement::VoteQuery(_) => Ok(()),
        }
    }
}
