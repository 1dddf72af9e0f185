"""The one signature rule of docs/formats.md: ZIP-215, by which all implementations agree on every odd input."""

from __future__ import annotations

import hashlib

from hanse.crypto import edwards


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether [8](sB - R - kA) is the neutral point; s must be below L, encodings of points may be odd."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= edwards.L:
        return False
    a, r = edwards.decode(public_key), edwards.decode(signature[:32])
    if a is None or r is None:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(digest, "little") % edwards.L
    difference = edwards.add(edwards.sum_of_two(s, edwards.BASE, k, edwards.negate(a)), edwards.negate(r))
    return edwards.is_neutral(edwards.times_eight(difference))


def is_usable_key(public_key: bytes) -> bool:
    """Whether accounts and validators may register this key: canonical, and not of small order."""
    if len(public_key) != 32:
        return False
    point = edwards.decode(public_key)
    if point is None or edwards.encode(point) != public_key:
        return False
    return not edwards.is_neutral(edwards.times_eight(point))
