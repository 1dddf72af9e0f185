"""From messages of the API to the types that are verified. Decoded fields of convenience are left aside."""

from __future__ import annotations

from hanse.errors import DecodeError
from hanse.header import Certificate, CertifiedHeader, Header
from hanse.light_client import EpochEnd
from hanse.merkle import Path
from hanse.receipt import Receipt, Result, code_of_number
from hanse.state_tree import StateProof
from hanse.v1 import proof_pb2 as pb
from hanse.validators import ValidatorSet


def certificate(message: pb.Certificate) -> Certificate:
    """A certificate."""
    signatures = tuple(message.signatures)
    return Certificate(message.epoch, message.height, message.header_hash, message.signers, signatures)


def block(message: pb.CertifiedHeader) -> CertifiedHeader:
    """A header and its certificate, absent for block 0 only."""
    shown = certificate(message.certificate) if message.HasField("certificate") else None
    return CertifiedHeader(Header.decode(message.header), shown)


def epoch_end(message: pb.EpochEnd) -> EpochEnd:
    """The end of an epoch."""
    last = block(message.block)
    if last.certificate is None:
        raise DecodeError("the end of an epoch without certificate")
    return EpochEnd(last.header, last.certificate, ValidatorSet.decode(message.next_set))


def result(message: pb.TransactionResult) -> Result:
    """What became of a transaction."""
    operation = message.operation if message.HasField("operation") else None
    return Result(message.transaction_id, code_of_number(message.code), operation)


def state_proof(message: pb.StateProof) -> StateProof:
    """A proof of the state."""
    leaf = (message.leaf.path, message.leaf.value_hash) if message.HasField("leaf") else None
    return StateProof(tuple(message.siblings), leaf)


def receipt(message: pb.Receipt, epochs: tuple[EpochEnd, ...]) -> Receipt:
    """A receipt, with the ends of epochs before its block."""
    shown = block(message.block)
    if shown.certificate is None:
        raise DecodeError("a receipt without certificate")
    return Receipt(
        message.signed_transaction,
        result(message.result),
        message.index,
        shown.header,
        shown.certificate,
        _path(message.transaction_path),
        _path(message.result_path),
        epochs,
    )


def _path(message: pb.MerklePath) -> Path:
    return Path(message.index, message.leaves, tuple(message.siblings))
