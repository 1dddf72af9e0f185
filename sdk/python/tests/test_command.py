"""The command: plain words, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hanse.__main__ import main
from hanse.receipt import Receipt
from tests.forge import Forge


@pytest.fixture
def files(forge: Forge, tmp_path: Path) -> Path:
    (tmp_path / "genesis.json").write_bytes(forge.genesis_bytes)
    write(tmp_path, "good", forge.receipt(2, 0))
    write(tmp_path, "failed", forge.receipt(0, 1))
    good = forge.receipt(0)
    write(tmp_path, "weak", replace(good, certificate=forge.certify(good.header, seats=range(2))))
    other = json.loads(forge.genesis_bytes) | {"nonce": "ff"}
    (tmp_path / "other.json").write_text(json.dumps(other))
    (tmp_path / "broken.json").write_text("{")
    return tmp_path


def write(folder: Path, name: str, receipt: Receipt) -> None:
    (folder / f"{name}.json").write_text(receipt.to_json())


def run(files: Path, receipt: str, genesis: str = "genesis", *options: str) -> int:
    paths = [str(files / f"{receipt}.json"), "--genesis", str(files / f"{genesis}.json")]
    return main(["verify-receipt", *paths, *options])


def test_it_says_what_is_proved(files: Path, forge: Forge, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "good") == 0
    said = capsys.readouterr().out
    transaction = forge.transactions[0]
    for words in (
        transaction.id.hex(),
        *(public.hex() for public, _ in transaction.signatures),
        "transfer",
        "amount 6",
        "committed",
        "'forged'",
        "block        25, at place 0, 2026-01-01T00:00:00.025+00:00",
        "5 of 7 validators of epoch 2: v1, v2, v3, v4, v5",
        forge.chain_id.hex(),
    ):
        assert words in said, words
    assert run(files, "failed") == 0
    assert "failed at operation 1, without effect: insufficient_funds" in capsys.readouterr().out


def test_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "good", "genesis", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["code"], said["height"]) == (True, "committed", 25)
    assert run(files, "weak", "genesis", "--json") == 5
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["exit_code"], error["reason"]) == (5, "quorum")
    assert "3 of 4" in error["message"]


@pytest.mark.parametrize(
    ("receipt", "genesis", "code"),
    [
        ("weak", "genesis", 5),
        ("broken", "genesis", 5),
        ("good", "other", 11),
        ("good", "broken", 11),
        ("missing", "genesis", 18),
        ("good", "missing", 18),
    ],
)
def test_exit_codes(files: Path, capsys: pytest.CaptureFixture[str], receipt: str, genesis: str, code: int) -> None:
    assert run(files, receipt, genesis) == code
    shown = capsys.readouterr()
    assert shown.err.startswith("error: ")
    assert not shown.out


def test_the_binary_has_the_same_exit_codes(binary: Path, files: Path) -> None:
    for receipt, genesis in (
        ("good", "genesis"), ("weak", "genesis"), ("broken", "genesis"), ("good", "other"),
        ("good", "broken"), ("missing", "genesis"), ("good", "missing"),
    ):  # fmt: skip
        command: list[str | Path] = [
            binary,
            "verify",
            "receipt",
            files / f"{receipt}.json",
            "--genesis",
            files / f"{genesis}.json",
        ]
        theirs = subprocess.run(command, capture_output=True, timeout=60, check=False).returncode
        assert theirs == run(files, receipt, genesis), (receipt, genesis)


def test_as_a_module(files: Path) -> None:
    command = [sys.executable, "-m", "hanse", "verify-receipt", str(files / "good.json")]
    good = subprocess.run([*command, "--genesis", files / "genesis.json"], capture_output=True, timeout=60, check=False)
    assert good.returncode == 0, good.stderr
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 2
