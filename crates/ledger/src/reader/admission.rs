//! What admission asks: a soft judgement by the newest executed state.

use std::sync::Arc;

use types::{Code, Height, Transaction, ports::AdmissionState, state::StateKey};

use super::LedgerReader;
use crate::{
    LedgerError,
    execution::{context::Place, epoch, transaction},
    shared::ExecutedTip,
    state::{State, Tables},
    store::Column,
};

/// What admission has read of the state, as of the newest executed block.
pub(crate) struct AdmissionCache {
    height: Height,
    tables: Tables,
}

impl AdmissionCache {
    pub(crate) fn new(height: Height) -> Self {
        Self { height, tables: Tables::new() }
    }

    /// Follows the newest blocks; if too many were missed, all is read again.
    fn follow(&mut self, tip: &ExecutedTip) {
        let height = tip.header.height;
        let missed = usize::try_from(height.get().abs_diff(self.height.get())).unwrap_or(usize::MAX);
        match tip.changes.len().checked_sub(missed) {
            Some(known) if height >= self.height => {
                tip.changes.range(known..).for_each(|changes| self.tables.follow(changes));
            }
            Some(_) | None => self.tables = Tables::new(),
        }
        self.height = height;
    }
}

impl LedgerReader {
    fn judge(&self, transaction: &Transaction) -> Result<Option<(Code, String)>, LedgerError> {
        // Another worker may wait for the disk under the lock: then this one reads for itself.
        let Some(mut cache) = self.shared.admission.try_lock() else {
            let tip = Arc::clone(&self.shared.executed.read());
            return self.judge_at(&tip, &mut Tables::new(), transaction);
        };
        // With the lock held, so that nobody goes back.
        let tip = Arc::clone(&self.shared.executed.read());
        cache.follow(&tip);
        let judged = self.judge_at(&tip, &mut cache.tables, transaction);
        cache.tables.reset();
        judged
    }

    fn judge_at(
        &self,
        tip: &ExecutedTip,
        tables: &mut Tables,
        transaction: &Transaction,
    ) -> Result<Option<(Code, String)>, LedgerError> {
        let mut state = State::new(&self.shared.store, tables);
        epoch::begin(&mut state, &tip.ahead)?;
        let place = Place {
            height: tip.header.height.next(),
            time: tip.header.time.next(),
            parameters: &tip.ahead.epoch.parameters,
        };
        let judgement = transaction::execute(&mut state, place, transaction)?;
        if judgement.code == Code::Committed {
            return Ok(None);
        }
        let operation = judgement.operation.and_then(|place| {
            let name = transaction.body().operations.get(place as usize)?.name();
            Some(format!("operation {place} ({name}) would fail: "))
        });
        let reason = format!(
            "{}{} by the state of height {}; the same bytes may be sent again",
            operation.unwrap_or_default(),
            advice(judgement.code),
            tip.header.height
        );
        Ok(Some((judgement.code, reason)))
    }
}

impl AdmissionState for LedgerReader {
    /// A state that cannot be read refuses nothing: execution judges in the end, and the writer reports
    /// the fault.
    fn refusal(&self, transaction: &Transaction) -> Option<(Code, String)> {
        match self.judge(transaction) {
            Ok(refusal) => refusal,
            Err(error) => {
                tracing::error!(%error, "the state cannot be read for admission");
                None
            }
        }
    }

    fn is_seen(&self, transaction: &Transaction) -> bool {
        let (valid_until, id) = transaction::seen_id(transaction);
        match self.shared.store.get(Column::State, &StateKey::Seen(valid_until, id).encode()) {
            Ok(entry) => entry.is_some(),
            Err(error) => {
                tracing::error!(%error, "the state cannot be read for admission");
                false
            }
        }
    }
}

fn advice(code: Code) -> String {
    match code {
        Code::Unauthorised => "signatures are missing for an account that must consent".to_owned(),
        Code::TooManyLongLived => {
            "all long-lived slots of the first source are taken: use a shorter lifetime".to_owned()
        }
        Code::NotYetValid => "valid_until lies too far ahead: use a shorter lifetime".to_owned(),
        other => other.name().replace('_', " "),
    }
}
