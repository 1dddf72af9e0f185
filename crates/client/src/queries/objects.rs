//! Reads of the state: accounts, names, assets, members, locks, parameters.

use bytes::Bytes;
use types::{
    AccountId, AssetId, LockId, Member, MemberId, Parameters,
    block::CertifiedHeader,
    genesis::GenesisAccount,
    state::{Asset, Holding, Lock, StateKey},
};

use crate::{
    AccountView, AssetView, Candidate, Client, ClientError, HoldingView, HoldingsPage, ProofError, Verified,
    client::{READ_TIMEOUT, queries, within},
    decode, pb,
    verifier::read_value,
};

impl Client {
    /// An account with its holdings; `None`: there is no such account.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn account(&self, id: &AccountId) -> Result<Verified<Option<AccountView>>, ClientError> {
        let ask = |channel| async move {
            let request = pb::GetAccountRequest { account_id: id.as_bytes().to_vec().into() };
            queries(channel).get_account(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        let standing = self.standing(answer.block.as_ref()).await?;
        let proven = Self::proven(&standing, &StateKey::Account(*id), answer.account.as_ref())?;
        let Some(account) = read_value::<types::Account>(proven)? else {
            return Ok(Verified::at(&standing.0, standing.1, None));
        };
        let details = answer.details.unwrap_or_default();
        let member_name = details.member_name;
        if MemberId::of_name(&member_name) != account.member {
            return Err(ProofError::OtherName { name: member_name }.into());
        }
        let read = |entry| read_holding(&standing, entry, Some(id));
        let holdings = answer.holdings.iter().map(read).collect::<Result<_, _>>()?;
        let holdings_truncated = answer.holdings_truncated;
        let view = AccountView { id: *id, account, member_name, holdings, holdings_truncated };
        Ok(Verified::at(&standing.0, standing.1, Some(view)))
    }

    /// What `member/name`, or a bare account name, stands for. Each candidate is proven; for a bare name
    /// that there are no others is not.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn resolve_name(&self, name: &str) -> Result<Verified<Vec<Candidate>>, ClientError> {
        let ask = |channel| async move {
            let request = pb::ResolveNameRequest { name: name.to_owned() };
            queries(channel).resolve_name(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        let standing = self.standing(answer.block.as_ref()).await?;
        let (member, bare) = split_name(name);
        if let (Some(member), true) = (member, answer.candidates.is_empty()) {
            let key = StateKey::AccountName(bare.to_owned(), MemberId::of_name(member));
            let proven = Self::proven(&standing, &key, answer.absence.as_ref())?;
            if proven.value.is_some() {
                return Err(ProofError::OtherName { name: name.to_owned() }.into());
            }
        }
        let read = |candidate| read_candidate(&standing, candidate, name);
        let candidates = answer.candidates.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let verified = standing.1 || self.is_genesis_name(&standing.0, name, &candidates);
        Ok(Verified::at(&standing.0, verified, candidates))
    }

    /// An asset by name; `None`: there is no such asset.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn asset(&self, name: &str) -> Result<Verified<Option<AssetView>>, ClientError> {
        self.asset_by_id(&AssetId::of_name(name)).await
    }

    /// An asset by id; `None`: there is no such asset.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn asset_by_id(&self, id: &AssetId) -> Result<Verified<Option<AssetView>>, ClientError> {
        let value = self.state_value::<Asset>(&StateKey::Asset(*id)).await?;
        Ok(value.map(|asset| asset.map(|asset| AssetView { id: *id, asset })))
    }

    /// A page of an asset's holdings. `page` is empty for the first, then the `next` of the page before.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn holdings(
        &self,
        asset: &AssetId,
        page_size: u32,
        page: Bytes,
    ) -> Result<Verified<HoldingsPage>, ClientError> {
        let page = &page;
        let ask = |channel| async move {
            let request = pb::GetHoldingsRequest {
                asset: Some(pb::get_holdings_request::Asset::AssetId(asset.as_bytes().to_vec().into())),
                page_size,
                page_token: page.clone(),
                omit_proofs: false,
            };
            queries(channel).get_holdings(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        let standing = self.standing(answer.block.as_ref()).await?;
        let read = |entry: &pb::HoldingEntry| {
            if entry.asset_id != asset.as_bytes().as_slice() {
                return Err(ProofError::OtherKey);
            }
            read_holding(&standing, entry, None)
        };
        let holdings = answer.holdings.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Verified::at(&standing.0, standing.1, HoldingsPage { holdings, next: answer.next_page_token }))
    }

    /// A member; `None`: there is no such member.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn member(&self, id: &MemberId) -> Result<Verified<Option<Member>>, ClientError> {
        self.state_value(&StateKey::Member(*id)).await
    }

    /// A lock; `None`: there is no such lock (any more).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn lock(&self, id: &LockId) -> Result<Verified<Option<Lock>>, ClientError> {
        self.state_value(&StateKey::Lock(*id)).await
    }

    /// The chain parameters.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn parameters(&self) -> Result<Verified<Parameters>, ClientError> {
        let value = self.state_value(&StateKey::Parameters).await?;
        let Verified { value, as_of_height, as_of_time, verified } = value;
        let value = value.ok_or(ProofError::Shape { field: "parameters" })?;
        Ok(Verified { value, as_of_height, as_of_time, verified })
    }

    /// Any value of the state; `None`: absent.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn state(&self, key: &StateKey) -> Result<Verified<Option<Bytes>>, ClientError> {
        let encoded = &key.encode();
        let ask = |channel| async move {
            let request = pb::GetStateRequest { key: encoded.clone().into() };
            queries(channel).get_state(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        let standing = self.standing(answer.block.as_ref()).await?;
        let proven = Self::proven(&standing, key, answer.value.as_ref())?;
        Ok(Verified::at(&standing.0, standing.1, proven.value.clone()))
    }

    async fn state_value<T>(&self, key: &StateKey) -> Result<Verified<Option<T>>, ClientError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        let Verified { value, as_of_height, as_of_time, verified } = self.state(key).await?;
        let read = |bytes: Bytes| types::state::decode_value(&bytes).map_err(ProofError::Value);
        let value = value.map(read).transpose()?;
        Ok(Verified { value, as_of_height, as_of_time, verified })
    }

    /// At height 0 nothing is certified, but the state is the genesis: a name that it gives needs no proof.
    fn is_genesis_name(&self, block: &CertifiedHeader, name: &str, candidates: &[Candidate]) -> bool {
        let Some(verifier) = &self.inner.verifier else { return false };
        let is_named = |account: &&GenesisAccount| account.full_name() == name || account.name == name;
        let known = verifier.genesis().accounts.iter().filter(is_named).map(GenesisAccount::id);
        let mut known: Vec<_> = known.collect();
        let mut found: Vec<_> = candidates.iter().map(|candidate| candidate.account_id).collect();
        known.sort_unstable();
        found.sort_unstable();
        block.header.height.get() == 0 && known == found
    }
}

fn split_name(name: &str) -> (Option<&str>, &str) {
    name.split_once('/').map_or((None, name), |(member, bare)| (Some(member), bare))
}

fn read_candidate(
    standing: &(CertifiedHeader, bool),
    candidate: &pb::NameCandidate,
    name: &str,
) -> Result<Candidate, ProofError> {
    let (member, bare) = split_name(name);
    let member_id = MemberId::new(decode::hash("member_id", &candidate.member_id)?);
    let member_name = candidate.member_name.clone();
    let other = || ProofError::OtherName { name: name.to_owned() };
    if MemberId::of_name(&member_name) != member_id || member.is_some_and(|member| member != member_name) {
        return Err(other());
    }
    let key = StateKey::AccountName(bare.to_owned(), member_id);
    let proven = Client::proven(standing, &key, candidate.entry.as_ref())?;
    let account_id = read_value::<AccountId>(proven)?.ok_or_else(other)?;
    Ok(Candidate { account_id, member_id, member_name })
}

fn read_holding(
    standing: &(CertifiedHeader, bool),
    entry: &pb::HoldingEntry,
    of: Option<&AccountId>,
) -> Result<HoldingView, ProofError> {
    let asset_id = AssetId::new(decode::hash("asset_id", &entry.asset_id)?);
    let account_id = AccountId::new(decode::hash("account_id", &entry.account_id)?);
    if of.is_some_and(|of| *of != account_id) {
        return Err(ProofError::OtherKey);
    }
    let key = StateKey::Holding(asset_id, account_id);
    let holding = read_value::<Holding>(Client::proven(standing, &key, entry.holding.as_ref())?)?;
    let asset = match &entry.asset {
        Some(asset) => {
            read_value::<Asset>(Client::proven(standing, &StateKey::Asset(asset_id), Some(asset))?)?
        }
        None => None,
    };
    Ok(HoldingView { asset_id, asset, account_id, holding: holding.unwrap_or_default() })
}
