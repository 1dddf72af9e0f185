"""A chain made in memory, with all private keys at hand: so that wrong proofs can be made as well as right ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from hanse import codec, ids, merkle, state_tree
from hanse.codes import BY_NAME
from hanse.genesis import Genesis
from hanse.header import Certificate, CertifiedHeader, Header
from hanse.keys import PrivateKey
from hanse.light_client import EpochEnd, LightClient
from hanse.receipt import Receipt, Result
from hanse.state import Holding, Key
from hanse.state_tree import StateProof
from hanse.transaction import Body, SignedTransaction, Transfer
from hanse.validators import CHECKPOINT, Validator, ValidatorSet, signing_bytes

# The last heights of epochs 0 and 1.
ENDS = (10, 20)
# Names of results, and which operation failed, of the transactions of every block.
RESULTS = (
    ("committed", None),
    ("insufficient_funds", 1),
    ("committed", None),
    ("unauthorised", None),
    ("committed", None),
)


def key(name: str) -> PrivateKey:
    return PrivateKey.from_seed(hashlib.sha256(name.encode()).digest())


class Forge:
    """Epoch 0 has validators 0..3, epoch 1 has 0..4, epoch 2 has 1..7."""

    def __init__(self) -> None:
        self.keys = [key(f"validator{i}") for i in range(8)]
        self.genesis_json = self._genesis()
        self.genesis_bytes = json.dumps(self.genesis_json).encode()
        self.genesis = Genesis.parse(self.genesis_bytes)
        self.chain_id = self.genesis.chain_id()
        seats = [self._seat(i) for i in range(8)]
        self.members_of = (range(4), range(5), range(1, 8))
        self.sets = tuple(ValidatorSet(tuple(seats[i] for i in members)) for members in self.members_of)
        assert self.sets[0] == self.genesis.validator_set()
        self.transactions = [self.transaction(i) for i in range(len(RESULTS))]
        self.state = self.genesis.state() | {
            Key.holding(ids.asset_id(f"A{i}"), bytes([i]) * 32): Holding(i, 0).encode() for i in range(40)
        }
        self.ends = tuple(self._end(epoch) for epoch in range(2))

    def transaction(self, salt: int, memo: str = "forged") -> SignedTransaction:
        """Two transfers, signed by two keys."""
        source, asset = ids.member_id("source"), ids.asset_id("TEST")
        operations = tuple(Transfer(source, asset, bytes([n]) * 32, 5 + n) for n in (1, 2))
        body = Body(self.chain_id, 1_767_225_700_000, salt, operations, memo)
        return SignedTransaction(body.encode()).sign(key("alice"), key("bob"))

    def header(self, height: int, epoch: int, transactions: Sequence[SignedTransaction]) -> Header:
        """A block of these transactions, with the results of RESULTS."""
        present = self.sets[epoch].hash()
        following = self.sets[epoch + 1].hash() if epoch < 2 and height == ENDS[epoch] else present
        return Header(
            version=1,
            chain_id=self.chain_id,
            epoch=epoch,
            height=height,
            parent=hashlib.sha256(b"parent %d" % height).digest(),
            time=1_767_225_600_000 + height,
            proposal=hashlib.sha256(b"proposal").digest(),
            transactions_root=merkle.root([transaction.witness() for transaction in transactions]),
            transaction_count=len(transactions),
            results_root=merkle.root([result.encode() for result in self.results(transactions)]),
            state_root=state_tree.root(self.state),
            active_set=present,
            next_set=following,
            rules=1,
        )

    def results(self, transactions: Sequence[SignedTransaction]) -> list[Result]:
        return [
            Result(transaction.id, BY_NAME[code], operation)
            for transaction, (code, operation) in zip(transactions, RESULTS, strict=False)
        ]

    def certify(
        self,
        header: Header,
        epoch: int | None = None,
        seats: Sequence[int] | None = None,
        *,
        kind: int = CHECKPOINT,
        signed_epoch: int | None = None,
    ) -> Certificate:
        """Signed by these seats of the set of this epoch; by default by a quorum of the right one."""
        epoch = header.epoch if epoch is None else epoch
        validators = self.sets[epoch]
        chosen = range(validators.quorum) if seats is None else seats
        hash_ = header.hash()
        statement_epoch = header.epoch if signed_epoch is None else signed_epoch
        message = signing_bytes(header.chain_id, kind, statement_epoch, codec.u64(header.height) + hash_)
        signers = bytearray((len(validators.validators) + 7) // 8)
        for seat in chosen:
            signers[seat // 8] |= 1 << seat % 8
        members = self.members_of[epoch]
        signatures = tuple(self.keys[members[seat]].sign(message) for seat in sorted(chosen))
        return Certificate(header.epoch, header.height, hash_, bytes(signers), signatures)

    def receipt(
        self, epoch: int, index: int = 1, *, height: int | None = None, transactions: Sequence[SignedTransaction] = ()
    ) -> Receipt:
        """A receipt of a block of this epoch. Its transaction 1 failed at operation 1."""
        listed = list(transactions) or self.transactions
        header = self.header(height or (5, 15, 25)[epoch], epoch, listed)
        leaves = [transaction.witness() for transaction in listed]
        results = self.results(listed)
        return Receipt(
            transaction=listed[index].encode(),
            result=results[index],
            index=index,
            header=header,
            certificate=self.certify(header),
            transaction_path=merkle.path(leaves, index),
            result_path=merkle.path([result.encode() for result in results], index),
            epochs=self.ends[:epoch],
        )

    def recertified(self, receipt: Receipt, **changes: Any) -> Receipt:
        """The receipt with another header, which a quorum of the right validators signed all the same."""
        header = replace(receipt.header, **changes)
        return replace(receipt, header=header, certificate=self.certify(header))

    @cached_property
    def known(self) -> LightClient:
        """A light client that knows all epochs; not to be advanced."""
        return self.light_client()

    def light_client(self, epochs: int = 2) -> LightClient:
        chain = LightClient(self.genesis)
        chain.advance(self.ends[:epochs])
        return chain

    @cached_property
    def blocks(self) -> tuple[CertifiedHeader, ...]:
        """A block of each epoch, with the state of this chain."""
        return tuple(self._block(epoch) for epoch in range(3))

    def _block(self, epoch: int) -> CertifiedHeader:
        header = self.header((5, 15, 25)[epoch], epoch, self.transactions)
        return CertifiedHeader(header, self.certify(header))

    def state_proof(self, key_: bytes) -> StateProof:
        """The proof that this key has its value, or none, by walking the tree from the root."""
        path = state_tree.path_of(key_)
        leaves = sorted((state_tree.path_of(k), state_tree.value_hash(v)) for k, v in self.state.items())
        siblings: list[bytes] = []
        depth = 0
        while len(leaves) > 1:
            halves: tuple[dict[bytes, bytes], dict[bytes, bytes]] = ({}, {})
            for leaf_path, hashed in leaves:
                halves[leaf_path[depth // 8] >> (7 - depth % 8) & 1][leaf_path] = hashed
            side = path[depth // 8] >> (7 - depth % 8) & 1
            siblings.append(state_tree._subtree(sorted(halves[1 - side].items()), depth + 1))
            leaves, depth = sorted(halves[side].items()), depth + 1
        return StateProof(tuple(siblings), leaves[0] if leaves else None)

    def _end(self, epoch: int) -> EpochEnd:
        header = self.header(ENDS[epoch], epoch, self.transactions)
        return EpochEnd(header, self.certify(header), self.sets[epoch + 1])

    def _seat(self, index: int) -> Validator:
        node, log = key(f"node{index}").public_key, hashlib.sha256(b"log %d" % index).digest()
        return Validator(f"v{index}", ids.member_id("m0"), self.keys[index].public_key, node, log)

    def _genesis(self) -> dict[str, Any]:
        parameters = {
            "view_timeout_ms": 2000, "view_timeout_max_ms": 16000, "window": 64, "activation_delay": 128,
            "max_block_bytes": 4194304, "max_batch_bytes": 524288, "max_batch_delay_ms": 5,
            "batch_lifetime_ms": 600000, "batches_per_author": 256, "max_transaction_bytes": 65536,
            "max_signatures": 32, "max_operations": 64, "max_lifetime_ms": 600000,
            "max_long_lifetime_ms": 2592000000, "long_lived_slots": 256, "expiry_grace_ms": 60000,
            "clock_drift_ms": 2000, "clock_lag_ms": 20000, "rules": 1,
        }  # fmt: skip
        admin = {"keys": [{"public_key": key("admin").public_key.hex(), "weight": 1}], "threshold": 1}
        account = {"member": "m0", "name": "admin", "salt": 0, "keys": admin, "roles": ["admin", "issuer", "user"]}
        holdings = {"m0/admin": "100000"}
        asset = {"name": "TEST", "decimals": 2, "issuer": "m0/admin", "policy": "open", "holdings": holdings}
        seats = [self._seat(i) for i in range(4)]
        return {
            "network": "forged",
            "created_ms": 1_767_225_600_000,
            "nonce": "00",
            "members": [{"name": "m0", "contact": "nobody"}],
            "accounts": [account],
            "assets": [asset],
            "validators": [
                {"name": seat.name, "member": "m0", "consensus_key": seat.consensus_key.hex(),
                 "node_key": seat.node_key.hex(), "vote_log": seat.vote_log.hex()}
                for seat in seats
            ],
            "parameters": parameters,
        }  # fmt: skip
