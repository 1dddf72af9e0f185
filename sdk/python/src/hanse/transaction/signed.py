"""Transactions: a body, its id, and signatures over it.

Bodies are signed as they stand, so there is one form of their bytes. `SignedTransaction.decode` refuses every other.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from google.protobuf.message import DecodeError as ProtobufError

from hanse import ids
from hanse.crypto import verify
from hanse.errors import DecodeError
from hanse.keys import PrivateKey
from hanse.transaction.operations import Operation
from hanse.transaction.wire import from_wire, to_wire
from hanse.v1 import transaction_pb2 as pb

VERSION = 1
MEMO_BYTES_MAX = 256


@dataclass(frozen=True)
class Body:
    """What is signed. `salt` makes equal intentions distinct; times are Unix milliseconds."""

    chain_id: bytes
    valid_until_ms: int
    salt: int
    operations: tuple[Operation, ...]
    memo: str = ""

    def encode(self) -> bytes:
        """Canonical bytes.

        Raises DecodeError when a value cannot be written.
        """
        if len(self.chain_id) != 32 or not self.operations:
            raise DecodeError("a transaction needs a chain id of 32 bytes and at least one operation")
        if not (0 <= self.salt < 2**64 and 0 <= self.valid_until_ms < 2**64):
            raise DecodeError("salt and valid_until_ms are unsigned numbers of 64 bits")
        if len(self.memo.encode(errors="replace")) > MEMO_BYTES_MAX:
            raise DecodeError(f"a memo has at most {MEMO_BYTES_MAX} bytes")
        message = pb.TransactionBody(
            version=VERSION,
            chain_id=self.chain_id,
            valid_until_ms=self.valid_until_ms,
            salt=self.salt,
            operations=map(to_wire, self.operations),
            memo=self.memo,
        )
        return message.SerializeToString(deterministic=True)

    @classmethod
    def decode(cls, data: bytes) -> Body:
        """From canonical bytes."""
        message = pb.TransactionBody()
        _parse(message, data, "body")
        if message.version != VERSION:
            raise DecodeError(f"a body of version {message.version}, expected {VERSION}")
        if len(message.chain_id) != 32 or not message.operations:
            raise DecodeError("a body without chain id or operations")
        if len(message.memo.encode()) > MEMO_BYTES_MAX:
            raise DecodeError(f"a memo of more than {MEMO_BYTES_MAX} bytes")
        operations = tuple(map(from_wire, message.operations))
        return cls(message.chain_id, message.valid_until_ms, message.salt, operations, message.memo)


@dataclass(frozen=True)
class SignedTransaction:
    """The exact body bytes, and (public key, signature) pairs ascending by key."""

    body_bytes: bytes
    signatures: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def body(self) -> Body:
        """The decoded body."""
        return Body.decode(self.body_bytes)

    @property
    def id(self) -> bytes:
        """The transaction's id. It does not depend on signatures."""
        return ids.transaction_id(self.body_bytes)

    def signing_input(self) -> bytes:
        """What every signer signs."""
        return b"hanse.tx.sig.v1" + self.body.chain_id + self.id

    def sign(self, *keys: PrivateKey) -> SignedTransaction:
        """The same transaction with these signatures added; who signed already is not added twice."""
        message = self.signing_input()
        signatures = dict(self.signatures) | {key.public_key: key.sign(message) for key in keys}
        return SignedTransaction(self.body_bytes, tuple(sorted(signatures.items())))

    def encode(self) -> bytes:
        """Canonical bytes: what is submitted."""
        items = (pb.TransactionSignature(public_key=key, signature=signature) for key, signature in self.signatures)
        message = pb.SignedTransaction(body=self.body_bytes, signatures=items)
        return message.SerializeToString(deterministic=True)

    @classmethod
    def decode(cls, data: bytes) -> SignedTransaction:
        """From bytes, which must be canonical within and without.

        Raises DecodeError, where a node says `malformed`. Signatures are not verified here: see `bad_signer`.
        """
        message = pb.SignedTransaction()
        _parse(message, data, "transaction")
        Body.decode(message.body)
        signatures = tuple((item.public_key, item.signature) for item in message.signatures)
        if any(len(key) != 32 or len(signature) != 64 for key, signature in signatures):
            raise DecodeError("a public key has 32 bytes and a signature 64")
        if any(a[0] >= b[0] for a, b in pairwise(signatures)):
            raise DecodeError("signatures must ascend by public key, which must be distinct")
        return cls(message.body, signatures)

    def witness(self) -> bytes:
        """The leaf of the block's transaction tree."""
        return ids.witness_hash(self.encode())

    def bad_signer(self) -> bytes | None:
        """The first public key whose signature does not verify, or None."""
        message = self.signing_input()
        return next((key for key, signature in self.signatures if not verify(key, message, signature)), None)


def build(
    chain_id: bytes,
    operations: Iterable[Operation],
    *,
    valid_for_ms: int = 60_000,
    salt: int | None = None,
    memo: str = "",
) -> SignedTransaction:
    """A transaction without signatures, alive for `valid_for_ms` from now on. The salt is random unless given."""
    salt = secrets.randbits(64) if salt is None else salt
    body = Body(chain_id, time.time_ns() // 1_000_000 + valid_for_ms, salt, tuple(operations), memo)
    return SignedTransaction(body.encode())


def _parse(message: pb.SignedTransaction | pb.TransactionBody, data: bytes, what: str) -> None:
    """Fills the message from bytes that must be those it would be written as."""
    try:
        message.ParseFromString(data)
    except (ProtobufError, ValueError) as error:
        raise DecodeError(f"the {what} is no protobuf message: {error}") from None
    canonical = type(message)()
    canonical.CopyFrom(message)  # type: ignore[arg-type]
    canonical.DiscardUnknownFields()
    if canonical.SerializeToString(deterministic=True) != data:
        raise DecodeError(f"the {what} is not in canonical form")
