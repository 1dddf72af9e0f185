"""Hashes under a tag, as every id and digest of docs/formats.md is made."""

from __future__ import annotations

import hashlib


def tagged(tag: str, *parts: bytes) -> bytes:
    """SHA-256 over the tag's ASCII bytes and the parts."""
    return hashlib.sha256(tag.encode("ascii") + b"".join(parts)).digest()
