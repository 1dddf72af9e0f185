from hanse.v1 import query_service_pb2 as _query_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatusResponse(_message.Message):
    __slots__ = ("chain_id", "height", "header_hash", "state_root", "time_ms", "view", "primary", "index", "role", "voting", "not_voting_reason", "last_commit_age_ms", "syncing", "sync_target", "peers", "mempool", "view_changes", "evidence", "version", "rules_version", "rules_supported", "first_kept_height", "executed_height", "not_ready_reasons")
    CHAIN_ID_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    HEADER_HASH_FIELD_NUMBER: _ClassVar[int]
    STATE_ROOT_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    VOTING_FIELD_NUMBER: _ClassVar[int]
    NOT_VOTING_REASON_FIELD_NUMBER: _ClassVar[int]
    LAST_COMMIT_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    SYNCING_FIELD_NUMBER: _ClassVar[int]
    SYNC_TARGET_FIELD_NUMBER: _ClassVar[int]
    PEERS_FIELD_NUMBER: _ClassVar[int]
    MEMPOOL_FIELD_NUMBER: _ClassVar[int]
    VIEW_CHANGES_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RULES_VERSION_FIELD_NUMBER: _ClassVar[int]
    RULES_SUPPORTED_FIELD_NUMBER: _ClassVar[int]
    FIRST_KEPT_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    NOT_READY_REASONS_FIELD_NUMBER: _ClassVar[int]
    chain_id: bytes
    height: int
    header_hash: bytes
    state_root: bytes
    time_ms: int
    view: int
    primary: int
    index: int
    role: str
    voting: bool
    not_voting_reason: str
    last_commit_age_ms: int
    syncing: bool
    sync_target: int
    peers: _containers.RepeatedCompositeFieldContainer[Peer]
    mempool: Mempool
    view_changes: int
    evidence: int
    version: str
    rules_version: int
    rules_supported: int
    first_kept_height: int
    executed_height: int
    not_ready_reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, chain_id: _Optional[bytes] = ..., height: _Optional[int] = ..., header_hash: _Optional[bytes] = ..., state_root: _Optional[bytes] = ..., time_ms: _Optional[int] = ..., view: _Optional[int] = ..., primary: _Optional[int] = ..., index: _Optional[int] = ..., role: _Optional[str] = ..., voting: bool = ..., not_voting_reason: _Optional[str] = ..., last_commit_age_ms: _Optional[int] = ..., syncing: bool = ..., sync_target: _Optional[int] = ..., peers: _Optional[_Iterable[_Union[Peer, _Mapping]]] = ..., mempool: _Optional[_Union[Mempool, _Mapping]] = ..., view_changes: _Optional[int] = ..., evidence: _Optional[int] = ..., version: _Optional[str] = ..., rules_version: _Optional[int] = ..., rules_supported: _Optional[int] = ..., first_kept_height: _Optional[int] = ..., executed_height: _Optional[int] = ..., not_ready_reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class Peer(_message.Message):
    __slots__ = ("index", "id", "address", "connected", "height", "view", "rtt_ms", "version")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    RTT_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    index: int
    id: str
    address: str
    connected: bool
    height: int
    view: int
    rtt_ms: int
    version: str
    def __init__(self, index: _Optional[int] = ..., id: _Optional[str] = ..., address: _Optional[str] = ..., connected: bool = ..., height: _Optional[int] = ..., view: _Optional[int] = ..., rtt_ms: _Optional[int] = ..., version: _Optional[str] = ...) -> None: ...

class Mempool(_message.Message):
    __slots__ = ("transactions", "bytes", "batches_unordered")
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    BATCHES_UNORDERED_FIELD_NUMBER: _ClassVar[int]
    transactions: int
    bytes: int
    batches_unordered: int
    def __init__(self, transactions: _Optional[int] = ..., bytes: _Optional[int] = ..., batches_unordered: _Optional[int] = ...) -> None: ...

class GetPeersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPeersResponse(_message.Message):
    __slots__ = ("peers",)
    PEERS_FIELD_NUMBER: _ClassVar[int]
    peers: _containers.RepeatedCompositeFieldContainer[Peer]
    def __init__(self, peers: _Optional[_Iterable[_Union[Peer, _Mapping]]] = ...) -> None: ...

class GetVersionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetVersionResponse(_message.Message):
    __slots__ = ("version", "chain_id", "rules_supported")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHAIN_ID_FIELD_NUMBER: _ClassVar[int]
    RULES_SUPPORTED_FIELD_NUMBER: _ClassVar[int]
    version: str
    chain_id: bytes
    rules_supported: int
    def __init__(self, version: _Optional[str] = ..., chain_id: _Optional[bytes] = ..., rules_supported: _Optional[int] = ...) -> None: ...
