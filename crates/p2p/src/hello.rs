//! The first frame of each side: which network, which protocol, who.

use types::ChainId;

use crate::{NodeRole, error::HandshakeError};

/// The version of this crate's protocol; nodes with another one are refused.
pub const PROTOCOL: u16 = 1;

/// The longest release string.
pub(crate) const RELEASE_BYTES_MAX: usize = 64;
const MAGIC: &[u8; 5] = b"hanse";
/// Up to and including the role.
const FIXED: usize = 5 + 2 + 32 + 8 + 1;

/// What a node says before anything else. Bytes: see the crate's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) protocol: u16,
    pub(crate) network: ChainId,
    pub(crate) instance: u64,
    pub(crate) role: NodeRole,
    pub(crate) release: String,
}

/// Printable ASCII without spaces and quotes, bounded: it goes into logs and status pages.
pub(crate) fn sanitised(release: &str) -> String {
    release.chars().filter(|c| c.is_ascii_graphic() && *c != '"').take(RELEASE_BYTES_MAX).collect()
}

impl Hello {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let release = sanitised(&self.release);
        let mut bytes = Vec::with_capacity(FIXED + 1 + release.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.protocol.to_le_bytes());
        bytes.extend_from_slice(self.network.as_bytes());
        bytes.extend_from_slice(&self.instance.to_le_bytes());
        bytes.push(match self.role {
            NodeRole::Validator => 0,
            NodeRole::Observer => 1,
        });
        bytes.push(u8::try_from(release.len()).unwrap_or(0));
        bytes.extend_from_slice(release.as_bytes());
        bytes
    }

    /// Reads a hello of our protocol and network. Protocol and network are judged before the rest is read, so
    /// that later protocols may change the rest and still be told apart.
    pub(crate) fn decode(bytes: &[u8], ours: &Self) -> Result<Self, HandshakeError> {
        let garbage = || HandshakeError::Violation("the hello is malformed");
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(garbage)?;
        let (protocol, rest) = rest.split_first_chunk::<2>().ok_or_else(garbage)?;
        let protocol = u16::from_le_bytes(*protocol);
        if protocol != ours.protocol {
            return Err(HandshakeError::OtherProtocol { found: protocol, ours: ours.protocol });
        }
        let (network, rest) = rest.split_first_chunk::<32>().ok_or_else(garbage)?;
        let network = ChainId::new(*network);
        if network != ours.network {
            return Err(HandshakeError::OtherNetwork { found: network, ours: ours.network });
        }
        let (instance, rest) = rest.split_first_chunk::<8>().ok_or_else(garbage)?;
        let (role, release) = match rest {
            [0, length, release @ ..] if usize::from(*length) == release.len() => {
                (NodeRole::Validator, release)
            }
            [1, length, release @ ..] if usize::from(*length) == release.len() => {
                (NodeRole::Observer, release)
            }
            _ => return Err(garbage()),
        };
        let release = sanitised(&String::from_utf8_lossy(release));
        Ok(Self { protocol, network, instance: u64::from_le_bytes(*instance), role, release })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello() -> Hello {
        Hello {
            protocol: PROTOCOL,
            network: ChainId::new([7; 32]),
            instance: 0x0102_0304_0506_0708,
            role: NodeRole::Observer,
            release: "0.1.0+abc".to_owned(),
        }
    }

    #[test]
    fn encoding_is_frozen_and_reads_back() {
        let bytes = hello().encode();
        let mut expected = b"hanse\x01\x00".to_vec();
        expected.extend([7; 32]);
        expected.extend([8, 7, 6, 5, 4, 3, 2, 1, 1, 9]);
        expected.extend(b"0.1.0+abc");
        assert_eq!(bytes, expected);
        assert_eq!(Hello::decode(&bytes, &hello()).unwrap(), hello());
    }

    #[test]
    fn every_truncation_and_extension_is_refused() {
        let mut bytes = hello().encode();
        for length in 0..bytes.len() {
            assert!(Hello::decode(&bytes[..length], &hello()).is_err(), "accepted {length} bytes");
        }
        bytes.push(b'x');
        assert!(Hello::decode(&bytes, &hello()).is_err());
    }

    #[test]
    fn other_network_and_other_protocol_are_told_apart() {
        let other = Hello { network: ChainId::new([8; 32]), ..hello() };
        assert!(matches!(Hello::decode(&other.encode(), &hello()), Err(HandshakeError::OtherNetwork { .. })));
        let newer = Hello { protocol: 2, ..other };
        assert!(matches!(
            Hello::decode(&newer.encode(), &hello()),
            Err(HandshakeError::OtherProtocol { .. })
        ));
        let shorter = b"hanse\x09\x00?";
        assert!(matches!(
            Hello::decode(shorter, &hello()),
            Err(HandshakeError::OtherProtocol { found: 9, .. })
        ));
    }

    #[test]
    fn a_release_cannot_carry_control_characters_or_grow() {
        let evil = format!("1.0\n\u{1b}[31m\"{}", "x".repeat(300));
        let clean = sanitised(&evil);
        assert!(clean.len() <= RELEASE_BYTES_MAX && clean.bytes().all(|b| b.is_ascii_graphic() && b != b'"'));
    }
}
