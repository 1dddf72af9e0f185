//! `TransactionService`: taking transactions and telling what became of them.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::Instant,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming, metadata::MetadataMap};
use types::{
    Code, TimeMs, Transaction, TransactionId,
    admission::{Admitted, ClientId, Refusal},
    ports::TransactionRecord,
};

use crate::{
    ConnectionInfo, Reason,
    api::Shared,
    encode, errors,
    outcomes::{self, Receipts},
    pb::{self, transaction_service_server::TransactionService},
    submit_stream,
    waiters::Signal,
};

/// How long before the call's own deadline the answer is given.
const DEADLINE_MARGIN: Duration = Duration::from_millis(200);

/// The service over the shared ports.
#[derive(Clone)]
pub(crate) struct Transactions {
    pub(crate) shared: Arc<Shared>,
}

#[tonic::async_trait]
impl TransactionService for Transactions {
    async fn submit(
        &self,
        request: Request<pb::SubmitRequest>,
    ) -> Result<Response<pb::SubmitResponse>, Status> {
        let client = client_id(&request);
        let refusal = match self.shared.submit(request.into_inner().signed_transaction, client).await? {
            Ok(admitted) => return Ok(Response::new(encode::admitted(&admitted))),
            Err(refusal) => refusal,
        };
        let record = self.executed_earlier(&refusal).await?.ok_or_else(|| errors::refusal(&refusal))?;
        Ok(Response::new(encode::admitted(&admitted_of(&record))))
    }

    async fn submit_and_wait(
        &self,
        request: Request<pb::SubmitAndWaitRequest>,
    ) -> Result<Response<pb::Outcome>, Status> {
        let client = client_id(&request);
        let until = self.wait_until(request.metadata(), request.get_ref().wait_ms);
        let pb::SubmitAndWaitRequest { signed_transaction, omit_receipt, .. } = request.into_inner();
        let receipts = if omit_receipt { Receipts::Omitted } else { Receipts::Included };
        let permit = self.shared.waiters.reserve().ok_or_else(|| errors::refusal(&too_many_wait()))?;
        let outcome = match self.shared.submit(signed_transaction, client).await? {
            Ok(admitted) => self.await_outcome(permit, admitted, until, receipts).await?,
            Err(refusal) => {
                let record = self.executed_earlier(&refusal).await?;
                outcomes::of_record(&record.ok_or_else(|| errors::refusal(&refusal))?, receipts)
            }
        };
        Ok(Response::new(outcome))
    }

    type SubmitStreamStream = ReceiverStream<Result<pb::SubmitStreamReply, Status>>;

    async fn submit_stream(
        &self,
        request: Request<Streaming<pb::SubmitStreamRequest>>,
    ) -> Result<Response<Self::SubmitStreamStream>, Status> {
        let client = client_id(&request);
        let replies = submit_stream::start(Arc::clone(&self.shared), client, request.into_inner());
        Ok(Response::new(ReceiverStream::new(replies)))
    }

    async fn get_outcome(
        &self,
        request: Request<pb::GetOutcomeRequest>,
    ) -> Result<Response<pb::Outcome>, Status> {
        let pb::GetOutcomeRequest { transaction_id, valid_until_ms, omit_receipt } = request.into_inner();
        let id = TransactionId::from_slice(&transaction_id)
            .ok_or_else(|| Reason::BadRequest.status("transaction_id must have 32 bytes"))?;
        let receipts = if omit_receipt { Receipts::Omitted } else { Receipts::Included };
        let valid_until = TimeMs::new(valid_until_ms);
        let outcome = self.resolve(id, valid_until, receipts).await?;
        if outcomes::is_pending(&outcome) {
            self.shared.nudge.ask_if_past(valid_until, self.shared.ports.chain.certified().header.time);
        }
        Ok(Response::new(outcome))
    }
}

impl Transactions {
    /// Registers, then reads the chain, then waits: whenever the block is certified, one of the two sees it.
    async fn await_outcome(
        &self,
        permit: OwnedSemaphorePermit,
        admitted: Admitted,
        until: Instant,
        receipts: Receipts,
    ) -> Result<pb::Outcome, Status> {
        let Admitted { id, valid_until } = admitted;
        let (sink, mut signals) = mpsc::unbounded_channel();
        let _registration = self.shared.waiters.register(permit, (id, valid_until), 0, sink);
        let outcome = self.resolve(id, valid_until, receipts).await?;
        if !outcomes::is_pending(&outcome) {
            return Ok(outcome);
        }
        let signal = tokio::select! {
            signal = signals.recv() => signal,
            () = tokio::time::sleep_until(until) => None,
            () = self.shared.stopped() => None,
        };
        match (signal, receipts) {
            (Some((_, Signal::Executed { height, index, code })), Receipts::Omitted) => {
                Ok(outcomes::of_execution(&id, (height, index, code), None))
            }
            (Some((_, Signal::Executed { .. } | Signal::PastExpiry)), _) => {
                self.resolve(id, valid_until, receipts).await
            }
            (None, _) => Ok(outcomes::pending(&id, valid_until)),
        }
    }

    async fn resolve(
        &self,
        id: TransactionId,
        valid_until: TimeMs,
        receipts: Receipts,
    ) -> Result<pb::Outcome, Status> {
        let outcomes = Arc::clone(&self.shared.outcomes);
        self.shared.read(move || outcomes.resolve(&id, valid_until, receipts)).await
    }

    /// The same bytes may have been executed before this node refused them, as `expired` for example: then
    /// the answer is the one outcome.
    async fn executed_earlier(&self, refusal: &Refusal) -> Result<Option<TransactionRecord>, Status> {
        let Some(id) = refusal.id.filter(|_| refusal.code.is_retryable()) else { return Ok(None) };
        let outcomes = Arc::clone(&self.shared.outcomes);
        self.shared.read(move || outcomes.executed(&id)).await
    }

    fn wait_until(&self, metadata: &MetadataMap, wait_ms: u64) -> Instant {
        let limits = &self.shared.limits;
        let asked = if wait_ms == 0 { limits.wait_default } else { Duration::from_millis(wait_ms) };
        let mut wait = asked.min(limits.wait_max);
        if let Some(deadline) = deadline(metadata) {
            wait = wait.min(deadline.saturating_sub(DEADLINE_MARGIN));
        }
        Instant::now() + wait
    }
}

/// The quota that a call counts against: its connection's.
pub(crate) fn client_id<T>(request: &Request<T>) -> ClientId {
    request.extensions().get::<ConnectionInfo>().map_or(ClientId(0), |info| info.client)
}

/// That no further outcome can be awaited here.
pub(crate) fn too_many_wait() -> Refusal {
    Refusal::new(Code::Overloaded, "too many outcomes are awaited at this node: submit without waiting", None)
}

/// What admission would have answered for a transaction that stands in a block.
pub(crate) fn admitted_of(record: &TransactionRecord) -> Admitted {
    let transaction = Transaction::decode_any(record.transaction.clone());
    let valid_until = transaction.map_or(TimeMs::ZERO, |transaction| transaction.body().valid_until);
    Admitted { id: record.result.id, valid_until }
}

/// The call's own deadline: header `grpc-timeout`, at most 8 digits and a unit.
fn deadline(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_callers_deadline() {
        let read = |text: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert("grpc-timeout", text.parse().unwrap());
            deadline(&metadata)
        };
        assert_eq!(read("2S"), Some(Duration::from_secs(2)));
        assert_eq!(read("1500m"), Some(Duration::from_millis(1500)));
        assert_eq!(read("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in ["", "S", "123456789S", "2X", "-1S"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
