"""Following the chain: every matching transaction from a height on, in order, without gaps, over breaks of nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hanse.client.blocks import Block, Blocks
from hanse.codes import BY_NUMBER
from hanse.errors import ApiError, DecodeError, Unreachable
from hanse.v1 import event_service_pb2 as pb

_RESUME_AFTER = {"slow_reader", "stopping"}


@dataclass(frozen=True)
class Event:
    """A transaction that matches: the node's word; `Client.transaction` proves it.

    `code` is `committed`, or why it had no effect. `signed` is empty where bodies were left out.
    """

    height: int
    index: int
    time_ms: int
    transaction_id: bytes
    code: str
    operations: tuple[str, ...]
    signed: bytes
    resume_token: bytes


@dataclass(frozen=True)
class Progress:
    """Everything up to this height was looked at. Comes at least every 5 seconds."""

    height: int
    resume_token: bytes


class Subscription:
    """An iterator of `Event` and `Progress`. `resume_token` goes on after the last one, on any node."""

    def __init__(self, events: Events, request: pb.SubscribeRequest, reconnect: bool) -> None:
        """Use `Events.subscribe`."""
        self._events = events
        self._request = request
        self._reconnect = reconnect
        self._cancelled = False
        self._stream, self._cancel = self._open()
        self.resume_token: bytes | None = request.resume_token if request.HasField("resume_token") else None

    def __iter__(self) -> Iterator[Event | Progress]:
        """Itself."""
        return self

    def __next__(self) -> Event | Progress:
        """The next message; waits for it.

        Raises StopIteration after `cancel`; BelowRetention where history was pruned; Unreachable when no node goes on.
        """
        while True:
            try:
                message = next(self._stream)
            except (Unreachable, ApiError, StopIteration) as error:
                self._resume(error)
                continue
            shown = _shown(message)
            self.resume_token = shown.resume_token
            return shown

    def cancel(self) -> None:
        """Ends the subscription."""
        self._cancelled = True
        self._cancel()

    def _open(self) -> tuple[Iterator[pb.SubscribeReply], Callable[[], bool]]:
        return self._events.stream("EventService/Subscribe", self._request, pb.SubscribeReply)

    def _resume(self, error: Exception) -> None:
        """Opens the stream again after the last message, or says why not."""
        if self._cancelled:
            raise StopIteration from None
        broken = isinstance(error, (Unreachable, StopIteration)) or (
            isinstance(error, ApiError) and error.reason in _RESUME_AFTER
        )
        known = self.resume_token is not None or self._request.HasField("from_height")
        if not (self._reconnect and broken and known):
            if isinstance(error, StopIteration):
                raise Unreachable("the node ended the subscription") from None
            raise error
        if self.resume_token is not None:
            self._request.resume_token = self.resume_token
        self._events.next_endpoint()
        self._stream, self._cancel = self._open()


class Events(Blocks):
    """Calls of EventService."""

    def subscribe(
        self,
        *,
        accounts: Sequence[bytes] = (),
        assets: Sequence[bytes] = (),
        operations: Sequence[str] = (),
        from_height: int | None = None,
        resume_token: bytes | None = None,
        bodies: bool = True,
        reconnect: bool = True,
    ) -> Subscription:
        """Transactions that match all lists that are not empty, by one entry each.

        From the first of a height, from where a token was given, or else from the next block on. When a node breaks
        off, the next endpoint goes on after the last message, unless `reconnect` is False.
        """
        if from_height is not None and resume_token is not None:
            raise ValueError("give from_height or resume_token, not both")
        event_filter = pb.EventFilter(accounts=accounts, assets=assets, operations=operations)
        request = pb.SubscribeRequest(filter=event_filter, omit_bodies=not bodies)
        if from_height is not None:
            request.from_height = from_height
        if resume_token is not None:
            request.resume_token = resume_token
        return Subscription(self, request, reconnect)

    def follow_blocks(self, from_height: int, *, bodies: bool = True) -> Iterator[Block]:
        """Every block from this height on, without end, each proved as `block` does; waits for the next one.

        The stream tells of heights; blocks are fetched as they come. Leave the loop to end it.
        """
        subscription = self.subscribe(from_height=from_height, bodies=False)
        next_height = from_height
        try:
            for message in subscription:
                while next_height <= message.height:
                    yield self.block(next_height, bodies=bodies)
                    next_height += 1
        finally:
            subscription.cancel()


def _shown(message: pb.SubscribeReply) -> Event | Progress:
    if message.WhichOneof("message") == "progress":
        return Progress(message.progress.height, message.progress.resume_token)
    event = message.event
    code = BY_NUMBER.get(event.code)
    if code is None:
        raise DecodeError(f"an event with the unknown code {event.code}")
    return Event(
        event.height,
        event.index,
        event.time_ms,
        event.transaction_id,
        code.name,
        tuple(event.operations),
        event.signed_transaction,
        event.resume_token,
    )
