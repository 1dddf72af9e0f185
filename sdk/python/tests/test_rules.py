"""Rules that no sound network ever breaks, so that neither vectors nor receipts of one show them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanse.errors import DecodeError, ProofError, Reason
from hanse.hashing import tagged
from hanse.state import Key, decode_value
from hanse.state_tree import StateProof, path_of
from tests.forge import ENDS, Forge


def test_an_epoch_has_no_blocks_above_its_known_end(forge: Forge) -> None:
    """Old validators may sign on; whoever knows that their epoch has ended does not believe them."""
    for epoch, last in enumerate(ENDS):
        above = replace(forge.blocks[epoch].header, height=last + 1)
        certificate = forge.certify(above)
        with pytest.raises(ProofError) as refused:
            forge.known.prove_header(above, certificate)
        assert refused.value.reason is Reason.EPOCHS
        forge.light_client(epoch).prove_header(above, certificate)


def test_absence_is_not_shown_by_a_leaf_from_elsewhere() -> None:
    """A root that has a leaf where it does not belong: its path must agree with the way that was gone."""
    key = Key.member(bytes(32))
    path = path_of(key)
    stray = bytes([path[0] ^ 0x80]) + path[1:]
    leaf = tagged("hanse.state.leaf.v1", stray, bytes(32))
    sides = (bytes(32), leaf) if path[0] >> 7 else (leaf, bytes(32))
    root = tagged("hanse.state.node.v1", *sides)
    assert not StateProof((bytes(32),), (stray, bytes(32))).proves(root, key, None)


def test_options_have_two_tags() -> None:
    key = Key.seen(5, bytes(32))
    assert decode_value(key, b"\x00") is None
    assert decode_value(key, b"\x01" + bytes(32)) == bytes(32)
    for wrong in (b"\x02", b"\x02" + bytes(32)):
        with pytest.raises(DecodeError):
            decode_value(key, wrong)
