//! What queries answer.

use bytes::Bytes;
use types::{
    Account, AccountId, AssetId, Epoch, Height, MemberId, ResultRecord, TransactionId, ValidatorSet,
    block::CertifiedHeader,
    ports::HistoryEntry,
    state::{Asset, Holding},
};

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockView {
    /// Header and certificate.
    pub block: CertifiedHeader,
    /// In the block's order.
    pub transactions: Vec<TransactionView>,
}

/// A transaction of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionView {
    /// Which.
    pub id: TransactionId,
    /// What became of it.
    pub result: ResultRecord,
    /// Names as `asset.transfer`, in order.
    pub operations: Vec<String>,
    /// The exact signed bytes.
    pub transaction: Bytes,
}

/// An account with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// As the state holds it.
    pub account: Account,
    /// The name of its member.
    pub member_name: String,
    /// What it holds, ascending by asset. Each entry is proven; that there are no others is not.
    pub holdings: Vec<HoldingView>,
    /// There are more assets than one answer looks through.
    pub holdings_truncated: bool,
}

/// An account's part of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingView {
    /// What.
    pub asset_id: AssetId,
    /// The asset, where the query asked for it.
    pub asset: Option<Asset>,
    /// Whose.
    pub account_id: AccountId,
    /// How much.
    pub holding: Holding,
}

/// A page of an asset's holdings, ascending by account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingsPage {
    /// The page's entries.
    pub holdings: Vec<HoldingView>,
    /// For the next page; empty after the last.
    pub next: Bytes,
}

/// An asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetView {
    /// Its id.
    pub id: AssetId,
    /// As the state holds it.
    pub asset: Asset,
}

/// An account that a name may stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The account.
    pub account_id: AccountId,
    /// Its member.
    pub member_id: MemberId,
    /// Its member's name.
    pub member_name: String,
}

/// The validators that certify a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatorsView {
    /// Their epoch.
    pub epoch: Epoch,
    /// The set.
    pub set: ValidatorSet,
    /// How many signatures certify a block.
    pub quorum: usize,
}

/// A page of an account's history, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    /// The page's entries.
    pub entries: Vec<HistoryEntry>,
    /// For the next page; empty after the last.
    pub next: Bytes,
    /// The newest certified block: nothing later is listed.
    pub as_of: Height,
}
