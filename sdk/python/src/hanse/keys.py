"""Private keys and their files, as the command line has them: PKCS#8 PEM of Ed25519, mode 0600, plain or encrypted."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from hanse.errors import KeyFileError
from hanse.pkcs8 import encrypted_pem

FILE_BYTES_MAX = 16_384


class PrivateKey:
    """An Ed25519 key that can sign."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Around a key of the library `cryptography`."""
        self._key = key
        self.public_key: bytes = key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        """Shows the public half only."""
        return f"PrivateKey(public {self.public_key.hex()})"

    @classmethod
    def generate(cls) -> PrivateKey:
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> PrivateKey:
        """From the 32 secret bytes of RFC 8032."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def load(cls, path: str | Path, passphrase: str | None = None) -> PrivateKey:
        """From a key file.

        Raises KeyFileError when the file is open to others, a link, or no key; OSError when it cannot be read.
        """
        data = _read_guarded(Path(path))
        secret = passphrase.encode() if passphrase is not None else None
        try:
            key = load_pem_private_key(data, secret)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyFileError(f"{path}: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"{path}: not an Ed25519 key")
        return cls(key)

    def save(self, path: str | Path, passphrase: str | None = None) -> None:
        """Into a new file of mode 0600; an existing one is never overwritten."""
        if passphrase is None:
            data = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        else:
            data = encrypted_pem(self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), passphrase)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            raise KeyFileError(f"{path}: exists already") from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def sign(self, message: bytes) -> bytes:
        """A signature of 64 bytes; the same message always gives the same one."""
        return self._key.sign(message)


def _read_guarded(path: Path) -> bytes:
    """Reads a file that only its owner can read: checked on the opened file, so that it cannot be exchanged."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise KeyFileError(f"{path}: is a symbolic link") from error
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileError(f"{path}: is not a regular file")
        if status.st_mode & 0o077:
            raise KeyFileError(f"{path}: others may read it (mode {stat.S_IMODE(status.st_mode):04o}); chmod 600 it")
        if status.st_uid not in (os.geteuid(), 0):
            raise KeyFileError(f"{path}: belongs to another user")
        return os.read(descriptor, FILE_BYTES_MAX)
    finally:
        os.close(descriptor)
