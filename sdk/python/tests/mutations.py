"""Receipts that are wrong in one way each, with the reasons that may be named for it.

Here: another text (`shape`) and another bit of a field (`flips`). `tests.forgeries` has receipts that are
well made from wrong parts.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from hanse.errors import Reason
from tests.forge import RESULTS, Forge

R = Reason
UNREADABLE = frozenset({R.UNREADABLE})


@dataclass(frozen=True)
class Mutation:
    """The bytes of a file, and the reasons of which one must be named."""

    name: str
    data: bytes
    reasons: frozenset[Reason]


def shape(forge: Forge) -> Iterator[Mutation]:
    """Texts that are no receipt, or not the one way to write it."""
    good = json.loads(forge.receipt(2).to_json())
    for path in _objects(good):
        for name in list(_at(good, path)):
            yield _changed(good, f"without {'.'.join(map(str, (*path, name)))}", partial(_pop, name), path)
        yield _changed(good, f"unknown field in {path}", lambda o: o.update(more=1), path)
    for path, value in _leaves(good):
        for label, wrong in _wrong(value):
            name = f"{'.'.join(map(str, path))} {label}"
            yield _changed(good, name, partial(_set, path[-1], wrong), path[:-1])
    text = json.dumps(good)
    first = json.dumps(json.loads(forge.receipt(0).to_json()))
    raw = {
        "cut": text[:-2].encode(),
        "empty": b"",
        "trailing": text.encode() + b"x",
        "two objects": (text + text).encode(),
        "a list": f"[{text}]".encode(),
        "utf-16": text.encode("utf-16"),
        "byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "bad utf-8": text.encode().replace(b'"committed"', b'"\xff"').replace(b'"insufficient_funds"', b'"\xff"'),
        "a field twice": text.replace('"index": 1,', '"index": 1, "index": 1,', 1).encode(),
        "a nested field twice": text.replace('"operation": 1', '"operation": 1, "operation": 1').encode(),
        "minus zero": first.replace('"index": 1,', '"index": -0,', 1).encode(),
        "exponent": text.replace('"index": 1,', '"index": 1e0,', 1).encode(),
        "deep": b"[" * 100_000,
        "version 1 with epochs": text.replace('"version": 2', '"version": 1').encode(),
        "version 1 with an empty list of epochs": (first[:-1] + ', "epochs": []}').encode(),
        "version 2 without epochs": first.replace('"version": 1', '"version": 2').encode(),
        "version 2 with an empty list": (first[:-1] + ', "epochs": []}')
        .replace('"version": 1', '"version": 2')
        .encode(),
        "version 3": text.replace('"version": 2', '"version": 3').encode(),
    }
    for name, data in raw.items():
        yield Mutation(f"shape: {name}", data, UNREADABLE)


def flips(forge: Forge) -> Iterator[Mutation]:
    """One bit of each field of the decoded receipt, at several places of long ones."""
    good = json.loads(forge.receipt(2).to_json())
    header = {
        0: R.UNREADABLE, 4: R.WRONG_CHAIN, 36: R.EPOCHS, 44: R.CERTIFICATE, 52: R.CERTIFICATE, 84: R.CERTIFICATE,
        92: R.CERTIFICATE, 124: R.CERTIFICATE, 156: R.CERTIFICATE, 160: R.CERTIFICATE, 192: R.CERTIFICATE,
        224: R.CERTIFICATE, 256: R.CERTIFICATE, 288: R.CERTIFICATE, 291: R.CERTIFICATE,
    }  # fmt: skip
    for offset, reason in header.items():
        for bit in (0, 3, 7):
            yield _flip(good, ("header",), 8 * offset + bit, {reason, R.EPOCHS} if offset == 44 else {reason})
    length = len(good["transaction"]) // 2
    for offset in range(0, length, 9):
        reasons = {R.TRANSACTION, R.TRANSACTION_ID, R.TRANSACTION_PATH}
        yield _flip(good, ("transaction",), 8 * offset + offset % 8, reasons)
    yield from (_flip(good, ("result", "id"), bit, {R.TRANSACTION_ID}) for bit in (0, 100, 255))
    yield from (_flip(good, ("certificate", "header_hash"), bit, {R.CERTIFICATE}) for bit in (0, 100, 255))
    signers = {R.SIGNERS, R.QUORUM}
    yield from (_flip(good, ("certificate", "signers"), bit, signers) for bit in range(8))
    for number in range(len(good["certificate"]["signatures"])):
        for bit in (0, 255, 256, 511):
            yield _flip(good, ("certificate", "signatures", number), bit, {R.VALIDATOR_SIGNATURE})
    for name, reason in (("transaction_path", R.TRANSACTION_PATH), ("result_path", R.RESULT_PATH)):
        for number in range(len(good[name]["siblings"])):
            yield from (_flip(good, (name, "siblings", number), bit, {reason}) for bit in (0, 255))
        for field in ("index", "leaves"):
            for bit in (0, 1, 33):
                yield _number(good, (name, field), bit, {reason})
    yield from (_number(good, ("index",), bit, {R.TRANSACTION_PATH}) for bit in (0, 1, 31))
    yield from (_number(good, ("certificate", "epoch"), bit, {R.CERTIFICATE}) for bit in (0, 63))
    yield from (_number(good, ("certificate", "height"), bit, {R.CERTIFICATE}) for bit in (0, 63))
    yield from (_number(good, ("result", "operation"), bit, {R.RESULT_PATH}) for bit in (0, 31))
    for place in range(2):
        end = {R.EPOCHS, R.CERTIFICATE, R.VALIDATOR_SET, R.UNREADABLE, R.WRONG_CHAIN}
        for offset in (0, 4, 36, 44, 84, 192, 224, 256, 288):
            yield _flip(good, ("epochs", place, "header"), 8 * offset, end)
        yield _flip(good, ("epochs", place, "certificate", "signatures", 1), 17, {R.VALIDATOR_SIGNATURE})
        yield _flip(good, ("epochs", place, "certificate", "signers"), 0, signers)
        size = len(good["epochs"][place]["next_set"]) * 4
        for bit in (0, 64, 128, size // 2, size - 1):
            yield _flip(good, ("epochs", place, "next_set"), bit, {R.EPOCHS, R.UNREADABLE})


def _flip(good: Any, path: tuple[Any, ...], bit: int, reasons: set[Reason]) -> Mutation:
    """One bit of a field in hexadecimal, counted from the first byte's lowest."""
    document = copy.deepcopy(good)
    holder = _at(document, path[:-1])
    data = bytearray.fromhex(holder[path[-1]])
    data[bit // 8] ^= 1 << bit % 8
    holder[path[-1]] = data.hex()
    name = f"bit {bit} of {'.'.join(map(str, path))}"
    return Mutation(name, json.dumps(document).encode(), frozenset(reasons))


def _number(good: Any, path: tuple[Any, ...], bit: int, reasons: set[Reason]) -> Mutation:
    document = copy.deepcopy(good)
    _at(document, path[:-1])[path[-1]] ^= 1 << bit
    return Mutation(f"bit {bit} of {'.'.join(map(str, path))}", json.dumps(document).encode(), frozenset(reasons))


def _changed(good: Any, name: str, change: Callable[[Any], Any], path: tuple[Any, ...]) -> Mutation:
    document = copy.deepcopy(good)
    change(_at(document, path))
    return Mutation(f"shape: {name}", json.dumps(document).encode(), UNREADABLE)


def _pop(name: Any, holder: Any) -> None:
    holder.pop(name)


def _set(name: Any, value: Any, holder: Any) -> None:
    holder[name] = value


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all objects; of lists the first item stands for all."""
    if isinstance(value, dict):
        yield path
        for name, inner in value.items():
            yield from _objects(inner, (*path, name))
    elif isinstance(value, list) and value:
        yield from _objects(value[0], (*path, 0))


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The paths and values of all numbers and texts; of lists the first item stands for all."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        if value:
            yield from _leaves(value[0], (*path, 0))
    else:
        yield path, value


def _wrong(value: Any) -> Iterator[tuple[str, Any]]:
    """Values of the wrong type or spelling."""
    if isinstance(value, int):
        yield from (
            ("as text", str(value)),
            ("negative", -1),
            ("too large", 2**64),
            ("fraction", value + 0.5),
            ("true", True),
        )
    elif value in {code for code, _ in RESULTS}:
        yield from (("unknown", "splendid"), ("in capitals", value.upper()), ("as number", 49))
    else:
        yield from (("odd", value[:-1]), ("no hex", "zz" + value[2:]), ("as number", 5), ("with space", " " + value))
        if value.upper() != value:
            yield "in capitals", value.upper()
