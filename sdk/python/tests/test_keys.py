"""Key files: what the command line writes is read, and what we write the command line reads."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from hanse import KeySet, PrivateKey, WeightedKey
from hanse.crypto import verify
from hanse.errors import KeyFileError
from tests.conftest import vectors
from tests.forge import key


def test_plain_and_encrypted_files(tmp_path: Path) -> None:
    made = PrivateKey.generate()
    for name, passphrase in (("plain", None), ("secret", "correct horse")):
        file = tmp_path / name
        made.save(file, passphrase)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert PrivateKey.load(file, passphrase).public_key == made.public_key
        with pytest.raises(KeyFileError, match="exists"):
            made.save(file)
    for passphrase in (None, "wrong horse"):
        with pytest.raises(KeyFileError):
            PrivateKey.load(tmp_path / "secret", passphrase)


def test_unsafe_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    PrivateKey.generate().save(file)
    (tmp_path / "link").symlink_to(file)
    with pytest.raises(KeyFileError, match="link"):
        PrivateKey.load(tmp_path / "link")
    with pytest.raises(KeyFileError, match="regular"):
        PrivateKey.load(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeyFileError, match="regular"):
        PrivateKey.load(tmp_path / "pipe")
    file.chmod(0o640)
    with pytest.raises(KeyFileError, match="others"):
        PrivateKey.load(file)
    other = tmp_path / "no key"
    other.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    other.chmod(0o600)
    with pytest.raises(KeyFileError):
        PrivateKey.load(other)


def test_signing_is_that_of_the_vectors() -> None:
    signed = PrivateKey.from_seed(bytes(range(32)))
    assert verify(signed.public_key, b"message", signed.sign(b"message"))
    assert signed.sign(b"message") == signed.sign(b"message")
    assert "public" in repr(signed)
    honest = vectors("signatures")["cases"][0]
    assert honest["why"] == "honest"


def test_key_sets_that_cannot_be_registered() -> None:
    a, b = sorted((key("a").public_key, key("b").public_key))
    assert KeySet.of(b, a, threshold=2).problem() is None
    small_order = next(c for c in vectors("signatures")["cases"] if not c["key_may_be_registered"])["public_key"]
    for broken in (
        KeySet(()),
        KeySet((WeightedKey(b), WeightedKey(a))),
        KeySet((WeightedKey(a), WeightedKey(a))),
        KeySet((WeightedKey(a, 0),)),
        KeySet((WeightedKey(a, 2**32),)),
        KeySet.of(a, b, threshold=3),
        KeySet.of(a, threshold=0),
        KeySet.single(bytes.fromhex(small_order)),
    ):
        assert broken.problem()


def test_the_command_line_and_we_read_each_other(binary: Path, tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse\n")
    passphrase.chmod(0o600)
    theirs: dict[str, list[str]] = {"plain": [], "secret": ["--encrypt", "--passphrase-file", str(passphrase)]}
    for name, options in theirs.items():
        file = tmp_path / name
        command = [str(binary), "--json", "keygen", "--out", str(file), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        loaded = PrivateKey.load(file, "correct horse" if options else None)
        assert loaded.public_key.hex() in done.stdout
        again = tmp_path / f"again {name}"
        loaded.save(again, "correct horse" if options else None)
        ours, shape = again.read_text().splitlines(), file.read_text().splitlines()
        assert [len(line) for line in ours] == [len(line) for line in shape]
        assert (ours[0], ours[-1]) == (shape[0], shape[-1])
