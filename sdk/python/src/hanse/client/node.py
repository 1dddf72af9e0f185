"""What a node says of itself. Nothing of this is proven."""

from __future__ import annotations

from dataclasses import dataclass

from hanse.client.connection import Connection
from hanse.v1 import node_service_pb2 as pb


@dataclass(frozen=True)
class Peer:
    """A peer as the node sees it; `height` is what it claims."""

    name: str
    address: str
    connected: bool
    height: int | None


@dataclass(frozen=True)
class Status:
    """Where a node stands. `index` is its seat, None for observers; times are Unix milliseconds."""

    chain_id: bytes
    height: int
    header_hash: bytes
    state_root: bytes
    time_ms: int
    view: int
    primary: int
    role: str
    index: int | None
    voting: bool
    not_voting_reason: str | None
    syncing: bool
    version: str
    first_kept_height: int
    not_ready_reasons: tuple[str, ...]
    peers: tuple[Peer, ...]


class NodeCalls(Connection):
    """Calls of NodeService."""

    def status(self) -> Status:
        """Where the node stands."""
        s = self.call("NodeService/GetStatus", pb.GetStatusRequest(), pb.GetStatusResponse)
        peers = (Peer(p.id, p.address, p.connected, p.height if p.HasField("height") else None) for p in s.peers)
        return Status(
            chain_id=s.chain_id,
            height=s.height,
            header_hash=s.header_hash,
            state_root=s.state_root,
            time_ms=s.time_ms,
            view=s.view,
            primary=s.primary,
            role=s.role,
            index=s.index if s.HasField("index") else None,
            voting=s.voting,
            not_voting_reason=s.not_voting_reason if s.HasField("not_voting_reason") else None,
            syncing=s.syncing,
            version=s.version,
            first_kept_height=s.first_kept_height,
            not_ready_reasons=tuple(s.not_ready_reasons),
            peers=tuple(peers),
        )
