"""The operations: what a transaction may do. All operations of one transaction apply, or none.

Ids are 32 bytes (`hanse.ids`), amounts integers of minor units. `source` is the account that must consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from hanse.keysets import KeySet
from hanse.state import AccountStatus, Role, TransferPolicy


@dataclass(frozen=True)
class RegisterMember:
    """Admits an organisation; its first account has these keys and the role admin."""

    KIND: ClassVar[str] = "register_member"
    source: bytes
    name: str
    contact: str
    admin_keys: KeySet


@dataclass(frozen=True)
class RegisterAccount:
    """Opens an account of a member. The name is empty or unique in the member."""

    KIND: ClassVar[str] = "register_account"
    source: bytes
    member: bytes
    salt: int
    keys: KeySet
    roles: tuple[Role, ...] = (Role.USER,)
    name: str = ""


@dataclass(frozen=True)
class RotateKeys:
    """Replaces the source's keys; its id stays."""

    KIND: ClassVar[str] = "rotate_keys"
    source: bytes
    keys: KeySet


@dataclass(frozen=True)
class SetRoles:
    """Replaces an account's roles."""

    KIND: ClassVar[str] = "set_roles"
    source: bytes
    account: bytes
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class SetStatus:
    """Suspends, freezes or reactivates an account."""

    KIND: ClassVar[str] = "set_status"
    source: bytes
    account: bytes
    status: AccountStatus


@dataclass(frozen=True)
class CreateAsset:
    """Creates an asset; the source becomes its issuer."""

    KIND: ClassVar[str] = "create_asset"
    source: bytes
    name: str
    decimals: int
    policy: TransferPolicy = TransferPolicy.OPEN


@dataclass(frozen=True)
class Issue:
    """Creates units for an account."""

    KIND: ClassVar[str] = "issue"
    source: bytes
    asset: bytes
    to: bytes
    amount: int


@dataclass(frozen=True)
class Redeem:
    """Destroys units of the source."""

    KIND: ClassVar[str] = "redeem"
    source: bytes
    asset: bytes
    amount: int


@dataclass(frozen=True)
class Transfer:
    """Moves units."""

    KIND: ClassVar[str] = "transfer"
    source: bytes
    asset: bytes
    to: bytes
    amount: int


@dataclass(frozen=True)
class Lock:
    """Sets units aside for a beneficiary until a block time; with `hash`, whoever takes them must show its preimage."""

    KIND: ClassVar[str] = "lock"
    source: bytes
    asset: bytes
    beneficiary: bytes
    amount: int
    expires_ms: int
    hash: bytes = b""


@dataclass(frozen=True)
class Unlock:
    """The beneficiary takes a lock's amount before it expires; the owner takes it back afterwards."""

    KIND: ClassVar[str] = "unlock"
    source: bytes
    lock: bytes
    preimage: bytes = b""


@dataclass(frozen=True)
class SetHolder:
    """Puts an account on an asset's allow-list, or takes it off."""

    KIND: ClassVar[str] = "set_holder"
    source: bytes
    asset: bytes
    account: bytes
    allowed: bool


@dataclass(frozen=True)
class Rejoin:
    """Names the new vote log of a validator that lost its old one; signed by the validator's consensus key."""

    KIND: ClassVar[str] = "rejoin"
    validator: bytes
    vote_log: bytes


Operation: TypeAlias = (
    RegisterMember
    | RegisterAccount
    | RotateKeys
    | SetRoles
    | SetStatus
    | CreateAsset
    | Issue
    | Redeem
    | Transfer
    | Lock
    | Unlock
    | SetHolder
    | Rejoin
)

KINDS: dict[str, type[Operation]] = {
    kind.KIND: kind
    for kind in (
        RegisterMember,
        RegisterAccount,
        RotateKeys,
        SetRoles,
        SetStatus,
        CreateAsset,
        Issue,
        Redeem,
        Transfer,
        Lock,
        Unlock,
        SetHolder,
        Rejoin,
    )
}
