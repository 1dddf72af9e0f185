"""What a client does with an answer before it believes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from hanse.client import convert
from hanse.client.connection import Connection, Tls
from hanse.errors import DecodeError, ProofError, Reason
from hanse.genesis import Genesis
from hanse.header import CertifiedHeader
from hanse.light_client import EpochEnd, LightClient
from hanse.receipt import Receipt
from hanse.state import Value, decode_value
from hanse.state_tree import StateProof
from hanse.v1 import proof_pb2
from hanse.v1 import query_service_pb2 as pb
from hanse.verify import verify_receipt_with

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A value as of a block. `verified`: proved from the genesis; else it is the node's word alone.

    A proof shows truth, not freshness: `height` and `time_ms` say of when it is.
    """

    value: T
    block: CertifiedHeader
    verified: bool

    @property
    def height(self) -> int:
        """The height of the block that it stands at."""
        return self.block.header.height

    @property
    def time_ms(self) -> int:
        """That block's time."""
        return self.block.header.time


@dataclass(frozen=True)
class StateValue:
    """The value of a state key, absent as `None`, with the proof that the node gave."""

    key: bytes
    data: bytes | None
    proof: StateProof | None

    def decoded(self) -> Value:
        """The value by the kind of its key; None when it is absent."""
        return None if self.data is None else decode_value(self.key, self.data)


class TrustedConnection(Connection):
    """A connection that knows the genesis, or is told to believe the nodes."""

    def __init__(
        self,
        endpoints: str | Sequence[str],
        genesis: Genesis | None = None,
        *,
        tls: Tls | None = None,
        timeout: float = 10.0,
        failover: bool = True,
    ) -> None:
        """With a genesis every answer is verified, and what is not proven raises ProofError.

        Without one answers are the word of the node, `verified` is False.
        """
        super().__init__(endpoints, tls=tls, timeout=timeout, failover=failover)
        self.genesis = genesis
        self.chain = LightClient(genesis) if genesis else None

    @property
    def verified(self) -> bool:
        """Whether answers are verified."""
        return self.chain is not None

    def prove_block(self, message: proof_pb2.CertifiedHeader) -> CertifiedHeader:
        """A block, proved where there is a genesis."""
        block = _decoded(lambda: convert.block(message))
        if self.chain is not None:
            self._learn_epochs(block.header.epoch, self.chain)
            self.chain.prove_header(block.header, block.certificate)
        return block

    def prove_value(self, message: proof_pb2.ProvenValue, key: bytes, block: CertifiedHeader) -> StateValue:
        """The value of the key that was asked for, proved under a block that is proved already."""
        if message.key != key:
            raise ProofError(Reason.STATE_PROOF, f"asked for the key {key.hex()}, answered for {message.key.hex()}")
        value = message.value if message.HasField("value") else None
        proof = convert.state_proof(message.proof) if message.HasField("proof") else None
        if self.chain is not None and (proof is None or not proof.proves(block.header.state_root, key, value)):
            raise ProofError(Reason.STATE_PROOF, f"the value of the key {key.hex()} is not proven")
        return StateValue(key, value, proof)

    def prove_receipt(self, message: proof_pb2.Receipt, transaction: bytes) -> Receipt:
        """The receipt of the transaction of this id, with the ends of epochs that make it portable."""
        epoch = _decoded(lambda: convert.block(message.block)).header.epoch
        if self.chain is not None:
            self._learn_epochs(epoch, self.chain)
            ends = self.chain.ends_before(epoch)
        else:
            ends = tuple(self._epoch_ends(0, epoch))
        receipt = _decoded(lambda: convert.receipt(message, ends))
        if receipt.result.id != transaction:
            raise ProofError(Reason.TRANSACTION_ID, "the receipt is of another transaction than the one asked for")
        if self.chain is not None:
            verify_receipt_with(receipt, self.chain)
        return receipt

    def _learn_epochs(self, epoch: int, chain: LightClient) -> None:
        with self._lock:
            if epoch > chain.epoch:
                chain.advance(self._epoch_ends(chain.epoch, epoch))

    def _epoch_ends(self, first: int, epoch: int) -> list[EpochEnd]:
        """The ends of the epochs from `first` to `epoch` - 1."""
        ends: list[EpochEnd] = []
        while first + len(ends) < epoch:
            request = pb.GetEpochEndsRequest(first_epoch=first + len(ends))
            page = self.call("QueryService/GetEpochEnds", request, pb.GetEpochEndsResponse).ends
            if not page:
                raise ProofError(Reason.EPOCHS, f"the node shows no end of epoch {first + len(ends)}")
            ends += _decoded(partial(_ends, page))
        return ends[: epoch - first]


def _ends(page: Iterable[proof_pb2.EpochEnd]) -> list[EpochEnd]:
    return [convert.epoch_end(end) for end in page]


def _decoded(read: Callable[[], T]) -> T:
    """What a node sends and cannot be read is a proof that fails."""
    try:
        return read()
    except DecodeError as error:
        raise ProofError(Reason.UNREADABLE, f"the node's answer cannot be read: {error}") from None
