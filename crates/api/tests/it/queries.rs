//! Reads and their paging.

use api::pb;
use tonic::Code as Rpc;
use types::{
    Account, AccountId, AccountStatus, Amount, AssetId, Code, EpochEnd, Height, KeySet, Member, MemberId,
    Role, SecretKey, Validator, ValidatorSet, VoteLogId, codec,
    state::{Asset, Holding, StateKey, TransferPolicy},
};

use crate::{
    fake::transfer,
    harness::{Harness, metadata, reason},
};

const MEMBER: &str = "member0";

fn put_account(harness: &Harness, member: &str, name: &str, id: u8) -> AccountId {
    let (account_id, member_id) = (AccountId::new([id; 32]), MemberId::of_name(member));
    let account = Account {
        member: member_id,
        name: name.to_owned(),
        keys: KeySet::single(SecretKey::from_seed(&[id; 32]).public_key()),
        roles: [Role::Issuer, Role::User].into(),
        status: AccountStatus::Frozen,
        long_lived: 0,
    };
    let content = Member { name: member.to_owned(), contact: "mail".to_owned() };
    harness.chain.put(&StateKey::Member(member_id), codec::encode(&content));
    harness.chain.put(&StateKey::Account(account_id), codec::encode(&account));
    harness.chain.put(&StateKey::AccountName(name.to_owned(), member_id), codec::encode(&account_id));
    account_id
}

fn put_asset(harness: &Harness, name: &str, holders: std::ops::Range<u8>) -> AssetId {
    let id = AssetId::of_name(name);
    let issuer = AccountId::new([1; 32]);
    let policy = TransferPolicy::AllowList;
    let asset = Asset { name: name.to_owned(), decimals: 2, issuer, policy, supply: Amount::new(u128::MAX) };
    harness.chain.put(&StateKey::Asset(id), codec::encode(&asset));
    for holder in holders {
        let holding = Holding { available: Amount::new(u128::from(holder)), locked: Amount::new(7) };
        harness.chain.put(&StateKey::Holding(id, AccountId::new([holder; 32])), codec::encode(&holding));
    }
    id
}

#[tokio::test]
async fn an_account_comes_with_proven_holdings() {
    let harness = Harness::start().await;
    let id = put_account(&harness, MEMBER, "account3", 3);
    put_asset(&harness, "TEST", 3..4);
    put_asset(&harness, "OTHER", 4..9);
    let request = pb::GetAccountRequest { account_id: id.as_bytes().to_vec().into() };
    let response = harness.queries().get_account(request).await.unwrap().into_inner();
    let account = response.account.unwrap();
    assert_eq!(account.key, StateKey::Account(id).encode());
    assert!(account.value.is_some() && account.proof.is_some());
    let details = response.details.unwrap();
    assert_eq!((details.member_name.as_str(), details.status.as_str()), (MEMBER, "frozen"));
    assert_eq!(details.roles, ["issuer", "user"]);
    let [holding] = response.holdings.as_slice() else { panic!("{:?}", response.holdings) };
    assert_eq!((holding.asset_name.as_str(), holding.decimals), ("TEST", 2));
    assert_eq!((holding.available.as_str(), holding.locked.as_str()), ("3", "7"));
    assert!(
        holding.holding.as_ref().unwrap().proof.is_some() && holding.asset.as_ref().unwrap().proof.is_some()
    );

    let request = pb::GetAccountRequest { account_id: vec![9; 32].into() };
    let absent = harness.queries().get_account(request).await.unwrap().into_inner();
    assert!(absent.details.is_none());
    assert!(absent.account.unwrap().value.is_none(), "with its proof of absence");
    let short = harness.queries().get_account(pb::GetAccountRequest { account_id: vec![9; 31].into() }).await;
    assert_eq!(short.unwrap_err().code(), Rpc::InvalidArgument);
}

#[tokio::test]
async fn names_resolve_to_candidates() {
    let harness = Harness::start().await;
    let one = put_account(&harness, "member0", "treasury", 3);
    let two = put_account(&harness, "member1", "treasury", 4);
    put_account(&harness, "member1", "treasury2", 5);
    let resolve = |name: &str| {
        let (mut client, name) = (harness.queries(), name.to_owned());
        async move { client.resolve_name(pb::ResolveNameRequest { name }).await.map(tonic::Response::into_inner) }
    };
    let bare = resolve("treasury").await.unwrap();
    let mut found: Vec<_> =
        bare.candidates.iter().map(|c| (c.member_name.clone(), c.account_id.to_vec())).collect();
    found.sort();
    let expected =
        [("member0".to_owned(), one.as_bytes().to_vec()), ("member1".to_owned(), two.as_bytes().to_vec())];
    assert_eq!(found, expected);
    let full = resolve("member1/treasury").await.unwrap();
    assert_eq!(full.candidates.len(), 1);
    assert!(full.candidates[0].entry.as_ref().unwrap().proof.is_some());
    let absent = resolve("member2/treasury").await.unwrap();
    assert!(absent.candidates.is_empty() && absent.absence.unwrap().value.is_none());
    for bad in ["", "a/", "/a", "a/b/c", "ÄÖ"] {
        assert_eq!(resolve(bad).await.unwrap_err().code(), Rpc::InvalidArgument, "{bad}");
    }
}

#[tokio::test]
async fn a_cap_table_is_paged_without_repeating() {
    let harness = Harness::start().await;
    let asset = put_asset(&harness, "TEST", 1..8);
    put_asset(&harness, "OTHER", 1..8);
    let mut request = pb::GetHoldingsRequest {
        asset: Some(pb::get_holdings_request::Asset::Name("TEST".to_owned())),
        page_size: 3,
        ..Default::default()
    };
    let mut holders = Vec::new();
    loop {
        let page = harness.queries().get_holdings(request.clone()).await.unwrap().into_inner();
        assert!(page.holdings.iter().all(|entry| entry.asset_id == asset.as_bytes().as_slice()));
        holders.extend(page.holdings.iter().map(|entry| entry.account_id[0]));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(holders, (1..8).collect::<Vec<_>>());
    let foreign = StateKey::Holding(AssetId::of_name("OTHER"), AccountId::new([1; 32])).encode();
    let request = pb::GetHoldingsRequest { page_token: foreign.into(), ..request };
    assert_eq!(harness.queries().get_holdings(request).await.unwrap_err().code(), Rpc::InvalidArgument);
}

#[tokio::test]
async fn blocks_headers_and_transactions() {
    let harness = Harness::start().await;
    let transaction = transfer(1, 2);
    harness.certify(&[(transaction.clone(), Code::InsufficientFunds)]);
    let newest = harness.queries().get_block(pb::GetBlockRequest::default()).await.unwrap().into_inner();
    assert_eq!(newest.transactions[0].operations, ["asset.transfer"]);
    assert_eq!(newest.transactions[0].signed_transaction, transaction.bytes());
    assert_eq!(newest.transactions[0].result.as_ref().unwrap().code_name, "insufficient_funds");
    let genesis = pb::GetBlockRequest { height: Some(0), omit_bodies: false };
    assert!(
        harness.queries().get_block(genesis).await.unwrap().into_inner().block.unwrap().certificate.is_none()
    );
    let later = pb::GetHeaderRequest { height: Some(5) };
    let status = harness.queries().get_header(later).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Rpc::NotFound, "not_found"));
    harness.chain.prune_below(Height::new(1));
    let status = harness.queries().get_header(pb::GetHeaderRequest { height: Some(0) }).await.unwrap_err();
    assert_eq!(
        (status.code(), metadata(&status, "first_kept_height").unwrap().as_str()),
        (Rpc::OutOfRange, "1")
    );

    let request = pb::GetTransactionRequest { transaction_id: transaction.id().as_bytes().to_vec().into() };
    let receipt = harness.queries().get_transaction(request).await.unwrap().into_inner();
    assert_eq!(receipt.signed_transaction, transaction.bytes());
    let request = pb::GetTransactionRequest { transaction_id: vec![1; 32].into() };
    assert_eq!(harness.queries().get_transaction(request).await.unwrap_err().code(), Rpc::NotFound);
}

#[tokio::test]
async fn a_history_is_paged_newest_first() {
    let harness = Harness::start().await;
    for salt in 0..5 {
        harness.certify(&[(transfer(salt, 2), Code::Committed), (transfer(100 + salt, 2), Code::Committed)]);
    }
    let mut request = pb::GetAccountHistoryRequest {
        account_id: vec![1; 32].into(),
        page_size: 3,
        page_token: Default::default(),
    };
    let mut places = Vec::new();
    loop {
        let page = harness.queries().get_account_history(request.clone()).await.unwrap().into_inner();
        places.extend(page.entries.iter().map(|entry| (entry.height, entry.index)));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let expected: Vec<_> = (1..=5u64).rev().flat_map(|height| [(height, 1), (height, 0)]).collect();
    assert_eq!(places, expected);
    request.page_token = vec![1; 5].into();
    assert_eq!(
        harness.queries().get_account_history(request).await.unwrap_err().code(),
        Rpc::InvalidArgument
    );
}

#[tokio::test]
async fn status_tells_chain_and_node() {
    let harness = Harness::start().await;
    harness.certify(&[]);
    let status = harness.nodes().get_status(pb::GetStatusRequest {}).await.unwrap().into_inner();
    assert_eq!((status.height, status.role.as_str(), status.index), (1, "validator", Some(0)));
    assert_eq!(status.header_hash.len(), 32);
    harness.node.status.lock().unwrap().index = None;
    let status = harness.nodes().get_status(pb::GetStatusRequest {}).await.unwrap().into_inner();
    assert_eq!((status.role.as_str(), status.index), ("observer", None));
}

/// A set of four whose names tell it from others.
fn validators(name: &str) -> ValidatorSet {
    let validator = |i: u8| Validator {
        name: format!("{name}{i}"),
        member: MemberId::of_name(MEMBER),
        consensus_key: SecretKey::from_seed(&[i; 32]).public_key(),
        node_key: SecretKey::from_seed(&[100 + i; 32]).public_key(),
        vote_log: VoteLogId::new([i; 32]),
    };
    ValidatorSet::new((0..4).map(validator).collect()).unwrap()
}

#[tokio::test]
async fn the_ends_of_epochs_are_served_in_pages() {
    use types::ports::ChainReader as _;
    let harness = Harness::start().await;
    let block = harness.chain.certified().as_ref().clone();
    for number in 0..70 {
        harness.chain.end_epoch(EpochEnd { block: block.clone(), next: validators(&number.to_string()) });
    }
    let ask = async |first_epoch| {
        let request = pb::GetEpochEndsRequest { first_epoch };
        harness.queries().get_epoch_ends(request).await.unwrap().into_inner().ends
    };
    let first = ask(0).await;
    assert_eq!(first.len(), 64);
    assert_eq!(first[3].next_set, codec::encode(&validators("3")));
    assert_eq!(first[0].block.as_ref().unwrap().header, block.header.encode());
    let rest = ask(64).await;
    assert_eq!((rest.len(), &rest[0].next_set[..]), (6, &codec::encode(&validators("64"))[..]));
    assert!(ask(70).await.is_empty() && ask(u64::MAX).await.is_empty());
}

#[tokio::test]
async fn the_validators_of_a_height_are_those_that_its_header_names() {
    let harness = Harness::start().await;
    let height = harness.certify(&[]);
    let ask = async || {
        let request = pb::GetValidatorsRequest { height: Some(height.get()) };
        harness.queries().get_validators(request).await
    };
    harness.chain.put(&StateKey::ActiveSet, codec::encode(&validators("other")));
    assert_eq!(ask().await.unwrap_err().code(), Rpc::NotFound, "another set than the header names");
    harness.chain.name_set(height, validators("v").hash());
    harness.chain.put(&StateKey::ActiveSet, codec::encode(&validators("v")));
    let answer = ask().await.unwrap().into_inner();
    assert_eq!(answer.validator_set, codec::encode(&validators("v")));
    assert_eq!((answer.quorum, answer.validators[3].name.as_str()), (3, "v3"));
}
