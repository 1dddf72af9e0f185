//! Accounts, names, members.

use tonic::Status;
use types::{
    Account, AccountId, Member, MemberId,
    ports::{ReadError, StateView},
    state::{Asset, Holding, StateKey},
};

use super::{
    assets::holding_entry,
    state::{at_newest, prove, read_value},
};
use crate::{Reason, api::Shared, encode, pb};

/// Assets that one look at an account goes through.
const ASSETS_MAX: usize = 256;
/// Candidates of a bare name.
const CANDIDATES_MAX: usize = 100;
/// First byte of all asset keys.
const ASSET_PREFIX: [u8; 1] = [0x20];

pub(crate) async fn get_account(
    shared: &Shared,
    request: pb::GetAccountRequest,
) -> Result<pb::GetAccountResponse, Status> {
    let id = AccountId::from_slice(&request.account_id)
        .ok_or_else(|| Reason::BadRequest.status("account_id must have 32 bytes"))?;
    at_newest(shared, move |view| {
        let (proven, account) = prove::<Account>(view, &StateKey::Account(id))?;
        let (holdings, holdings_truncated) = match &account {
            Some(_) => holdings_of(view, &id)?,
            None => (Vec::new(), false),
        };
        Ok(pb::GetAccountResponse {
            block: Some(encode::certified_header(view.at())),
            account: Some(proven),
            holdings,
            holdings_truncated,
            details: account.map(|account| details(view, &account)).transpose()?,
        })
    })
    .await
}

pub(crate) async fn resolve_name(
    shared: &Shared,
    request: pb::ResolveNameRequest,
) -> Result<pb::ResolveNameResponse, Status> {
    let name = request.name;
    let (member, bare) = match name.split_once('/') {
        Some((member, bare)) => (Some(member.to_owned()), bare.to_owned()),
        None => (None, name.clone()),
    };
    let is_name = types::genesis::is_name;
    if !is_name(&bare) || member.as_deref().is_some_and(|member| !is_name(member)) {
        return Err(
            Reason::BadRequest.status("name must be member/name or name, each 1 to 64 of a-z 0-9 - _ .")
        );
    }
    at_newest(shared, move |view| {
        let members = match member {
            Some(member) => vec![MemberId::of_name(&member)],
            None => members_with(view, &bare)?,
        };
        let mut response = pb::ResolveNameResponse {
            block: Some(encode::certified_header(view.at())),
            ..Default::default()
        };
        for member in members {
            let (entry, account) = prove::<AccountId>(view, &StateKey::AccountName(bare.clone(), member))?;
            match account {
                Some(account) => response.candidates.push(pb::NameCandidate {
                    account_id: encode::bytes(account.as_bytes()),
                    member_id: encode::bytes(member.as_bytes()),
                    member_name: member_name(view, &member)?,
                    entry: Some(entry),
                }),
                None => response.absence = Some(entry),
            }
        }
        Ok(response)
    })
    .await
}

pub(crate) async fn get_member(
    shared: &Shared,
    request: pb::GetMemberRequest,
) -> Result<pb::GetMemberResponse, Status> {
    use pb::get_member_request::Member as Wire;
    let id = match &request.member {
        Some(Wire::MemberId(bytes)) => MemberId::from_slice(bytes),
        Some(Wire::Name(name)) => Some(MemberId::of_name(name)),
        None => None,
    };
    let id = id.ok_or_else(|| Reason::BadRequest.status("member must be a name or an id of 32 bytes"))?;
    at_newest(shared, move |view| {
        let (proven, member) = prove::<Member>(view, &StateKey::Member(id))?;
        let (name, contact) = member.map(|member| (member.name, member.contact)).unwrap_or_default();
        let block = Some(encode::certified_header(view.at()));
        Ok(pb::GetMemberResponse { block, member: Some(proven), name, contact })
    })
    .await
}

/// The state has no index by account: looks through the assets.
fn holdings_of(
    view: &dyn StateView,
    account: &AccountId,
) -> Result<(Vec<pb::HoldingEntry>, bool), ReadError> {
    let assets = view.scan(&ASSET_PREFIX, None, ASSETS_MAX)?;
    let mut entries = Vec::new();
    for (key, _) in &assets {
        let Some(asset) = key.strip_prefix(&ASSET_PREFIX).and_then(types::AssetId::from_slice) else {
            continue;
        };
        let holding_key = StateKey::Holding(asset, *account);
        if view.get(&holding_key.encode())?.is_none() {
            continue;
        }
        let (proven, holding) = prove::<Holding>(view, &holding_key)?;
        let mut entry = holding_entry(&asset, account, proven, holding.unwrap_or_default());
        let (proven, asset) = prove::<Asset>(view, &StateKey::Asset(asset))?;
        entry.asset = Some(proven);
        if let Some(asset) = asset {
            entry.decimals = u32::from(asset.decimals);
            entry.asset_name = asset.name;
        }
        entries.push(entry);
    }
    Ok((entries, assets.len() >= ASSETS_MAX))
}

fn members_with(view: &dyn StateView, name: &str) -> Result<Vec<MemberId>, ReadError> {
    let prefix = StateKey::account_name_prefix(name);
    let entries = view.scan(&prefix, None, CANDIDATES_MAX)?;
    let member =
        |(key, _): &(Vec<u8>, Vec<u8>)| key.strip_prefix(prefix.as_slice()).and_then(MemberId::from_slice);
    Ok(entries.iter().filter_map(member).collect())
}

fn details(view: &dyn StateView, account: &Account) -> Result<pb::AccountDetails, ReadError> {
    let key = |key: &types::WeightedKey| pb::AccountKey {
        public_key: encode::bytes(key.public_key.as_bytes()),
        weight: key.weight,
    };
    Ok(pb::AccountDetails {
        member_id: encode::bytes(account.member.as_bytes()),
        member_name: member_name(view, &account.member)?,
        name: account.name.clone(),
        keys: account.keys.keys.iter().map(key).collect(),
        threshold: account.keys.threshold,
        roles: account.roles.iter().map(|role| encode::role(*role).to_owned()).collect(),
        status: encode::account_status(account.status).to_owned(),
    })
}

fn member_name(view: &dyn StateView, id: &MemberId) -> Result<String, ReadError> {
    let value = view.get(&StateKey::Member(*id).encode())?;
    let member = value.as_deref().map(read_value::<Member>).transpose()?;
    Ok(member.map(|member| member.name).unwrap_or_default())
}
