"""Block headers, and the certificates that prove them."""

from __future__ import annotations

from dataclasses import dataclass

from hanse import codec
from hanse.codec import Reader
from hanse.crypto import verify
from hanse.errors import DecodeError, ProofError, Reason
from hanse.hashing import tagged
from hanse.validators import CHECKPOINT, ValidatorSet, signing_bytes

HEADER_BYTES = 292
VERSION = 1


@dataclass(frozen=True)
class Header:
    """The fields of a header in the order of its bytes. `time` is in Unix milliseconds."""

    version: int
    chain_id: bytes
    epoch: int
    height: int
    parent: bytes
    time: int
    proposal: bytes
    transactions_root: bytes
    transaction_count: int
    results_root: bytes
    state_root: bytes
    active_set: bytes
    next_set: bytes
    rules: int

    def encode(self) -> bytes:
        """The 292 bytes."""
        fixed, u32, u64 = codec.fixed, codec.u32, codec.u64
        front = u32(self.version) + fixed(self.chain_id) + u64(self.epoch) + u64(self.height) + fixed(self.parent)
        block = u64(self.time) + fixed(self.proposal) + fixed(self.transactions_root) + u32(self.transaction_count)
        roots = fixed(self.results_root) + fixed(self.state_root) + fixed(self.active_set) + fixed(self.next_set)
        return front + block + roots + u32(self.rules)

    @classmethod
    def decode(cls, data: bytes) -> Header:
        """From the 292 bytes."""
        if len(data) != HEADER_BYTES:
            raise DecodeError(f"a header has {HEADER_BYTES} bytes, found {len(data)}")
        r = Reader(data)
        front = (r.u32(), r.take(32), r.u64(), r.u64(), r.take(32), r.u64(), r.take(32), r.take(32))
        header = cls(*front, r.u32(), r.take(32), r.take(32), r.take(32), r.take(32), r.u32())
        if header.version != VERSION:
            raise DecodeError(f"a header of version {header.version}, this package knows {VERSION}")
        return header

    def hash(self) -> bytes:
        """The block's id."""
        return tagged("hanse.header.v1", self.encode())


@dataclass(frozen=True)
class Certificate:
    """Signatures of a quorum over a header's hash. `signers` is the bitmap."""

    epoch: int
    height: int
    header_hash: bytes
    signers: bytes
    signatures: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Canonical bytes."""
        front = codec.u64(self.epoch) + codec.u64(self.height) + codec.fixed(self.header_hash)
        return front + codec.blob(self.signers) + codec.sequence(codec.fixed(s, 64) for s in self.signatures)

    def signer_indices(self) -> list[int]:
        """The validators whose bits are set, ascending."""
        return [i for i in range(8 * len(self.signers)) if self.signers[i // 8] >> i % 8 & 1]

    def prove(self, header: Header, validators: ValidatorSet) -> None:
        """Returns when this certificate proves the header by this set, which the caller knows to be the right one.

        Raises ProofError with the rule that is broken.
        """
        if self.header_hash != header.hash():
            raise ProofError(Reason.CERTIFICATE, "the certificate is of another header: the hashes differ")
        if (self.epoch, self.height) != (header.epoch, header.height):
            raise ProofError(Reason.CERTIFICATE, "the certificate's epoch or height is not the header's")
        if header.active_set != validators.hash():
            raise ProofError(Reason.VALIDATOR_SET, "the header names another validator set than the one of its epoch")
        self._check_signers(validators)
        content = codec.u64(self.height) + self.header_hash
        message = signing_bytes(header.chain_id, CHECKPOINT, self.epoch, content)
        for index, signature in zip(self.signer_indices(), self.signatures, strict=True):
            validator = validators.validators[index]
            if not verify(validator.consensus_key, message, signature):
                text = f"the signature of validator {index} ({validator.name}) does not verify"
                raise ProofError(Reason.VALIDATOR_SIGNATURE, text)

    def _check_signers(self, validators: ValidatorSet) -> None:
        count = len(validators.validators)
        indices = self.signer_indices()
        if len(self.signers) != (count + 7) // 8 or any(index >= count for index in indices):
            raise ProofError(Reason.SIGNERS, f"the bitmap of signers does not fit a set of {count} validators")
        if len(indices) != len(self.signatures):
            text = f"{len(indices)} signers are named, but there are {len(self.signatures)} signatures"
            raise ProofError(Reason.SIGNERS, text)
        if len(indices) < validators.quorum:
            text = f"{len(indices)} signatures, but {validators.quorum} of {count} validators must have signed"
            raise ProofError(Reason.QUORUM, text)


@dataclass(frozen=True)
class CertifiedHeader:
    """A header with what proves it. Block 0 has no certificate: everybody computes it from the genesis."""

    header: Header
    certificate: Certificate | None
