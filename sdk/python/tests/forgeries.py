"""Receipts well made from wrong parts, signed by whoever the tests like, with the reasons that may be named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hanse import merkle
from hanse.crypto import edwards
from hanse.errors import Reason
from hanse.header import Certificate
from hanse.ids import witness_hash
from hanse.light_client import EpochEnd
from hanse.receipt import Receipt
from hanse.transaction import SignedTransaction
from hanse.validators import ValidatorSet
from tests.forge import ENDS, Forge
from tests.mutations import Mutation, R


def forgeries(forge: Forge) -> Iterator[Mutation]:
    """Well-formed receipts of wrong parts."""
    yield from _certificates(forge)
    yield from _changes_of_sets(forge)
    yield from _contents(forge)


def _certificates(forge: Forge) -> Iterator[Mutation]:
    for epoch in range(3):
        good = forge.receipt(epoch)
        header, count = good.header, len(forge.sets[epoch].validators)
        quorum = forge.sets[epoch].quorum

        def made(
            name: str, certificate: Certificate, *reasons: Reason, good: Receipt = good, epoch: int = epoch
        ) -> Mutation:
            return _receipt(f"epoch {epoch}: {name}", replace(good, certificate=certificate), *reasons)

        right = good.certificate
        yield made("one signature too few", forge.certify(header, seats=range(quorum - 1)), R.QUORUM)
        yield made("no signatures", forge.certify(header, seats=[]), R.QUORUM)
        once = tuple([right.signatures[0]] * quorum)
        yield made("one signature repeated up to the quorum", replace(right, signatures=once), R.VALIDATOR_SIGNATURE)
        doubled = right.signatures[:-1] + right.signatures[-2:-1]
        yield made("one signer twice", replace(right, signatures=doubled), R.VALIDATOR_SIGNATURE)
        yield made("a signature more than signers", replace(right, signatures=right.signatures * 2), R.SIGNERS)
        yield made("a signature fewer than signers", replace(right, signatures=right.signatures[:-1]), R.SIGNERS)
        swapped = right.signatures[1::-1] + right.signatures[2:]
        yield made("signatures in another order", replace(right, signatures=swapped), R.VALIDATOR_SIGNATURE)
        shifted = replace(right, signers=bytes([right.signers[0] << 1 & (1 << count) - 1 | 0]))
        yield made("the bits of other validators", shifted, R.VALIDATOR_SIGNATURE, R.SIGNERS, R.QUORUM)
        yield made("a longer bitmap", replace(right, signers=right.signers + b"\0"), R.SIGNERS)
        yield made("no bitmap", replace(right, signers=b""), R.SIGNERS)
        beyond = bytes([right.signers[0] & ~1 | 1 << count]) if count < 8 else b"\xff\xff"
        yield made("a bit beyond the set", replace(right, signers=beyond), R.SIGNERS)
        yield made("signatures of commits", forge.certify(header, kind=3), R.VALIDATOR_SIGNATURE)
        other_epoch = forge.certify(header, signed_epoch=epoch + 1)
        yield made("signatures of another epoch", other_epoch, R.VALIDATOR_SIGNATURE)
        other = forge.certify(replace(header, height=header.height + 1))
        yield made("the certificate of the next block", other, R.CERTIFICATE)
        as_ours = replace(other, height=header.height, header_hash=header.hash())
        yield made("its signatures under our hash", as_ours, R.VALIDATOR_SIGNATURE)
        for named in {0, 1, 2} - {epoch}:
            seats = len(forge.sets[named].validators)
            foreign = forge.certify(header, epoch=named, seats=range(seats - forge.sets[named].quorum, seats))
            reasons = (R.VALIDATOR_SIGNATURE, R.SIGNERS, R.QUORUM)
            yield made(f"signed by the validators of epoch {named}", foreign, *reasons)
            renamed = replace(header, active_set=forge.sets[named].hash(), next_set=forge.sets[named].hash())
            whole = replace(good, header=renamed, certificate=forge.certify(renamed, epoch=named))
            text = f"epoch {epoch}: a header that names the set of epoch {named}, signed by it"
            yield _receipt(text, whole, R.VALIDATOR_SET, R.EPOCHS)
        s = int.from_bytes(right.signatures[0][32:], "little") + edwards.L
        malleated = right.signatures[0][:32] + s.to_bytes(32, "little")
        yield made("s + L", replace(right, signatures=(malleated, *right.signatures[1:])), R.VALIDATOR_SIGNATURE)
        stranger = tuple(forge.keys[7 if epoch < 2 else 0].sign(b"x") for _ in right.signatures)
        yield made("signatures of a stranger", replace(right, signatures=stranger), R.VALIDATOR_SIGNATURE)


def _changes_of_sets(forge: Forge) -> Iterator[Mutation]:
    good = forge.receipt(2)
    first, second = forge.ends

    def made(name: str, *ends: EpochEnd, reasons: tuple[Reason, ...] = (R.EPOCHS,)) -> Mutation:
        return _receipt(f"epochs: {name}", replace(good, epochs=ends), *reasons)

    yield made("the first left out", second)
    yield made("the second left out", first)
    yield made("in reverse", second, first)
    yield made("the first twice", first, first)
    yield made("one too many", first, second, second)
    yield made("other validators after the first", replace(first, next_set=forge.sets[0]), second)
    yield made("other validators after the second", first, replace(second, next_set=forge.sets[1]))
    short = ValidatorSet(forge.sets[2].validators[:4])
    yield made("a shorter set", first, replace(second, next_set=short))
    by_old = replace(second, certificate=forge.certify(second.header, epoch=0, seats=range(3)))
    bad = (R.VALIDATOR_SIGNATURE, R.QUORUM)
    yield made("the second certified by the set of epoch 0", first, by_old, reasons=bad)
    weak = replace(second, certificate=forge.certify(second.header, seats=range(3)))
    yield made("the second with too few signatures", first, weak, reasons=(R.QUORUM,))
    inner = forge.header(15, 1, forge.transactions)
    no_end = EpochEnd(inner, forge.certify(inner), forge.sets[1])
    yield made("a block that ends nothing", first, no_end)
    below = replace(second.header, height=ENDS[0])
    yield made("an end not above the one before", first, EpochEnd(below, forge.certify(below), forge.sets[2]))
    for epoch, height in ((1, ENDS[0]), (2, ENDS[1]), (2, 5)):
        receipt = forge.receipt(epoch, height=height)
        same = replace(receipt.header, next_set=receipt.header.active_set)
        whole = replace(receipt, header=same, certificate=forge.certify(same))
        yield _receipt(f"epochs: a block of epoch {epoch} at height {height}", whole, R.EPOCHS)
    yield _receipt("epochs: ends shown for epoch 0", replace(forge.receipt(0), epochs=(first,)), R.EPOCHS)


def _contents(forge: Forge) -> Iterator[Mutation]:
    for epoch in range(2):
        good, other = forge.receipt(epoch, 1), forge.receipt(epoch, 2)

        def made(name: str, *reasons: Reason, good: Receipt = good, epoch: int = epoch, **changes: Any) -> Mutation:
            return _receipt(f"content {epoch}: {name}", replace(good, **changes), *reasons)

        paths = (R.TRANSACTION_PATH, R.RESULT_PATH)
        yield made("another transaction", R.TRANSACTION_ID, transaction=other.transaction)
        yield made("another result", R.TRANSACTION_ID, result=other.result)
        yield made("both of another", *paths, transaction=other.transaction, result=other.result)
        yield made("another place", R.TRANSACTION_PATH, index=2)
        yield made(
            "the paths of another", *paths, transaction_path=other.transaction_path, result_path=other.result_path
        )
        yield made("the transaction path of another", R.TRANSACTION_PATH, transaction_path=other.transaction_path)
        yield made("the result path of another", R.RESULT_PATH, result_path=other.result_path)
        swapped: dict[str, Any] = {"transaction_path": good.result_path, "result_path": good.transaction_path}
        yield made("swapped paths", R.TRANSACTION_PATH, **swapped)
        yield made("committed instead of failed", R.RESULT_PATH, result=replace(good.result, code=other.result.code))
        yield made("failed at another operation", R.RESULT_PATH, result=replace(good.result, operation=0))
        yield made("failed at no operation", R.RESULT_PATH, result=replace(good.result, operation=None))
        for name, reason in (("transaction_path", R.TRANSACTION_PATH), ("result_path", R.RESULT_PATH)):
            path = getattr(good, name)
            siblings = path.siblings
            yield made(f"{name} short", reason, **{name: replace(path, siblings=siblings[:-1])})
            yield made(f"{name} long", reason, **{name: replace(path, siblings=(*siblings, bytes(32)))})
            yield made(f"{name} reversed", reason, **{name: replace(path, siblings=siblings[::-1])})
            yield made(f"{name} without siblings", reason, **{name: replace(path, siblings=())})
            yield made(f"{name} of a larger tree", reason, **{name: replace(path, leaves=path.leaves + 1)})
        yield made(
            "a later block with the same content",
            R.CERTIFICATE,
            header=replace(good.header, height=good.header.height + 1),
        )
        yield from _transactions(forge, epoch)


def _transactions(forge: Forge, epoch: int) -> Iterator[Mutation]:
    """Transactions that no sound quorum would put into a block, in blocks that a quorum signed."""
    first = forge.transactions[0]

    def block_with(transaction: SignedTransaction) -> Receipt:
        listed = [first, transaction, *forge.transactions[2:]]
        return forge.receipt(epoch, 1, transactions=listed)

    good = forge.transactions[1]
    (alice, by_alice), (bob, by_bob) = good.signatures
    wrong = {
        "exchanged": ((alice, by_bob), (bob, by_alice)),
        "of another transaction": ((alice, first.signatures[0][1]), (bob, by_bob)),
        "with s + L": ((alice, _plus_order(by_alice)), (bob, by_bob)),
    }
    for name, signatures in wrong.items():
        receipt = block_with(replace(good, signatures=signatures))
        yield _receipt(f"transaction {epoch}: signatures {name}", receipt, R.CLIENT_SIGNATURE)
    for name, raw in _malformed(good).items():
        listed = [transaction.encode() for transaction in forge.transactions]
        listed[1] = raw
        yield _receipt(f"transaction {epoch}: {name}", _with_raw(forge, epoch, listed), R.TRANSACTION)
    body = replace(good.body, chain_id=bytes([7]) * 32)
    foreign = SignedTransaction(body.encode())
    yield _receipt(f"transaction {epoch}: of another chain", block_with(foreign), R.TRANSACTION, R.WRONG_CHAIN)


def _malformed(good: SignedTransaction) -> dict[str, bytes]:
    encoded = good.encode()
    (alice, by_alice), (bob, by_bob) = good.signatures
    return {
        "bytes after the end": encoded + b"\x00",
        "an unknown field": encoded + b"\x1a\x00",
        "signatures in the wrong order": replace(good, signatures=((bob, by_bob), (alice, by_alice))).encode(),
        "a signer twice": replace(good, signatures=((alice, by_alice), (alice, by_alice))).encode(),
        "a short signature": replace(good, signatures=((alice, by_alice[:-1]), (bob, by_bob))).encode(),
        "no body": replace(good, body_bytes=b"").encode(),
        "an unknown field in the body": replace(good, body_bytes=good.body_bytes + b"\x7a\x00").encode(),
    }


def _with_raw(forge: Forge, epoch: int, listed: list[bytes]) -> Receipt:
    """A receipt for place 1 of a block of these bytes, whatever they are."""
    receipt = forge.receipt(epoch, 1)
    leaves = [witness_hash(raw) for raw in listed]
    changed = forge.recertified(receipt, transactions_root=merkle.root(leaves))
    return replace(changed, transaction=listed[1], transaction_path=merkle.path(leaves, 1))


def _plus_order(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:], "little") + edwards.L
    return signature[:32] + s.to_bytes(32, "little")


def _receipt(name: str, receipt: Receipt, *reasons: Reason) -> Mutation:
    return Mutation(name, receipt.to_json().encode(), frozenset(reasons))
