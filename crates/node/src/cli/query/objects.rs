//! Accounts, assets, members, locks, holdings and parameters.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use types::{Amount, AssetId};

use super::{Found, not_found, standing, to_value};
use crate::{amounts::format_amount, cli::network::Network, exit::Failure};

pub(super) fn account(network: &Network, text: &str) -> Result<Found, Failure> {
    let id = network.account(text)?;
    let found = network.block_on(network.client()?.account(&id))?;
    let Some(view) = &found.value else { return Err(not_found("account", text)) };
    let (mut balances, mut available, mut locked) = (Map::new(), Map::new(), Map::new());
    let mut words = format!("{}\n{}/{}", view.id, view.member_name, view.account.name);
    words += &format!(" {}\n", to_value(&view.account.status)?.as_str().unwrap_or_default());
    for held in &view.holdings {
        let (name, decimals) = match &held.asset {
            Some(asset) => (asset.name.clone(), asset.decimals),
            None => (held.asset_id.to_string(), 0),
        };
        let total = held.holding.available.checked_add(held.holding.locked).unwrap_or(Amount::new(u128::MAX));
        let text = |amount| format_amount(amount, decimals);
        words += &format!("{name:12} {} ({} available)\n", text(total), text(held.holding.available));
        balances.insert(name.clone(), json!(text(total)));
        available.insert(name.clone(), json!(text(held.holding.available)));
        locked.insert(name, json!(text(held.holding.locked)));
    }
    let object = json!({
        "id": view.id.to_string(),
        "member": view.member_name,
        "name": view.account.name,
        "roles": view.account.roles,
        "status": view.account.status,
        "keys": view.account.keys.keys,
        "threshold": view.account.keys.threshold,
        "balances": balances,
        "available": available,
        "locked": locked,
        "holdings_truncated": view.holdings_truncated,
        "limits": Value::Null,
    });
    Ok(standing(&found, network, object, words))
}

pub(super) fn asset(network: &Network, text: &str) -> Result<Found, Failure> {
    let id = asset_id(text);
    let found = network.block_on(network.client()?.asset_by_id(&id))?;
    let Some(view) = &found.value else { return Err(not_found("asset", text)) };
    let asset = &view.asset;
    let supply = format_amount(asset.supply, asset.decimals);
    let object = json!({
        "id": view.id.to_string(),
        "name": asset.name,
        "decimals": asset.decimals,
        "issuer": asset.issuer.to_string(),
        "policy": asset.policy,
        "supply": supply,
    });
    let words = format!("{} {}\nsupply {supply}\nissuer {}", asset.name, view.id, asset.issuer);
    Ok(standing(&found, network, object, words))
}

pub(super) fn member(network: &Network, text: &str) -> Result<Found, Failure> {
    let id = Network::member(text);
    let found = network.block_on(network.client()?.member(&id))?;
    let Some(member) = &found.value else { return Err(not_found("member", text)) };
    let object = json!({"id": id.to_string(), "name": member.name, "contact": member.contact});
    let words = format!("{} {id}\ncontact {}", member.name, member.contact);
    Ok(standing(&found, network, object, words))
}

pub(super) fn lock(network: &Network, text: &str) -> Result<Found, Failure> {
    let id = text.parse().map_err(|error| Failure::usage(format!("lock id: {error}")))?;
    let client = network.client()?;
    let found = network.block_on(client.lock(&id))?;
    let Some(lock) = &found.value else { return Err(not_found("lock", text)) };
    let asset = network.block_on(client.asset_by_id(&lock.asset))?.value.map(|view| view.asset);
    let (name, decimals) = asset.map_or((lock.asset.to_string(), 0), |asset| (asset.name, asset.decimals));
    let amount = format_amount(lock.amount, decimals);
    let object = json!({
        "id": id.to_string(),
        "owner": lock.owner.to_string(),
        "beneficiary": lock.beneficiary.to_string(),
        "asset": name,
        "amount": amount,
        "expires_ms": lock.expires.get(),
        "hash": lock.hash.map(hex::encode),
    });
    let words =
        format!("{amount} {name} of {} for {} until {} ms", lock.owner, lock.beneficiary, lock.expires);
    Ok(standing(&found, network, object, words))
}

pub(super) fn holdings(network: &Network, text: &str, limit: u32) -> Result<Found, Failure> {
    let id = asset_id(text);
    let client = network.client()?;
    let asset =
        network.block_on(client.asset_by_id(&id))?.value.ok_or_else(|| not_found("asset", text))?.asset;
    let mut list = Vec::new();
    let mut page = Bytes::new();
    let found = loop {
        let left = limit.saturating_sub(u32::try_from(list.len()).unwrap_or(u32::MAX));
        let found = network.block_on(client.holdings(&id, left.clamp(1, 1000), page))?;
        list.extend(found.value.holdings.iter().cloned());
        page = found.value.next.clone();
        if page.is_empty() || found.value.holdings.is_empty() || list.len() >= limit as usize {
            break found;
        }
    };
    list.truncate(limit as usize);
    let text = |amount| format_amount(amount, asset.decimals);
    let entry = |held: &client::HoldingView| {
        json!({
            "account": held.account_id.to_string(),
            "available": text(held.holding.available),
            "locked": text(held.holding.locked),
        })
    };
    let entries: Vec<_> = list.iter().map(entry).collect();
    let object = json!({"asset": asset.name, "holdings": entries, "complete": page.is_empty()});
    let lines: Vec<_> =
        list.iter().map(|held| format!("{} {}", held.account_id, text(held.holding.available))).collect();
    Ok(standing(&found, network, object, lines.join("\n")))
}

pub(super) fn parameters(network: &Network) -> Result<Found, Failure> {
    let found = network.block_on(network.client()?.parameters())?;
    let object = to_value(&found.value)?;
    let lines: Vec<_> =
        object.as_object().into_iter().flatten().map(|(name, value)| format!("{name:22} {value}")).collect();
    Ok(standing(&found, network, object, lines.join("\n")))
}

fn asset_id(text: &str) -> AssetId {
    text.parse().unwrap_or_else(|_| AssetId::of_name(text))
}
