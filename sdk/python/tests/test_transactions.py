"""Transactions: the vectors, good and refused, and building and signing of our own."""

from __future__ import annotations

import time
from typing import Any

import pytest

from hanse import KeySet, WeightedKey, ids
from hanse.crypto import verify
from hanse.errors import DecodeError
from hanse.state import AccountStatus, Role, TransferPolicy
from hanse.transaction import Body, CreateAsset, Lock, RotateKeys, SetRoles, SignedTransaction, Transfer, build
from hanse.transaction.operations import KINDS, Operation
from tests.conftest import vectors
from tests.forge import key

VECTORS = vectors("transactions")
IDS = {"source", "member", "account", "asset", "to", "beneficiary", "lock", "validator", "vote_log", "hash", "preimage"}


def value_of(name: str, value: Any) -> Any:
    """A field of a vector as the type that operations have."""
    if name in IDS:
        return bytes.fromhex(value)
    if name in ("keys", "admin_keys"):
        keys = (WeightedKey(bytes.fromhex(one["public_key"]), one["weight"]) for one in value["keys"])
        return KeySet(tuple(keys), value["threshold"])
    if name == "roles":
        return tuple(Role[role.upper()] for role in value)
    if name == "status":
        return AccountStatus[value.upper()]
    if name == "policy":
        return TransferPolicy[value.upper()]
    return int(value) if name in ("amount", "salt") else value


def operation_of(vector: Any) -> Operation:
    fields = {name: value_of(name, value) for name, value in vector["fields"].items()}
    return KINDS[vector["kind"]](**fields)


def test_the_vectors_have_every_kind() -> None:
    kinds = {operation["kind"] for vector in VECTORS["transactions"] for operation in vector["operations"]}
    assert kinds == set(KINDS)


@pytest.mark.parametrize("vector", VECTORS["transactions"], ids=lambda v: "+".join(o["kind"] for o in v["operations"]))
def test_good_transactions(vector: Any) -> None:
    operations = tuple(map(operation_of, vector["operations"]))
    body = Body(
        bytes.fromhex(vector["chain_id"]), vector["valid_until_ms"], int(vector["salt"]), operations, vector["memo"]
    )
    assert body.encode().hex() == vector["body"]
    pairs = ((bytes.fromhex(one["public_key"]), bytes.fromhex(one["signature"])) for one in vector["signatures"])
    signed = SignedTransaction(body.encode(), tuple(pairs))
    assert signed.encode().hex() == vector["bytes"]
    assert signed.id.hex() == vector["id"]
    assert signed.signing_input().hex() == vector["signing_input"]
    assert signed.witness().hex() == vector["witness"]
    assert signed.bad_signer() is None
    decoded = SignedTransaction.decode(bytes.fromhex(vector["bytes"]))
    assert decoded == signed
    assert decoded.body == body


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_refused_transactions(vector: Any) -> None:
    data, under = bytes.fromhex(vector["bytes"]), VECTORS["refused_under"]
    if vector["code"] == "malformed":
        with pytest.raises(DecodeError):
            SignedTransaction.decode(data)
        return
    decoded = SignedTransaction.decode(data)
    broken = {
        "wrong_chain": decoded.body.chain_id.hex() != under["chain_id"],
        "too_large": len(data) > under["max_transaction_bytes"],
        "too_many": len(decoded.body.operations) > under["max_operations"]
        or len(decoded.signatures) > under["max_signatures"],
    }
    assert broken[vector["code"]]


TRANSFER = Transfer(bytes(32), bytes(32), bytes(32), 1)


def test_building_and_signing() -> None:
    chain, alice, bob = bytes([9]) * 32, key("alice"), key("bob")
    before = time.time_ns() // 1_000_000
    unsigned = build(chain, [TRANSFER], valid_for_ms=5000, memo="hello")
    assert before + 5000 <= unsigned.body.valid_until_ms <= before + 6000
    assert build(chain, [TRANSFER]).body.salt != unsigned.body.salt
    both, other_way = unsigned.sign(alice, bob), unsigned.sign(bob).sign(alice).sign(alice)
    assert both == other_way
    assert both.id == unsigned.id
    message = b"hanse.tx.sig.v1" + chain + both.id
    assert all(verify(public, message, signature) for public, signature in both.signatures)
    assert SignedTransaction.decode(both.encode()) == both


@pytest.mark.parametrize(
    "operation",
    [
        Transfer(bytes(31), bytes(32), bytes(32), 1),
        Transfer(bytes(32), bytes(32), bytes(32), -1),
        Transfer(bytes(32), bytes(32), bytes(32), 2**128),
        Lock(bytes(32), bytes(32), bytes(32), 1, 5, hash=bytes(5)),
        Lock(bytes(32), bytes(32), bytes(32), 1, 2**64),
        SetRoles(bytes(32), bytes(32), (Role.USER, Role.ADMIN)),
        CreateAsset(bytes(32), "A", 2**32),
        RotateKeys(bytes(32), KeySet((WeightedKey(bytes(5)),))),
        RotateKeys(bytes(32), KeySet.of(bytes(32), threshold=2**32)),
        CreateAsset(bytes(32), "\ud800", 2),
    ],
    ids=str,
)
def test_values_that_cannot_be_written(operation: Operation) -> None:
    with pytest.raises(DecodeError):
        build(bytes(32), [operation])


def test_bodies_that_cannot_be_written() -> None:
    for broken in (
        Body(bytes(31), 1, 1, (TRANSFER,)),
        Body(bytes(32), 1, 1, ()),
        Body(bytes(32), 2**64, 1, (TRANSFER,)),
        Body(bytes(32), 1, -1, (TRANSFER,)),
        Body(bytes(32), 1, 1, (TRANSFER,), "x" * 257),
    ):
        with pytest.raises(DecodeError):
            broken.encode()


def test_ids_in_hexadecimal() -> None:
    assert ids.parse("ab" * 32) == b"\xab" * 32
    for wrong in ("ab" * 31, "xy" * 32, "ab " * 32, ""):
        with pytest.raises(DecodeError):
            ids.parse(wrong)
