"""Key sets: consent by weighted signatures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hanse import codec
from hanse.codec import Reader
from hanse.crypto import is_usable_key


@dataclass(frozen=True)
class WeightedKey:
    """A public key of 32 bytes and what its signature counts."""

    public_key: bytes
    weight: int = 1


@dataclass(frozen=True)
class KeySet:
    """An account consents when the weights of those of its keys that signed add up to the threshold."""

    keys: tuple[WeightedKey, ...]
    threshold: int = 1

    @classmethod
    def single(cls, public_key: bytes) -> KeySet:
        """One key that decides alone."""
        return cls((WeightedKey(public_key),))

    @classmethod
    def of(cls, *public_keys: bytes, threshold: int = 1) -> KeySet:
        """Keys of weight 1, in any order, of which `threshold` must sign."""
        return cls(tuple(WeightedKey(key) for key in sorted(public_keys)), threshold)

    def encode(self) -> bytes:
        """Canonical bytes."""
        keys = codec.sequence(codec.fixed(key.public_key) + codec.u32(key.weight) for key in self.keys)
        return keys + codec.u32(self.threshold)

    @classmethod
    def read(cls, reader: Reader) -> KeySet:
        """From canonical bytes."""
        keys = reader.sequence(lambda: WeightedKey(reader.take(32), reader.u32()))
        return cls(tuple(keys), reader.u32())

    def problem(self) -> str | None:
        """Why this set cannot be registered, or None."""
        keys = [key.public_key for key in self.keys]
        total = sum(key.weight for key in self.keys)
        if not 1 <= len(keys) <= 32:
            return "a key set has 1 to 32 keys"
        if any(a >= b for a, b in pairwise(keys)):
            return "keys must be distinct and ascending"
        if any(key.weight < 1 for key in self.keys) or total >= 2**32:
            return "weights must be at least 1 and sum to less than 2^32"
        if not 1 <= self.threshold <= total:
            return "the threshold must be from 1 to the sum of the weights"
        if not all(map(is_usable_key, keys)):
            return "a public key cannot be registered"
        return None
