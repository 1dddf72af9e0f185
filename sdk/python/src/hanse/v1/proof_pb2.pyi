from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CertifiedHeader(_message.Message):
    __slots__ = ("header", "certificate")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    header: bytes
    certificate: Certificate
    def __init__(self, header: _Optional[bytes] = ..., certificate: _Optional[_Union[Certificate, _Mapping]] = ...) -> None: ...

class Certificate(_message.Message):
    __slots__ = ("epoch", "height", "header_hash", "signers", "signatures")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    HEADER_HASH_FIELD_NUMBER: _ClassVar[int]
    SIGNERS_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    height: int
    header_hash: bytes
    signers: bytes
    signatures: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, epoch: _Optional[int] = ..., height: _Optional[int] = ..., header_hash: _Optional[bytes] = ..., signers: _Optional[bytes] = ..., signatures: _Optional[_Iterable[bytes]] = ...) -> None: ...

class EpochEnd(_message.Message):
    __slots__ = ("block", "next_set")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    NEXT_SET_FIELD_NUMBER: _ClassVar[int]
    block: CertifiedHeader
    next_set: bytes
    def __init__(self, block: _Optional[_Union[CertifiedHeader, _Mapping]] = ..., next_set: _Optional[bytes] = ...) -> None: ...

class MerklePath(_message.Message):
    __slots__ = ("index", "leaves", "siblings")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    LEAVES_FIELD_NUMBER: _ClassVar[int]
    SIBLINGS_FIELD_NUMBER: _ClassVar[int]
    index: int
    leaves: int
    siblings: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, index: _Optional[int] = ..., leaves: _Optional[int] = ..., siblings: _Optional[_Iterable[bytes]] = ...) -> None: ...

class StateProof(_message.Message):
    __slots__ = ("siblings", "leaf")
    SIBLINGS_FIELD_NUMBER: _ClassVar[int]
    LEAF_FIELD_NUMBER: _ClassVar[int]
    siblings: _containers.RepeatedScalarFieldContainer[bytes]
    leaf: ProofLeaf
    def __init__(self, siblings: _Optional[_Iterable[bytes]] = ..., leaf: _Optional[_Union[ProofLeaf, _Mapping]] = ...) -> None: ...

class ProofLeaf(_message.Message):
    __slots__ = ("path", "value_hash")
    PATH_FIELD_NUMBER: _ClassVar[int]
    VALUE_HASH_FIELD_NUMBER: _ClassVar[int]
    path: bytes
    value_hash: bytes
    def __init__(self, path: _Optional[bytes] = ..., value_hash: _Optional[bytes] = ...) -> None: ...

class ProvenValue(_message.Message):
    __slots__ = ("key", "value", "proof")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    value: bytes
    proof: StateProof
    def __init__(self, key: _Optional[bytes] = ..., value: _Optional[bytes] = ..., proof: _Optional[_Union[StateProof, _Mapping]] = ...) -> None: ...

class TransactionResult(_message.Message):
    __slots__ = ("transaction_id", "code", "code_name", "operation")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CODE_NAME_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    transaction_id: bytes
    code: int
    code_name: str
    operation: int
    def __init__(self, transaction_id: _Optional[bytes] = ..., code: _Optional[int] = ..., code_name: _Optional[str] = ..., operation: _Optional[int] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("signed_transaction", "result", "index", "block", "transaction_path", "result_path")
    SIGNED_TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_PATH_FIELD_NUMBER: _ClassVar[int]
    RESULT_PATH_FIELD_NUMBER: _ClassVar[int]
    signed_transaction: bytes
    result: TransactionResult
    index: int
    block: CertifiedHeader
    transaction_path: MerklePath
    result_path: MerklePath
    def __init__(self, signed_transaction: _Optional[bytes] = ..., result: _Optional[_Union[TransactionResult, _Mapping]] = ..., index: _Optional[int] = ..., block: _Optional[_Union[CertifiedHeader, _Mapping]] = ..., transaction_path: _Optional[_Union[MerklePath, _Mapping]] = ..., result_path: _Optional[_Union[MerklePath, _Mapping]] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ("transaction_id", "pending", "committed", "failed", "expired", "unknown")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    transaction_id: bytes
    pending: Pending
    committed: Executed
    failed: Executed
    expired: Expired
    unknown: Unknown
    def __init__(self, transaction_id: _Optional[bytes] = ..., pending: _Optional[_Union[Pending, _Mapping]] = ..., committed: _Optional[_Union[Executed, _Mapping]] = ..., failed: _Optional[_Union[Executed, _Mapping]] = ..., expired: _Optional[_Union[Expired, _Mapping]] = ..., unknown: _Optional[_Union[Unknown, _Mapping]] = ...) -> None: ...

class Pending(_message.Message):
    __slots__ = ("valid_until_ms",)
    VALID_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    valid_until_ms: int
    def __init__(self, valid_until_ms: _Optional[int] = ...) -> None: ...

class Executed(_message.Message):
    __slots__ = ("height", "index", "code", "code_name", "receipt")
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CODE_NAME_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    height: int
    index: int
    code: int
    code_name: str
    receipt: Receipt
    def __init__(self, height: _Optional[int] = ..., index: _Optional[int] = ..., code: _Optional[int] = ..., code_name: _Optional[str] = ..., receipt: _Optional[_Union[Receipt, _Mapping]] = ...) -> None: ...

class Expired(_message.Message):
    __slots__ = ("valid_until_ms", "block", "absence")
    VALID_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    ABSENCE_FIELD_NUMBER: _ClassVar[int]
    valid_until_ms: int
    block: CertifiedHeader
    absence: ProvenValue
    def __init__(self, valid_until_ms: _Optional[int] = ..., block: _Optional[_Union[CertifiedHeader, _Mapping]] = ..., absence: _Optional[_Union[ProvenValue, _Mapping]] = ...) -> None: ...

class Unknown(_message.Message):
    __slots__ = ("first_kept_height",)
    FIRST_KEPT_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    first_kept_height: int
    def __init__(self, first_kept_height: _Optional[int] = ...) -> None: ...
