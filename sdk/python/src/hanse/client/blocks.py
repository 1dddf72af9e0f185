"""Whole blocks: headers, transactions and results, checked against the roots of the header."""

from __future__ import annotations

from dataclasses import dataclass

from hanse import ids, merkle
from hanse.client import convert
from hanse.client.trust import TrustedConnection
from hanse.errors import DecodeError, ProofError, Reason
from hanse.header import CertifiedHeader
from hanse.receipt import Result
from hanse.transaction.signed import SignedTransaction
from hanse.v1 import proof_pb2
from hanse.v1 import query_service_pb2 as pb


@dataclass(frozen=True)
class BlockTransaction:
    """A transaction in its block. `signed` is empty where bodies were left out."""

    result: Result
    operations: tuple[str, ...]
    signed: bytes

    def decoded(self) -> SignedTransaction:
        """The transaction.

        Raises DecodeError where bodies were left out.
        """
        return SignedTransaction.decode(self.signed)


@dataclass(frozen=True)
class Block:
    """A block. `operations` of transactions are the node's word unless bodies are there; the rest is proved."""

    certified: CertifiedHeader
    transactions: tuple[BlockTransaction, ...]
    verified: bool

    @property
    def height(self) -> int:
        """Its height."""
        return self.certified.header.height

    @property
    def time_ms(self) -> int:
        """Its time."""
        return self.certified.header.time


class Blocks(TrustedConnection):
    """Calls of QueryService about blocks."""

    def header(self, height: int | None = None) -> CertifiedHeader:
        """A certified header; the newest without a height.

        Raises NotFound above the newest block.
        """
        request = pb.GetHeaderRequest(height=height)
        block = self.prove_block(self.call("QueryService/GetHeader", request, proof_pb2.CertifiedHeader))
        _check_height(block, height)
        return block

    def block(self, height: int | None = None, *, bodies: bool = True) -> Block:
        """A block with all its transactions and results; the newest without a height.

        Raises NotFound above the newest block, BelowRetention where it was pruned.
        """
        request = pb.GetBlockRequest(height=height, omit_bodies=not bodies)
        answer = self.call("QueryService/GetBlock", request, pb.GetBlockResponse)
        certified = self.prove_block(answer.block)
        _check_height(certified, height)
        try:
            transactions = tuple(_transaction(item) for item in answer.transactions)
        except DecodeError as error:
            raise ProofError(Reason.UNREADABLE, f"block {certified.header.height} cannot be read: {error}") from None
        if self.verified:
            _check_roots(certified, transactions, bodies)
        return Block(certified, transactions, self.verified)


def _transaction(message: pb.BlockTransaction) -> BlockTransaction:
    return BlockTransaction(convert.result(message.result), tuple(message.operations), message.signed_transaction)


def _check_height(block: CertifiedHeader, height: int | None) -> None:
    if height not in (None, block.header.height):
        raise ProofError(Reason.BLOCK, f"asked for block {height}, answered with block {block.header.height}")


def _check_roots(certified: CertifiedHeader, transactions: tuple[BlockTransaction, ...], bodies: bool) -> None:
    header = certified.header
    results = merkle.root([item.result.encode() for item in transactions])
    if len(transactions) != header.transaction_count or results != header.results_root:
        raise ProofError(Reason.BLOCK, f"the results shown are not those of block {header.height}")
    if not bodies:
        return
    if merkle.root([ids.witness_hash(item.signed) for item in transactions]) != header.transactions_root:
        raise ProofError(Reason.BLOCK, f"the transactions shown are not those of block {header.height}")
    for item in transactions:
        if item.decoded().id != item.result.id:
            raise ProofError(Reason.BLOCK, f"block {header.height}: a result stands beside another transaction")
