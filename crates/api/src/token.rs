//! Resume tokens, good on every node of the network:
//!
//! ```text
//! offset  length  field
//!      0       1  version, 1
//!      1       8  height of the next transaction, u64 big-endian
//!      9       4  its place in the block, u32 big-endian
//!     13      32  hash of the filter
//! ```

use bytes::Bytes;
use tonic::Status;
use types::{Hash, Height};

use crate::Reason;

const VERSION: u8 = 1;
const LENGTH: usize = 45;

/// The next transaction to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) height: Height,
    pub(crate) index: u32,
}

impl Position {
    pub(crate) const fn start_of(height: Height) -> Self {
        Self { height, index: 0 }
    }

    pub(crate) fn token(self, filter: &Hash) -> Bytes {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.height.get().to_be_bytes());
        bytes.extend_from_slice(&self.index.to_be_bytes());
        bytes.extend_from_slice(filter);
        bytes.into()
    }

    pub(crate) fn read(token: &[u8], filter: &Hash) -> Result<Self, Status> {
        let invalid = || Reason::BadRequest.status("resume_token is none of this network's releases");
        let rest = token.strip_prefix(&[VERSION]).ok_or_else(invalid)?;
        let (height, rest) = rest.split_first_chunk::<8>().ok_or_else(invalid)?;
        let (index, rest) = rest.split_first_chunk::<4>().ok_or_else(invalid)?;
        if rest.len() != filter.len() {
            return Err(invalid());
        }
        if rest != filter {
            return Err(Reason::BadRequest.status("resume_token was given for another filter"));
        }
        let height = Height::new(u64::from_be_bytes(*height));
        Ok(Self { height, index: u32::from_be_bytes(*index) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_and_refuses_others() {
        let position = Position { height: Height::new(7), index: 3 };
        let token = position.token(&[5; 32]);
        assert_eq!(token.len(), LENGTH);
        assert_eq!(Position::read(&token, &[5; 32]).unwrap(), position);
        assert!(Position::read(&token, &[6; 32]).is_err());
        assert!(Position::read(&token[..44], &[5; 32]).is_err());
        assert!(Position::read(b"", &[5; 32]).is_err());
    }
}
