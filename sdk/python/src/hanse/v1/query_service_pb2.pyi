from hanse.v1 import proof_pb2 as _proof_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetBlockRequest(_message.Message):
    __slots__ = ("height", "omit_bodies")
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    OMIT_BODIES_FIELD_NUMBER: _ClassVar[int]
    height: int
    omit_bodies: bool
    def __init__(self, height: _Optional[int] = ..., omit_bodies: bool = ...) -> None: ...

class GetBlockResponse(_message.Message):
    __slots__ = ("block", "transactions")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    transactions: _containers.RepeatedCompositeFieldContainer[BlockTransaction]
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., transactions: _Optional[_Iterable[_Union[BlockTransaction, _Mapping]]] = ...) -> None: ...

class BlockTransaction(_message.Message):
    __slots__ = ("result", "operations", "signed_transaction")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    SIGNED_TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    result: _proof_pb2.TransactionResult
    operations: _containers.RepeatedScalarFieldContainer[str]
    signed_transaction: bytes
    def __init__(self, result: _Optional[_Union[_proof_pb2.TransactionResult, _Mapping]] = ..., operations: _Optional[_Iterable[str]] = ..., signed_transaction: _Optional[bytes] = ...) -> None: ...

class GetHeaderRequest(_message.Message):
    __slots__ = ("height",)
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    height: int
    def __init__(self, height: _Optional[int] = ...) -> None: ...

class GetTransactionRequest(_message.Message):
    __slots__ = ("transaction_id",)
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    transaction_id: bytes
    def __init__(self, transaction_id: _Optional[bytes] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: bytes
    def __init__(self, account_id: _Optional[bytes] = ...) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("block", "account", "holdings", "holdings_truncated", "details")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    HOLDINGS_FIELD_NUMBER: _ClassVar[int]
    HOLDINGS_TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    account: _proof_pb2.ProvenValue
    holdings: _containers.RepeatedCompositeFieldContainer[HoldingEntry]
    holdings_truncated: bool
    details: AccountDetails
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., account: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ..., holdings: _Optional[_Iterable[_Union[HoldingEntry, _Mapping]]] = ..., holdings_truncated: bool = ..., details: _Optional[_Union[AccountDetails, _Mapping]] = ...) -> None: ...

class AccountDetails(_message.Message):
    __slots__ = ("member_id", "member_name", "name", "keys", "threshold", "roles", "status")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_NAME_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    member_id: bytes
    member_name: str
    name: str
    keys: _containers.RepeatedCompositeFieldContainer[AccountKey]
    threshold: int
    roles: _containers.RepeatedScalarFieldContainer[str]
    status: str
    def __init__(self, member_id: _Optional[bytes] = ..., member_name: _Optional[str] = ..., name: _Optional[str] = ..., keys: _Optional[_Iterable[_Union[AccountKey, _Mapping]]] = ..., threshold: _Optional[int] = ..., roles: _Optional[_Iterable[str]] = ..., status: _Optional[str] = ...) -> None: ...

class AccountKey(_message.Message):
    __slots__ = ("public_key", "weight")
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    public_key: bytes
    weight: int
    def __init__(self, public_key: _Optional[bytes] = ..., weight: _Optional[int] = ...) -> None: ...

class HoldingEntry(_message.Message):
    __slots__ = ("asset_id", "account_id", "holding", "available", "locked", "asset", "asset_name", "decimals")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDING_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    ASSET_NAME_FIELD_NUMBER: _ClassVar[int]
    DECIMALS_FIELD_NUMBER: _ClassVar[int]
    asset_id: bytes
    account_id: bytes
    holding: _proof_pb2.ProvenValue
    available: str
    locked: str
    asset: _proof_pb2.ProvenValue
    asset_name: str
    decimals: int
    def __init__(self, asset_id: _Optional[bytes] = ..., account_id: _Optional[bytes] = ..., holding: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ..., available: _Optional[str] = ..., locked: _Optional[str] = ..., asset: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ..., asset_name: _Optional[str] = ..., decimals: _Optional[int] = ...) -> None: ...

class ResolveNameRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ResolveNameResponse(_message.Message):
    __slots__ = ("block", "candidates", "absence")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    ABSENCE_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    candidates: _containers.RepeatedCompositeFieldContainer[NameCandidate]
    absence: _proof_pb2.ProvenValue
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., candidates: _Optional[_Iterable[_Union[NameCandidate, _Mapping]]] = ..., absence: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ...) -> None: ...

class NameCandidate(_message.Message):
    __slots__ = ("account_id", "member_id", "member_name", "entry")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_NAME_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    account_id: bytes
    member_id: bytes
    member_name: str
    entry: _proof_pb2.ProvenValue
    def __init__(self, account_id: _Optional[bytes] = ..., member_id: _Optional[bytes] = ..., member_name: _Optional[str] = ..., entry: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ...) -> None: ...

class GetAssetRequest(_message.Message):
    __slots__ = ("asset_id", "name")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    asset_id: bytes
    name: str
    def __init__(self, asset_id: _Optional[bytes] = ..., name: _Optional[str] = ...) -> None: ...

class GetAssetResponse(_message.Message):
    __slots__ = ("block", "asset", "details")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    asset: _proof_pb2.ProvenValue
    details: AssetDetails
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., asset: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ..., details: _Optional[_Union[AssetDetails, _Mapping]] = ...) -> None: ...

class AssetDetails(_message.Message):
    __slots__ = ("asset_id", "name", "decimals", "issuer", "policy", "supply")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DECIMALS_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    SUPPLY_FIELD_NUMBER: _ClassVar[int]
    asset_id: bytes
    name: str
    decimals: int
    issuer: bytes
    policy: str
    supply: str
    def __init__(self, asset_id: _Optional[bytes] = ..., name: _Optional[str] = ..., decimals: _Optional[int] = ..., issuer: _Optional[bytes] = ..., policy: _Optional[str] = ..., supply: _Optional[str] = ...) -> None: ...

class GetHoldingsRequest(_message.Message):
    __slots__ = ("asset_id", "name", "page_size", "page_token", "omit_proofs")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OMIT_PROOFS_FIELD_NUMBER: _ClassVar[int]
    asset_id: bytes
    name: str
    page_size: int
    page_token: bytes
    omit_proofs: bool
    def __init__(self, asset_id: _Optional[bytes] = ..., name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[bytes] = ..., omit_proofs: bool = ...) -> None: ...

class GetHoldingsResponse(_message.Message):
    __slots__ = ("block", "holdings", "next_page_token")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    HOLDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    holdings: _containers.RepeatedCompositeFieldContainer[HoldingEntry]
    next_page_token: bytes
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., holdings: _Optional[_Iterable[_Union[HoldingEntry, _Mapping]]] = ..., next_page_token: _Optional[bytes] = ...) -> None: ...

class GetMemberRequest(_message.Message):
    __slots__ = ("member_id", "name")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    member_id: bytes
    name: str
    def __init__(self, member_id: _Optional[bytes] = ..., name: _Optional[str] = ...) -> None: ...

class GetMemberResponse(_message.Message):
    __slots__ = ("block", "member", "name", "contact")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    member: _proof_pb2.ProvenValue
    name: str
    contact: str
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., member: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ..., name: _Optional[str] = ..., contact: _Optional[str] = ...) -> None: ...

class GetLockRequest(_message.Message):
    __slots__ = ("lock_id",)
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    lock_id: bytes
    def __init__(self, lock_id: _Optional[bytes] = ...) -> None: ...

class GetLockResponse(_message.Message):
    __slots__ = ("block", "lock", "details")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    LOCK_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    lock: _proof_pb2.ProvenValue
    details: LockDetails
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., lock: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ..., details: _Optional[_Union[LockDetails, _Mapping]] = ...) -> None: ...

class LockDetails(_message.Message):
    __slots__ = ("owner", "beneficiary", "asset_id", "amount", "expires_ms", "hash")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    BENEFICIARY_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_MS_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    owner: bytes
    beneficiary: bytes
    asset_id: bytes
    amount: str
    expires_ms: int
    hash: bytes
    def __init__(self, owner: _Optional[bytes] = ..., beneficiary: _Optional[bytes] = ..., asset_id: _Optional[bytes] = ..., amount: _Optional[str] = ..., expires_ms: _Optional[int] = ..., hash: _Optional[bytes] = ...) -> None: ...

class GetValidatorsRequest(_message.Message):
    __slots__ = ("height",)
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    height: int
    def __init__(self, height: _Optional[int] = ...) -> None: ...

class GetValidatorsResponse(_message.Message):
    __slots__ = ("block", "validator_set", "validators", "epoch", "quorum")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    VALIDATOR_SET_FIELD_NUMBER: _ClassVar[int]
    VALIDATORS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    QUORUM_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    validator_set: bytes
    validators: _containers.RepeatedCompositeFieldContainer[ValidatorDetails]
    epoch: int
    quorum: int
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., validator_set: _Optional[bytes] = ..., validators: _Optional[_Iterable[_Union[ValidatorDetails, _Mapping]]] = ..., epoch: _Optional[int] = ..., quorum: _Optional[int] = ...) -> None: ...

class GetEpochEndsRequest(_message.Message):
    __slots__ = ("first_epoch",)
    FIRST_EPOCH_FIELD_NUMBER: _ClassVar[int]
    first_epoch: int
    def __init__(self, first_epoch: _Optional[int] = ...) -> None: ...

class GetEpochEndsResponse(_message.Message):
    __slots__ = ("ends",)
    ENDS_FIELD_NUMBER: _ClassVar[int]
    ends: _containers.RepeatedCompositeFieldContainer[_proof_pb2.EpochEnd]
    def __init__(self, ends: _Optional[_Iterable[_Union[_proof_pb2.EpochEnd, _Mapping]]] = ...) -> None: ...

class ValidatorDetails(_message.Message):
    __slots__ = ("index", "name", "member_id", "consensus_key", "node_key")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CONSENSUS_KEY_FIELD_NUMBER: _ClassVar[int]
    NODE_KEY_FIELD_NUMBER: _ClassVar[int]
    index: int
    name: str
    member_id: bytes
    consensus_key: bytes
    node_key: bytes
    def __init__(self, index: _Optional[int] = ..., name: _Optional[str] = ..., member_id: _Optional[bytes] = ..., consensus_key: _Optional[bytes] = ..., node_key: _Optional[bytes] = ...) -> None: ...

class GetParametersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetParametersResponse(_message.Message):
    __slots__ = ("block", "parameters", "values")
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    parameters: _proof_pb2.ProvenValue
    values: _containers.ScalarMap[str, int]
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., parameters: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ..., values: _Optional[_Mapping[str, int]] = ...) -> None: ...

class GetStateRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    def __init__(self, key: _Optional[bytes] = ...) -> None: ...

class GetStateResponse(_message.Message):
    __slots__ = ("block", "value")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    block: _proof_pb2.CertifiedHeader
    value: _proof_pb2.ProvenValue
    def __init__(self, block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ..., value: _Optional[_Union[_proof_pb2.ProvenValue, _Mapping]] = ...) -> None: ...

class GetAccountHistoryRequest(_message.Message):
    __slots__ = ("account_id", "page_size", "page_token")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    account_id: bytes
    page_size: int
    page_token: bytes
    def __init__(self, account_id: _Optional[bytes] = ..., page_size: _Optional[int] = ..., page_token: _Optional[bytes] = ...) -> None: ...

class GetAccountHistoryResponse(_message.Message):
    __slots__ = ("entries", "next_page_token", "block")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[AccountHistoryEntry]
    next_page_token: bytes
    block: _proof_pb2.CertifiedHeader
    def __init__(self, entries: _Optional[_Iterable[_Union[AccountHistoryEntry, _Mapping]]] = ..., next_page_token: _Optional[bytes] = ..., block: _Optional[_Union[_proof_pb2.CertifiedHeader, _Mapping]] = ...) -> None: ...

class AccountHistoryEntry(_message.Message):
    __slots__ = ("height", "index", "transaction_id")
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    height: int
    index: int
    transaction_id: bytes
    def __init__(self, height: _Optional[int] = ..., index: _Optional[int] = ..., transaction_id: _Optional[bytes] = ...) -> None: ...
