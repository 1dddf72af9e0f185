"""Amounts for people: decimal text and integers of minor units."""

from __future__ import annotations

import re

from hanse.errors import DecodeError

_DECIMAL = re.compile(r"([0-9]+)(?:\.([0-9]+))?\Z")


def parse(text: str, decimals: int) -> int:
    """Minor units of "12.50". No floating point is involved.

    Raises DecodeError for more digits than the asset has, signs, exponents and anything else that is no amount.
    """
    match = _DECIMAL.match(text)
    if not match:
        raise DecodeError(f"expected an amount like 12.50, found {text!r}")
    whole, fraction = match.group(1), match.group(2) or ""
    if len(fraction) > decimals:
        raise DecodeError(f"{text}: the asset has {decimals} decimals")
    value = int(whole + fraction.ljust(decimals, "0"))
    if value >= 2**128:
        raise DecodeError(f"{text}: an amount has at most 2^128-1 minor units")
    return value


def show(minor_units: int, decimals: int) -> str:
    """Text of an amount, with all its decimals."""
    if decimals == 0:
        return str(minor_units)
    digits = str(minor_units).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}"
