//! The client: connecting and submitting.

use std::{sync::Arc, time::Duration};

use tonic::{Request, transport::Channel};
use types::{ChainId, Genesis, TimeMs, Transaction, TransactionId};

use crate::{
    ClientError, Outcome, ProofError, StreamReceiver, StreamSender, Verified, Verifier, decode,
    endpoints::Endpoints,
    pb::{
        self, query_service_client::QueryServiceClient, transaction_service_client::TransactionServiceClient,
    },
    stream,
};

/// Largest answer that is read, in bytes; blocks are at most 32 MiB.
pub(crate) const ANSWER_BYTES_MAX: usize = 64 << 20;
/// How long a read may take.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// How much later than asked an awaited outcome may come.
const WAIT_MARGIN: Duration = Duration::from_secs(5);

/// What answers are checked against.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)]
pub enum Trust {
    /// Everything that can be proven must be.
    Genesis(Genesis),
    /// Nodes are believed; every answer is marked as not verified.
    None,
}

/// A connection to one or several nodes of one network. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) endpoints: Endpoints,
    pub(crate) verifier: Option<Verifier>,
    pub(crate) chain_id: ChainId,
}

impl Client {
    /// Connects to the first of the endpoints (`http://HOST:PORT`) that answers; later calls go to the next
    /// one when a node does not answer.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`]; [`ClientError::Proof`] when the node is of another network.
    pub async fn connect(endpoints: Vec<String>, trust: Trust) -> Result<Self, ClientError> {
        let endpoints = Endpoints::new(&endpoints)?;
        let verifier = match trust {
            Trust::Genesis(genesis) => Some(Verifier::new(genesis)?),
            Trust::None => None,
        };
        let version = crate::node::ask_version(&endpoints).await?;
        if let Some(verifier) = &verifier
            && *verifier.chain_id() != version.chain_id
        {
            let expected = *verifier.chain_id();
            return Err(ProofError::WrongChain { expected, found: version.chain_id }.into());
        }
        Ok(Self { inner: Arc::new(Inner { endpoints, verifier, chain_id: version.chain_id }) })
    }

    /// The network: the trusted genesis' one, or the one the first node named.
    #[must_use]
    pub fn chain_id(&self) -> &ChainId {
        &self.inner.chain_id
    }

    /// The verifier, where a genesis is trusted.
    #[must_use]
    pub fn verifier(&self) -> Option<&Verifier> {
        self.inner.verifier.as_ref()
    }

    /// Hands a transaction in; it will end as committed, failed or expired.
    ///
    /// # Errors
    /// [`ClientError::Refused`]; [`ClientError::Unreachable`]: send the same bytes again.
    pub async fn submit(&self, transaction: &Transaction) -> Result<TransactionId, ClientError> {
        let bytes = transaction.bytes();
        let send = |channel| async move {
            let request = pb::SubmitRequest { signed_transaction: bytes.clone() };
            transactions(channel).submit(within(READ_TIMEOUT, request)).await
        };
        let response = self.inner.endpoints.call(send).await?;
        let found = TransactionId::new(decode::hash("transaction_id", &response.transaction_id)?);
        let expected = *transaction.id();
        if found == expected {
            Ok(found)
        } else {
            Err(ProofError::OtherTransaction { expected, found }.into())
        }
    }

    /// Hands a transaction in and waits for its outcome, with its verified receipt.
    ///
    /// # Errors
    /// As [`Client::submit`]; [`ClientError::Proof`].
    pub async fn submit_and_wait(
        &self,
        transaction: &Transaction,
        wait: Duration,
    ) -> Result<Verified<Outcome>, ClientError> {
        let bytes = transaction.bytes();
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        let send = |channel| async move {
            let signed_transaction = bytes.clone();
            let request = pb::SubmitAndWaitRequest { signed_transaction, wait_ms, omit_receipt: false };
            transactions(channel).submit_and_wait(within(wait.saturating_add(WAIT_MARGIN), request)).await
        };
        let answer = self.inner.endpoints.call(send).await?;
        self.check_outcome(&answer, transaction.id(), transaction.body().valid_until).await
    }

    /// What became of a transaction; `valid_until` is its own.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn get_outcome(
        &self,
        id: &TransactionId,
        valid_until: TimeMs,
    ) -> Result<Verified<Outcome>, ClientError> {
        let send = |channel| async move {
            let transaction_id = id.as_bytes().to_vec().into();
            let valid_until_ms = valid_until.get();
            let request = pb::GetOutcomeRequest { transaction_id, valid_until_ms, omit_receipt: false };
            transactions(channel).get_outcome(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(send).await?;
        self.check_outcome(&answer, id, valid_until).await
    }

    /// Opens a stream for many submissions in flight, on one connection to one node. Several clients give
    /// several connections.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn submit_stream(&self) -> Result<(StreamSender, StreamReceiver), ClientError> {
        stream::open(&self.inner.endpoints).await
    }

    async fn check_outcome(
        &self,
        answer: &pb::Outcome,
        id: &TransactionId,
        valid_until: TimeMs,
    ) -> Result<Verified<Outcome>, ClientError> {
        let mut outcome = Outcome::from_wire(answer, id, valid_until)?;
        if let Some(block) = outcome.block() {
            self.follow(block).await?;
        }
        if let Some(receipt) = outcome.receipt_mut() {
            self.complete(receipt).await?;
        }
        let verified = match &self.inner.verifier {
            Some(verifier) => outcome.verify(verifier, id)?,
            None => false,
        };
        let standing = outcome.block().map(|block| (block.header.height, block.header.time));
        let (as_of_height, as_of_time) = standing.unwrap_or_default();
        Ok(Verified { value: outcome, as_of_height, as_of_time, verified })
    }
}

pub(crate) fn transactions(channel: Channel) -> TransactionServiceClient<Channel> {
    TransactionServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX)
}

pub(crate) fn queries(channel: Channel) -> QueryServiceClient<Channel> {
    QueryServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX)
}

/// A request that gives up after `limit`.
pub(crate) fn within<T>(limit: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(limit);
    request
}
