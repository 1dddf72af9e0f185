//! Pages: sizes are bounded, tokens are opaque to clients.

use bytes::Bytes;
use tonic::Status;
use types::Height;

use crate::Reason;

/// Entries of a page when the request does not say.
const PAGE_DEFAULT: u32 = 100;
/// Entries of a page at most.
const PAGE_MAX: u32 = 1000;

pub(crate) fn page_size(asked: u32) -> usize {
    let size = if asked == 0 { PAGE_DEFAULT } else { asked.min(PAGE_MAX) };
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// The token of an account's history: height u64 big-endian ‖ place u32 big-endian of the last entry.
pub(crate) fn history_token(height: Height, index: u32) -> Bytes {
    let mut bytes = height.get().to_be_bytes().to_vec();
    bytes.extend_from_slice(&index.to_be_bytes());
    bytes.into()
}

pub(crate) fn read_history_token(token: &[u8]) -> Result<Option<(Height, u32)>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let read = || {
        let (height, index) = token.split_first_chunk::<8>()?;
        let index: [u8; 4] = index.try_into().ok()?;
        Some((Height::new(u64::from_be_bytes(*height)), u32::from_be_bytes(index)))
    };
    read().map(Some).ok_or_else(bad_token)
}

/// The token of a scan: the last key, which must be below the scan's prefix.
pub(crate) fn read_key_token(token: &[u8], prefix: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    match token {
        [] => Ok(None),
        key if key.starts_with(prefix) && key.len() <= 256 => Ok(Some(key.to_vec())),
        _ => Err(bad_token()),
    }
}

fn bad_token() -> Status {
    Reason::BadRequest.status("page_token is not from the page before")
}
