"""The canonical codec: fixed-width little-endian numbers, lengths as u64, nothing between fields.

There is one encoding of each value. `Reader` refuses what is cut short, what has another encoding (a bool of 2, a
set out of order) and, in `end`, what is left over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from hanse.errors import DecodeError

T = TypeVar("T")


def unsigned(value: int, size: int) -> bytes:
    """A number in `size` bytes.

    Raises DecodeError when it does not fit.
    """
    try:
        return value.to_bytes(size, "little")
    except OverflowError:
        raise DecodeError(f"{value} does not fit into {8 * size} bits") from None


def u8(value: int) -> bytes:
    """One byte."""
    return unsigned(value, 1)


def u16(value: int) -> bytes:
    """Two bytes."""
    return unsigned(value, 2)


def u32(value: int) -> bytes:
    """Four bytes."""
    return unsigned(value, 4)


def u64(value: int) -> bytes:
    """Eight bytes."""
    return unsigned(value, 8)


def u128(value: int) -> bytes:
    """Sixteen bytes."""
    return unsigned(value, 16)


def fixed(value: bytes, size: int = 32) -> bytes:
    """Bytes of a known length, as they are."""
    if len(value) != size:
        raise DecodeError(f"expected {size} bytes, found {len(value)}")
    return bytes(value)


def blob(value: bytes) -> bytes:
    """A byte string."""
    return u64(len(value)) + value


def text(value: str) -> bytes:
    """A text in UTF-8."""
    try:
        return blob(value.encode())
    except UnicodeEncodeError:
        raise DecodeError("a text is not valid Unicode") from None


def sequence(items: Iterable[bytes]) -> bytes:
    """A list of encoded items."""
    parts = list(items)
    return u64(len(parts)) + b"".join(parts)


def option(value: T | None, encode: Callable[[T], bytes]) -> bytes:
    """0x00, or 0x01 and the value."""
    return b"\x00" if value is None else b"\x01" + encode(value)


class Reader:
    """Reads canonical bytes from the front."""

    def __init__(self, data: bytes) -> None:
        """Over these bytes."""
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next bytes."""
        end = self._at + size
        if end > len(self._data):
            raise DecodeError(f"{size} bytes wanted at offset {self._at}, {len(self._data) - self._at} are there")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def unsigned(self, size: int) -> int:
        """A number of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def u8(self) -> int:
        """One byte."""
        return self.unsigned(1)

    def u16(self) -> int:
        """Two bytes."""
        return self.unsigned(2)

    def u32(self) -> int:
        """Four bytes."""
        return self.unsigned(4)

    def u64(self) -> int:
        """Eight bytes."""
        return self.unsigned(8)

    def u128(self) -> int:
        """Sixteen bytes."""
        return self.unsigned(16)

    def boolean(self) -> bool:
        """0x00 or 0x01."""
        value = self.u8()
        if value > 1:
            raise DecodeError(f"expected 0 or 1, found {value}")
        return value == 1

    def blob(self) -> bytes:
        """A byte string."""
        return self.take(self.u64())

    def text(self) -> str:
        """A text."""
        try:
            return self.blob().decode()
        except UnicodeDecodeError:
            raise DecodeError("a text is not UTF-8") from None

    def sequence(self, read: Callable[[], T]) -> list[T]:
        """A list; `read` reads one item."""
        count = self.u64()
        # Every item of our formats has at least one byte, so a larger count is a lie: refuse it before looping.
        if count > len(self._data) - self._at:
            raise DecodeError(f"a list of {count} items does not fit into what is left")
        return [read() for _ in range(count)]

    def option(self, read: Callable[[], T]) -> T | None:
        """An optional value."""
        return read() if self.boolean() else None

    def end(self) -> None:
        """Refuses bytes that are left over."""
        if self._at != len(self._data):
            raise DecodeError(f"{len(self._data) - self._at} bytes are left over")
