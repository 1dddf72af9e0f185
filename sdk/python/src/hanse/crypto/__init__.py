"""The signature rule: Ed25519 verified as ZIP-215 says, on curve arithmetic of our own."""

from hanse.crypto.signature import is_usable_key, verify

__all__ = ["is_usable_key", "verify"]
