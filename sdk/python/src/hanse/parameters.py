"""The chain parameters: what all validators must agree on, kept in the state."""

from __future__ import annotations

from dataclasses import dataclass, fields

from hanse import codec
from hanse.codec import Reader
from hanse.strict_json import Fields

_FOUR_BYTES = {
    "max_batch_bytes",
    "batches_per_author",
    "max_transaction_bytes",
    "max_signatures",
    "max_operations",
    "long_lived_slots",
    "rules",
}


@dataclass(frozen=True)
class Parameters:
    """In the order of their bytes. Names end in their unit."""

    view_timeout_ms: int
    view_timeout_max_ms: int
    window: int
    activation_delay: int
    max_block_bytes: int
    max_batch_bytes: int
    max_batch_delay_ms: int
    batch_lifetime_ms: int
    batches_per_author: int
    max_transaction_bytes: int
    max_signatures: int
    max_operations: int
    max_lifetime_ms: int
    max_long_lifetime_ms: int
    long_lived_slots: int
    expiry_grace_ms: int
    clock_drift_ms: int
    clock_lag_ms: int
    rules: int

    @staticmethod
    def _widths() -> list[tuple[str, int]]:
        return [(field.name, 4 if field.name in _FOUR_BYTES else 8) for field in fields(Parameters)]

    def encode(self) -> bytes:
        """The 124 canonical bytes."""
        return b"".join(codec.unsigned(getattr(self, name), size) for name, size in self._widths())

    @classmethod
    def read(cls, reader: Reader) -> Parameters:
        """From canonical bytes."""
        return cls(*(reader.unsigned(size) for _, size in cls._widths()))

    @classmethod
    def from_json(cls, value: Fields) -> Parameters:
        """From the object of `genesis.json`."""
        parameters = cls(**{name: value.unsigned(name, 8 * size) for name, size in cls._widths()})
        value.end()
        return parameters
