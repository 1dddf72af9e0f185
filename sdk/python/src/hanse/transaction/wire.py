"""Operations to protobuf and back, with every rule of form that docs/formats.md has for their fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from enum import IntEnum
from itertools import pairwise
from typing import Any, TypeVar

from hanse.errors import DecodeError
from hanse.keysets import KeySet, WeightedKey
from hanse.state import AccountStatus, Role, TransferPolicy
from hanse.transaction.operations import KINDS, Operation
from hanse.v1 import transaction_pb2 as pb

_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,38})\Z")
_ID_FIELDS = {
    "source",
    "member",
    "account",
    "asset",
    "to",
    "beneficiary",
    "lock",
    "validator",
    "vote_log",
}
_ENUMS: dict[str, type[IntEnum]] = {"status": AccountStatus, "policy": TransferPolicy}
_WIDTHS = {"salt": 64, "expires_ms": 64, "decimals": 32}

_E = TypeVar("_E", bound=IntEnum)


def to_wire(operation: Operation) -> pb.Operation:
    """The message of an operation.

    Raises DecodeError when a value cannot be written: an id that has not 32 bytes, an amount out of range.
    """
    message = pb.Operation()
    inner = getattr(message, operation.KIND)
    inner.SetInParent()
    for field in fields(operation):
        try:
            _set(inner, field.name, getattr(operation, field.name))
        except (TypeError, ValueError) as error:
            raise DecodeError(f"{operation.KIND}: {field.name} cannot be written: {error}") from None
    return message


def from_wire(message: pb.Operation) -> Operation:
    """The operation of a message.

    Raises DecodeError when it is of no kind or a field breaks a rule.
    """
    kind = message.WhichOneof("operation")
    if kind is None:
        raise DecodeError("an operation of no kind")
    inner = getattr(message, kind)
    operation = KINDS[kind]
    return operation(**{field.name: _get(inner, kind, field.name) for field in fields(operation)})


def _set(message: Any, name: str, value: Any) -> None:  # noqa: ANN401 - fields of all types
    if name in _ID_FIELDS:
        setattr(message, name, _id(value, name))
    elif name in ("keys", "admin_keys"):
        getattr(message, name).CopyFrom(_key_set(value))
    elif name == "roles":
        if any(a >= b for a, b in pairwise(value)):
            raise DecodeError("roles must be distinct and ascending")
        message.roles.extend(role + 1 for role in value)
    elif name in _ENUMS:
        setattr(message, name, _ENUMS[name](value) + 1)
    elif name == "amount":
        if not 0 <= value < 2**128:
            raise DecodeError(f"an amount must be from 0 to 2^128-1, found {value}")
        message.amount = str(value)
    elif name == "hash":
        message.hash = _hash(value)
    else:
        if name in _WIDTHS and not 0 <= value < 2 ** _WIDTHS[name]:
            raise DecodeError(f"{name} must be an unsigned number of {_WIDTHS[name]} bits, found {value}")
        setattr(message, name, value)


def _get(message: Any, kind: str, name: str) -> Any:  # noqa: ANN401 - fields of all types
    value = getattr(message, name)
    if name in _ID_FIELDS:
        return _id(value, name)
    if name in ("keys", "admin_keys"):
        if not message.HasField(name):
            raise DecodeError(f"{kind}: the field {name} is missing")
        return _read_key_set(value)
    if name == "roles":
        return _roles(value)
    if name in _ENUMS:
        return _enum(_ENUMS[name], value)
    if name == "amount":
        if not _AMOUNT.match(value) or int(value) >= 2**128:
            raise DecodeError(f"an amount must be decimal text up to 2^128-1, found {value!r}")
        return int(value)
    return _hash(value) if name == "hash" else value


def _id(value: bytes, name: str) -> bytes:
    if len(value) != 32:
        raise DecodeError(f"{name} must have 32 bytes, found {len(value)}")
    return bytes(value)


def _hash(value: bytes) -> bytes:
    if len(value) not in (0, 32):
        raise DecodeError(f"hash must be empty or have 32 bytes, found {len(value)}")
    return bytes(value)


def _enum(kind: type[_E], number: int) -> _E:
    try:
        return kind(number - 1)
    except ValueError:
        raise DecodeError(f"{number} is no {kind.__name__}") from None


def _roles(numbers: Sequence[int]) -> tuple[Role, ...]:
    roles = tuple(_enum(Role, number) for number in numbers)
    if any(a >= b for a, b in pairwise(roles)):
        raise DecodeError("roles must be distinct and ascending")
    return roles


def _key_set(keys: KeySet) -> pb.KeySet:
    items = (pb.WeightedKey(public_key=_id(key.public_key, "public_key"), weight=key.weight) for key in keys.keys)
    return pb.KeySet(keys=items, threshold=keys.threshold)


def _read_key_set(message: pb.KeySet) -> KeySet:
    keys = (WeightedKey(_id(key.public_key, "public_key"), key.weight) for key in message.keys)
    return KeySet(tuple(keys), message.threshold)
