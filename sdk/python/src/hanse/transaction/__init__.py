"""Building, signing and reading transactions."""

from hanse.transaction.operations import (
    CreateAsset,
    Issue,
    Lock,
    Operation,
    Redeem,
    RegisterAccount,
    RegisterMember,
    Rejoin,
    RotateKeys,
    SetHolder,
    SetRoles,
    SetStatus,
    Transfer,
    Unlock,
)
from hanse.transaction.signed import Body, SignedTransaction, build

__all__ = [
    "Body",
    "CreateAsset",
    "Issue",
    "Lock",
    "Operation",
    "Redeem",
    "RegisterAccount",
    "RegisterMember",
    "Rejoin",
    "RotateKeys",
    "SetHolder",
    "SetRoles",
    "SetStatus",
    "SignedTransaction",
    "Transfer",
    "Unlock",
    "build",
]
