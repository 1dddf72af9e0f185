"""A real change of the validator set: a node that lost its vote log rejoins, and proofs reach over the change."""

from __future__ import annotations

import time
from pathlib import Path

from hanse import Receipt, verify_receipt
from hanse.state import Epoch, Key
from tests.network import PATIENCE, Network
from tests.test_network import transfer


def test_proofs_reach_over_a_change_of_validators(binary: Path, tmp_path: Path) -> None:
    network = Network(binary, tmp_path, window=4, activation_delay=8)
    try:
        network.start()
        with network.client(0) as client:
            before = client.submit_and_wait(transfer(network), wait_ms=60_000).raise_unless_committed()
            network.stop_node(3)
            (network.folder / "node3" / "votes").rename(tmp_path / "lost")
            network.restart_node(3)
            deadline = time.monotonic() + PATIENCE
            outcome = before
            while outcome.receipt is not None and outcome.receipt.header.epoch == 0:
                assert time.monotonic() < deadline, network.log(3)
                outcome = client.submit_and_wait(transfer(network), wait_ms=60_000).raise_unless_committed()
            assert outcome.receipt is not None
            assert outcome.verified
            assert len(outcome.receipt.epochs) == 1
            old, new = client.validators(1).value, client.validators().value
            assert [v.consensus_key for v in old.validators] == [v.consensus_key for v in new.validators]
            assert [a == b for a, b in zip(old.validators, new.validators, strict=True)] == [True, True, True, False]
            epoch = client.state(Key.EPOCH).value.decoded()
            assert epoch == Epoch(1, outcome.receipt.epochs[0].header.height)
        file = tmp_path / "receipt.json"
        for receipt in (before.receipt, outcome.receipt):
            assert receipt is not None
            file.write_text(receipt.to_json())
            network.run("verify", "receipt", str(file), "--genesis", str(network.genesis_file))
            verify_receipt(Receipt.load(file), network.genesis())
    finally:
        network.stop()
