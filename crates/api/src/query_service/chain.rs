//! Blocks, headers, transactions, validators, histories.

use std::sync::Arc;

use bytes::Bytes;
use tonic::Status;
use types::{
    AccountId, Epoch, EpochEnd, Height, ResultRecord, Transaction, TransactionId, block::CertifiedHeader,
    codec, ports::BlockView,
};

use crate::{
    Reason,
    api::Shared,
    blocks::below_retention,
    encode,
    paging::{history_token, page_size, read_history_token},
    pb,
};

/// Ends of epochs in one answer.
const EPOCH_ENDS_MAX: usize = 64;

pub(crate) async fn get_block(
    shared: &Shared,
    request: pb::GetBlockRequest,
) -> Result<pb::GetBlockResponse, Status> {
    let chain = Arc::clone(&shared.ports.chain);
    let height = request.height.map_or_else(|| chain.certified().header.height, Height::new);
    let omit_bodies = request.omit_bodies;
    let read = move || {
        let view = chain.block_view(height)?;
        Ok(match view {
            Some(view) => Some(block_response(&view, omit_bodies)),
            // Genesis has a header and nothing else.
            None if height == Height::ZERO => chain.header(height)?.map(|block| pb::GetBlockResponse {
                block: Some(encode::certified_header(&block)),
                transactions: Vec::new(),
            }),
            None => None,
        })
    };
    shared.read(read).await?.ok_or_else(|| no_block(shared, height))
}

pub(crate) async fn get_header(
    shared: &Shared,
    request: pb::GetHeaderRequest,
) -> Result<pb::CertifiedHeader, Status> {
    header_at(shared, request.height).await.map(|block| encode::certified_header(&block))
}

pub(crate) async fn get_transaction(
    shared: &Shared,
    request: pb::GetTransactionRequest,
) -> Result<pb::Receipt, Status> {
    let id = TransactionId::from_slice(&request.transaction_id)
        .ok_or_else(|| Reason::BadRequest.status("transaction_id must have 32 bytes"))?;
    let chain = Arc::clone(&shared.ports.chain);
    let record = shared.read(move || chain.transaction(&id)).await?;
    let record = record.ok_or_else(|| {
        let first_kept = shared.ports.chain.first_kept().to_string();
        let message = "the transaction stands in no block that is kept here";
        Reason::NotFound.status_with(message, &[("first_kept_height", first_kept)])
    })?;
    Ok(encode::receipt(&record))
}

pub(crate) async fn get_account_history(
    shared: &Shared,
    request: pb::GetAccountHistoryRequest,
) -> Result<pb::GetAccountHistoryResponse, Status> {
    let account = AccountId::from_slice(&request.account_id)
        .ok_or_else(|| Reason::BadRequest.status("account_id must have 32 bytes"))?;
    let before = read_history_token(&request.page_token)?;
    let size = page_size(request.page_size);
    let chain = Arc::clone(&shared.ports.chain);
    let newest = chain.certified();
    let entries = shared.read(move || chain.history(&account, before, size)).await?;
    let next_page_token = match entries.last() {
        Some(last) if entries.len() >= size => history_token(last.height, last.index),
        Some(_) | None => Bytes::new(),
    };
    let entry = |entry: &types::ports::HistoryEntry| pb::AccountHistoryEntry {
        height: entry.height.get(),
        index: entry.index,
        transaction_id: encode::bytes(entry.id.as_bytes()),
    };
    Ok(pb::GetAccountHistoryResponse {
        entries: entries.iter().map(entry).collect(),
        next_page_token,
        block: Some(encode::certified_header(&newest)),
    })
}

pub(crate) async fn get_epoch_ends(
    shared: &Shared,
    request: pb::GetEpochEndsRequest,
) -> Result<pb::GetEpochEndsResponse, Status> {
    let chain = Arc::clone(&shared.ports.chain);
    let first = Epoch::new(request.first_epoch);
    let ends = shared.read(move || chain.epoch_ends(first, EPOCH_ENDS_MAX)).await?;
    let end = |end: &EpochEnd| pb::EpochEnd {
        block: Some(encode::certified_header(&end.block)),
        next_set: codec::encode(&end.next).into(),
    };
    Ok(pb::GetEpochEndsResponse { ends: ends.iter().map(end).collect() })
}

/// The set is proven by the header's `active_set`.
pub(crate) async fn validators(
    shared: &Shared,
    request: pb::GetValidatorsRequest,
) -> Result<pb::GetValidatorsResponse, Status> {
    let block = header_at(shared, request.height).await?;
    let chain = Arc::clone(&shared.ports.chain);
    let height = block.header.height;
    let set = shared.read(move || chain.validators(height)).await?;
    let set = set
        .filter(|set| set.hash() == block.header.active_set)
        .ok_or_else(|| Reason::NotFound.status("the validator set of that height is not kept here"))?;
    let details = |(index, validator): (u32, &types::Validator)| pb::ValidatorDetails {
        index,
        name: validator.name.clone(),
        member_id: encode::bytes(validator.member.as_bytes()),
        consensus_key: encode::bytes(validator.consensus_key.as_bytes()),
        node_key: encode::bytes(validator.node_key.as_bytes()),
    };
    Ok(pb::GetValidatorsResponse {
        epoch: block.header.epoch.get(),
        quorum: u32::try_from(set.quorum()).unwrap_or(u32::MAX),
        validators: (0u32..).zip(set.validators()).map(details).collect(),
        validator_set: codec::encode(&*set).into(),
        block: Some(encode::certified_header(&block)),
    })
}

async fn header_at(shared: &Shared, height: Option<u64>) -> Result<CertifiedHeader, Status> {
    let chain = Arc::clone(&shared.ports.chain);
    let Some(height) = height.map(Height::new) else { return Ok(chain.certified().as_ref().clone()) };
    shared.read(move || chain.header(height)).await?.ok_or_else(|| no_block(shared, height))
}

fn no_block(shared: &Shared, height: Height) -> Status {
    let first_kept = shared.ports.chain.first_kept();
    if height < first_kept {
        return below_retention(height, first_kept);
    }
    let newest = shared.ports.chain.certified().header.height;
    Reason::NotFound.status(format!("there is no block {height} yet, the newest is {newest}"))
}

fn block_response(view: &BlockView, omit_bodies: bool) -> pb::GetBlockResponse {
    let transaction = |(bytes, result): &(Bytes, ResultRecord)| {
        let decoded = Transaction::decode_any(bytes.clone()).ok();
        let operations = decoded.iter().flat_map(|transaction| &transaction.body().operations);
        pb::BlockTransaction {
            result: Some(encode::result(result)),
            operations: operations.map(|operation| operation.name().to_owned()).collect(),
            signed_transaction: if omit_bodies { Bytes::new() } else { bytes.clone() },
        }
    };
    pb::GetBlockResponse {
        block: Some(encode::certified_header(&view.block)),
        transactions: view.transactions.iter().map(transaction).collect(),
    }
}
