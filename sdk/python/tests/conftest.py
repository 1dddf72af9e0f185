"""Where the tests find the vectors, the binary, and a real network."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.forge import Forge
from tests.network import Network

REPOSITORY = Path(__file__).resolve().parents[3]
VECTORS = REPOSITORY / "tests" / "vectors"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


def find_binary() -> Path | None:
    """HANSE_BINARY, or the one that `make build` made."""
    named = os.environ.get("HANSE_BINARY")
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(f"HANSE_BINARY names no file: {named}")
        return Path(named)
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    binary = target / "release" / "hanse"
    return binary if binary.is_file() else None


@pytest.fixture(scope="session")
def binary() -> Path:
    """The node's binary. Without it the tests against it are skipped, unless HANSE_BINARY is required."""
    found = find_binary()
    if found is None:
        if os.environ.get("HANSE_REQUIRE_BINARY"):
            pytest.fail("no hanse binary: build it, or set HANSE_BINARY")
        pytest.skip("no hanse binary: `make build`, or set HANSE_BINARY")
    return found


@pytest.fixture(scope="session")
def forge() -> Forge:
    """A chain of three epochs, made here with keys that the tests know."""
    return Forge()


@pytest.fixture(scope="session")
def network(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Four validators as real processes."""
    folder = tmp_path_factory.mktemp("network")
    running = Network(binary, folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)
