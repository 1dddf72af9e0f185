"""What a receipt proves, in plain words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from hanse.codes import COMMITTED
from hanse.transaction import operations as op
from hanse.verify import ProvenReceipt

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def moment(milliseconds: int) -> str:
    """A time in UTC, as far as calendars reach."""
    try:
        return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")
    except OverflowError:
        return f"{milliseconds} ms after 1970"


def operation(one: op.Operation) -> str:
    """One operation. Amounts are minor units: a receipt does not prove how many decimals an asset has."""
    fields = vars(one)
    shown = (f"{name} {_value(value)}" for name, value in fields.items())
    return f"{one.KIND}: " + ", ".join(shown)


def _value(value: Any) -> str:  # noqa: ANN401 - fields of all types
    if isinstance(value, bytes):
        return value.hex() or "none"
    if isinstance(value, tuple):
        return "+".join(_value(item) for item in value) or "none"
    if hasattr(value, "keys"):
        keys = "+".join(f"{key.public_key.hex()}*{key.weight}" for key in value.keys)
        return f"{keys} threshold {value.threshold}"
    return value.name.lower() if hasattr(value, "name") else str(value)


def receipt(proven: ProvenReceipt) -> str:
    """The whole claim: who signed what, with what result, in which block, at what time, agreed by whom."""
    header, body = proven.header, proven.transaction.body
    lines = [f"The receipt is good. Proved, from the genesis alone, for the chain {header.chain_id.hex()}:", ""]
    lines.append(f"transaction {proven.transaction.id.hex()}")
    lines += [f"  signed by    {key.hex()}" for key in proven.signers] or ["  signed by    nobody"]
    lines += [f"  operation {index}  {operation(one)}" for index, one in enumerate(body.operations)]
    if body.memo:
        lines.append(f"  memo         {body.memo!r}")
    if proven.code == COMMITTED:
        lines.append("  result       committed: all operations were applied")
    else:
        at = "" if proven.failed_operation is None else f" at operation {proven.failed_operation}"
        lines.append(f"  result       failed{at}, without effect: {proven.code.name} ({proven.code.meaning})")
    lines.append(f"  block        {header.height}, at place {proven.index}, {moment(header.time)} by block time")
    names = ", ".join(proven.certified_by)
    lines.append(
        f"  agreed by    {len(proven.certified_by)} of {proven.validators} validators of epoch {header.epoch}: {names}"
    )
    return "\n".join(lines)
