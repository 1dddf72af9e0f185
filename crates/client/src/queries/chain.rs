//! Reads of blocks, transactions, validators and history.

use bytes::Bytes;
use types::{
    AccountId, Height, Transaction, TransactionId, ValidatorSet, block::CertifiedHeader, codec, merkle,
    ports::HistoryEntry,
};

use crate::{
    BlockView, Client, ClientError, HistoryPage, ProofError, Receipt, TransactionView, ValidatorsView,
    Verified,
    client::{READ_TIMEOUT, queries, within},
    decode, pb,
};

impl Client {
    /// The header of a block; `None`: the newest certified one.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn header(&self, height: Option<Height>) -> Result<Verified<CertifiedHeader>, ClientError> {
        let ask = |channel| async move {
            let request = pb::GetHeaderRequest { height: height.map(Height::get) };
            queries(channel).get_header(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        let (block, verified) = self.standing(Some(&answer)).await?;
        check_height(height, &block)?;
        Ok(Verified::at(&block, verified, block.clone()))
    }

    /// A block with all transactions and results; `None`: the newest certified one.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn block(&self, height: Option<Height>) -> Result<Verified<BlockView>, ClientError> {
        let ask = |channel| async move {
            let request = pb::GetBlockRequest { height: height.map(Height::get), omit_bodies: false };
            queries(channel).get_block(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        let (block, verified) = self.standing(answer.block.as_ref()).await?;
        check_height(height, &block)?;
        let view = read_block(block, &answer.transactions)?;
        let block = view.block.clone();
        Ok(Verified::at(&block, verified, view))
    }

    /// The receipt of a transaction.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with [`crate::ErrorCode::NotFound`] when it stands in no block that is kept.
    pub async fn transaction(&self, id: &TransactionId) -> Result<Verified<Receipt>, ClientError> {
        let ask = |channel| async move {
            let request = pb::GetTransactionRequest { transaction_id: id.as_bytes().to_vec().into() };
            queries(channel).get_transaction(within(READ_TIMEOUT, request)).await
        };
        let mut receipt = Receipt::from_wire(&self.inner.endpoints.call(ask).await?)?;
        let found = receipt.result.id;
        if found != *id {
            return Err(ProofError::OtherTransaction { expected: *id, found }.into());
        }
        self.complete(&mut receipt).await?;
        if let Some(verifier) = &self.inner.verifier {
            receipt.verify_with(verifier)?;
        }
        let block = receipt.block.clone();
        Ok(Verified::at(&block, self.inner.verifier.is_some(), receipt))
    }

    /// The validators that certify a block; `None`: the newest certified one.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn validators(&self, height: Option<Height>) -> Result<Verified<ValidatorsView>, ClientError> {
        let ask = |channel| async move {
            let request = pb::GetValidatorsRequest { height: height.map(Height::get) };
            queries(channel).get_validators(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        let (block, verified) = self.standing(answer.block.as_ref()).await?;
        check_height(height, &block)?;
        let set: ValidatorSet = codec::decode_canonical(&answer.validator_set).map_err(ProofError::Value)?;
        if set.hash() != block.header.active_set {
            return Err(ProofError::OtherSet { expected: block.header.active_set, found: set.hash() }.into());
        }
        let view = ValidatorsView { epoch: block.header.epoch, quorum: set.quorum(), set };
        Ok(Verified::at(&block, verified, view))
    }

    /// The transactions that touched an account, newest first: a node's word. `page` is empty for the
    /// newest, then the `next` of the page before.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn history(
        &self,
        account: &AccountId,
        page_size: u32,
        page: Bytes,
    ) -> Result<HistoryPage, ClientError> {
        let page = &page;
        let ask = |channel| async move {
            let account_id = account.as_bytes().to_vec().into();
            let request = pb::GetAccountHistoryRequest { account_id, page_size, page_token: page.clone() };
            queries(channel).get_account_history(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        let (block, _) = self.standing(answer.block.as_ref()).await?;
        let read = |entry: &pb::AccountHistoryEntry| {
            let id = TransactionId::new(decode::hash("transaction_id", &entry.transaction_id)?);
            Ok::<_, ProofError>(HistoryEntry { height: Height::new(entry.height), index: entry.index, id })
        };
        let entries = answer.entries.iter().map(read).collect::<Result<_, _>>()?;
        Ok(HistoryPage { entries, next: answer.next_page_token, as_of: block.header.height })
    }
}

fn check_height(asked: Option<Height>, block: &CertifiedHeader) -> Result<(), ProofError> {
    let found = block.header.height;
    match asked {
        Some(expected) if expected != found => Err(ProofError::OtherHeight { expected, found }),
        Some(_) | None => Ok(()),
    }
}

/// Reads the content and checks it against the header's roots, so that a certified header proves it all.
fn read_block(
    block: CertifiedHeader,
    transactions: &[pb::BlockTransaction],
) -> Result<BlockView, ProofError> {
    let mut views = Vec::with_capacity(transactions.len());
    let mut witnesses = Vec::with_capacity(transactions.len());
    let mut results = Vec::with_capacity(transactions.len());
    for item in transactions {
        let result = decode::result(item.result.as_ref())?;
        let transaction = Transaction::decode_any(item.signed_transaction.clone())?;
        let id = *transaction.id();
        if id != result.id {
            return Err(ProofError::OtherTransaction { expected: id, found: result.id });
        }
        witnesses.push(*transaction.witness().as_bytes());
        results.push(result.encode());
        let operations =
            transaction.body().operations.iter().map(|operation| operation.name().to_owned()).collect();
        views.push(TransactionView { id, result, operations, transaction: item.signed_transaction.clone() });
    }
    if merkle::root(&witnesses) != block.header.transactions_root {
        return Err(ProofError::OtherContent { tree: "transactions" });
    }
    if merkle::root(&results) != block.header.results_root {
        return Err(ProofError::OtherContent { tree: "results" });
    }
    Ok(BlockView { block, transactions: views })
}
