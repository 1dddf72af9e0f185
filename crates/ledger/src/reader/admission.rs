//! What admission asks: a soft judgement by the newest executed state.

use types::{Code, Transaction, ports::AdmissionState, state::StateKey};

use super::LedgerReader;
use crate::{
    LedgerError,
    execution::{context::Place, epoch, transaction},
    state::{State, Tables},
    store::Column,
};

impl LedgerReader {
    fn judge(&self, transaction: &Transaction) -> Result<Option<(Code, String)>, LedgerError> {
        let tip = std::sync::Arc::clone(&self.shared.executed.read());
        let mut tables = Tables::new();
        let mut state = State::new(&self.shared.store, &mut tables);
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
