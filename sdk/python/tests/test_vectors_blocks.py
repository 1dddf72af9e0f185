"""The vectors of headers, certificates, epochs, batches, proposals and results."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hanse import codec, merkle
from hanse.codes import BY_NUMBER
from hanse.crypto import verify
from hanse.errors import ProofError, Reason
from hanse.genesis import Genesis
from hanse.hashing import tagged
from hanse.header import Certificate, Header
from hanse.light_client import EpochEnd, LightClient
from hanse.receipt import Result
from hanse.validators import CHECKPOINT, Validator, ValidatorSet, signing_bytes
from tests.conftest import vectors

BLOCKS = vectors("blocks")


def unhex(value: str) -> bytes:
    return bytes.fromhex(value)


def test_header() -> None:
    vector = BLOCKS["header"]
    header = header_of(vector["fields"])
    assert header.encode().hex() == vector["bytes"]
    assert header.hash().hex() == vector["hash"]
    assert Header.decode(unhex(vector["bytes"])) == header


def certificate_of(value: Any) -> Certificate:
    signatures = tuple(map(unhex, value["signatures"]))
    return Certificate(
        value["epoch"], value["height"], unhex(value["header_hash"]), unhex(value["signers"]), signatures
    )


def set_of(validators: Any) -> ValidatorSet:
    parts = ("member", "consensus_key", "node_key", "vote_log")
    return ValidatorSet(tuple(Validator(v["name"], *(unhex(v[part]) for part in parts)) for v in validators))


def header_of(fields: Any) -> Header:
    decoded: dict[str, Any] = {n: unhex(value) if isinstance(value, str) else value for n, value in fields.items()}
    return Header(**decoded)


def test_certificate() -> None:
    vector = BLOCKS["certificate"]
    certificate, validators = certificate_of(vector["certificate"]), set_of(vector["validators"])
    assert certificate.encode().hex() == vector["bytes"]
    assert validators.hash().hex() == vector["validator_set_hash"]
    content = codec.u64(certificate.height) + certificate.header_hash
    message = signing_bytes(unhex(vector["chain_id"]), CHECKPOINT, certificate.epoch, content)
    assert message.hex() == vector["checkpoint_signing_bytes"]
    keys = [validators.validators[index].consensus_key for index in certificate.signer_indices()]
    assert len(keys) == len(certificate.signatures) == validators.quorum
    assert all(verify(key, message, signature) for key, signature in zip(keys, certificate.signatures, strict=True))


def test_quorums() -> None:
    seat = set_of(BLOCKS["certificate"]["validators"]).validators[:1]
    quorums = {count: ValidatorSet(seat * count).quorum for count in (1, 2, 3, 4, 5, 6, 7, 8, 10)}
    assert quorums == {1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 8: 6, 10: 7}


class VectorGenesis(Genesis):
    """A genesis that is known by its chain id and validators only."""

    def chain_id(self) -> bytes:
        return unhex(BLOCKS["epochs"]["chain_id"])

    def validator_set(self) -> ValidatorSet:
        return set_of(BLOCKS["epochs"]["validators"])


def vector_chain() -> LightClient:
    plain = Genesis.parse(json.dumps(vectors("genesis")["genesis"]).encode())
    return LightClient(VectorGenesis(**vars(plain)))


def end_of(value: Any) -> EpochEnd:
    return EpochEnd(header_of(value["header"]), certificate_of(value["certificate"]), set_of(value["next_set"]))


def test_epochs() -> None:
    vector = BLOCKS["epochs"]
    for end in vector["ends"]:
        assert header_of(end["header"]).encode().hex() == end["header_bytes"]
        assert set_of(end["next_set"]).encode().hex() == end["next_set_bytes"]
        assert ValidatorSet.decode(unhex(end["next_set_bytes"])) == set_of(end["next_set"])
    first, second = map(end_of, vector["ends"])
    chain = vector_chain()
    chain.advance([first, second])
    assert chain.epoch == 2
    assert chain.validators(2) == second.next_set
    assert chain.ends_before(2) == (first, second)


def test_broken_chains_of_epochs() -> None:
    vector = BLOCKS["epochs"]
    first, second = map(end_of, vector["ends"])
    no_end = EpochEnd(
        header_of(vector["no_end"]["header"]),
        certificate_of(vector["no_end"]["certificate"]),
        set_of(vector["validators"]),
    )
    by_old = replace(second, certificate=certificate_of(vector["by_the_old_set"]))
    broken = {
        "the first left out": [second],
        "reversed": [second, first],
        "the first twice": [first, first],
        "the set of before shown": [replace(first, next_set=set_of(vector["validators"]))],
        "the set after next shown": [replace(first, next_set=second.next_set)],
        "certified by the old set": [first, by_old],
        "a block that ends nothing": [no_end],
    }
    for name, ends in broken.items():
        with pytest.raises(ProofError) as refused:
            vector_chain().advance(ends)
        expected = Reason.EPOCHS if ends[-1] is not by_old else refused.value.reason
        assert refused.value.reason is expected, name


def reference_bytes(value: Any, digest: bytes, size: int, count: int) -> bytes:
    front = codec.u16(value["author"]) + codec.u64(value["sequence"]) + digest + codec.u64(value["epoch"])
    return front + codec.u32(size) + codec.u32(count) + codec.u64(value["expires"])


def test_batches_and_proposals() -> None:
    for batch in BLOCKS["batches"]:
        front = codec.u16(batch["author"]) + codec.u64(batch["sequence"])
        front += codec.u64(batch["epoch"]) + codec.u64(batch["expires"])
        encoded = front + codec.sequence(codec.blob(unhex(transaction)) for transaction in batch["transactions"])
        assert encoded.hex() == batch["bytes"]
        digest = tagged("hanse.batch.v1", encoded)
        assert digest.hex() == batch["digest"]
        reference = reference_bytes(batch, digest, len(encoded), len(batch["transactions"]))
        assert reference.hex() == batch["reference"]
        signed = signing_bytes(unhex(batch["chain_id"]), 7, batch["epoch"], reference)
        assert signed.hex() == batch["acknowledgement_signing_bytes"]
    for proposal in BLOCKS["proposals"]:
        references = (reference_bytes(r, unhex(r["digest"]), r["bytes"], r["count"]) for r in proposal["references"])
        encoded = codec.sequence(references) + codec.u64(proposal["time"])
        encoded += codec.option(proposal["participation"], lambda value: certificate_of(value).encode())
        assert encoded.hex() == proposal["bytes"]
        assert tagged("hanse.proposal.v1", encoded).hex() == proposal["digest"]


def test_results() -> None:
    leaves = []
    for vector in BLOCKS["results"]:
        leaves.append(Result(unhex(vector["id"]), BY_NUMBER[vector["code"]], vector["operation"]).encode())
        assert leaves[-1].hex() == vector["bytes"]
    assert merkle.root(leaves).hex() == BLOCKS["results_root"]
