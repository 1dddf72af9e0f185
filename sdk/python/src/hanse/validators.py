"""Validator sets, how many of them decide, and what they sign."""

from __future__ import annotations

from dataclasses import dataclass

from hanse import codec
from hanse.codec import Reader
from hanse.hashing import tagged

CHECKPOINT = 4
GENESIS_APPROVAL = 10


@dataclass(frozen=True)
class Validator:
    """One seat: the name, and 32 bytes each."""

    name: str
    member: bytes
    consensus_key: bytes
    node_key: bytes
    vote_log: bytes


@dataclass(frozen=True)
class ValidatorSet:
    """The validators of an epoch, in the order in which bitmaps name them."""

    validators: tuple[Validator, ...]

    def encode(self) -> bytes:
        """Canonical bytes."""
        return codec.sequence(
            codec.text(v.name)
            + b"".join(codec.fixed(part) for part in (v.member, v.consensus_key, v.node_key, v.vote_log))
            for v in self.validators
        )

    @classmethod
    def read(cls, reader: Reader) -> ValidatorSet:
        """From canonical bytes."""

        def validator() -> Validator:
            return Validator(reader.text(), reader.take(32), reader.take(32), reader.take(32), reader.take(32))

        return cls(tuple(reader.sequence(validator)))

    @classmethod
    def decode(cls, data: bytes) -> ValidatorSet:
        """From canonical bytes and nothing after them."""
        reader = Reader(data)
        decoded = cls.read(reader)
        reader.end()
        return decoded

    def hash(self) -> bytes:
        """What headers name as `active_set` and `next_set`."""
        return tagged("hanse.validator-set.v1", self.encode())

    @property
    def faulty(self) -> int:
        """f: how many of the n may be faulty, floor((n-1)/3)."""
        return max(0, (len(self.validators) - 1) // 3)

    @property
    def quorum(self) -> int:
        """q: how many decide, ceil((n+f+1)/2), so that two quorums share a sound validator.

        Never 2f+1, which is too few for n = 6.
        """
        return (len(self.validators) + self.faulty + 2) // 2


def signing_bytes(chain_id: bytes, kind: int, epoch: int, content: bytes) -> bytes:
    """What a validator signs for a statement of this kind."""
    tag = b"hanse.validator.v1".ljust(24, b"\x00")
    return tag + codec.fixed(chain_id) + codec.u8(kind) + codec.u64(epoch) + content
