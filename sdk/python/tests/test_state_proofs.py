"""Proofs of the state: presence, absence, expiry; and none of them for anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanse import ids, state_tree, verify_expiry, verify_state
from hanse.errors import ProofError, Reason
from hanse.header import CertifiedHeader
from hanse.state import Holding, Key
from hanse.state_tree import StateProof
from tests.forge import Forge

ABSENT = [Key.holding(ids.asset_id(f"B{i}"), bytes(32)) for i in range(40)]


def test_presence_and_absence(forge: Forge) -> None:
    for number, (key, value) in enumerate(forge.state.items()):
        verify_state(key, value, forge.state_proof(key), forge.blocks[number % 3], forge.known)
    for number, key in enumerate(ABSENT):
        verify_state(key, None, forge.state_proof(key), forge.blocks[number % 3], forge.known)
    leaves = [forge.state_proof(key).leaf for key in ABSENT]
    assert any(leaf is None for leaf in leaves), "an empty subtree proves absence"
    assert any(leaf is not None for leaf in leaves), "another leaf proves absence"


def refused(key: bytes, value: bytes | None, proof: StateProof, forge: Forge) -> None:
    with pytest.raises(ProofError) as error:
        verify_state(key, value, proof, forge.blocks[0], forge.known)
    assert error.value.reason is Reason.STATE_PROOF


def test_a_present_key_is_not_proved_absent_nor_another_value(forge: Forge) -> None:
    for key, value in list(forge.state.items())[::3]:
        proof = forge.state_proof(key)
        refused(key, None, proof, forge)
        refused(key, value + b"\0", proof, forge)
        refused(key, value, StateProof(proof.siblings, None), forge)
        refused(key, None, StateProof(proof.siblings, None), forge)


def test_an_absent_key_is_not_proved_present(forge: Forge) -> None:
    value = Holding(1, 0).encode()
    for key in ABSENT:
        proof = forge.state_proof(key)
        refused(key, value, proof, forge)
        own = (state_tree.path_of(key), state_tree.value_hash(value))
        refused(key, value, StateProof(proof.siblings, own), forge)


def test_the_proof_of_another_key_proves_nothing(forge: Forge) -> None:
    keys = list(forge.state)[::3]
    for key, other in zip(keys, keys[1:] + keys[:1], strict=True):
        refused(key, forge.state[key], forge.state_proof(other), forge)
        refused(key, forge.state[other], forge.state_proof(other), forge)
        refused(key, None, forge.state_proof(other), forge)


def test_broken_siblings(forge: Forge) -> None:
    key = next(iter(forge.state))
    value, proof = forge.state[key], forge.state_proof(key)
    for depth, sibling in enumerate(proof.siblings):
        broken = bytes([sibling[0] ^ 1]) + sibling[1:]
        siblings = (*proof.siblings[:depth], broken, *proof.siblings[depth + 1 :])
        refused(key, value, replace(proof, siblings=siblings), forge)
    refused(key, value, replace(proof, siblings=proof.siblings[:-1]), forge)
    refused(key, value, replace(proof, siblings=(*proof.siblings, bytes(32))), forge)
    refused(key, value, replace(proof, siblings=proof.siblings[::-1]), forge)
    refused(key, value, replace(proof, siblings=(bytes(32),) * 257), forge)


def test_the_block_must_be_proved_too(forge: Forge) -> None:
    key = next(iter(forge.state))
    value, proof, chain = forge.state[key], forge.state_proof(key), forge.known
    block = forge.blocks[1]
    weak = CertifiedHeader(block.header, forge.certify(block.header, seats=range(3)))
    lying = CertifiedHeader(replace(block.header, state_root=bytes(32)), block.certificate)
    unsigned = CertifiedHeader(block.header, None)
    cases = ((weak, Reason.QUORUM), (lying, Reason.CERTIFICATE), (unsigned, Reason.CERTIFICATE))
    for shown, reason in cases:
        with pytest.raises(ProofError) as error:
            verify_state(key, value, proof, shown, chain)
        assert error.value.reason is reason
    with pytest.raises(ProofError) as error:
        verify_state(key, value, proof, block, forge.light_client(epochs=0))
    assert error.value.reason is Reason.EPOCHS


def test_block_0_needs_no_certificate(forge: Forge) -> None:
    first = CertifiedHeader(forge.genesis.first_header(), None)
    forge.light_client(0).prove_header(first.header, None)
    assert state_tree.root(forge.genesis.state()) == first.header.state_root


def test_expiry(forge: Forge) -> None:
    block, chain, transaction = forge.blocks[0], forge.known, bytes([3]) * 32

    def check(valid_until: int, grace: int = 60_000) -> None:
        proof = forge.state_proof(Key.seen(valid_until, transaction))
        verify_expiry(transaction, valid_until, proof, block, grace_ms=grace, chain=chain)

    time = block.header.time
    check(time - 1)
    check(time - 60_000)
    for valid_until in (time, time + 1, time - 60_001):
        with pytest.raises(ProofError):
            check(valid_until)
    other = forge.state_proof(Key.seen(time - 1, bytes(32)))
    with pytest.raises(ProofError):
        verify_expiry(transaction, time - 2, other, replace(block, certificate=None), grace_ms=1000, chain=chain)
