//! Following the chain, across broken connections and dead nodes.

use std::time::Duration;

use bytes::Bytes;
use tonic::{Request, Status, Streaming, transport::Channel};
use types::{AccountId, AssetId, Code, Height, TimeMs, TransactionId};

use crate::{
    Client, ClientError, ProofError, Refused,
    client::ANSWER_BYTES_MAX,
    decode,
    endpoints::another_may_answer,
    pb::{self, event_service_client::EventServiceClient},
};

/// Pause between attempts to reach any node again.
const RECONNECT_PAUSE: Duration = Duration::from_millis(500);
/// Attempts in a row before giving up.
const RECONNECTS_MAX: u32 = 20;

/// Which transactions; lists that are not empty must all match, within a list one match suffices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// An operation names one of these accounts.
    pub accounts: Vec<AccountId>,
    /// An operation names one of these assets.
    pub assets: Vec<AssetId>,
    /// Names as `asset.transfer`.
    pub operations: Vec<String>,
}

/// Where to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// With the next block.
    Next,
    /// With the first transaction of this block.
    Height(Height),
    /// After where a token of the same filter was given, on any node.
    Token(Bytes),
}

/// One step along the chain. Events are a node's word; prove one with [`Client::transaction`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A matching transaction.
    Transaction {
        /// The block.
        height: Height,
        /// Its place in the block, from 0.
        index: u32,
        /// The block's time.
        time: TimeMs,
        /// The transaction.
        id: TransactionId,
        /// What became of it.
        code: Code,
        /// Names as `asset.transfer`.
        operations: Vec<String>,
        /// The exact signed bytes.
        transaction: Bytes,
        /// Resumes after it.
        token: Bytes,
    },
    /// Everything up to this height was looked at.
    Progress {
        /// The height.
        height: Height,
        /// Resumes after it.
        token: Bytes,
    },
}

/// A running subscription. It resumes by itself where it was when a node goes away.
#[derive(Debug)]
pub struct Subscription {
    client: Client,
    filter: pb::EventFilter,
    start: Start,
    replies: Option<Streaming<pb::SubscribeReply>>,
    failures: u32,
}

impl Client {
    /// Follows the chain.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `out_of_range` below what the node keeps.
    pub async fn subscribe(&self, filter: EventFilter, start: Start) -> Result<Subscription, ClientError> {
        let filter = pb::EventFilter {
            accounts: filter.accounts.iter().map(|id| id.as_bytes().to_vec().into()).collect(),
            assets: filter.assets.iter().map(|id| id.as_bytes().to_vec().into()).collect(),
            operations: filter.operations,
        };
        let mut subscription =
            Subscription { client: self.clone(), filter, start, replies: None, failures: 0 };
        subscription.open().await?;
        Ok(subscription)
    }
}

impl Subscription {
    /// The next event, in the order of the chain, without gap.
    ///
    /// # Errors
    /// [`ClientError`]; the subscription is over.
    pub async fn next(&mut self) -> Result<Event, ClientError> {
        loop {
            let Some(replies) = &mut self.replies else {
                self.reopen().await?;
                continue;
            };
            match replies.message().await {
                Ok(Some(reply)) => {
                    let event = read(reply)?;
                    self.failures = 0;
                    self.start = Start::Token(event.token().clone());
                    return Ok(event);
                }
                Ok(None) => self.replies = None,
                Err(status) if may_resume(&status) => self.replies = None,
                Err(status) => return Err(ClientError::Refused(Box::new(Refused::from(&status)))),
            }
        }
    }

    async fn reopen(&mut self) -> Result<(), ClientError> {
        self.client.inner.endpoints.skip_current();
        loop {
            match self.open().await {
                Err(error @ (ClientError::Unreachable { .. } | ClientError::Refused(_)))
                    if error.is_retryable() && self.failures < RECONNECTS_MAX =>
                {
                    self.failures += 1;
                    tokio::time::sleep(RECONNECT_PAUSE).await;
                }
                other => return other,
            }
        }
    }

    async fn open(&mut self) -> Result<(), ClientError> {
        use pb::subscribe_request::Start as Wire;
        let start = match &self.start {
            Start::Next => None,
            Start::Height(height) => Some(Wire::FromHeight(height.get())),
            Start::Token(token) => Some(Wire::ResumeToken(token.clone())),
        };
        let request = pb::SubscribeRequest { filter: Some(self.filter.clone()), start, omit_bodies: false };
        let request = &request;
        let open = |channel| async move { events(channel).subscribe(Request::new(request.clone())).await };
        self.replies = Some(self.client.inner.endpoints.call(open).await?);
        Ok(())
    }
}

impl Event {
    /// Resumes after this event.
    #[must_use]
    pub const fn token(&self) -> &Bytes {
        match self {
            Self::Transaction { token, .. } | Self::Progress { token, .. } => token,
        }
    }
}

fn events(channel: Channel) -> EventServiceClient<Channel> {
    EventServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX)
}

fn may_resume(status: &Status) -> bool {
    another_may_answer(status) || Refused::from(status).reason == "slow_reader"
}

fn read(reply: pb::SubscribeReply) -> Result<Event, ProofError> {
    use pb::subscribe_reply::Message;
    Ok(match reply.message.ok_or(ProofError::Shape { field: "message" })? {
        Message::Event(event) => Event::Transaction {
            height: Height::new(event.height),
            index: event.index,
            time: TimeMs::new(event.time_ms),
            id: TransactionId::new(decode::hash("transaction_id", &event.transaction_id)?),
            code: decode::code(event.code).ok_or(ProofError::Shape { field: "code" })?,
            operations: event.operations,
            transaction: event.signed_transaction,
            token: event.resume_token,
        },
        Message::Progress(progress) => {
            Event::Progress { height: Height::new(progress.height), token: progress.resume_token }
        }
    })
}
