from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubscribeRequest(_message.Message):
    __slots__ = ("filter", "from_height", "resume_token", "omit_bodies")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    FROM_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OMIT_BODIES_FIELD_NUMBER: _ClassVar[int]
    filter: EventFilter
    from_height: int
    resume_token: bytes
    omit_bodies: bool
    def __init__(self, filter: _Optional[_Union[EventFilter, _Mapping]] = ..., from_height: _Optional[int] = ..., resume_token: _Optional[bytes] = ..., omit_bodies: bool = ...) -> None: ...

class EventFilter(_message.Message):
    __slots__ = ("accounts", "assets", "operations")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    ASSETS_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedScalarFieldContainer[bytes]
    assets: _containers.RepeatedScalarFieldContainer[bytes]
    operations: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, accounts: _Optional[_Iterable[bytes]] = ..., assets: _Optional[_Iterable[bytes]] = ..., operations: _Optional[_Iterable[str]] = ...) -> None: ...

class SubscribeReply(_message.Message):
    __slots__ = ("event", "progress")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    event: TransactionEvent
    progress: Progress
    def __init__(self, event: _Optional[_Union[TransactionEvent, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ...) -> None: ...

class TransactionEvent(_message.Message):
    __slots__ = ("height", "index", "time_ms", "transaction_id", "code", "code_name", "operations", "signed_transaction", "resume_token")
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CODE_NAME_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    SIGNED_TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    height: int
    index: int
    time_ms: int
    transaction_id: bytes
    code: int
    code_name: str
    operations: _containers.RepeatedScalarFieldContainer[str]
    signed_transaction: bytes
    resume_token: bytes
    def __init__(self, height: _Optional[int] = ..., index: _Optional[int] = ..., time_ms: _Optional[int] = ..., transaction_id: _Optional[bytes] = ..., code: _Optional[int] = ..., code_name: _Optional[str] = ..., operations: _Optional[_Iterable[str]] = ..., signed_transaction: _Optional[bytes] = ..., resume_token: _Optional[bytes] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("height", "resume_token")
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    height: int
    resume_token: bytes
    def __init__(self, height: _Optional[int] = ..., resume_token: _Optional[bytes] = ...) -> None: ...
