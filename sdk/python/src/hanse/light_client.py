"""Which validator set certifies which height: followed from the genesis through the ends of epochs.

The work is proportional to the number of changes of the set, not to the number of blocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hanse.errors import ProofError, Reason
from hanse.genesis import Genesis
from hanse.header import Certificate, Header
from hanse.validators import ValidatorSet


@dataclass(frozen=True)
class EpochEnd:
    """The last block of an epoch, certified by its own set, and the set that it hands over to."""

    header: Header
    certificate: Certificate
    next_set: ValidatorSet


@dataclass(frozen=True)
class _Epoch:
    """One proven epoch. `base` is the last height of the epoch before; `end` the own last one, where it is known."""

    validators: ValidatorSet
    base: int
    end: int | None = None


class LightClient:
    """Proves headers. It knows the epochs from 0 to `epoch` and learns further ones by `advance`."""

    def __init__(self, genesis: Genesis) -> None:
        """Knowing the genesis only: epoch 0."""
        self.genesis = genesis
        self._epochs = [_Epoch(genesis.validator_set(), 0)]
        self._ends: list[EpochEnd] = []

    @property
    def epoch(self) -> int:
        """The newest epoch whose validator set is proven."""
        return len(self._epochs) - 1

    def validators(self, epoch: int) -> ValidatorSet:
        """The set of a proven epoch."""
        if not 0 <= epoch <= self.epoch:
            text = f"the validator set of epoch {epoch} is not proven: ends are shown for {self.epoch} epochs"
            raise ProofError(Reason.EPOCHS, text)
        return self._epochs[epoch].validators

    def ends_before(self, epoch: int) -> tuple[EpochEnd, ...]:
        """The proven steps that lead to an epoch; a receipt of that epoch carries them."""
        return tuple(self._ends[:epoch])

    def advance(self, ends: Iterable[EpochEnd]) -> None:
        """Proves the next validator sets, one step after the other.

        Raises ProofError at the first step that is not proven; the steps before it stay known.
        """
        for end in ends:
            self._advance_one(end)

    def _advance_one(self, end: EpochEnd) -> None:
        newest = self.epoch
        if end.header.epoch != newest:
            text = f"expected the end of epoch {newest}, found one of epoch {end.header.epoch}"
            raise ProofError(Reason.EPOCHS, text)
        self.prove_header(end.header, end.certificate)
        if end.header.next_set == end.header.active_set:
            raise ProofError(Reason.EPOCHS, f"block {end.header.height} does not end epoch {newest}")
        if end.next_set.hash() != end.header.next_set:
            raise ProofError(
                Reason.EPOCHS, f"the validators shown after epoch {newest} are not those that its end names"
            )
        present = self._epochs[newest]
        self._epochs[newest] = _Epoch(present.validators, present.base, end.header.height)
        self._epochs.append(_Epoch(end.next_set, end.header.height))
        self._ends.append(end)

    def prove_header(self, header: Header, certificate: Certificate | None) -> None:
        """Returns when the header is a block of this chain.

        Raises ProofError otherwise. Block 0 has no certificate: it is computed from the genesis.
        """
        chain = self.genesis.chain_id()
        if header.chain_id != chain:
            text = f"this is of chain {header.chain_id.hex()}, expected {chain.hex()}"
            raise ProofError(Reason.WRONG_CHAIN, text)
        if certificate is None:
            if header != self.genesis.first_header():
                raise ProofError(Reason.CERTIFICATE, "a header without certificate that is not block 0 of this genesis")
            return
        validators = self.validators(header.epoch)
        epoch = self._epochs[header.epoch]
        if header.height <= epoch.base or (epoch.end is not None and header.height > epoch.end):
            until = "on" if epoch.end is None else f"to {epoch.end}"
            text = f"height {header.height} does not belong to epoch {header.epoch}, from {epoch.base + 1} {until}"
            raise ProofError(Reason.EPOCHS, text)
        certificate.prove(header, validators)
