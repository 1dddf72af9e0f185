"""Sending transactions and learning what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hanse.client.trust import TrustedConnection
from hanse.codes import BY_NUMBER, Code
from hanse.errors import NotCommitted, ProofError, Reason
from hanse.header import CertifiedHeader
from hanse.receipt import Receipt
from hanse.state import Key
from hanse.transaction.signed import SignedTransaction
from hanse.v1 import proof_pb2, query_service_pb2
from hanse.v1 import transaction_service_pb2 as pb
from hanse.verify import verify_expiry


class OutcomeKind(str, Enum):
    """Committed, failed and expired are final."""

    COMMITTED = "committed"
    FAILED = "failed"
    EXPIRED = "expired"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """What became of a transaction.

    `height`, `index`, `code` and `receipt` where it stands in a block; `expiry` is the block that proves an expiry.
    """

    id: bytes
    kind: OutcomeKind
    verified: bool
    height: int | None = None
    index: int | None = None
    code: Code | None = None
    receipt: Receipt | None = None
    expiry: CertifiedHeader | None = None
    first_kept_height: int | None = None

    def raise_unless_committed(self) -> Outcome:
        """Itself when the transaction had its effect.

        Raises NotCommitted otherwise, which says what to do.
        """
        if self.kind is OutcomeKind.COMMITTED:
            return self
        code = self.code.name if self.code else None
        words = f"transaction {self.id.hex()}: {self.kind.value}" + (f", {code}" if code else "")
        meaning = self.code.meaning + "; build a new transaction" if self.code else _CURES[self.kind]
        raise NotCommitted(words, self.id, code, meaning)


_CURES = {
    OutcomeKind.FAILED: "Correct the cause and build a new transaction.",
    OutcomeKind.EXPIRED: "It can never commit. Build a new transaction.",
    OutcomeKind.PENDING: "Ask again for the outcome, or send the same bytes to another node.",
    OutcomeKind.UNKNOWN: "Its history was pruned here. Ask a node that keeps more.",
}


class Submissions(TrustedConnection):
    """Calls of TransactionService."""

    def submit(self, transaction: SignedTransaction) -> bytes:
        """Hands the transaction to a node and returns its id. It will end as committed, failed or expired.

        Raises FinallyRefused or RefusedForNow when the node does not take it; Unreachable when no node answers, and
        then it may have been taken: sending the same bytes again is safe.
        """
        request = pb.SubmitRequest(signed_transaction=transaction.encode())
        answer = self.call("TransactionService/Submit", request, pb.SubmitResponse)
        if answer.transaction_id != transaction.id:
            raise ProofError(Reason.TRANSACTION_ID, "the node answered for another transaction")
        return transaction.id

    def submit_and_wait(
        self, transaction: SignedTransaction, *, wait_ms: int = 10_000, receipt: bool = True
    ) -> Outcome:
        """Sends the transaction and waits up to `wait_ms` (at most 120 s) for its outcome, with its receipt.

        Raises as `submit` does. A transaction that failed in a block is an outcome, not an error: see
        `Outcome.raise_unless_committed`.
        """
        request = pb.SubmitAndWaitRequest(
            signed_transaction=transaction.encode(), wait_ms=wait_ms, omit_receipt=not receipt
        )
        seconds = wait_ms / 1000 + self.timeout
        answer = self.call("TransactionService/SubmitAndWait", request, proof_pb2.Outcome, seconds)
        return self._outcome(answer, transaction.id, transaction.body.valid_until_ms)

    def outcome(self, transaction: bytes, valid_until_ms: int, *, receipt: bool = True) -> Outcome:
        """What became of the transaction of this id and expiry. A wrong expiry makes the answer worthless."""
        request = pb.GetOutcomeRequest(
            transaction_id=transaction, valid_until_ms=valid_until_ms, omit_receipt=not receipt
        )
        answer = self.call("TransactionService/GetOutcome", request, proof_pb2.Outcome)
        return self._outcome(answer, transaction, valid_until_ms)

    def _outcome(self, message: proof_pb2.Outcome, id_: bytes, valid_until_ms: int) -> Outcome:
        if message.transaction_id != id_:
            raise ProofError(Reason.TRANSACTION_ID, "the node answered for another transaction")
        which = message.WhichOneof("outcome")
        if which == "committed":
            return self._executed(message.committed, id_, OutcomeKind.COMMITTED)
        if which == "failed":
            return self._executed(message.failed, id_, OutcomeKind.FAILED)
        if which == "expired":
            return self._expired(message.expired, id_, valid_until_ms)
        if which == "unknown":
            height = message.unknown.first_kept_height
            return Outcome(id_, OutcomeKind.UNKNOWN, False, first_kept_height=height)
        return Outcome(id_, OutcomeKind.PENDING, False)

    def _executed(self, message: proof_pb2.Executed, id_: bytes, kind: OutcomeKind) -> Outcome:
        code = BY_NUMBER.get(message.code)
        if code is None or (code.number == 0) != (kind is OutcomeKind.COMMITTED):
            raise ProofError(Reason.UNREADABLE, f"an outcome {kind.value} with the code {message.code}")
        if not message.HasField("receipt"):
            return Outcome(id_, kind, False, message.height, message.index, code)
        receipt = self.prove_receipt(message.receipt, id_)
        if (receipt.result.code, receipt.header.height, receipt.index) != (code, message.height, message.index):
            raise ProofError(Reason.UNREADABLE, "the outcome is not the one of its receipt")
        return Outcome(id_, kind, self.verified, message.height, message.index, code, receipt)

    def _expired(self, message: proof_pb2.Expired, id_: bytes, valid_until_ms: int) -> Outcome:
        if not message.HasField("block") or not message.HasField("absence"):
            return Outcome(id_, OutcomeKind.EXPIRED, False)
        block = self.prove_block(message.block)
        absence = self.prove_value(message.absence, Key.seen(valid_until_ms, id_), block)
        if self.chain is not None and absence.proof is not None:
            grace = self._grace_ms(block)
            verify_expiry(id_, valid_until_ms, absence.proof, block, grace_ms=grace, chain=self.chain)
        return Outcome(id_, OutcomeKind.EXPIRED, self.verified, expiry=block)

    def _grace_ms(self, block: CertifiedHeader) -> int:
        """`expiry_grace_ms` at the block: the genesis' in epoch 0, later the present one, which may be newer."""
        if self.genesis is not None and block.header.epoch == 0:
            return self.genesis.parameters.expiry_grace_ms
        request = query_service_pb2.GetParametersRequest()
        answer = self.call("QueryService/GetParameters", request, query_service_pb2.GetParametersResponse)
        value = self.prove_value(answer.parameters, Key.PARAMETERS, self.prove_block(answer.block)).decoded()
        return getattr(value, "expiry_grace_ms", 0)
