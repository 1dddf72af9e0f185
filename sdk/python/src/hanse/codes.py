"""The registry of outcome codes, as docs/codes.md has it: append-only, numbers and names never change their meaning."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a code tells its reader to do."""

    SUCCESS = "success"
    FINAL = "final refusal: change the transaction"
    RETRYABLE = "retryable refusal: send the same bytes again later, or to another node"
    FAILURE = "failure in a block: correct the cause and build a new transaction"


class Code(NamedTuple):
    """One entry of the registry."""

    number: int
    name: str
    kind: Kind
    meaning: str


_FINAL = {
    1: ("malformed", "not the canonical form of a transaction; encode it by the rules"),
    2: ("wrong_chain", "signed for another network; use this network's chain id"),
    3: ("bad_signature", "a signature does not verify; sign again with the key that is named"),
    4: ("too_large", "longer than max_transaction_bytes; split it"),
    5: ("lifetime_too_long", "valid_until lies too far ahead; choose an earlier expiry"),
    6: ("too_many", "more signatures or operations than allowed; split it"),
}
_RETRYABLE = {
    20: ("expired", "valid_until has passed by this node's clock; ask for the outcome"),
    21: ("quota_exceeded", "the account or connection has too much waiting here; wait as the answer hints"),
    22: ("overloaded", "the node's pool is full; wait as the answer hints, or use another node"),
    23: ("unavailable", "the node is starting, stopping or behind; use another node"),
}
_FAILURE = {
    40: ("unauthorised", "the signatures do not meet the threshold of every account that must consent"),
    41: ("unknown_account", "a named account does not exist"),
    42: ("unknown_member", "a named member does not exist"),
    43: ("unknown_asset", "a named asset does not exist"),
    44: ("unknown_lock", "a named lock does not exist (any more)"),
    45: ("account_suspended", "the source is suspended"),
    46: ("account_frozen", "the source is frozen and may not spend"),
    47: ("not_permitted", "the source's roles or its relation to the object do not allow the operation"),
    48: ("already_exists", "a member, account, account name or asset of that name exists"),
    49: ("insufficient_funds", "less is available than the operation moves"),
    50: ("amount_overflow", "a balance or the supply would exceed 2^128-1"),
    51: ("zero_amount", "the amount is zero"),
    52: ("holder_not_allowed", "the receiver is not on the asset's allow-list"),
    53: ("lock_time", "the lock's expiry has not come, has passed, or lies in the past"),
    54: ("wrong_preimage", "the shown secret does not hash to the lock's hash"),
    55: ("invalid_keys", "keys, weights or threshold cannot be registered"),
    56: ("invalid_name", "a name is empty, too long, or has characters that are not allowed"),
    57: ("too_many_long_lived", "all long-lived slots of the source are taken"),
    58: ("not_yet_valid", "lives longer ahead of block time than allowed"),
    59: ("invalid_argument", "a value is out of range"),
    60: ("unknown_validator", "the key is the consensus key of no active validator"),
    61: ("change_pending", "another change waits for the end of the epoch"),
    62: ("rejoin_too_soon", "the validator rejoined less than one hour of block time ago"),
    63: ("vote_log_in_use", "the validator set names that vote log already"),
}

COMMITTED = Code(0, "committed", Kind.SUCCESS, "all operations were applied")

BY_NUMBER: dict[int, Code] = {0: COMMITTED} | {
    number: Code(number, name, kind, meaning)
    for kind, part in ((Kind.FINAL, _FINAL), (Kind.RETRYABLE, _RETRYABLE), (Kind.FAILURE, _FAILURE))
    for number, (name, meaning) in part.items()
}
BY_NAME: dict[str, Code] = {code.name: code for code in BY_NUMBER.values()}

# Reasons of the API itself; they have no number.
API_REASONS: dict[str, str] = {
    "bad_request": "correct the field that the message names",
    "not_found": "there is no such block, transaction or object here",
    "below_retention": "ask for a height from first_kept_height on, or a node that keeps more",
    "slow_reader": "subscribe again with the last token",
    "too_many_subscriptions": "end a subscription, or use another node",
    "read_failed": "use another node; the node's log says why",
    "stopping": "use another node",
    "no_answer": "send the same bytes again",
}
