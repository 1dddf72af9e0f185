//! Accepts connections: caps those that have proved nothing, admits configured keys, refuses the rest.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinError, JoinSet},
    time::{Instant, sleep, timeout_at},
};

use crate::{
    RefusalReason,
    error::HandshakeError,
    hub::Hub,
    identity,
    link::{Side, authenticate},
};

/// After a failed accept (no file descriptors): the loop goes on.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Runs until the mesh stops. The loop only accepts, counts and spawns.
pub(crate) async fn listen(hub: Arc<Hub>, listener: TcpListener) -> Result<(), JoinError> {
    let pending = Arc::new(Pending::default());
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            () = hub.stop.cancelled() => return Ok(()),
            Some(done) = tasks.join_next(), if !tasks.is_empty() => done?,
            accepted = listener.accept() => match accepted {
                Ok((socket, address)) => {
                    let total_max = hub.limits.pending_max;
                    let address_max = hub.limits.pending_per_address_max;
                    match pending.enter(address.ip(), total_max, address_max) {
                        Some(place) => drop(tasks.spawn(admit(Arc::clone(&hub), socket, address, place))),
                        None => too_many(&hub, address),
                    }
                }
                Err(error) => {
                    if hub.gate.pass((None, RefusalReason::Unreachable)).is_some() {
                        tracing::warn!(%error, "cannot accept connections at the moment");
                    }
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
}

/// Lets the other end prove its key and hands the connection to that peer's task.
async fn admit(hub: Arc<Hub>, socket: TcpStream, address: SocketAddr, place: Place) {
    let deadline = Instant::now() + hub.limits.handshake_timeout;
    let handshake = authenticate(socket, address, Side::Acceptor, &hub.keypair, deadline);
    let done = timeout_at(deadline, handshake).await;
    drop(place);
    let authenticated = match done.unwrap_or(Err(HandshakeError::Timeout(hub.limits.handshake_timeout))) {
        Ok(authenticated) => authenticated,
        Err(error) => {
            if let Some(left_out) = hub.refused(None, RefusalReason::from(&error)) {
                tracing::warn!(%address, left_out, "refused a connection: {error}");
            }
            return;
        }
    };
    let peer = identity::key_of(&authenticated.peer).and_then(|key| hub.peer(&key));
    let Some(peer) = peer else {
        if let Some(left_out) = hub.refused(None, RefusalReason::UnknownKey) {
            let key = identity::key_of(&authenticated.peer)
                .map_or("of another kind".to_owned(), |key| key.to_string());
            tracing::warn!(%address, %key, left_out, "refused a connection: its node key is not configured here");
        }
        return;
    };
    if peer.inbound.try_send(authenticated).is_err()
        && let Some(left_out) = hub.refused(Some(&peer.key), RefusalReason::TooManyOfPeer)
    {
        tracing::warn!(peer = %peer.name(), %address, left_out, "refused a connection: too many of this peer");
    }
}

fn too_many(hub: &Hub, address: SocketAddr) {
    if let Some(left_out) = hub.refused(None, RefusalReason::TooManyPending) {
        tracing::warn!(%address, left_out, "refused a connection: too many that have not proved a key yet");
    }
}

/// Connections that have proved nothing yet, by address.
#[derive(Debug, Default)]
struct Pending {
    by_address: Mutex<(usize, BTreeMap<IpAddr, usize>)>,
}

/// A place among the pending; given back when dropped.
#[derive(Debug)]
struct Place {
    pending: Arc<Pending>,
    address: IpAddr,
}

impl Pending {
    fn enter(self: &Arc<Self>, address: IpAddr, total_max: usize, address_max: usize) -> Option<Place> {
        let mut guard = self.by_address.lock();
        let (total, by_address) = &mut *guard;
        let of_address = by_address.get(&address).copied().unwrap_or(0);
        if *total >= total_max || of_address >= address_max {
            return None;
        }
        *total += 1;
        by_address.insert(address, of_address + 1);
        Some(Place { pending: Arc::clone(self), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut guard = self.pending.by_address.lock();
        let (total, by_address) = &mut *guard;
        *total -= 1;
        if let Some(count) = by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pending_places_are_bounded_in_all_and_per_address_and_come_back() {
        let pending = Arc::new(Pending::default());
        let one = IpAddr::from([127, 0, 0, 1]);
        let two = IpAddr::from([127, 0, 0, 2]);
        let first = pending.enter(one, 3, 2);
        let second = pending.enter(one, 3, 2);
        assert!(first.is_some() && second.is_some());
        assert!(pending.enter(one, 3, 2).is_none(), "third of one address");
        let third = pending.enter(two, 3, 2);
        assert!(third.is_some());
        assert!(pending.enter(two, 3, 2).is_none(), "fourth in all");
        drop((first, second, third));
        assert_eq!(*pending.by_address.lock(), (0, BTreeMap::new()));
    }
}
