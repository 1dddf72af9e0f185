"""JSON read strictly: one way to write each value, so that two readers cannot understand one file differently."""

from __future__ import annotations

import json
import re
from typing import Any

from hanse.errors import DecodeError

_HEX = re.compile(r"(?:[0-9a-f]{2})*\Z")
_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,38})\Z")


def load(data: bytes) -> Any:  # noqa: ANN401 - a JSON value
    """Parses UTF-8 JSON without repeated fields, "-0", NaN or infinities.

    Raises DecodeError.
    """
    try:
        return json.loads(data.decode(), object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"a field stands twice among {', '.join(names)}")
    return fields


def _integer(text: str) -> int:
    if text.startswith("-"):
        raise ValueError(f"a negative number: {text}")
    return int(text)


def _constant(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def amount(value: object, what: str) -> int:
    """A u128 as decimal text without sign or leading zeros."""
    if not isinstance(value, str) or not _AMOUNT.match(value) or int(value) >= 2**128:
        raise DecodeError(f"{what}: expected decimal text up to 2^128-1, found {value!r}")
    return int(value)


class Fields:
    """The fields of one JSON object: each is taken once, and `end` refuses those that nobody took."""

    def __init__(self, value: object, what: str) -> None:
        """Over a JSON value that must be an object; `what` names it in errors."""
        if not isinstance(value, dict):
            raise DecodeError(f"{what}: expected an object")
        self._fields: dict[str, Any] = dict(value)
        self._what = what

    def has(self, name: str) -> bool:
        """Whether the field is there and was not taken yet."""
        return name in self._fields

    def take(self, name: str) -> Any:  # noqa: ANN401 - a JSON value
        """A field of any type."""
        if name not in self._fields:
            raise DecodeError(f"{self._what}: the field {name} is missing")
        return self._fields.pop(name)

    def end(self) -> None:
        """Refuses unknown fields."""
        if self._fields:
            raise DecodeError(f"{self._what}: unknown fields {', '.join(sorted(self._fields))}")

    def text(self, name: str) -> str:
        """A text."""
        value = self.take(name)
        if not isinstance(value, str):
            raise DecodeError(f"{self._what}: {name} must be a text")
        return value

    def unsigned(self, name: str, bits: int) -> int:
        """An integer from 0 to 2^bits - 1."""
        value = self.take(name)
        if type(value) is not int or value >= 2**bits:
            raise DecodeError(f"{self._what}: {name} must be an integer of {bits} bits")
        return value

    def amount(self, name: str) -> int:
        """A u128 as decimal text."""
        return amount(self.take(name), f"{self._what}: {name}")

    def hex(self, name: str, size: int | None = None) -> bytes:
        """Bytes in lowercase hexadecimal, of this size where it is fixed."""
        return self._hex(self.text(name), name, size)

    def hex_list(self, name: str, size: int) -> tuple[bytes, ...]:
        """A list of such bytes."""
        items = self.items(name)
        if not all(isinstance(item, str) for item in items):
            raise DecodeError(f"{self._what}: {name} must be a list of texts")
        return tuple(self._hex(item, name, size) for item in items)

    def _hex(self, value: str, name: str, size: int | None) -> bytes:
        if not _HEX.match(value) or (size is not None and len(value) != 2 * size):
            length = "" if size is None else f" of {size} bytes"
            raise DecodeError(f"{self._what}: {name} must be lowercase hexadecimal{length}")
        return bytes.fromhex(value)

    def items(self, name: str) -> list[Any]:
        """A list."""
        value = self.take(name)
        if not isinstance(value, list):
            raise DecodeError(f"{self._what}: {name} must be a list")
        return value

    def object(self, name: str) -> Fields:
        """An object within."""
        return Fields(self.take(name), f"{self._what}: {name}")

    def pairs(self) -> list[tuple[str, Any]]:
        """All that is left, for objects whose field names are data."""
        left = list(self._fields.items())
        self._fields.clear()
        return left
