"""Verifying receipts, expiries and values of the state, with the genesis alone: no network, no trust in any node."""

from __future__ import annotations

from dataclasses import dataclass

from hanse.codes import Code
from hanse.errors import DecodeError, ProofError, Reason
from hanse.genesis import Genesis
from hanse.header import CertifiedHeader, Header
from hanse.light_client import LightClient
from hanse.receipt import Receipt
from hanse.state import Key
from hanse.state_tree import StateProof
from hanse.transaction.signed import SignedTransaction


@dataclass(frozen=True)
class ProvenReceipt:
    """What a receipt proves: this transaction, signed by these keys, had this result in this block of this chain.

    `certified_by` are the names of the validators whose signatures stand on the block, out of `validators` many.
    """

    transaction: SignedTransaction
    code: Code
    failed_operation: int | None
    header: Header
    index: int
    certified_by: tuple[str, ...]
    validators: int

    @property
    def signers(self) -> tuple[bytes, ...]:
        """The public keys that signed the transaction. All these signatures were verified."""
        return tuple(key for key, _ in self.transaction.signatures)


def verify_receipt(receipt: Receipt, genesis: Genesis) -> ProvenReceipt:
    """Proves a receipt from the genesis.

    Raises ProofError, whose `reason` names what is broken.
    """
    chain = LightClient(genesis)
    header = receipt.header
    if header.chain_id != genesis.chain_id():
        text = f"this is of chain {header.chain_id.hex()}, expected {genesis.chain_id().hex()}"
        raise ProofError(Reason.WRONG_CHAIN, text)
    if len(receipt.epochs) != header.epoch:
        text = f"epoch {header.epoch} needs the ends of as many epochs, {len(receipt.epochs)} are shown"
        raise ProofError(Reason.EPOCHS, text)
    chain.advance(receipt.epochs)
    return verify_receipt_with(receipt, chain)


def verify_receipt_with(receipt: Receipt, chain: LightClient) -> ProvenReceipt:
    """The same with a light client that knows the epoch already; the receipt's own ends of epochs are not read."""
    header, certificate = receipt.header, receipt.certificate
    chain.prove_header(header, certificate)
    transaction = _transaction(receipt)
    _check_paths(receipt, transaction)
    bad = transaction.bad_signer()
    if bad is not None:
        raise ProofError(Reason.CLIENT_SIGNATURE, f"the transaction's signature by {bad.hex()} does not verify")
    validators = chain.validators(header.epoch).validators
    names = tuple(validators[index].name for index in certificate.signer_indices())
    result = receipt.result
    return ProvenReceipt(transaction, result.code, result.operation, header, receipt.index, names, len(validators))


def _transaction(receipt: Receipt) -> SignedTransaction:
    try:
        transaction = SignedTransaction.decode(receipt.transaction)
    except DecodeError as error:
        raise ProofError(Reason.TRANSACTION, f"the transaction is malformed: {error}") from None
    if transaction.body.chain_id != receipt.header.chain_id:
        raise ProofError(Reason.TRANSACTION, "the transaction is of another chain than the block")
    if transaction.id != receipt.result.id:
        raise ProofError(Reason.TRANSACTION_ID, "the result is of another transaction: the ids differ")
    return transaction


def _check_paths(receipt: Receipt, transaction: SignedTransaction) -> None:
    header = receipt.header
    checks = (
        (
            Reason.TRANSACTION_PATH,
            "transaction",
            receipt.transaction_path,
            transaction.witness(),
            header.transactions_root,
        ),
        (Reason.RESULT_PATH, "result", receipt.result_path, receipt.result.encode(), header.results_root),
    )
    for reason, name, path, leaf, root in checks:
        if (path.index, path.leaves) != (receipt.index, header.transaction_count):
            wanted = f"{receipt.index} of {header.transaction_count}"
            text = f"the {name} path is of leaf {path.index} of {path.leaves}, expected {wanted}"
            raise ProofError(reason, text)
        if path.root_from(leaf) != root:
            raise ProofError(reason, f"the {name} path does not lead to the header's {name}s root")


def verify_state(
    key: bytes, value: bytes | None, proof: StateProof, block: CertifiedHeader, chain: LightClient
) -> None:
    """Returns when after this block the key has this value; `None`: is absent.

    `chain` must know the block's epoch. It proves the state at that block, not that the block is the newest one.

    Raises ProofError otherwise.
    """
    chain.prove_header(block.header, block.certificate)
    if not proof.proves(block.header.state_root, key, value):
        claim = "is absent" if value is None else f"has the value {value.hex()}"
        raise ProofError(
            Reason.STATE_PROOF, f"not proven: that the key {key.hex()} {claim} in block {block.header.height}"
        )


def verify_expiry(
    transaction: bytes,
    valid_until_ms: int,
    proof: StateProof,
    block: CertifiedHeader,
    *,
    grace_ms: int,
    chain: LightClient,
) -> None:
    """Returns when the transaction of this id can never commit and never did.

    An executed id is remembered until `expiry_grace_ms` after its expiry, so its absence proves this only in a block of
    that span. `grace_ms` is that chain parameter, which the caller must know to be right for the block.

    Raises ProofError otherwise.
    """
    if not valid_until_ms < block.header.time <= valid_until_ms + grace_ms:
        text = f"the block's time {block.header.time} is not within {grace_ms} ms after the expiry {valid_until_ms}"
        raise ProofError(Reason.STATE_PROOF, text)
    verify_state(Key.seen(valid_until_ms, transaction), None, proof, block, chain)
