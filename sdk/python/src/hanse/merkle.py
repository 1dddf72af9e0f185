"""Trees of transactions and results, in the shape of RFC 6962 section 2.1."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over the leaves' data."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [_leaf(data) for data in leaves]
    # Pairing from the left and carrying an odd last node up gives the same tree as splitting at powers of two.
    while len(level) > 1:
        paired = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) & ~1 :]
    return level[0]


@dataclass(frozen=True)
class Path:
    """The way from a leaf to the root: siblings of 32 bytes, lowest first."""

    index: int
    leaves: int
    siblings: tuple[bytes, ...]

    def root_from(self, data: bytes) -> bytes | None:
        """The root to which this path leads from the leaf's data; None when the path has no possible shape."""
        if not 0 <= self.index < self.leaves:
            return None
        left = list(reversed(self.siblings))
        i, last, result = self.index, self.leaves - 1, _leaf(data)
        while last > 0:
            if i % 2 == 1 or i < last:
                if not left:
                    return None
                sibling = left.pop()
                result = _node(sibling, result) if i % 2 == 1 else _node(result, sibling)
            i, last = i // 2, last // 2
        return None if left else result


def path(leaves: Sequence[bytes], index: int) -> Path:
    """The path of one leaf of a list that is at hand."""
    level, siblings, i = [_leaf(data) for data in leaves], [], index
    while len(level) > 1:
        if i ^ 1 < len(level):
            siblings.append(level[i ^ 1])
        paired = [_node(level[j], level[j + 1]) for j in range(0, len(level) - 1, 2)]
        level, i = paired + level[len(level) & ~1 :], i // 2
    return Path(index, len(leaves), tuple(siblings))
