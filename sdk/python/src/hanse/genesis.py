"""The genesis file: the one thing that must be trusted, since everything else is proved from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TypeVar

from hanse import codec, merkle, state_tree, strict_json
from hanse.crypto import is_usable_key
from hanse.errors import DecodeError, GenesisError
from hanse.hashing import tagged
from hanse.header import Header
from hanse.ids import account_id, asset_id, member_id
from hanse.keysets import KeySet, WeightedKey
from hanse.parameters import Parameters
from hanse.state import Account, AccountStatus, Asset, Epoch, Holding, Key, Member, Role, TransferPolicy
from hanse.strict_json import Fields
from hanse.validators import Validator, ValidatorSet

# A proposal without references, of time 0, without certificate.
NULL_PROPOSAL = bytes(17)

_E = TypeVar("_E", bound=IntEnum)


@dataclass(frozen=True)
class GenesisAccount:
    """An account that exists from the start; `member` is a name."""

    member: str
    name: str
    salt: int
    keys: KeySet
    roles: tuple[Role, ...]

    def id(self) -> bytes:
        """Its id."""
        return account_id(member_id(self.member), self.salt, self.keys)

    def encode(self) -> bytes:
        """Canonical bytes."""
        front = codec.text(self.member) + codec.text(self.name) + codec.u64(self.salt) + self.keys.encode()
        return front + codec.sequence(map(codec.u32, self.roles))


@dataclass(frozen=True)
class GenesisAsset:
    """An asset that exists from the start. Issuer and holders are written `member/name`."""

    name: str
    decimals: int
    issuer: str
    policy: TransferPolicy
    holdings: tuple[tuple[str, int], ...]

    def encode(self) -> bytes:
        """Canonical bytes."""
        front = codec.text(self.name) + codec.u8(self.decimals) + codec.text(self.issuer) + codec.u32(self.policy)
        return front + codec.sequence(codec.text(holder) + codec.u128(amount) for holder, amount in self.holdings)


@dataclass(frozen=True)
class Genesis:
    """The decoded file. Approvals are left out: they are no part of the chain id."""

    network: str
    created_ms: int
    nonce: str
    members: tuple[Member, ...]
    accounts: tuple[GenesisAccount, ...]
    assets: tuple[GenesisAsset, ...]
    validators: tuple[Validator, ...]
    parameters: Parameters

    @classmethod
    def load(cls, path: str | Path) -> Genesis:
        """From a file.

        Raises GenesisError when it cannot be read (OSError where the file cannot).
        """
        return cls.parse(Path(path).read_bytes(), str(path))

    @classmethod
    def parse(cls, data: bytes, name: str = "genesis") -> Genesis:
        """From the bytes of a file. Unknown, repeated and missing fields are refused."""
        try:
            genesis = _genesis(Fields(strict_json.load(data), "genesis"))
            genesis.encode()
            genesis.state()
            return genesis
        except DecodeError as error:
            raise GenesisError(f"{name}: {error}") from None

    def encode(self) -> bytes:
        """Canonical bytes, with no approvals."""
        front = codec.text(self.network) + codec.u64(self.created_ms) + codec.text(self.nonce)
        lists = codec.sequence(member.encode() for member in self.members)
        lists += codec.sequence(account.encode() for account in self.accounts)
        lists += codec.sequence(asset.encode() for asset in self.assets)
        validators = codec.sequence(_validator_bytes(self.member_name(v), v) for v in self.validators)
        return front + lists + validators + self.parameters.encode() + codec.u64(0)

    def member_name(self, validator: Validator) -> str:
        """The name of the member that runs a validator."""
        return next(member.name for member in self.members if member_id(member.name) == validator.member)

    def chain_id(self) -> bytes:
        """What names this network."""
        return tagged("hanse.genesis.v1", self.encode())

    def validator_set(self) -> ValidatorSet:
        """The validators of epoch 0."""
        return ValidatorSet(self.validators)

    def state(self) -> dict[bytes, bytes]:
        """The state after block 0."""
        validators, entries = self.validator_set().encode(), {Key.PARAMETERS: self.parameters.encode()}
        entries |= {Key.ACTIVE_SET: validators, Key.NEXT_SET: validators, Key.EPOCH: Epoch(0, 0).encode()}
        for member in self.members:
            entries[Key.member(member_id(member.name))] = member.encode()
        ids = {}
        for one in self.accounts:
            member_, id_ = member_id(one.member), one.id()
            account = Account(member_, one.name, one.keys, one.roles, AccountStatus.ACTIVE, 0)
            entries[Key.account(id_)] = account.encode()
            entries[Key.account_name(one.name, member_)] = id_
            ids[f"{one.member}/{one.name}"] = id_
        for item in self.assets:
            supply = sum(amount for _, amount in item.holdings)
            id_ = asset_id(item.name)
            asset = Asset(item.name, item.decimals, _named(ids, item.issuer), item.policy, supply)
            entries[Key.asset(id_)] = asset.encode()
            for holder, amount in item.holdings:
                entries[Key.holding(id_, _named(ids, holder))] = Holding(amount, 0).encode()
        return entries

    def first_header(self) -> Header:
        """Block 0, which nobody signs because everybody computes it."""
        empty, validators = merkle.root([]), self.validator_set().hash()
        proposal = tagged("hanse.proposal.v1", NULL_PROPOSAL)
        start = (1, self.chain_id(), 0, 0, bytes(32), self.created_ms, proposal, empty, 0, empty)
        return Header(*start, state_tree.root(self.state()), validators, validators, self.parameters.rules)


def key_set(fields: Fields) -> KeySet:
    """A key set from its JSON."""
    keys = []
    for item in fields.items("keys"):
        key = Fields(item, "key")
        keys.append(WeightedKey(key.hex("public_key", 32), key.unsigned("weight", 32)))
        key.end()
    keys_ = KeySet(tuple(keys), fields.unsigned("threshold", 32))
    fields.end()
    problem = keys_.problem()
    if problem:
        raise DecodeError(problem)
    return keys_


def _genesis(fields: Fields) -> Genesis:
    genesis = Genesis(
        fields.text("network"),
        fields.unsigned("created_ms", 64),
        fields.text("nonce"),
        tuple(_member(Fields(item, "member")) for item in fields.items("members")),
        tuple(_account(Fields(item, "account")) for item in fields.items("accounts")),
        tuple(_asset(Fields(item, "asset")) for item in fields.items("assets")),
        tuple(_validator(Fields(item, "validator")) for item in fields.items("validators")),
        Parameters.from_json(fields.object("parameters")),
    )
    if fields.has("approvals"):
        for item in fields.items("approvals"):
            approval = Fields(item, "approval")
            _ = approval.text("member"), approval.hex("public_key", 32), approval.hex("signature", 64)
            approval.end()
    fields.end()
    _check_names(genesis)
    return genesis


def _check_names(genesis: Genesis) -> None:
    """Refuses what cannot be a network. A node checks more, such as the ranges of parameters."""
    members = {member_id(member.name) for member in genesis.members}
    if not genesis.validators or any(validator.member not in members for validator in genesis.validators):
        raise DecodeError("there must be validators, each of a member that is listed")
    if any(member_id(account.member) not in members for account in genesis.accounts):
        raise DecodeError("an account is of no member that is listed")
    named: tuple[tuple[str, list[object]], ...] = (
        ("member", [member.name for member in genesis.members]),
        ("account", [(account.member, account.name) for account in genesis.accounts]),
        ("asset", [asset.name for asset in genesis.assets]),
        ("validator", [validator.name for validator in genesis.validators]),
        ("validator", [validator.consensus_key for validator in genesis.validators]),
    )
    for what, names in named:
        if len(set(names)) != len(names):
            raise DecodeError(f"the same {what} is listed twice")


def _member(fields: Fields) -> Member:
    member = Member(fields.text("name"), fields.text("contact"))
    fields.end()
    return member


def _account(fields: Fields) -> GenesisAccount:
    member, name, salt = fields.text("member"), fields.text("name"), fields.unsigned("salt", 64)
    keys = key_set(fields.object("keys"))
    roles = [_by_name(Role, role) for role in fields.items("roles")]
    fields.end()
    if len(set(roles)) != len(roles):
        raise DecodeError(f"account {member}/{name}: a role stands twice")
    return GenesisAccount(member, name, salt, keys, tuple(sorted(roles)))


def _asset(fields: Fields) -> GenesisAsset:
    name, decimals, issuer = fields.text("name"), fields.unsigned("decimals", 8), fields.text("issuer")
    policy = _by_name(TransferPolicy, fields.text("policy"))
    pairs = [(holder, strict_json.amount(amount, "holding")) for holder, amount in fields.object("holdings").pairs()]
    fields.end()
    return GenesisAsset(name, decimals, issuer, policy, tuple(sorted(pairs, key=lambda pair: codec.text(pair[0])[8:])))


def _validator(fields: Fields) -> Validator:
    name, member = fields.text("name"), fields.text("member")
    keys = [fields.hex(part, 32) for part in ("consensus_key", "node_key", "vote_log")]
    fields.end()
    if not all(map(is_usable_key, keys[:2])):
        raise DecodeError(f"validator {name}: a key that cannot be registered")
    return Validator(name, member_id(member), *keys)


def _validator_bytes(member: str, v: Validator) -> bytes:
    return codec.text(v.name) + codec.text(member) + v.consensus_key + v.node_key + v.vote_log


def _named(ids: dict[str, bytes], name: str) -> bytes:
    if name not in ids:
        raise DecodeError(f"there is no account {name}")
    return ids[name]


def _by_name(kind: type[_E], name: object) -> _E:
    for item in kind:
        if item.name.lower() == name:
            return item
    raise DecodeError(f"{name!r} is no {kind.__name__}")
