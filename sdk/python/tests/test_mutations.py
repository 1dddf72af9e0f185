"""Receipts that are wrong in one way each are refused, and the reason is named; the binary judges alike."""

from __future__ import annotations

import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from hanse import Receipt, verify_receipt
from hanse.codes import COMMITTED
from hanse.errors import ProofError, Reason
from tests.forge import Forge
from tests.forgeries import forgeries
from tests.mutations import Mutation, flips, shape

FORGE = Forge()
MUTATIONS = [*shape(FORGE), *flips(FORGE), *forgeries(FORGE)]
GOOD = [FORGE.receipt(epoch, index) for epoch in range(3) for index in range(5)]


def judge(data: bytes) -> None:
    verify_receipt(Receipt.parse(data), FORGE.genesis)


@pytest.mark.parametrize("receipt", GOOD)
def test_sound_receipts_are_proved(receipt: Receipt) -> None:
    proven = verify_receipt(Receipt.parse(receipt.to_json().encode()), FORGE.genesis)
    assert proven.transaction.encode() == receipt.transaction
    assert proven.code == receipt.result.code
    assert proven.failed_operation == receipt.result.operation
    assert (proven.header, proven.index) == (receipt.header, receipt.index)
    assert len(proven.certified_by) == FORGE.sets[receipt.header.epoch].quorum


def test_more_signatures_than_a_quorum_are_fine() -> None:
    good = FORGE.receipt(2)
    every = replace(good, certificate=FORGE.certify(good.header, seats=range(7)))
    assert len(verify_receipt(every, FORGE.genesis).certified_by) == 7
    last = replace(good, certificate=FORGE.certify(good.header, seats=range(2, 7)))
    assert verify_receipt(last, FORGE.genesis).certified_by == ("v3", "v4", "v5", "v6", "v7")


def test_a_single_transaction_needs_no_siblings() -> None:
    receipt = FORGE.receipt(0, 0, transactions=FORGE.transactions[:1])
    assert receipt.transaction_path.siblings == ()
    assert verify_receipt(receipt, FORGE.genesis).code == COMMITTED


def test_the_mutations_are_many_and_distinct() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)
    documents = {mutation.data for mutation in MUTATIONS}
    assert len(documents) >= 400
    assert documents.isdisjoint(receipt.to_json().encode() for receipt in GOOD)
    unused = {Reason.STATE_PROOF, Reason.BLOCK}
    assert set().union(*(mutation.reasons for mutation in MUTATIONS)) == set(Reason) - unused


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mutation_is_refused_with_its_reason(mutation: Mutation) -> None:
    with pytest.raises(ProofError) as refused:
        judge(mutation.data)
    assert refused.value.reason in mutation.reasons, refused.value
    assert str(refused.value)


def test_any_flipped_bit_of_the_file_is_refused() -> None:
    for data in flipped_files(400):
        with pytest.raises(ProofError):
            judge(data)


def test_receipts_of_another_network_are_refused() -> None:
    other = replace(FORGE.genesis, nonce="01")
    with pytest.raises(ProofError) as refused:
        verify_receipt(FORGE.receipt(0), other)
    assert refused.value.reason is Reason.WRONG_CHAIN


def test_the_binary_judges_alike(binary: Path, tmp_path: Path) -> None:
    """Both accept or both refuse: sound receipts, every mutation, and files with a flipped bit."""
    genesis = tmp_path / "genesis.json"
    genesis.write_bytes(FORGE.genesis_bytes)
    cases = {f"sound {number}": receipt.to_json().encode() for number, receipt in enumerate(GOOD)}
    cases |= {mutation.name: mutation.data for mutation in MUTATIONS}
    cases |= {f"flipped bit {number}": data for number, data in enumerate(flipped_files(200))}

    def exit_code(numbered: tuple[int, bytes]) -> int:
        number, data = numbered
        file = tmp_path / f"{number}.json"
        file.write_bytes(data)
        command: list[str | Path] = [binary, "verify", "receipt", file, "--genesis", genesis]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        return done.returncode

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(exit_code, enumerate(cases.values())))
    wrong = {name: code for name, code in zip(cases, codes, strict=True) if code not in (0, 5, 11)}
    assert not wrong, "exit codes that are none of accepted, refused, other chain"
    verdicts = zip(cases.items(), codes, strict=True)
    differing = [name for (name, data), code in verdicts if accepts(data) != (code == 0)]
    assert not differing, "one accepts what the other refuses"
    assert codes.count(0) == len(GOOD)


def accepts(data: bytes) -> bool:
    try:
        judge(data)
    except ProofError:
        return False
    return True


def flipped_files(count: int) -> list[bytes]:
    """Sound files of all epochs with one bit of their text flipped."""
    draw = random.Random(1)
    files = []
    for number in range(count):
        data = bytearray(GOOD[number % len(GOOD)].to_json().encode())
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        files.append(bytes(data))
    return files
