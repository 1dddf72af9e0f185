"""Proofs that a key of the state has a value, or none, under the `state_root` of a header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanse.hashing import tagged

EMPTY = bytes(32)


def path_of(key: bytes) -> bytes:
    """Where a key stands. Remembered transactions stand by their expiry, so that they leave the tree together."""
    if len(key) == 41 and key[0] == 0x30:
        return key[3:35]
    return tagged("hanse.state.key.v1", key)


def value_hash(value: bytes) -> bytes:
    """What a leaf holds of a value."""
    return tagged("hanse.state.value.v1", value)


def _leaf(path: bytes, hashed: bytes) -> bytes:
    return tagged("hanse.state.leaf.v1", path, hashed)


def _node(left: bytes, right: bytes) -> bytes:
    return tagged("hanse.state.node.v1", left, right)


def _bit(path: bytes, depth: int) -> int:
    return path[depth // 8] >> (7 - depth % 8) & 1


@dataclass(frozen=True)
class StateProof:
    """Siblings, root first, and the leaf (path, value hash) at the end of the way, if one is there."""

    siblings: tuple[bytes, ...]
    leaf: tuple[bytes, bytes] | None

    def proves(self, root: bytes, key: bytes, value: bytes | None) -> bool:
        """Whether under this root the key has exactly this value; `None`: is absent."""
        path = path_of(key)
        if len(self.siblings) > 256:
            return False
        if value is not None and self.leaf != (path, value_hash(value)):
            return False
        if value is None and self.leaf is not None and not self._is_neighbour(path):
            return False
        result = EMPTY if self.leaf is None else _leaf(*self.leaf)
        for depth in range(len(self.siblings) - 1, -1, -1):
            sibling = self.siblings[depth]
            result = _node(sibling, result) if _bit(path, depth) else _node(result, sibling)
        return result == root

    def _is_neighbour(self, path: bytes) -> bool:
        """Whether the leaf is another one that stands where the path's own would have to stand."""
        if self.leaf is None or self.leaf[0] == path:
            return False
        return all(_bit(self.leaf[0], depth) == _bit(path, depth) for depth in range(len(self.siblings)))


def root(entries: Mapping[bytes, bytes]) -> bytes:
    """The root of a whole state that is at hand: block 0 is computed with it."""
    return _subtree(sorted((path_of(key), value_hash(value)) for key, value in entries.items()), 0)


def _subtree(leaves: list[tuple[bytes, bytes]], depth: int) -> bytes:
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return _leaf(*leaves[0])
    left = [leaf for leaf in leaves if not _bit(leaf[0], depth)]
    return _node(_subtree(left, depth + 1), _subtree(leaves[len(left) :], depth + 1))
