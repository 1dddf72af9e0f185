//! Assets, holdings, locks.

use bytes::Bytes;
use tonic::Status;
use types::{
    AccountId, AssetId, LockId,
    state::{Asset, Holding, Lock, StateKey},
};

use super::state::{at_newest, prove, read_value};
use crate::{
    Reason,
    api::Shared,
    encode,
    paging::{page_size, read_key_token},
    pb,
};

pub(crate) async fn get_asset(
    shared: &Shared,
    request: pb::GetAssetRequest,
) -> Result<pb::GetAssetResponse, Status> {
    use pb::get_asset_request::Asset as Wire;
    let id = match &request.asset {
        Some(Wire::AssetId(bytes)) => AssetId::from_slice(bytes),
        Some(Wire::Name(name)) => Some(AssetId::of_name(name)),
        None => None,
    };
    let id = id.ok_or_else(bad_asset)?;
    at_newest(shared, move |view| {
        let (proven, asset) = prove::<Asset>(view, &StateKey::Asset(id))?;
        let details = asset.map(|asset| pb::AssetDetails {
            asset_id: encode::bytes(id.as_bytes()),
            name: asset.name,
            decimals: u32::from(asset.decimals),
            issuer: encode::bytes(asset.issuer.as_bytes()),
            policy: encode::policy(asset.policy).to_owned(),
            supply: asset.supply.to_string(),
        });
        let block = Some(encode::certified_header(view.at()));
        Ok(pb::GetAssetResponse { block, asset: Some(proven), details })
    })
    .await
}

pub(crate) async fn get_holdings(
    shared: &Shared,
    request: pb::GetHoldingsRequest,
) -> Result<pb::GetHoldingsResponse, Status> {
    use pb::get_holdings_request::Asset as Wire;
    let id = match &request.asset {
        Some(Wire::AssetId(bytes)) => AssetId::from_slice(bytes),
        Some(Wire::Name(name)) => Some(AssetId::of_name(name)),
        None => None,
    };
    let id = id.ok_or_else(bad_asset)?;
    let prefix = StateKey::holdings_prefix(&id);
    let after = read_key_token(&request.page_token, &prefix)?;
    let size = page_size(request.page_size);
    let omit_proofs = request.omit_proofs;
    at_newest(shared, move |view| {
        let entries = view.scan(&prefix, after.as_deref(), size)?;
        let next_page_token = match entries.last() {
            Some((key, _)) if entries.len() >= size => Bytes::from(key.clone()),
            Some(_) | None => Bytes::new(),
        };
        let mut holdings = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let Some(account) = key.strip_prefix(prefix.as_slice()).and_then(AccountId::from_slice) else {
                continue;
            };
            let (proven, holding) = if omit_proofs {
                let holding = read_value::<Holding>(&value)?;
                (pb::ProvenValue { key: key.into(), value: Some(value.into()), proof: None }, holding)
            } else {
                let (proven, holding) = prove::<Holding>(view, &StateKey::Holding(id, account))?;
                (proven, holding.unwrap_or_default())
            };
            holdings.push(holding_entry(&id, &account, proven, holding));
        }
        Ok(pb::GetHoldingsResponse {
            block: Some(encode::certified_header(view.at())),
            holdings,
            next_page_token,
        })
    })
    .await
}

pub(crate) async fn get_lock(
    shared: &Shared,
    request: pb::GetLockRequest,
) -> Result<pb::GetLockResponse, Status> {
    let id = LockId::from_slice(&request.lock_id)
        .ok_or_else(|| Reason::BadRequest.status("lock_id must have 32 bytes"))?;
    at_newest(shared, move |view| {
        let (proven, lock) = prove::<Lock>(view, &StateKey::Lock(id))?;
        let details = lock.map(|lock| pb::LockDetails {
            owner: encode::bytes(lock.owner.as_bytes()),
            beneficiary: encode::bytes(lock.beneficiary.as_bytes()),
            asset_id: encode::bytes(lock.asset.as_bytes()),
            amount: lock.amount.to_string(),
            expires_ms: lock.expires.get(),
            hash: lock.hash.map(|hash| encode::bytes(&hash)).unwrap_or_default(),
        });
        let block = Some(encode::certified_header(view.at()));
        Ok(pb::GetLockResponse { block, lock: Some(proven), details })
    })
    .await
}

pub(super) fn holding_entry(
    asset: &AssetId,
    account: &AccountId,
    proven: pb::ProvenValue,
    holding: Holding,
) -> pb::HoldingEntry {
    pb::HoldingEntry {
        asset_id: encode::bytes(asset.as_bytes()),
        account_id: encode::bytes(account.as_bytes()),
        holding: Some(proven),
        available: holding.available.to_string(),
        locked: holding.locked.to_string(),
        asset: None,
        asset_name: String::new(),
        decimals: 0,
    }
}

fn bad_asset() -> Status {
    Reason::BadRequest.status("asset must be a name or an id of 32 bytes")
}
