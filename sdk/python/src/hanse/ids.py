"""Identifiers: hashes of 32 bytes, under a tag each."""

from __future__ import annotations

from hanse import codec
from hanse.errors import DecodeError
from hanse.hashing import tagged
from hanse.keysets import KeySet


def parse(hexadecimal: str) -> bytes:
    """An id from its 64 hexadecimal digits."""
    try:
        data = bytes.fromhex(hexadecimal)
    except ValueError:
        data = b""
    if len(data) != 32 or len(hexadecimal) != 64:
        raise DecodeError(f"expected 64 hexadecimal digits, found {hexadecimal!r}")
    return data


def member_id(name: str) -> bytes:
    """Of a member, by its name."""
    return tagged("hanse.member.v1", name.encode())


def account_id(member: bytes, salt: int, keys: KeySet) -> bytes:
    """Of an account, by its member, salt and first key set. It stays when keys rotate."""
    return tagged("hanse.account.v1", codec.fixed(member), codec.u64(salt), keys.encode())


def asset_id(name: str) -> bytes:
    """Of an asset, by its name."""
    return tagged("hanse.asset.v1", name.encode())


def lock_id(transaction: bytes, operation: int) -> bytes:
    """Of the lock that the operation of this index in the transaction makes."""
    return tagged("hanse.lock.v1", codec.fixed(transaction), codec.u32(operation))


def transaction_id(body: bytes) -> bytes:
    """Of a transaction, by its body."""
    return tagged("hanse.tx.v1", body)


def witness_hash(signed: bytes) -> bytes:
    """Of a whole signed transaction; the leaf of the transaction tree."""
    return tagged("hanse.tx.witness.v1", signed)
