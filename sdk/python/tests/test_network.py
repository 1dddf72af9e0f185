"""Against four real validators: submit, wait, prove, query, subscribe, and fail over."""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from hanse import Client, KeySet, PrivateKey, Receipt, ids, verify_receipt
from hanse.client import Event, OutcomeKind
from hanse.errors import FinallyRefused, NotCommitted, NotFound, ProofError, RefusedForNow, Unreachable
from hanse.state import AccountStatus, Key, Role, TransferPolicy
from hanse.transaction import (
    CreateAsset,
    Issue,
    Lock,
    Redeem,
    RegisterAccount,
    RegisterMember,
    RotateKeys,
    SetHolder,
    SetRoles,
    SetStatus,
    SignedTransaction,
    Transfer,
    Unlock,
    build,
)  # fmt: skip
from hanse.transaction.operations import Operation
from tests.network import Network

TEST = ids.asset_id("TEST")


@pytest.fixture
def client(network: Network) -> Client:
    return network.client()


def account(network: Network, number: int) -> bytes:
    accounts = {one.name: one.id() for one in network.genesis().accounts}
    return accounts[f"account{number}"]


def transfer(network: Network, amount: int = 100, source: int = 2) -> SignedTransaction:
    operation = Transfer(account(network, source), TEST, account(network, 3), amount)
    return build(network.genesis().chain_id(), [operation]).sign(network.key(source))


def commit(client: Client, network: Network, keys: list[PrivateKey], *operations: Operation) -> SignedTransaction:
    signed = build(network.genesis().chain_id(), operations).sign(*keys)
    client.submit_and_wait(signed, wait_ms=60_000).raise_unless_committed()
    return signed


def test_submit_wait_receipt_and_the_binary_agrees(client: Client, network: Network, tmp_path: Path) -> None:
    signed = transfer(network)
    outcome = client.submit_and_wait(signed, wait_ms=60_000)
    assert (outcome.kind, outcome.verified, outcome.id) == (OutcomeKind.COMMITTED, True, signed.id)
    assert outcome.receipt is not None
    file = tmp_path / "receipt.json"
    file.write_text(outcome.receipt.to_json())
    network.run("verify", "receipt", str(file), "--genesis", str(network.genesis_file))
    proven = verify_receipt(Receipt.load(file), network.genesis())
    assert proven.transaction == signed
    assert client.transaction(signed.id).result == outcome.receipt.result


def test_a_receipt_of_the_command_line(network: Network, tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    options = ("--key", str(network.key_file(4)), "--endpoint", network.endpoint(1), "--wait", "--receipt", str(file))
    network.run("tx", "transfer", "--to", "account3", "--asset", "TEST", "--amount", "12.50", *options)
    proven = verify_receipt(Receipt.load(file), network.genesis())
    assert proven.transaction.body.operations == (Transfer(account(network, 4), TEST, account(network, 3), 1250),)
    assert Receipt.load(file).to_json() == file.read_text()
    verify = ["verify", "receipt", str(file), "--genesis", str(network.genesis_file)]
    file.write_text(json.dumps(json.loads(file.read_text()) | {"index": 1}))
    done = subprocess.run([network.binary, *verify], capture_output=True, timeout=60, check=False)
    assert done.returncode == 5


def test_the_same_bytes_to_all_nodes_have_one_outcome(network: Network) -> None:
    signed = transfer(network, 101)
    places = set()
    for node in range(4):
        with network.client(node) as client:
            assert client.submit(signed) == signed.id
            outcome = client.submit_and_wait(signed, wait_ms=60_000)
            places.add((outcome.kind, outcome.height, outcome.index))
            later = client.outcome(signed.id, signed.body.valid_until_ms)
            assert (later.kind, later.height) == (OutcomeKind.COMMITTED, outcome.height)
    assert len(places) == 1


def test_every_kind_of_operation(client: Client, network: Network) -> None:
    """All kinds that accounts may use; `rejoin` is for validators and tried by the vectors alone."""
    issuer, holder = account(network, 0), account(network, 2)
    root, user = network.key(0), network.key(2)
    fresh, rotated = PrivateKey.generate(), PrivateKey.generate()
    members, name = ids.member_id("member0"), "python"
    asset, keys = ids.asset_id("PY"), KeySet.single(fresh.public_key)
    opened = ids.account_id(members, 7, keys)
    commit(client, network, [root], RegisterAccount(issuer, members, 7, keys, (Role.USER,), name))
    commit(client, network, [root], CreateAsset(issuer, "PY", 2, TransferPolicy.ALLOW_LIST))
    commit(client, network, [root], SetHolder(issuer, asset, opened, True), SetHolder(issuer, asset, holder, True))
    commit(client, network, [root], Issue(issuer, asset, opened, 500))
    locked = commit(client, network, [fresh], Lock(opened, asset, holder, 200, 2**62, ids.asset_id("secret")))
    lock = ids.lock_id(locked.id, 0)
    shown = client.lock(lock).value
    assert shown is not None
    assert (shown.amount, shown.owner, shown.hash) == (200, opened, ids.asset_id("secret"))
    assert client.holding("PY", opened).value.locked == 200
    wrong = build(network.genesis().chain_id(), [Unlock(holder, lock, b"wrong")]).sign(user)
    with pytest.raises(RefusedForNow, match="wrong_preimage"):
        client.submit(wrong)
    commit(client, network, [root], SetRoles(issuer, opened, (Role.OPERATOR, Role.USER)))
    commit(client, network, [fresh], RotateKeys(opened, KeySet.single(rotated.public_key)))
    commit(client, network, [rotated], Transfer(opened, asset, holder, 50))
    commit(client, network, [root], SetStatus(issuer, opened, AccountStatus.SUSPENDED))
    commit(client, network, [root], Issue(issuer, asset, holder, 1), SetHolder(issuer, asset, opened, False))
    view = client.account(f"member0/{name}").value
    assert view is not None
    assert view.id == opened == client.account_id(name)
    assert (view.account.status, view.account.roles) == (AccountStatus.SUSPENDED, (Role.OPERATOR, Role.USER))
    assert view.account.keys == KeySet.single(rotated.public_key)
    assert [(one.asset and one.asset.name, one.holding.available) for one in view.holdings] == [("PY", 250)]
    assert client.state(Key.allowed_holder(asset, opened)).value.data is None
    assert client.state(Key.allowed_holder(asset, holder)).value.data == b""


def test_members_and_redeeming(client: Client, network: Network) -> None:
    regulator, key = account(network, 1), network.key(1)
    admin = PrivateKey.generate()
    commit(client, network, [key], RegisterMember(regulator, "newcomer", "py@example", KeySet.single(admin.public_key)))
    newcomer = client.member("newcomer").value
    assert newcomer is not None
    assert newcomer.contact == "py@example"
    issuer = account(network, 0)
    before = client.asset("TEST").value
    commit(client, network, [network.key(0)], Redeem(issuer, TEST, 7))
    after = client.asset("TEST").value
    assert before is not None
    assert after is not None
    assert before.supply - after.supply == 7


def test_failures_say_what_to_do(client: Client, network: Network) -> None:
    with pytest.raises(RefusedForNow, match="insufficient_funds") as soft:
        client.submit(transfer(network, 10**30))
    assert soft.value.retryable
    assert soft.value.transaction_id is not None
    foreign = build(bytes(32), [Transfer(account(network, 2), TEST, account(network, 3), 1)]).sign(network.key(2))
    with pytest.raises(FinallyRefused, match="wrong_chain") as final:
        client.submit(foreign)
    assert not final.value.retryable
    assert final.value.cure
    good = transfer(network)
    (public, signature), *_ = good.signatures
    forged = SignedTransaction(good.body_bytes, ((public, signature[:32] + bytes(32)),))
    with pytest.raises(FinallyRefused, match="bad_signature"):
        client.submit(forged)
    with pytest.raises(NotFound):
        client.transaction(bytes(32))
    with pytest.raises(NotFound):
        client.block(10**9)
    with pytest.raises(NotFound):
        client.account("nobody")
    assert client.account(bytes(32)).value is None
    assert client.asset("NOTHING").value is None


def test_an_expiry_is_proved(client: Client, network: Network) -> None:
    signed = build(
        network.genesis().chain_id(), [Transfer(account(network, 2), TEST, account(network, 3), 1)], valid_for_ms=1
    )
    outcome = client.outcome(signed.id, signed.body.valid_until_ms - 2000)
    for _ in range(60):
        if outcome.kind is not OutcomeKind.PENDING:
            break
        client.submit_and_wait(transfer(network), wait_ms=60_000)
        outcome = client.outcome(signed.id, signed.body.valid_until_ms - 2000)
    assert (outcome.kind, outcome.verified) == (OutcomeKind.EXPIRED, True)
    assert outcome.expiry is not None
    with pytest.raises(NotCommitted, match="expired"):
        outcome.raise_unless_committed()


def test_queries_are_proved(client: Client, network: Network) -> None:
    genesis = network.genesis()
    assert client.header(0).header == genesis.first_header()
    assert client.validators(0).value == client.validators().value == genesis.validator_set()
    assert client.parameters().value == genesis.parameters
    member = client.member("member0").value
    assert member is not None
    assert member.name == "member0"
    pages = list(client.holdings("TEST", page_size=5))
    holders = [one.account_id for page in pages for one in page.value]
    assert holders == sorted(holders)
    assert {one.id() for one in genesis.accounts} <= set(holders)
    assert all(page.verified for page in pages)
    signed = transfer(network)
    client.submit_and_wait(signed, wait_ms=60_000).raise_unless_committed()
    assert signed.id in [entry.transaction_id for entry in client.history("account2")]
    status = client.status()
    assert status.chain_id == genesis.chain_id()
    assert status.height >= 1


def test_without_the_genesis_nothing_is_verified(network: Network) -> None:
    signed = transfer(network)
    with Client(network.endpoint(0)) as believing:
        outcome = believing.submit_and_wait(signed, wait_ms=60_000)
        assert not outcome.verified
        assert outcome.receipt is not None
        assert not believing.asset("TEST").verified
        verify_receipt(outcome.receipt, network.genesis())


def test_another_genesis_refuses_every_answer(network: Network) -> None:
    other = replace(network.genesis(), nonce="other")
    with Client(network.endpoint(0), other) as suspicious, pytest.raises(ProofError, match="of chain"):
        suspicious.asset("TEST")


def test_subscriptions_are_gapless_and_resume_elsewhere(client: Client, network: Network) -> None:
    first = client.status().height + 1
    sent = [transfer(network, 200 + number) for number in range(6)]
    for signed in sent:
        client.submit_and_wait(signed, wait_ms=60_000).raise_unless_committed()
    seen: list[Event] = []
    token = None
    while len(seen) < len(sent):
        # A new node for every message: tokens hold on all of them.
        with network.client(len(seen) % 4) as one:
            start = {"resume_token": token} if token else {"from_height": first}
            subscription = one.subscribe(accounts=[account(network, 3)], operations=["asset.transfer"], **start)  # type: ignore[arg-type]
            message = next(item for item in subscription if isinstance(item, Event))
            seen.append(message)
            token = message.resume_token
            subscription.cancel()
    assert [event.transaction_id for event in seen] == [signed.id for signed in sent]
    assert all(event.signed == signed.encode() for event, signed in zip(seen, sent, strict=True))
    assert all(event.code == "committed" for event in seen)


def test_following_blocks(client: Client, network: Network) -> None:
    first = client.status().height
    sender = threading.Thread(target=lambda: network.client(1).submit_and_wait(transfer(network, 301), wait_ms=60_000))
    sender.start()
    parent = None
    for block in client.follow_blocks(first):
        assert block.verified
        assert parent is None or block.certified.header.parent == parent
        parent = block.certified.header.hash()
        if any(item.decoded().body.operations == transfer(network, 301).body.operations for item in block.transactions):
            break
    sender.join()
    assert len(client.block(first, bodies=False).transactions) == client.header(first).header.transaction_count


def test_another_endpoint_when_one_is_dead(network: Network) -> None:
    """A node stops: calls and a running subscription go on with the next one; without failover they say so."""
    with network.client(3, 0) as client, network.client(3) as alone:
        start = client.status().height + 1
        subscription = client.subscribe(accounts=[account(network, 3)], from_height=start)
        before = transfer(network, 400)
        client.submit_and_wait(before, wait_ms=60_000).raise_unless_committed()
        events = (item for item in subscription if isinstance(item, Event))
        assert next(events).transaction_id == before.id
        network.stop_node(3)
        try:
            with pytest.raises(Unreachable):
                alone.status()
            after = transfer(network, 401)
            client.submit_and_wait(after, wait_ms=60_000).raise_unless_committed()
            assert next(events).transaction_id == after.id
            subscription.cancel()
        finally:
            network.restart_node(3)
