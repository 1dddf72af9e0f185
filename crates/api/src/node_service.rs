//! `NodeService`: what the node says of itself.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use types::ports::PeerStatus;

use crate::{
    api::Shared,
    encode,
    pb::{self, node_service_server::NodeService},
    query_service,
};

/// The service over the shared ports.
#[derive(Clone)]
pub(crate) struct Nodes {
    pub(crate) shared: Arc<Shared>,
}

#[tonic::async_trait]
impl NodeService for Nodes {
    async fn get_status(
        &self,
        _request: Request<pb::GetStatusRequest>,
    ) -> Result<Response<pb::GetStatusResponse>, Status> {
        Ok(Response::new(status(&self.shared)))
    }

    async fn get_peers(
        &self,
        _request: Request<pb::GetPeersRequest>,
    ) -> Result<Response<pb::GetPeersResponse>, Status> {
        let peers = self.shared.status.get().peers.iter().map(peer).collect();
        Ok(Response::new(pb::GetPeersResponse { peers }))
    }

    async fn get_version(
        &self,
        _request: Request<pb::GetVersionRequest>,
    ) -> Result<Response<pb::GetVersionResponse>, Status> {
        let ports = &self.shared.ports;
        Ok(Response::new(pb::GetVersionResponse {
            version: self.shared.status.get().version.clone(),
            chain_id: encode::bytes(ports.chain_id.as_bytes()),
            rules_supported: ports.rules_supported,
        }))
    }

    async fn get_validators(
        &self,
        request: Request<pb::GetValidatorsRequest>,
    ) -> Result<Response<pb::GetValidatorsResponse>, Status> {
        query_service::validators(&self.shared, request.into_inner()).await.map(Response::new)
    }
}

fn status(shared: &Shared) -> pb::GetStatusResponse {
    let status = shared.status.get();
    let chain = &shared.ports.chain;
    let newest = chain.certified();
    let header = &newest.header;
    pb::GetStatusResponse {
        chain_id: encode::bytes(shared.ports.chain_id.as_bytes()),
        height: header.height.get(),
        header_hash: encode::bytes(newest.hash().as_bytes()),
        state_root: encode::bytes(header.state_root.as_bytes()),
        time_ms: header.time.get(),
        view: status.view,
        primary: u32::from(status.primary),
        index: status.index.map(u32::from),
        role: if status.index.is_some() { "validator" } else { "observer" }.to_owned(),
        voting: status.voting,
        not_voting_reason: status.not_voting_reason.clone(),
        last_commit_age_ms: status.last_commit_age_ms,
        syncing: status.syncing,
        sync_target: status.sync_target.map(types::Height::get),
        peers: status.peers.iter().map(peer).collect(),
        mempool: Some(pb::Mempool {
            transactions: status.mempool.transactions,
            bytes: status.mempool.bytes,
            batches_unordered: status.mempool.batches_unordered,
        }),
        view_changes: status.view_changes,
        evidence: status.evidence,
        version: status.version.clone(),
        rules_version: header.rules,
        rules_supported: shared.ports.rules_supported,
        first_kept_height: chain.first_kept().get(),
        executed_height: chain.executed().get(),
        not_ready_reasons: status.not_ready_reasons.clone(),
    }
}

fn peer(peer: &PeerStatus) -> pb::Peer {
    pb::Peer {
        index: peer.index.map(u32::from),
        id: peer.id.clone(),
        address: peer.address.clone(),
        connected: peer.connected,
        height: peer.height.map(types::Height::get),
        view: peer.view,
        rtt_ms: peer.rtt_ms,
        version: peer.version.clone(),
    }
}
