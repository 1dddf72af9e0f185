//! Brings the mesh up: who may connect, where they are dialled, which bounds hold.

use std::{sync::Arc, time::Duration};

use p2p::{Limits, NodeRole, P2p, P2pConfig, P2pError, PeerConfig};
use types::{ChainId, Parameters, PublicKey, SecretKey, ValidatorIndex};

use crate::{
    config::{self, Config},
    exit::{ExitCode, Failure},
};

use super::{network::Inbound, seat::Seat, sync::message::ANSWER_BYTES_MAX};

/// Frame room beyond the payload's own bound.
const FRAME_SLACK: u32 = 64 << 10;

/// Everybody who may connect: validators of the set with configured addresses, and admitted observers.
#[must_use]
pub fn peers(config: &Config, seat: &Seat, own: &PublicKey) -> Vec<PeerConfig> {
    let to_peer = |index: ValidatorIndex| {
        let validator = seat.epoch.set.get(index)?;
        let address = config.peers.get(&validator.name).cloned();
        Some(PeerConfig {
            key: validator.node_key,
            index: Some(index),
            name: validator.name.clone(),
            address,
        })
    };
    let validators = seat.epoch.set.indices().filter_map(to_peer);
    let observers = config.observers.iter().map(|(name, key)| PeerConfig {
        key: *key,
        index: None,
        name: name.clone(),
        address: None,
    });
    validators.chain(observers).filter(|peer| peer.key != *own).collect()
}

/// Says which validators are not dialled from here: fine when they dial us, a trap when nobody dials anybody.
pub fn warn_of_missing_addresses(config: &Config, seat: &Seat) {
    let others = seat.epoch.set.indices().filter(|index| Some(*index) != seat.index());
    let names = others.filter_map(|index| seat.epoch.set.get(index)).map(|validator| validator.name.as_str());
    let missing: Vec<_> = names.filter(|name| !config.peers.contains_key(*name)).collect();
    if !missing.is_empty() {
        tracing::warn!(
            validators = missing.join(", "),
            "no address in [peers] of config.toml: they must dial us"
        );
    }
}

/// Listens and dials.
///
/// # Errors
/// When the address or the key cannot be used.
pub async fn start(
    config: &Config,
    network: ChainId,
    seat: &Seat,
    secret: SecretKey,
    peers: Vec<PeerConfig>,
    inbound: Inbound,
) -> Result<(P2p, tokio::task::JoinHandle<Result<(), P2pError>>), Failure> {
    let role = match config.node.role {
        config::NodeRole::Validator => NodeRole::Validator,
        config::NodeRole::Observer => NodeRole::Observer,
    };
    let p2p = P2pConfig {
        secret,
        network,
        role,
        release: crate::VERSION.to_owned(),
        listen: Some(config.p2p.listen.to_string()),
        peers,
        limits: limits(config, &seat.epoch.parameters, seat.epoch.set.len()),
    };
    P2p::start(p2p, Arc::new(inbound)).await.map_err(Failure::from)
}

fn limits(config: &Config, parameters: &Parameters, n: usize) -> Limits {
    let mut limits = Limits {
        handshake_timeout: Duration::from_millis(config.p2p.handshake_timeout_ms),
        pending_max: config.p2p.pending_connections_max as usize,
        dial_delay_max: Duration::from_millis(config.p2p.reconnect_max_ms),
        ..Limits::default()
    };
    let queue = usize::try_from(config.p2p.queue_bytes_max).unwrap_or(usize::MAX);
    limits.classes.consensus.frame_bytes_max =
        limits.classes.consensus.frame_bytes_max.max(new_view_bytes(n, parameters));
    limits.classes.batches.frame_bytes_max = parameters.max_batch_bytes.saturating_add(FRAME_SLACK);
    let block = u32::try_from(parameters.max_block_bytes).unwrap_or(u32::MAX);
    let answer = u32::try_from(ANSWER_BYTES_MAX).unwrap_or(u32::MAX);
    limits.classes.sync.frame_bytes_max = answer.saturating_add(block).saturating_add(16 * FRAME_SLACK);
    limits.classes.consensus.queue_bytes_max = queue;
    limits.classes.batches.queue_bytes_max = queue;
    limits
}

/// The largest legal frame of consensus: a new view of n view changes, each with a prepared certificate of q
/// signatures for every height of the window. Generous: fixed fields are counted twice.
fn new_view_bytes(n: usize, parameters: &Parameters) -> u32 {
    let signature = 80u64;
    let n = n as u64;
    let certificate = 256 + signature * n;
    let view_change = certificate + parameters.window.saturating_mul(certificate);
    u32::try_from(n.saturating_mul(view_change).saturating_add(u64::from(FRAME_SLACK))).unwrap_or(u32::MAX)
}

impl From<P2pError> for Failure {
    fn from(error: P2pError) -> Self {
        let code = match &error {
            P2pError::Listen { .. } => ExitCode::Io,
            P2pError::Identity { .. } => ExitCode::ConfigInvalid,
            P2pError::Randomness(_) | P2pError::TaskEnded { .. } => ExitCode::Internal,
        };
        Self::new(code, error.to_string())
    }
}
