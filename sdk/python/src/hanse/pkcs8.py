"""Encrypted key files: PKCS#8 under PBES2 with scrypt and AES-256-CBC, the scheme that the command line writes.

The library `cryptography` reads it but writes only PBKDF2 with few rounds, hence these lines. All lengths are fixed,
so the DER is a template.
"""

from __future__ import annotations

import base64
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7

SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1
PLAIN_BYTES = 48

# Object identifiers in DER.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")
_SCRYPT_PARAMETERS = bytes.fromhex("02024000020108020101")


def encrypted_pem(plain: bytes, passphrase: str) -> bytes:
    """The PEM of an EncryptedPrivateKeyInfo around the PKCS#8 DER of an Ed25519 key."""
    if len(plain) != PLAIN_BYTES:
        raise ValueError(f"expected the {PLAIN_BYTES} bytes of an Ed25519 key in PKCS#8, found {len(plain)}")
    salt, start = os.urandom(16), os.urandom(16)
    key = Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase.encode())
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    secret = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    kdf = _sequence(_SCRYPT, _sequence(_octets(salt), _SCRYPT_PARAMETERS))
    cipher = _sequence(_AES_256_CBC, _octets(start))
    der = _sequence(_sequence(_PBES2, _sequence(kdf, cipher)), _octets(secret))
    lines = base64.encodebytes(der).decode().replace("\n", "")
    body = "\n".join(lines[i : i + 64] for i in range(0, len(lines), 64))
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def _tlv(tag: int, content: bytes) -> bytes:
    """Tag, length, content; lengths up to 255 suffice here."""
    length = bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
    return bytes([tag]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))


def _octets(data: bytes) -> bytes:
    return _tlv(0x04, data)
