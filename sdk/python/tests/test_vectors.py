"""Every vector of tests/vectors is computed again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hanse import codec, ids, merkle, state_tree
from hanse.crypto import edwards, is_usable_key, verify
from hanse.errors import DecodeError
from hanse.genesis import Genesis
from hanse.merkle import Path
from hanse.state import Key, decode_value
from hanse.state_tree import StateProof
from hanse.validators import GENESIS_APPROVAL, ValidatorSet, signing_bytes
from tests.conftest import VECTORS, vectors

SIGNATURES = vectors("signatures")["cases"]


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def unhex(value: str) -> bytes:
    return bytes.fromhex(value)


def test_every_file_of_vectors_is_used() -> None:
    known = {"blocks", "genesis", "merkle", "signatures", "state", "state_tree", "transactions", "votes"}
    assert {path.stem for path in VECTORS.glob("*.json")} == known


@pytest.mark.parametrize("case", SIGNATURES, ids=lambda case: case["why"])
def test_signatures(case: Any) -> None:
    key, message, signature = (unhex(case[name]) for name in ("public_key", "message", "signature"))
    assert verify(key, message, signature) == case["valid"]
    assert is_usable_key(key) == case["key_may_be_registered"]


def test_the_odd_signatures_are_all_there() -> None:
    """The 196 pairs of encodings of small order, some of them not canonical, that ZIP-215 accepts."""
    odd = [case for case in SIGNATURES if case["why"].startswith("key and R of small order")]
    keys = {case["public_key"] for case in odd}
    assert (len(odd), len(keys)) == (196, 14)
    points = [edwards.decode(unhex(key)) for key in keys]
    assert all(point is not None and edwards.is_neutral(edwards.times_eight(point)) for point in points)
    canonical = {edwards.encode(point) for point in points if point is not None}
    assert len(canonical) == 8
    assert len({key for key in keys if unhex(key) not in canonical}) == 6


def test_keys_are_registered_in_one_encoding_only() -> None:
    """The vectors have no y of p or more on a point of large order; there are 20 such encodings."""
    odd = [(y + edwards.P | sign << 255).to_bytes(32, "little") for y in range(19) for sign in (0, 1)]
    points = [(encoding, edwards.decode(encoding)) for encoding in odd]
    large = [(e, point) for e, point in points if point and not edwards.is_neutral(edwards.times_eight(point))]
    assert len(large) == 20
    for encoding, point in large:
        assert not is_usable_key(encoding)
        assert is_usable_key(edwards.encode(point))


def test_signatures_of_wrong_lengths() -> None:
    case = SIGNATURES[0]
    key, message, signature = (unhex(case[name]) for name in ("public_key", "message", "signature"))
    assert verify(key, message, signature)
    assert not verify(key[:-1], message, signature)
    assert not verify(key, message, signature + b"\0")
    assert not is_usable_key(key + b"\0")


@pytest.mark.parametrize("tree", vectors("merkle")["trees"], ids=lambda tree: f"{len(tree['leaves'])} leaves")
def test_merkle(tree: Any) -> None:
    leaves, root = [unhex(leaf) for leaf in tree["leaves"]], unhex(tree["root"])
    assert merkle.root(leaves) == root
    assert len(tree["paths"]) == len(leaves)
    for index, siblings in enumerate(tree["paths"]):
        path = Path(index, len(leaves), tuple(map(unhex, siblings)))
        assert merkle.path(leaves, index) == path
        assert path.root_from(leaves[index]) == root
        assert path.root_from(b"other") != root
        assert replace(path, siblings=(*path.siblings, bytes(32))).root_from(leaves[index]) is None
        assert replace(path, index=len(leaves)).root_from(leaves[index]) is None


@pytest.mark.parametrize("tree", vectors("state_tree")["trees"], ids=lambda tree: f"{len(tree['entries'])} entries")
def test_state_tree(tree: Any) -> None:
    entries = {unhex(entry["key"]): unhex(entry["value"]) for entry in tree["entries"]}
    for entry in tree["entries"]:
        assert state_tree.path_of(unhex(entry["key"])).hex() == entry["path"]
        assert state_tree.value_hash(unhex(entry["value"])).hex() == entry["value_hash"]
    root = unhex(tree["root"])
    assert state_tree.root(entries) == root
    for proof in tree["proofs"]:
        key, value = unhex(proof["key"]), None if proof["value"] is None else unhex(proof["value"])
        leaf = proof["leaf"] and (unhex(proof["leaf"]["path"]), unhex(proof["leaf"]["value_hash"]))
        shown = StateProof(tuple(map(unhex, proof["siblings"])), leaf)
        assert shown.proves(root, key, value)
        assert not shown.proves(root, key, b"other")
        assert value is None or not shown.proves(root, key, None)
        assert not shown.proves(bytes([1]) * 32, key, value)


def test_genesis() -> None:
    vector = vectors("genesis")
    genesis = Genesis.parse(as_json(vector["genesis"]))
    assert genesis.encode().hex() == vector["canonical"]
    assert genesis.chain_id().hex() == vector["chain_id"]
    assert genesis.parameters.encode().hex() == vector["parameters"]
    assert genesis.validator_set().encode().hex() == vector["validator_set"]
    assert genesis.validator_set().hash().hex() == vector["validator_set_hash"]
    for approval, expected in zip(vector["genesis"]["approvals"], vector["approvals"], strict=True):
        message = signing_bytes(genesis.chain_id(), GENESIS_APPROVAL, 0, codec.text(approval["member"]))
        assert message.hex() == expected["signing_bytes"]
        assert verify(unhex(approval["public_key"]), message, unhex(approval["signature"]))
    named = vector["ids"]
    assert all(ids.member_id(one["name"]).hex() == one["id"] for one in named["members"])
    assert all(ids.asset_id(one["name"]).hex() == one["id"] for one in named["assets"])
    assert all(ids.lock_id(unhex(one["transaction"]), one["operation"]).hex() == one["id"] for one in named["locks"])
    accounts = {f"{account.member}/{account.name}": account.id().hex() for account in genesis.accounts}
    assert accounts == {one["name"]: one["id"] for one in named["accounts"]}


KEYS: dict[str, Callable[..., bytes]] = {
    "parameters": lambda: Key.PARAMETERS,
    "active_set": lambda: Key.ACTIVE_SET,
    "next_set": lambda: Key.NEXT_SET,
    "epoch": lambda: Key.EPOCH,
    "pending_epoch": lambda: Key.PENDING_EPOCH,
    "rejoined": lambda key: Key.rejoined(unhex(key)),
    "member": lambda member: Key.member(unhex(member)),
    "account": lambda account: Key.account(unhex(account)),
    "account_name": lambda name, member: Key.account_name(name, unhex(member)),
    "asset": lambda asset: Key.asset(unhex(asset)),
    "holding": lambda asset, account: Key.holding(unhex(asset), unhex(account)),
    "lock": lambda lock: Key.lock(unhex(lock)),
    "allowed_holder": lambda asset, account: Key.allowed_holder(unhex(asset), unhex(account)),
    "seen": lambda until, transaction: Key.seen(until, unhex(transaction)),
}


def plain(value: Any) -> Any:
    """A decoded value in the vectors' JSON."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, ValidatorSet):
        return {"validators": [plain(one) for one in value.validators]}
    if hasattr(value, "name") and hasattr(value, "value"):
        return value.name.lower()
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return {name: plain(inner) for name, inner in vars(value).items()} if hasattr(value, "__dict__") else value


def loosely(value: Any) -> Any:
    """Numbers as text: the vectors write amounts so."""
    if isinstance(value, dict):
        return {name: loosely(inner) for name, inner in value.items()}
    if isinstance(value, list):
        if len(value) == 32 and all(isinstance(inner, int) for inner in value):
            return bytes(value).hex()
        return [loosely(inner) for inner in value]
    return str(value) if isinstance(value, int) else value


@pytest.mark.parametrize("entry", vectors("state")["entries"], ids=lambda entry: entry["kind"])
def test_state_keys_and_values(entry: Any) -> None:
    key, data = unhex(entry["key"]), unhex(entry["bytes"])
    assert KEYS[entry["kind"]](*entry["parts"]) == key
    value = decode_value(key, data)
    if value is not None and hasattr(value, "encode"):
        assert value.encode() == data
        assert loosely(plain(value)) == loosely(entry["value"])
    for cut in range(len(data)):
        with pytest.raises(DecodeError):
            decode_value(key, data[:cut])
    with pytest.raises(DecodeError):
        decode_value(key, data + b"\0")


def test_votes() -> None:
    """The statements whose content docs/formats.md gives in full, as the vectors have them."""
    vector, chain, epoch = vectors("votes"), b"\xc4" * 32, 3
    vote = codec.u64(4) + codec.u64(41) + b"\xd1" * 32
    contents = {
        "pre_prepare": (1, vote),
        "prepare": (2, vote),
        "commit": (3, vote),
        "checkpoint": (4, codec.u64(41) + b"\xb3" * 32),
        "empty_request": (8, codec.u64(42)),
        "vote_query": (11, codec.u64(0x0102030405060708)),
    }
    for name, (kind, content) in contents.items():
        assert signing_bytes(chain, kind, epoch, content).hex() == vector[name]
