from hanse.v1 import proof_pb2 as _proof_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubmitRequest(_message.Message):
    __slots__ = ("signed_transaction",)
    SIGNED_TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    signed_transaction: bytes
    def __init__(self, signed_transaction: _Optional[bytes] = ...) -> None: ...

class SubmitResponse(_message.Message):
    __slots__ = ("transaction_id", "valid_until_ms")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    transaction_id: bytes
    valid_until_ms: int
    def __init__(self, transaction_id: _Optional[bytes] = ..., valid_until_ms: _Optional[int] = ...) -> None: ...

class SubmitAndWaitRequest(_message.Message):
    __slots__ = ("signed_transaction", "wait_ms", "omit_receipt")
    SIGNED_TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    OMIT_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    signed_transaction: bytes
    wait_ms: int
    omit_receipt: bool
    def __init__(self, signed_transaction: _Optional[bytes] = ..., wait_ms: _Optional[int] = ..., omit_receipt: bool = ...) -> None: ...

class SubmitStreamRequest(_message.Message):
    __slots__ = ("ref", "signed_transaction", "wait", "with_receipt")
    REF_FIELD_NUMBER: _ClassVar[int]
    SIGNED_TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    WITH_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ref: int
    signed_transaction: bytes
    wait: bool
    with_receipt: bool
    def __init__(self, ref: _Optional[int] = ..., signed_transaction: _Optional[bytes] = ..., wait: bool = ..., with_receipt: bool = ...) -> None: ...

class SubmitStreamReply(_message.Message):
    __slots__ = ("ref", "admitted", "refused", "outcome")
    REF_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ref: int
    admitted: SubmitResponse
    refused: Refused
    outcome: _proof_pb2.Outcome
    def __init__(self, ref: _Optional[int] = ..., admitted: _Optional[_Union[SubmitResponse, _Mapping]] = ..., refused: _Optional[_Union[Refused, _Mapping]] = ..., outcome: _Optional[_Union[_proof_pb2.Outcome, _Mapping]] = ...) -> None: ...

class Refused(_message.Message):
    __slots__ = ("transaction_id", "code", "code_name", "reason", "retryable", "retry_after_ms")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CODE_NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    transaction_id: bytes
    code: int
    code_name: str
    reason: str
    retryable: bool
    retry_after_ms: int
    def __init__(self, transaction_id: _Optional[bytes] = ..., code: _Optional[int] = ..., code_name: _Optional[str] = ..., reason: _Optional[str] = ..., retryable: bool = ..., retry_after_ms: _Optional[int] = ...) -> None: ...

class GetOutcomeRequest(_message.Message):
    __slots__ = ("transaction_id", "valid_until_ms", "omit_receipt")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    OMIT_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    transaction_id: bytes
    valid_until_ms: int
    omit_receipt: bool
    def __init__(self, transaction_id: _Optional[bytes] = ..., valid_until_ms: _Optional[int] = ..., omit_receipt: bool = ...) -> None: ...
