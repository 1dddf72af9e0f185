//! Dials a configured address.

use std::io;

use tokio::{
    net::{TcpStream, lookup_host},
    time::Instant,
};
use types::PublicKey;

use crate::{
    error::HandshakeError,
    hub::Hub,
    identity,
    link::{Authenticated, Side, authenticate},
};

/// Of a name that stands for several addresses.
const ADDRESSES_MAX: usize = 4;

/// Connects and checks that `key` answers; the caller bounds its time.
pub(crate) async fn dial(
    hub: &Hub,
    key: &PublicKey,
    address: &str,
    deadline: Instant,
) -> Result<Authenticated, HandshakeError> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name stands for no address");
    let found = lookup_host(address).await.map_err(HandshakeError::Unreachable)?;
    for address in found.take(ADDRESSES_MAX) {
        match TcpStream::connect(address).await {
            Ok(socket) => {
                let link = authenticate(socket, address, Side::Dialler, &hub.keypair, deadline).await?;
                return match identity::key_of(&link.peer) {
                    Some(found) if found == *key => Ok(link),
                    Some(found) => Err(HandshakeError::OtherKey { found: found.to_string() }),
                    None => Err(HandshakeError::OtherKey { found: link.peer.to_string() }),
                };
            }
            Err(error) => failure = error,
        }
    }
    Err(HandshakeError::Unreachable(failure))
}
