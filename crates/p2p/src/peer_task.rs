//! The task of one peer: dials, shakes hands, keeps exactly one connection in use.

use std::{future::pending, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::{Instant, sleep_until, timeout_at},
};

use crate::{
    DisconnectReason, PerClass, RefusalReason, RemoteNode,
    dial::dial,
    error::HandshakeError,
    handshake::{Decider, Established, Terms, decides, establish},
    hub::Hub,
    link::{Authenticated, Side},
    peer::Peer,
    queue::queue,
    session::Session,
};

/// Accepted connections of one peer in the handshake at once.
const ACCEPTING_MAX: usize = 2;
/// A connection that lived so long was a good one: delays start again from the lowest.
const GOOD_AGE: Duration = Duration::from_secs(10);
/// The first delay after a peer closed before its hello.
const CLOSED_EARLY_DELAY: Duration = Duration::from_secs(1);
/// How far penalties grow.
const PENALTY_DOUBLINGS: u32 = 4;

/// A handshake that ended.
struct Finished {
    side: Side,
    result: Result<Established, HandshakeError>,
}

/// Owns everything about one peer that changes.
pub(crate) struct PeerTask {
    hub: Arc<Hub>,
    peer: Arc<Peer>,
    inbound: mpsc::Receiver<Authenticated>,
    handshakes: JoinSet<Finished>,
    dialling: bool,
    accepting: usize,
    session: Option<Session>,
    dial_at: Instant,
    delay: Duration,
    violations: u32,
    shut_out_until: Instant,
}

impl PeerTask {
    pub(crate) fn new(hub: Arc<Hub>, peer: Arc<Peer>, inbound: mpsc::Receiver<Authenticated>) -> Self {
        let now = Instant::now();
        let delay = hub.limits.dial_delay_min;
        let mut task = Self {
            hub,
            peer,
            inbound,
            handshakes: JoinSet::new(),
            dialling: false,
            accepting: 0,
            session: None,
            dial_at: now,
            delay,
            violations: 0,
            shut_out_until: now,
        };
        task.dial_after(Duration::ZERO);
        task
    }

    /// Runs until the peer is removed or the mesh stops.
    ///
    /// # Errors
    /// When one of its tasks panicked.
    pub(crate) async fn run(mut self) -> Result<(), JoinError> {
        loop {
            let may_dial = self.session.is_none() && !self.dialling && self.peer.address().is_some();
            tokio::select! {
                () = self.peer.stop.cancelled() => {
                    let stops = self.hub.stop.is_cancelled();
                    let reason = if stops { DisconnectReason::Shutdown } else { DisconnectReason::Removed };
                    self.end_session(reason).await;
                    return Ok(());
                }
                end = ended(&mut self.session) => {
                    let reason = end?;
                    self.end_session(reason).await;
                    self.after_session(reason);
                }
                () = self.peer.asked.notified() => {
                    self.end_session(DisconnectReason::Asked).await;
                    self.dial_after(self.delay);
                }
                () = self.peer.changed.notified() => {
                    self.delay = self.hub.limits.dial_delay_min;
                    self.dial_after(Duration::ZERO);
                }
                Some(connection) = self.inbound.recv() => self.accept(connection),
                Some(finished) = self.handshakes.join_next(), if !self.handshakes.is_empty() => {
                    self.finish(finished?).await;
                }
                () = sleep_until(self.dial_at), if may_dial => self.dial(),
            }
        }
    }

    /// Plans the next dial. Of two that would dial at the same time the higher key waits a little longer.
    fn dial_after(&mut self, delay: Duration) {
        let second = !decides(&self.hub.own_key, &self.peer.key);
        let stagger = if second { self.hub.limits.dial_stagger } else { Duration::ZERO };
        self.dial_at = (Instant::now() + self.hub.jittered(delay) + stagger).max(self.shut_out_until);
    }

    fn dial(&mut self) {
        let Some(address) = self.peer.address() else { return };
        self.dialling = true;
        let (hub, peer) = (Arc::clone(&self.hub), Arc::clone(&self.peer));
        self.handshakes.spawn(async move {
            let deadline = Instant::now() + hub.limits.handshake_timeout;
            let connect = timeout_at(deadline, dial(&hub, &peer.key, &address, deadline));
            let connected =
                connect.await.unwrap_or(Err(HandshakeError::Timeout(hub.limits.handshake_timeout)));
            let result = match connected {
                Ok(connection) => shake_hands(&hub, &peer, connection).await,
                Err(error) => Err(error),
            };
            Finished { side: Side::Dialler, result }
        });
    }

    fn accept(&mut self, connection: Authenticated) {
        let refusal = if Instant::now() < self.shut_out_until {
            RefusalReason::Penalty
        } else if self.accepting >= ACCEPTING_MAX {
            RefusalReason::TooManyOfPeer
        } else {
            self.accepting += 1;
            let (hub, peer) = (Arc::clone(&self.hub), Arc::clone(&self.peer));
            self.handshakes.spawn(async move {
                Finished { side: Side::Acceptor, result: shake_hands(&hub, &peer, connection).await }
            });
            return;
        };
        if let Some(left_out) = self.hub.refused(Some(&self.peer.key), refusal) {
            tracing::warn!(peer = %self.peer.name(), reason = %refusal, left_out, "refused a connection");
        }
    }

    async fn finish(&mut self, finished: Finished) {
        match finished.side {
            Side::Dialler => self.dialling = false,
            Side::Acceptor => self.accepting -= 1,
        }
        match finished.result {
            Ok(established) => self.take_into_use(established).await,
            // It lost against the connection in use: nothing is wrong.
            Err(HandshakeError::ClosedEarly | HandshakeError::Duplicate) if self.session.is_some() => {}
            Err(error) => self.failed(finished.side, &error),
        }
    }

    /// The newer connection of one instance wins, by the decider's number, on both ends alike.
    async fn take_into_use(&mut self, established: Established) {
        let decider_restarted = |session: &Session| {
            !decides(&self.hub.own_key, &self.peer.key) && session.instance != established.hello.instance
        };
        if let Some(session) = &self.session {
            if session.number > established.number && !decider_restarted(session) {
                return;
            }
            self.end_session(DisconnectReason::Replaced).await;
        }
        let (hub, peer) = (Arc::clone(&self.hub), Arc::clone(&self.peer));
        let remote = RemoteNode {
            role: established.hello.role,
            release: established.hello.release.clone(),
            instance: established.hello.instance,
            address: established.link.address,
        };
        let make = |class| queue(*hub.limits.classes.get(class), Arc::clone(peer.counters.get(class)));
        let pairs = PerClass::from_fn(make);
        let (consensus, batches, sync) = (pairs.consensus, pairs.batches, pairs.sync);
        let receivers = PerClass { consensus: consensus.1, batches: batches.1, sync: sync.1 };
        let senders = PerClass { consensus: consensus.0, batches: batches.0, sync: sync.0 };
        tracing::info!(peer = %peer.name(), address = %remote.address, release = %remote.release, "connected");
        peer.connect(senders, remote.clone());
        hub.handler.on_connected(&peer.key, &remote);
        self.session = Some(Session::start(&hub, &peer, established, receivers));
    }

    /// Ends the connection in use, if there is one. After this no frame of it is delivered.
    async fn end_session(&mut self, reason: DisconnectReason) {
        let Some(session) = self.session.take() else { return };
        if session.since.elapsed() >= GOOD_AGE {
            self.delay = self.hub.limits.dial_delay_min;
            self.violations = 0;
        }
        self.peer.disconnect(reason);
        self.peer.claims.release(session.number);
        session.close(reason).await;
        tracing::info!(peer = %self.peer.name(), %reason, "disconnected");
        self.hub.handler.on_disconnected(&self.peer.key, reason);
    }

    fn after_session(&mut self, reason: DisconnectReason) {
        if reason.is_violation() {
            self.punish();
        }
        self.dial_after(self.delay);
        self.delay = (self.delay * 2).min(self.hub.limits.dial_delay_max);
    }

    fn punish(&mut self) {
        let penalty = self.hub.limits.penalty.saturating_mul(1 << self.violations.min(PENALTY_DOUBLINGS));
        self.violations = self.violations.saturating_add(1);
        self.shut_out_until = Instant::now() + penalty;
    }

    fn failed(&mut self, side: Side, error: &HandshakeError) {
        let limits = &self.hub.limits;
        // How long to wait now, and after the next failure.
        let doubled = self.delay * 2;
        let (wait, next, both_sides) = match error {
            HandshakeError::OtherNetwork { .. } | HandshakeError::OtherProtocol { .. } => {
                (limits.refused_delay, limits.refused_delay, true)
            }
            HandshakeError::OtherKey { .. } => (limits.refused_delay, limits.refused_delay, false),
            HandshakeError::ClosedEarly => {
                let wait = self.delay.clamp(CLOSED_EARLY_DELAY, limits.refused_delay.max(CLOSED_EARLY_DELAY));
                (wait, wait * 2, false)
            }
            HandshakeError::Violation(_) => (limits.penalty, doubled, true),
            HandshakeError::Unreachable(_)
            | HandshakeError::Noise(_)
            | HandshakeError::Duplicate
            | HandshakeError::Timeout(_) => {
                (self.delay.min(limits.dial_delay_max), doubled.min(limits.dial_delay_max), false)
            }
        };
        if matches!(error, HandshakeError::Violation(_)) {
            self.punish();
        }
        let ours = side == Side::Dialler;
        if ours || both_sides {
            self.delay = next;
            self.dial_after(wait);
        }
        let Some(left_out) = self.hub.refused(Some(&self.peer.key), RefusalReason::from(error)) else {
            return;
        };
        let address = self.peer.address().filter(|_| ours).unwrap_or_default();
        let peer = self.peer.name();
        match error {
            HandshakeError::Duplicate => tracing::debug!(%peer, address, left_out, "no connection: {error}"),
            HandshakeError::Unreachable(_) => {
                tracing::info!(%peer, address, left_out, "no connection: {error}")
            }
            _ => tracing::warn!(%peer, address, left_out, "no connection: {error}"),
        }
    }
}

/// Waits for the end of a session; for ever when there is none.
async fn ended(session: &mut Option<Session>) -> Result<DisconnectReason, JoinError> {
    match session {
        Some(session) => session.ended().await,
        None => pending().await,
    }
}

/// The handshake after Noise, within the connection's time.
async fn shake_hands(
    hub: &Hub,
    peer: &Peer,
    connection: Authenticated,
) -> Result<Established, HandshakeError> {
    let deadline = connection.deadline;
    let number = hub.next_number();
    let decider = decides(&hub.own_key, &peer.key).then_some(Decider { number, claims: &peer.claims });
    let terms = Terms { hello: &hub.hello, limits: &hub.limits, decider };
    let steps = async { establish(connection.into_link().await?, &terms).await };
    let done = timeout_at(deadline, steps).await;
    let result = done.unwrap_or(Err(HandshakeError::Timeout(hub.limits.handshake_timeout)));
    if result.is_err() {
        peer.claims.release(number);
    }
    result
}
