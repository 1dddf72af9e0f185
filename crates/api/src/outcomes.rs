//! What became of a transaction, read from the certified chain.

use std::sync::Arc;

use types::{
    Code, Height, TimeMs, TransactionId,
    ports::{ChainReader, ReadError, TransactionRecord},
    state::StateKey,
};

use crate::{encode, pb, pb::outcome::Outcome as Wire};

/// Whether outcomes carry their receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipts {
    /// They do.
    Included,
    /// Left out.
    Omitted,
}

/// Reads outcomes.
pub(crate) struct Outcomes {
    chain: Arc<dyn ChainReader>,
    expiry_grace_ms: u64,
}

impl Outcomes {
    pub(crate) fn new(chain: Arc<dyn ChainReader>, expiry_grace_ms: u64) -> Self {
        Self { chain, expiry_grace_ms }
    }

    /// The record of a transaction whose id is consumed. A void one is as if it were not there: its id may
    /// still commit.
    pub(crate) fn executed(&self, id: &TransactionId) -> Result<Option<TransactionRecord>, ReadError> {
        Ok(self.chain.transaction(id)?.filter(|record| record.result.consumes_id()))
    }

    /// The outcome by what is certified now.
    pub(crate) fn resolve(
        &self,
        id: &TransactionId,
        valid_until: TimeMs,
        receipts: Receipts,
    ) -> Result<pb::Outcome, ReadError> {
        // The time first: what stands in blocks up to it is seen by the look-up that follows, and later
        // blocks are past the expiry too.
        let time = self.chain.certified().header.time;
        if let Some(record) = self.executed(id)? {
            return Ok(of_record(&record, receipts));
        }
        if time <= valid_until {
            return Ok(pending(id, valid_until));
        }
        let outcome = self.past_expiry(id, valid_until)?;
        Ok(pb::Outcome { transaction_id: encode::bytes(id.as_bytes()), outcome: Some(outcome) })
    }

    fn past_expiry(&self, id: &TransactionId, valid_until: TimeMs) -> Result<Wire, ReadError> {
        let view = self.chain.state();
        let first_kept = self.chain.first_kept();
        let unknown = Wire::Unknown(pb::Unknown { first_kept_height: first_kept.get() });
        // Ids are remembered up to the end of the grace period: only until then absence proves anything.
        if view.at().header.time <= valid_until.plus(self.expiry_grace_ms) {
            let key = StateKey::Seen(valid_until, *id).encode();
            let absence = view.prove(&key)?;
            if absence.value.is_some() {
                return Ok(unknown);
            }
            return Ok(Wire::Expired(pb::Expired {
                valid_until_ms: valid_until.get(),
                block: Some(encode::certified_header(view.at())),
                absence: Some(encode::proven(&key, absence)),
            }));
        }
        if first_kept > Height::new(1) {
            return Ok(unknown);
        }
        Ok(Wire::Expired(pb::Expired { valid_until_ms: valid_until.get(), block: None, absence: None }))
    }
}

pub(crate) fn pending(id: &TransactionId, valid_until: TimeMs) -> pb::Outcome {
    let outcome = Wire::Pending(pb::Pending { valid_until_ms: valid_until.get() });
    pb::Outcome { transaction_id: encode::bytes(id.as_bytes()), outcome: Some(outcome) }
}

pub(crate) fn is_pending(outcome: &pb::Outcome) -> bool {
    matches!(outcome.outcome, Some(Wire::Pending(_)))
}

pub(crate) fn of_record(record: &TransactionRecord, receipts: Receipts) -> pb::Outcome {
    let receipt = match receipts {
        Receipts::Included => Some(encode::receipt(record)),
        Receipts::Omitted => None,
    };
    let height = record.block.header.height;
    of_execution(&record.result.id, (height, record.index, record.result.code), receipt)
}

pub(crate) fn of_execution(
    id: &TransactionId,
    (height, index, code): (Height, u32, Code),
    receipt: Option<pb::Receipt>,
) -> pb::Outcome {
    let executed = pb::Executed {
        height: height.get(),
        index,
        code: u32::from(code.number()),
        code_name: code.name().to_owned(),
        receipt,
    };
    let outcome = if code == Code::Committed { Wire::Committed(executed) } else { Wire::Failed(executed) };
    pb::Outcome { transaction_id: encode::bytes(id.as_bytes()), outcome: Some(outcome) }
}
