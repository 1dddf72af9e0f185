"""The curve of Ed25519 in plain integers: -x^2 + y^2 = 1 + d x^2 y^2 modulo p = 2^255 - 19.

Points are in extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z and x*y = T/Z. Nothing here is constant in
time: it handles public data only. Private keys are the business of `hanse.keys`.
"""

from __future__ import annotations

from typing import TypeAlias

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point: TypeAlias = tuple[int, int, int, int]

NEUTRAL: Point = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """The sum. The formula is complete: it holds for all points, equal and neutral ones included."""
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    m = (y1 - x1) * (y2 - x2) % P
    n = (y1 + x1) * (y2 + x2) % P
    t = 2 * D * t1 * t2 % P
    z = 2 * z1 * z2 % P
    e, f, g, h = n - m, z - t, z + t, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(a: Point) -> Point:
    """The sum of a point and itself, cheaper than `add`."""
    x, y, z, _ = a
    xx, yy = x * x % P, y * y % P
    h = xx + yy
    e = h - (x + y) * (x + y)
    g = xx - yy
    f = 2 * z * z + g
    e, f = e % P, f % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def negate(a: Point) -> Point:
    """The point that gives the neutral one when added."""
    x, y, z, t = a
    return -x % P, y, z, -t % P


def is_neutral(a: Point) -> bool:
    """Whether this is (0, 1)."""
    x, y, z, _ = a
    return x % P == 0 and (y - z) % P == 0


def times_eight(a: Point) -> Point:
    """[8]a: rids a point of its component of small order."""
    return double(double(double(a)))


def decode(data: bytes) -> Point | None:
    """Decodes 32 bytes as ZIP-215 does: y may be p or more, and x = 0 may carry the sign. None: no point."""
    number = int.from_bytes(data, "little")
    sign = number >> 255
    y = (number & (2**255 - 1)) % P
    x = _root((y * y - 1) % P, (D * y * y + 1) % P)
    if x is None:
        return None
    if x & 1 != sign:
        x = -x % P
    return x, y, 1, x * y % P


def encode(a: Point) -> bytes:
    """The canonical 32 bytes of a point."""
    x, y, z, _ = a
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _root(u: int, v: int) -> int | None:
    """A square root of u/v, or None. v is never 0 on this curve, because -1/d is no square."""
    root = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    square = v * root * root % P
    if square == u:
        return root
    if square == -u % P:
        return root * SQRT_MINUS_ONE % P
    return None


def sum_of_two(a: int, point_a: Point, b: int, point_b: Point) -> Point:
    """[a]A + [b]B with one chain of doublings (Shamir's trick)."""
    both = add(point_a, point_b)
    choices = (None, point_a, point_b, both)
    result = NEUTRAL
    for bit in range(max(a.bit_length(), b.bit_length()) - 1, -1, -1):
        result = double(result)
        chosen = choices[(a >> bit & 1) | (b >> bit & 1) << 1]
        if chosen is not None:
            result = add(result, chosen)
    return result


def _base_point() -> Point:
    y = 4 * pow(5, -1, P) % P
    x = _root((y * y - 1) % P, (D * y * y + 1) % P)
    assert x is not None  # noqa: S101 - a fact about the curve
    x = x if x & 1 == 0 else P - x
    return x, y, 1, x * y % P


BASE = _base_point()
