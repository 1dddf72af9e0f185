"""Keys and values of the state, in canonical bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TypeVar

from hanse import codec
from hanse.codec import Reader
from hanse.errors import DecodeError
from hanse.keysets import KeySet
from hanse.parameters import Parameters
from hanse.validators import ValidatorSet

_E = TypeVar("_E", bound=IntEnum)


class Role(IntEnum):
    """What an account may be. Protobuf numbers the same names from 1."""

    ADMIN = 0
    ISSUER = 1
    OPERATOR = 2
    REGULATOR = 3
    AUDITOR = 4
    USER = 5


class AccountStatus(IntEnum):
    """Whether an account may act."""

    ACTIVE = 0
    SUSPENDED = 1
    FROZEN = 2


class TransferPolicy(IntEnum):
    """Who may receive an asset."""

    OPEN = 0
    ALLOW_LIST = 1
    ISSUER_APPROVED = 2


class Key:
    """The bytes of state keys."""

    PARAMETERS = b"\x01"
    ACTIVE_SET = b"\x02"
    NEXT_SET = b"\x03"
    EPOCH = b"\x04"
    PENDING_EPOCH = b"\x05"

    @staticmethod
    def rejoined(consensus_key: bytes) -> bytes:
        """When a validator rejoined last."""
        return b"\x06" + codec.fixed(consensus_key)

    @staticmethod
    def member(member: bytes) -> bytes:
        """A member."""
        return b"\x10" + codec.fixed(member)

    @staticmethod
    def account(account: bytes) -> bytes:
        """An account."""
        return b"\x11" + codec.fixed(account)

    @staticmethod
    def account_name(name: str, member: bytes) -> bytes:
        """Which account has a name in a member."""
        encoded = name.encode()
        return b"\x12" + codec.u8(len(encoded)) + encoded + codec.fixed(member)

    @staticmethod
    def asset(asset: bytes) -> bytes:
        """An asset."""
        return b"\x20" + codec.fixed(asset)

    @staticmethod
    def holding(asset: bytes, account: bytes) -> bytes:
        """What an account holds of an asset."""
        return b"\x21" + codec.fixed(asset) + codec.fixed(account)

    @staticmethod
    def lock(lock: bytes) -> bytes:
        """A lock."""
        return b"\x22" + codec.fixed(lock)

    @staticmethod
    def allowed_holder(asset: bytes, account: bytes) -> bytes:
        """Whether an account is on an asset's allow-list."""
        return b"\x23" + codec.fixed(asset) + codec.fixed(account)

    @staticmethod
    def seen(valid_until_ms: int, transaction: bytes) -> bytes:
        """Whether a transaction is remembered as executed."""
        return b"\x30" + codec.u64(valid_until_ms)[::-1] + codec.fixed(transaction)


@dataclass(frozen=True)
class Member:
    """An organisation."""

    name: str
    contact: str

    def encode(self) -> bytes:
        """Canonical bytes."""
        return codec.text(self.name) + codec.text(self.contact)

    @classmethod
    def read(cls, reader: Reader) -> Member:
        """From canonical bytes."""
        return cls(reader.text(), reader.text())


@dataclass(frozen=True)
class Account:
    """An account. `roles` ascend; `long_lived` counts its transactions that live long."""

    member: bytes
    name: str
    keys: KeySet
    roles: tuple[Role, ...]
    status: AccountStatus
    long_lived: int

    def encode(self) -> bytes:
        """Canonical bytes."""
        front = codec.fixed(self.member) + codec.text(self.name) + self.keys.encode()
        return front + codec.sequence(map(codec.u32, self.roles)) + codec.u32(self.status) + codec.u32(self.long_lived)

    @classmethod
    def read(cls, reader: Reader) -> Account:
        """From canonical bytes."""
        member, name, keys = reader.take(32), reader.text(), KeySet.read(reader)
        roles = tuple(_enum(Role, reader.u32()) for _ in range(reader.u64()))
        if any(a >= b for a, b in pairwise(roles)):
            raise DecodeError("roles must be distinct and ascending")
        return cls(member, name, keys, roles, _enum(AccountStatus, reader.u32()), reader.u32())


@dataclass(frozen=True)
class Asset:
    """An asset. `supply` is in minor units; `decimals` of them make a unit."""

    name: str
    decimals: int
    issuer: bytes
    policy: TransferPolicy
    supply: int

    def encode(self) -> bytes:
        """Canonical bytes."""
        front = codec.text(self.name) + codec.u8(self.decimals) + codec.fixed(self.issuer)
        return front + codec.u32(self.policy) + codec.u128(self.supply)

    @classmethod
    def read(cls, reader: Reader) -> Asset:
        """From canonical bytes."""
        name, decimals, issuer = reader.text(), reader.u8(), reader.take(32)
        return cls(name, decimals, issuer, _enum(TransferPolicy, reader.u32()), reader.u128())


@dataclass(frozen=True)
class Holding:
    """Minor units that an account may move, and those that locks hold."""

    available: int
    locked: int

    def encode(self) -> bytes:
        """Canonical bytes."""
        return codec.u128(self.available) + codec.u128(self.locked)

    @classmethod
    def read(cls, reader: Reader) -> Holding:
        """From canonical bytes."""
        return cls(reader.u128(), reader.u128())


@dataclass(frozen=True)
class Lock:
    """An amount set aside until a block time; `hash` of the secret that releases it, if one was set."""

    owner: bytes
    beneficiary: bytes
    asset: bytes
    amount: int
    expires: int
    hash: bytes | None

    def encode(self) -> bytes:
        """Canonical bytes."""
        front = codec.fixed(self.owner) + codec.fixed(self.beneficiary) + codec.fixed(self.asset)
        return front + codec.u128(self.amount) + codec.u64(self.expires) + codec.option(self.hash, codec.fixed)

    @classmethod
    def read(cls, reader: Reader) -> Lock:
        """From canonical bytes."""
        owner, beneficiary, asset = reader.take(32), reader.take(32), reader.take(32)
        return cls(owner, beneficiary, asset, reader.u128(), reader.u64(), reader.option(lambda: reader.take(32)))


@dataclass(frozen=True)
class Epoch:
    """The epoch of a block, and the last height of the one before."""

    epoch: int
    base: int

    def encode(self) -> bytes:
        """Canonical bytes."""
        return codec.u64(self.epoch) + codec.u64(self.base)

    @classmethod
    def read(cls, reader: Reader) -> Epoch:
        """From canonical bytes."""
        return cls(reader.u64(), reader.u64())


@dataclass(frozen=True)
class PendingEpoch:
    """A change that waits: the epoch ends with block `last`, then these hold."""

    last: int
    validators: ValidatorSet
    parameters: Parameters

    def encode(self) -> bytes:
        """Canonical bytes."""
        return codec.u64(self.last) + self.validators.encode() + self.parameters.encode()

    @classmethod
    def read(cls, reader: Reader) -> PendingEpoch:
        """From canonical bytes."""
        return cls(reader.u64(), ValidatorSet.read(reader), Parameters.read(reader))


Value = (
    Member | Account | Asset | Holding | Lock | Epoch | PendingEpoch | Parameters | ValidatorSet | bytes | int | None
)

_READERS: dict[int, Callable[[Reader], Value]] = {
    0x01: Parameters.read,
    0x02: ValidatorSet.read,
    0x03: ValidatorSet.read,
    0x04: Epoch.read,
    0x05: PendingEpoch.read,
    0x06: Reader.u64,
    0x10: Member.read,
    0x11: Account.read,
    0x12: lambda reader: reader.take(32),
    0x20: Asset.read,
    0x21: Holding.read,
    0x22: Lock.read,
    0x23: lambda _: None,
    0x30: lambda reader: reader.option(lambda: reader.take(32)),
}


def decode_value(key: bytes, value: bytes) -> Value:
    """The value under a key, decoded by the key's kind.

    Raises DecodeError for a key of no kind and bytes of no such value.
    """
    read = _READERS.get(key[0]) if key else None
    if read is None:
        raise DecodeError(f"a state key of no known kind: {key.hex()}")
    reader = Reader(value)
    decoded: Value = read(reader)
    reader.end()
    return decoded


def _enum(kind: type[_E], number: int) -> _E:
    try:
        return kind(number)
    except ValueError:
        raise DecodeError(f"{number} is no {kind.__name__}") from None
