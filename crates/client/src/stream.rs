//! Many submissions in flight on one stream: exactly one reply per request, in any order.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Streaming};
use types::{Code, TimeMs, TransactionId};

use crate::{
    ClientError, Outcome, ProofError, Refused, client::transactions, decode, endpoints::Endpoints, pb,
};

/// Requests that may wait here before the connection takes them.
const QUEUE: usize = 1024;

/// The half that sends.
#[derive(Debug, Clone)]
pub struct StreamSender {
    requests: mpsc::Sender<pb::SubmitStreamRequest>,
}

/// The half that hears.
#[derive(Debug)]
pub struct StreamReceiver {
    replies: Streaming<pb::SubmitStreamReply>,
}

/// The answer to one request of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamReply {
    /// Taken (requests that do not wait).
    Admitted {
        /// The transaction.
        id: TransactionId,
        /// Its expiry.
        valid_until: TimeMs,
    },
    /// Not taken.
    Refused {
        /// Why; `None`: a code of a newer release.
        code: Option<Code>,
        /// For people.
        reason: String,
        /// Whether the same bytes may still commit.
        retryable: bool,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// What became of it (requests that wait). Not verified: verify its receipt, or the blocks.
    Outcome {
        /// The transaction.
        id: TransactionId,
        /// Committed, failed or expired.
        outcome: Outcome,
    },
}

impl StreamSender {
    /// Sends signed bytes under the caller's own number. Waits while the node is at its limit of unanswered
    /// requests, so keep receiving.
    ///
    /// # Errors
    /// [`ClientError::StreamEnded`]: open another stream and send what has no reply again.
    pub async fn send(&self, reference: u64, transaction: Bytes, wait: bool) -> Result<(), ClientError> {
        self.send_request(reference, transaction, wait, false).await
    }

    /// As [`StreamSender::send`] and waits for the outcome with its receipt.
    ///
    /// # Errors
    /// [`ClientError::StreamEnded`].
    pub async fn send_for_receipt(&self, reference: u64, transaction: Bytes) -> Result<(), ClientError> {
        self.send_request(reference, transaction, true, true).await
    }

    async fn send_request(
        &self,
        reference: u64,
        signed_transaction: Bytes,
        wait: bool,
        with_receipt: bool,
    ) -> Result<(), ClientError> {
        let request = pb::SubmitStreamRequest { r#ref: reference, signed_transaction, wait, with_receipt };
        self.requests.send(request).await.map_err(|_| ClientError::StreamEnded)
    }
}

impl StreamReceiver {
    /// The next reply with its request's number; `None` when all senders are gone and all is answered.
    ///
    /// # Errors
    /// [`ClientError`]: the stream is broken; send what has no reply again on another one.
    pub async fn next(&mut self) -> Result<Option<(u64, StreamReply)>, ClientError> {
        match self.replies.message().await {
            Ok(Some(reply)) => Ok(Some((reply.r#ref, read(reply)?))),
            Ok(None) => Ok(None),
            Err(status) => Err(ClientError::Refused(Box::new(Refused::from(&status)))),
        }
    }
}

pub(crate) async fn open(endpoints: &Endpoints) -> Result<(StreamSender, StreamReceiver), ClientError> {
    let start = |channel| async move {
        let (requests, queue) = mpsc::channel(QUEUE);
        let response = transactions(channel).submit_stream(Request::new(ReceiverStream::new(queue))).await?;
        Ok(response.map(|replies| (requests, replies)))
    };
    let (requests, replies) = endpoints.call(start).await?;
    Ok((StreamSender { requests }, StreamReceiver { replies }))
}

fn read(reply: pb::SubmitStreamReply) -> Result<StreamReply, ProofError> {
    use pb::submit_stream_reply::Reply;
    let shape = ProofError::Shape { field: "reply" };
    Ok(match reply.reply.ok_or(shape)? {
        Reply::Admitted(admitted) => StreamReply::Admitted {
            id: TransactionId::new(decode::hash("transaction_id", &admitted.transaction_id)?),
            valid_until: TimeMs::new(admitted.valid_until_ms),
        },
        Reply::Refused(refused) => StreamReply::Refused {
            code: decode::code(refused.code),
            reason: refused.reason,
            retryable: refused.retryable,
            retry_after: refused.retry_after_ms.map(Duration::from_millis),
        },
        Reply::Outcome(outcome) => {
            let id = TransactionId::new(decode::hash("transaction_id", &outcome.transaction_id)?);
            let valid_until = match &outcome.outcome {
                Some(pb::outcome::Outcome::Expired(expired)) => TimeMs::new(expired.valid_until_ms),
                Some(pb::outcome::Outcome::Pending(pending)) => TimeMs::new(pending.valid_until_ms),
                Some(
                    pb::outcome::Outcome::Committed(_)
                    | pb::outcome::Outcome::Failed(_)
                    | pb::outcome::Outcome::Unknown(_),
                )
                | None => TimeMs::ZERO,
            };
            StreamReply::Outcome { id, outcome: Outcome::from_wire(&outcome, &id, valid_until)? }
        }
    })
}
