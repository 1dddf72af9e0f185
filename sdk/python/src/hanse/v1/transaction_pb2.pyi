from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_ADMIN: _ClassVar[Role]
    ROLE_ISSUER: _ClassVar[Role]
    ROLE_OPERATOR: _ClassVar[Role]
    ROLE_REGULATOR: _ClassVar[Role]
    ROLE_AUDITOR: _ClassVar[Role]
    ROLE_USER: _ClassVar[Role]

class AccountStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCOUNT_STATUS_UNSPECIFIED: _ClassVar[AccountStatus]
    ACCOUNT_STATUS_ACTIVE: _ClassVar[AccountStatus]
    ACCOUNT_STATUS_SUSPENDED: _ClassVar[AccountStatus]
    ACCOUNT_STATUS_FROZEN: _ClassVar[AccountStatus]

class TransferPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSFER_POLICY_UNSPECIFIED: _ClassVar[TransferPolicy]
    TRANSFER_POLICY_OPEN: _ClassVar[TransferPolicy]
    TRANSFER_POLICY_ALLOW_LIST: _ClassVar[TransferPolicy]
    TRANSFER_POLICY_ISSUER_APPROVED: _ClassVar[TransferPolicy]
ROLE_UNSPECIFIED: Role
ROLE_ADMIN: Role
ROLE_ISSUER: Role
ROLE_OPERATOR: Role
ROLE_REGULATOR: Role
ROLE_AUDITOR: Role
ROLE_USER: Role
ACCOUNT_STATUS_UNSPECIFIED: AccountStatus
ACCOUNT_STATUS_ACTIVE: AccountStatus
ACCOUNT_STATUS_SUSPENDED: AccountStatus
ACCOUNT_STATUS_FROZEN: AccountStatus
TRANSFER_POLICY_UNSPECIFIED: TransferPolicy
TRANSFER_POLICY_OPEN: TransferPolicy
TRANSFER_POLICY_ALLOW_LIST: TransferPolicy
TRANSFER_POLICY_ISSUER_APPROVED: TransferPolicy

class SignedTransaction(_message.Message):
    __slots__ = ("body", "signatures")
    BODY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    signatures: _containers.RepeatedCompositeFieldContainer[TransactionSignature]
    def __init__(self, body: _Optional[bytes] = ..., signatures: _Optional[_Iterable[_Union[TransactionSignature, _Mapping]]] = ...) -> None: ...

class TransactionSignature(_message.Message):
    __slots__ = ("public_key", "signature")
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    public_key: bytes
    signature: bytes
    def __init__(self, public_key: _Optional[bytes] = ..., signature: _Optional[bytes] = ...) -> None: ...

class TransactionBody(_message.Message):
    __slots__ = ("version", "chain_id", "valid_until_ms", "salt", "operations", "memo")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHAIN_ID_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    MEMO_FIELD_NUMBER: _ClassVar[int]
    version: int
    chain_id: bytes
    valid_until_ms: int
    salt: int
    operations: _containers.RepeatedCompositeFieldContainer[Operation]
    memo: str
    def __init__(self, version: _Optional[int] = ..., chain_id: _Optional[bytes] = ..., valid_until_ms: _Optional[int] = ..., salt: _Optional[int] = ..., operations: _Optional[_Iterable[_Union[Operation, _Mapping]]] = ..., memo: _Optional[str] = ...) -> None: ...

class KeySet(_message.Message):
    __slots__ = ("keys", "threshold")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedCompositeFieldContainer[WeightedKey]
    threshold: int
    def __init__(self, keys: _Optional[_Iterable[_Union[WeightedKey, _Mapping]]] = ..., threshold: _Optional[int] = ...) -> None: ...

class WeightedKey(_message.Message):
    __slots__ = ("public_key", "weight")
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    public_key: bytes
    weight: int
    def __init__(self, public_key: _Optional[bytes] = ..., weight: _Optional[int] = ...) -> None: ...

class Operation(_message.Message):
    __slots__ = ("register_member", "register_account", "rotate_keys", "set_roles", "set_status", "create_asset", "issue", "redeem", "transfer", "lock", "unlock", "set_holder", "rejoin")
    REGISTER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    REGISTER_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ROTATE_KEYS_FIELD_NUMBER: _ClassVar[int]
    SET_ROLES_FIELD_NUMBER: _ClassVar[int]
    SET_STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATE_ASSET_FIELD_NUMBER: _ClassVar[int]
    ISSUE_FIELD_NUMBER: _ClassVar[int]
    REDEEM_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    LOCK_FIELD_NUMBER: _ClassVar[int]
    UNLOCK_FIELD_NUMBER: _ClassVar[int]
    SET_HOLDER_FIELD_NUMBER: _ClassVar[int]
    REJOIN_FIELD_NUMBER: _ClassVar[int]
    register_member: RegisterMember
    register_account: RegisterAccount
    rotate_keys: RotateKeys
    set_roles: SetRoles
    set_status: SetStatus
    create_asset: CreateAsset
    issue: Issue
    redeem: Redeem
    transfer: Transfer
    lock: Lock
    unlock: Unlock
    set_holder: SetHolder
    rejoin: Rejoin
    def __init__(self, register_member: _Optional[_Union[RegisterMember, _Mapping]] = ..., register_account: _Optional[_Union[RegisterAccount, _Mapping]] = ..., rotate_keys: _Optional[_Union[RotateKeys, _Mapping]] = ..., set_roles: _Optional[_Union[SetRoles, _Mapping]] = ..., set_status: _Optional[_Union[SetStatus, _Mapping]] = ..., create_asset: _Optional[_Union[CreateAsset, _Mapping]] = ..., issue: _Optional[_Union[Issue, _Mapping]] = ..., redeem: _Optional[_Union[Redeem, _Mapping]] = ..., transfer: _Optional[_Union[Transfer, _Mapping]] = ..., lock: _Optional[_Union[Lock, _Mapping]] = ..., unlock: _Optional[_Union[Unlock, _Mapping]] = ..., set_holder: _Optional[_Union[SetHolder, _Mapping]] = ..., rejoin: _Optional[_Union[Rejoin, _Mapping]] = ...) -> None: ...

class RegisterMember(_message.Message):
    __slots__ = ("source", "name", "contact", "admin_keys")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    ADMIN_KEYS_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    name: str
    contact: str
    admin_keys: KeySet
    def __init__(self, source: _Optional[bytes] = ..., name: _Optional[str] = ..., contact: _Optional[str] = ..., admin_keys: _Optional[_Union[KeySet, _Mapping]] = ...) -> None: ...

class RegisterAccount(_message.Message):
    __slots__ = ("source", "member", "salt", "keys", "roles", "name")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    member: bytes
    salt: int
    keys: KeySet
    roles: _containers.RepeatedScalarFieldContainer[Role]
    name: str
    def __init__(self, source: _Optional[bytes] = ..., member: _Optional[bytes] = ..., salt: _Optional[int] = ..., keys: _Optional[_Union[KeySet, _Mapping]] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ..., name: _Optional[str] = ...) -> None: ...

class RotateKeys(_message.Message):
    __slots__ = ("source", "keys")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    keys: KeySet
    def __init__(self, source: _Optional[bytes] = ..., keys: _Optional[_Union[KeySet, _Mapping]] = ...) -> None: ...

class SetRoles(_message.Message):
    __slots__ = ("source", "account", "roles")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    account: bytes
    roles: _containers.RepeatedScalarFieldContainer[Role]
    def __init__(self, source: _Optional[bytes] = ..., account: _Optional[bytes] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ...) -> None: ...

class SetStatus(_message.Message):
    __slots__ = ("source", "account", "status")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    account: bytes
    status: AccountStatus
    def __init__(self, source: _Optional[bytes] = ..., account: _Optional[bytes] = ..., status: _Optional[_Union[AccountStatus, str]] = ...) -> None: ...

class CreateAsset(_message.Message):
    __slots__ = ("source", "name", "decimals", "policy")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DECIMALS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    name: str
    decimals: int
    policy: TransferPolicy
    def __init__(self, source: _Optional[bytes] = ..., name: _Optional[str] = ..., decimals: _Optional[int] = ..., policy: _Optional[_Union[TransferPolicy, str]] = ...) -> None: ...

class Issue(_message.Message):
    __slots__ = ("source", "asset", "to", "amount")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    asset: bytes
    to: bytes
    amount: str
    def __init__(self, source: _Optional[bytes] = ..., asset: _Optional[bytes] = ..., to: _Optional[bytes] = ..., amount: _Optional[str] = ...) -> None: ...

class Redeem(_message.Message):
    __slots__ = ("source", "asset", "amount")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    asset: bytes
    amount: str
    def __init__(self, source: _Optional[bytes] = ..., asset: _Optional[bytes] = ..., amount: _Optional[str] = ...) -> None: ...

class Transfer(_message.Message):
    __slots__ = ("source", "asset", "to", "amount")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    asset: bytes
    to: bytes
    amount: str
    def __init__(self, source: _Optional[bytes] = ..., asset: _Optional[bytes] = ..., to: _Optional[bytes] = ..., amount: _Optional[str] = ...) -> None: ...

class Lock(_message.Message):
    __slots__ = ("source", "asset", "beneficiary", "amount", "expires_ms", "hash")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    BENEFICIARY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_MS_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    asset: bytes
    beneficiary: bytes
    amount: str
    expires_ms: int
    hash: bytes
    def __init__(self, source: _Optional[bytes] = ..., asset: _Optional[bytes] = ..., beneficiary: _Optional[bytes] = ..., amount: _Optional[str] = ..., expires_ms: _Optional[int] = ..., hash: _Optional[bytes] = ...) -> None: ...

class Unlock(_message.Message):
    __slots__ = ("source", "lock", "preimage")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    LOCK_FIELD_NUMBER: _ClassVar[int]
    PREIMAGE_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    lock: bytes
    preimage: bytes
    def __init__(self, source: _Optional[bytes] = ..., lock: _Optional[bytes] = ..., preimage: _Optional[bytes] = ...) -> None: ...

class SetHolder(_message.Message):
    __slots__ = ("source", "asset", "account", "allowed")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    source: bytes
    asset: bytes
    account: bytes
    allowed: bool
    def __init__(self, source: _Optional[bytes] = ..., asset: _Optional[bytes] = ..., account: _Optional[bytes] = ..., allowed: bool = ...) -> None: ...

class Rejoin(_message.Message):
    __slots__ = ("validator", "vote_log")
    VALIDATOR_FIELD_NUMBER: _ClassVar[int]
    VOTE_LOG_FIELD_NUMBER: _ClassVar[int]
    validator: bytes
    vote_log: bytes
    def __init__(self, validator: _Optional[bytes] = ..., vote_log: _Optional[bytes] = ...) -> None: ...
