//! What nodes say of themselves. Nothing of it is proven.

use tonic::transport::Channel;
use types::{
    BlockHash, ChainId, Height, StateRoot, TimeMs,
    ports::{NodeStatus, PeerStatus, PoolLoad},
};

use crate::{
    Client, ClientError, ProofError,
    client::{ANSWER_BYTES_MAX, READ_TIMEOUT, within},
    decode,
    endpoints::Endpoints,
    pb::{self, node_service_client::NodeServiceClient},
};

/// A node's picture of itself; `hanse status` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeReport {
    /// The network.
    pub chain_id: ChainId,
    /// Hash of the newest certified header.
    pub header_hash: BlockHash,
    /// The state after it.
    pub state_root: StateRoot,
    /// Its time.
    pub time: TimeMs,
    /// `validator` or `observer`.
    pub role: String,
    /// The rules of the newest block.
    pub rules_version: u32,
    /// The newest rules that the release can execute.
    pub rules_supported: u32,
    /// The lowest height whose blocks are kept.
    pub first_kept: Height,
    /// Newest block executed, certified or not.
    pub executed: Height,
    /// All the rest.
    pub status: NodeStatus,
}

/// Which release of which network a node runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Release.
    pub version: String,
    /// The network.
    pub chain_id: ChainId,
    /// The newest rules that it can execute.
    pub rules_supported: u32,
}

impl Client {
    /// The node's picture of itself.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn status(&self) -> Result<NodeReport, ClientError> {
        let ask = |channel| async move {
            nodes(channel).get_status(within(READ_TIMEOUT, pb::GetStatusRequest {})).await
        };
        Ok(read_report(self.inner.endpoints.call(ask).await?)?)
    }

    /// The node's peers.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn peers(&self) -> Result<Vec<PeerStatus>, ClientError> {
        let ask = |channel| async move {
            nodes(channel).get_peers(within(READ_TIMEOUT, pb::GetPeersRequest {})).await
        };
        let response = self.inner.endpoints.call(ask).await?;
        Ok(response.peers.into_iter().map(read_peer).collect::<Result<_, _>>()?)
    }

    /// The node's release.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn version(&self) -> Result<Version, ClientError> {
        ask_version(&self.inner.endpoints).await
    }
}

pub(crate) async fn ask_version(endpoints: &Endpoints) -> Result<Version, ClientError> {
    let ask = |channel| async move {
        nodes(channel).get_version(within(READ_TIMEOUT, pb::GetVersionRequest {})).await
    };
    let response = endpoints.call(ask).await?;
    let chain_id = ChainId::new(decode::hash("chain_id", &response.chain_id)?);
    Ok(Version { version: response.version, chain_id, rules_supported: response.rules_supported })
}

fn nodes(channel: Channel) -> NodeServiceClient<Channel> {
    NodeServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX)
}

fn read_report(status: pb::GetStatusResponse) -> Result<NodeReport, ProofError> {
    let mempool = status.mempool.unwrap_or_default();
    Ok(NodeReport {
        chain_id: ChainId::new(decode::hash("chain_id", &status.chain_id)?),
        header_hash: BlockHash::new(decode::hash("header_hash", &status.header_hash)?),
        state_root: StateRoot::new(decode::hash("state_root", &status.state_root)?),
        time: TimeMs::new(status.time_ms),
        role: status.role,
        rules_version: status.rules_version,
        rules_supported: status.rules_supported,
        first_kept: Height::new(status.first_kept_height),
        executed: Height::new(status.executed_height),
        status: NodeStatus {
            height: Height::new(status.height),
            view: status.view,
            primary: index("primary", status.primary)?,
            index: status.index.map(|place| index("index", place)).transpose()?,
            voting: status.voting,
            not_voting_reason: status.not_voting_reason,
            last_commit_age_ms: status.last_commit_age_ms,
            syncing: status.syncing,
            sync_target: status.sync_target.map(Height::new),
            peers: status.peers.into_iter().map(read_peer).collect::<Result<_, _>>()?,
            mempool: PoolLoad {
                transactions: mempool.transactions,
                bytes: mempool.bytes,
                batches_unordered: mempool.batches_unordered,
            },
            view_changes: status.view_changes,
            evidence: status.evidence,
            version: status.version,
            not_ready_reasons: status.not_ready_reasons,
        },
    })
}

fn read_peer(peer: pb::Peer) -> Result<PeerStatus, ProofError> {
    Ok(PeerStatus {
        index: peer.index.map(|place| index("peer.index", place)).transpose()?,
        id: peer.id,
        address: peer.address,
        connected: peer.connected,
        height: peer.height.map(Height::new),
        view: peer.view,
        rtt_ms: peer.rtt_ms,
        version: peer.version,
    })
}

fn index(field: &'static str, place: u32) -> Result<u16, ProofError> {
    u16::try_from(place).map_err(|_| ProofError::Shape { field })
}
