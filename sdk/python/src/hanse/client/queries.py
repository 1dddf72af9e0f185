"""Reading the chain. With a genesis every answer is proved; values are decoded from the proven bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar, cast

from hanse import ids
from hanse.client.trust import Answer, StateValue, TrustedConnection
from hanse.errors import DecodeError, NotFound, ProofError, Reason
from hanse.parameters import Parameters
from hanse.receipt import Receipt
from hanse.state import Account, Asset, Holding, Key, Lock, Member
from hanse.v1 import proof_pb2
from hanse.v1 import query_service_pb2 as pb
from hanse.validators import ValidatorSet

T = TypeVar("T")


@dataclass(frozen=True)
class HoldingOf:
    """What an account holds of an asset. `asset` is there where the query proves it too."""

    asset_id: bytes
    account_id: bytes
    holding: Holding
    asset: Asset | None = None


@dataclass(frozen=True)
class AccountView:
    """An account and what it holds. That no holding was left out is not proven; ask for `holding` to be sure."""

    id: bytes
    account: Account
    holdings: tuple[HoldingOf, ...]
    holdings_truncated: bool


@dataclass(frozen=True)
class HistoryEntry:
    """A transaction that touched an account: the node's word; `transaction` proves it."""

    height: int
    index: int
    transaction_id: bytes


class Queries(TrustedConnection):
    """Calls of QueryService. Objects are named by id (32 bytes) or by name."""

    def state(self, key: bytes) -> Answer[StateValue]:
        """Any value of the state, or its absence, with its proof. Keys are made by `hanse.state.Key`."""
        answer = self.call("QueryService/GetState", pb.GetStateRequest(key=key), pb.GetStateResponse)
        block = self.prove_block(answer.block)
        return Answer(self.prove_value(answer.value, key, block), block, self.verified)

    def account(self, account: bytes | str) -> Answer[AccountView | None]:
        """An account with what it holds, or None; by id, `member/name`, or a name that is unique in the network."""
        id_ = self.account_id(account)
        answer = self.call("QueryService/GetAccount", pb.GetAccountRequest(account_id=id_), pb.GetAccountResponse)
        block = self.prove_block(answer.block)
        found = self.prove_value(answer.account, Key.account(id_), block)
        if found.data is None:
            return Answer(None, block, self.verified)
        holdings = []
        for entry in answer.holdings:
            value = self.prove_value(entry.holding, Key.holding(entry.asset_id, id_), block)
            asset = self.prove_value(entry.asset, Key.asset(entry.asset_id), block)
            holding = _present(Holding, value)
            holdings.append(HoldingOf(entry.asset_id, id_, holding, _present(Asset, asset)))
        shown = _present(Account, found)
        view = AccountView(id_, shown, tuple(holdings), answer.holdings_truncated)
        return Answer(view, block, self.verified)

    def account_id(self, account: bytes | str) -> bytes:
        """The id behind `member/name` or a name that is unique in the network.

        Raises NotFound when there is none, DecodeError when a bare name is not unique.
        """
        if isinstance(account, bytes):
            return account
        if "/" in account:
            member, name = account.split("/", 1)
            found = self.state(Key.account_name(name, ids.member_id(member))).value
            if found.data is None:
                raise NotFound("not_found", f"there is no account {account}", {}, None)
            return cast("bytes", found.decoded())
        answer = self.call("QueryService/ResolveName", pb.ResolveNameRequest(name=account), pb.ResolveNameResponse)
        block = self.prove_block(answer.block)
        found_ids = []
        for candidate in answer.candidates:
            value = self.prove_value(candidate.entry, Key.account_name(account, candidate.member_id), block)
            found_ids.append(_present(bytes, value))
        if not found_ids:
            raise NotFound("not_found", f"there is no account {account}", {}, None)
        if len(found_ids) > 1:
            members = ", ".join(candidate.member_name for candidate in answer.candidates)
            raise DecodeError(f"several members have an account {account} ({members}): write member/{account}")
        return found_ids[0]

    def holding(self, asset: bytes | str, account: bytes | str) -> Answer[Holding]:
        """What one account holds of one asset; absence is proved and means nothing."""
        answer = self.state(Key.holding(_asset_id(asset), self.account_id(account)))
        value = Holding(0, 0) if answer.value.data is None else _present(Holding, answer.value)
        return Answer(value, answer.block, answer.verified)

    def asset(self, asset: bytes | str) -> Answer[Asset | None]:
        """An asset, or None."""
        return self._object(Key.asset(_asset_id(asset)), Asset)

    def member(self, member: bytes | str) -> Answer[Member | None]:
        """A member, or None."""
        id_ = ids.member_id(member) if isinstance(member, str) else member
        return self._object(Key.member(id_), Member)

    def lock(self, lock: bytes) -> Answer[Lock | None]:
        """A lock, or None when there is no such lock (any more)."""
        return self._object(Key.lock(lock), Lock)

    def holdings(self, asset: bytes | str, *, page_size: int = 100) -> Iterator[Answer[tuple[HoldingOf, ...]]]:
        """Who holds an asset, page by page, ascending by account id. Each page stands at its own block."""
        id_, token = _asset_id(asset), b""
        while True:
            request = pb.GetHoldingsRequest(asset_id=id_, page_size=page_size, page_token=token)
            answer = self.call("QueryService/GetHoldings", request, pb.GetHoldingsResponse)
            block = self.prove_block(answer.block)
            page = []
            for entry in answer.holdings:
                value = self.prove_value(entry.holding, Key.holding(id_, entry.account_id), block)
                page.append(HoldingOf(id_, entry.account_id, _present(Holding, value)))
            yield Answer(tuple(page), block, self.verified)
            token = answer.next_page_token
            if not token:
                return

    def parameters(self) -> Answer[Parameters]:
        """The chain parameters."""
        request = pb.GetParametersRequest()
        answer = self.call("QueryService/GetParameters", request, pb.GetParametersResponse)
        block = self.prove_block(answer.block)
        value = self.prove_value(answer.parameters, Key.PARAMETERS, block)
        return Answer(_present(Parameters, value), block, self.verified)

    def validators(self, height: int | None = None) -> Answer[ValidatorSet]:
        """The validators of a block; of the newest without a height."""
        answer = self.call(
            "QueryService/GetValidators", pb.GetValidatorsRequest(height=height), pb.GetValidatorsResponse
        )
        block = self.prove_block(answer.block)
        validators = ValidatorSet.decode(answer.validator_set)
        if validators.hash() != block.header.active_set or height not in (None, block.header.height):
            raise ProofError(Reason.VALIDATOR_SET, "the validators shown are not those of the block that was asked for")
        return Answer(validators, block, self.verified)

    def transaction(self, transaction: bytes) -> Receipt:
        """The receipt of a transaction, which its `to_json` makes portable.

        Raises NotFound when it stands in no block that is kept there.
        """
        request = pb.GetTransactionRequest(transaction_id=transaction)
        return self.prove_receipt(self.call("QueryService/GetTransaction", request, proof_pb2.Receipt), transaction)

    def history(self, account: bytes | str, *, page_size: int = 100) -> Iterator[HistoryEntry]:
        """The transactions that touched an account, newest first."""
        id_, token = self.account_id(account), b""
        while True:
            request = pb.GetAccountHistoryRequest(account_id=id_, page_size=page_size, page_token=token)
            answer = self.call("QueryService/GetAccountHistory", request, pb.GetAccountHistoryResponse)
            for entry in answer.entries:
                yield HistoryEntry(entry.height, entry.index, entry.transaction_id)
            token = answer.next_page_token
            if not token:
                return

    def _object(self, key: bytes, kind: type[T]) -> Answer[T | None]:
        answer = self.state(key)
        value = None if answer.value.data is None else _present(kind, answer.value)
        return Answer(value, answer.block, answer.verified)


def _asset_id(asset: bytes | str) -> bytes:
    return ids.asset_id(asset) if isinstance(asset, str) else asset


def _present(kind: type[T], value: StateValue) -> T:
    try:
        decoded = value.decoded()
    except DecodeError as error:
        raise ProofError(Reason.UNREADABLE, f"the value of the key {value.key.hex()}: {error}") from None
    if not isinstance(decoded, kind):
        raise ProofError(Reason.STATE_PROOF, f"the key {value.key.hex()} has no value where one is claimed")
    return decoded
