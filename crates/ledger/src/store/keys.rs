//! Keys and small values of the column families. Numbers are big-endian, so that they sort.

use types::{AccountId, Epoch, Height};

/// Which entry of [`super::Column::Headers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderPart {
    /// The header.
    Header = 0,
    /// The certificate.
    Certificate = 1,
    /// The signature of this node's own checkpoint.
    OwnCheckpoint = 2,
    /// B (height u64), where a change of epoch is pending after the block.
    Boundary = 3,
}

/// height u64 ‖ part u8.
pub(crate) fn header(height: Height, part: HeaderPart) -> [u8; 9] {
    let mut key = [0; 9];
    key[..8].copy_from_slice(&height.get().to_be_bytes());
    key[8] = part as u8;
    key
}

/// epoch u64.
pub(crate) fn epoch(epoch: Epoch) -> [u8; 8] {
    epoch.get().to_be_bytes()
}

/// height u64.
pub(crate) fn height(height: Height) -> [u8; 8] {
    height.get().to_be_bytes()
}

/// height u64 ‖ part u32.
pub(crate) fn body(height: Height, part: u32) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&height.get().to_be_bytes());
    key[8..].copy_from_slice(&part.to_be_bytes());
    key
}

/// height u64 ‖ index u32: where a transaction stands.
pub(crate) fn location(height: Height, index: u32) -> [u8; 12] {
    body(height, index)
}

/// Reads a [`location`].
pub(crate) fn read_location(bytes: &[u8]) -> Option<(Height, u32)> {
    let (height, index) = bytes.split_first_chunk::<8>()?;
    Some((Height::new(u64::from_be_bytes(*height)), u32::from_be_bytes(index.try_into().ok()?)))
}

/// Reads a [`height`].
pub(crate) fn read_height(bytes: &[u8]) -> Option<Height> {
    bytes.try_into().ok().map(|bytes| Height::new(u64::from_be_bytes(bytes)))
}

/// account ‖ !height u64 ‖ !index u32: newest first.
pub(crate) fn history(account: &AccountId, height: Height, index: u32) -> [u8; 44] {
    let mut key = [0; 44];
    key[..32].copy_from_slice(account.as_bytes());
    key[32..40].copy_from_slice(&(!height.get()).to_be_bytes());
    key[40..].copy_from_slice(&(!index).to_be_bytes());
    key
}

/// Reads place and index of a [`history`] key of `account`.
pub(crate) fn read_history(key: &[u8], account: &AccountId) -> Option<(Height, u32)> {
    let rest = key.strip_prefix(account.as_bytes().as_slice())?;
    let (height, index) = read_location(rest)?;
    Some((Height::new(!height.get()), !index))
}
