"""Connections to one or more nodes of a network: calls, errors as types, and the next node when one does not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar
from urllib.parse import urlsplit

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from hanse.errors import ApiError, HanseError, Unreachable, api_error

MESSAGE_BYTES_MAX = 64 * 1024 * 1024
# Another node may serve where these are the answer.
_THIS_NODE_ONLY = {"unavailable", "stopping", "no_answer", "read_failed", "too_many_subscriptions"}

M = TypeVar("M", bound=Message)
T = TypeVar("T")


@dataclass(frozen=True)
class Tls:
    """PEM bytes for https endpoints: the authority to trust (none: the system's), and an own certificate with key."""

    ca: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = None


class Connection:
    """Channels to all endpoints. Calls go to the one that answered last.

    With `failover`, a call that an endpoint does not answer goes to the next one. That is safe for every call:
    transactions are named by their id, and sending the same bytes twice has the one outcome.
    """

    def __init__(
        self, endpoints: str | Sequence[str], *, tls: Tls | None = None, timeout: float = 10.0, failover: bool = True
    ) -> None:
        """To nodes at `http://HOST:PORT` or `https://HOST:PORT`. `timeout` is for each call, in seconds."""
        urls = [endpoints] if isinstance(endpoints, str) else list(endpoints)
        if not urls:
            raise ValueError("at least one endpoint is needed")
        self.endpoints = tuple(urls)
        self.timeout = timeout
        self._failover = failover
        self._channels = [_channel(url, tls or Tls()) for url in urls]
        self._current = 0
        self._lock = threading.Lock()

    def close(self) -> None:
        """Ends all connections; running calls and subscriptions end with an error."""
        for channel in self._channels:
            channel.close()

    def __enter__(self: T) -> T:
        """Nothing more: channels connect by themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes."""
        self.close()

    def call(self, method: str, request: Message, reply: type[M], timeout: float | None = None) -> M:
        """One call with one answer. `method` is `Service/Method`."""
        seconds = self.timeout if timeout is None else timeout

        def once(channel: grpc.Channel) -> M:
            function = channel.unary_unary(_path(method), _serialize, reply.FromString)
            answer: M = function(request, timeout=seconds)
            return answer

        return self.try_endpoints(once)

    def stream(self, method: str, request: Message, reply: type[M]) -> tuple[Iterator[M], Callable[[], bool]]:
        """A call with a stream of answers, and what cancels it. The stream raises our errors."""

        def once(channel: grpc.Channel) -> tuple[Iterator[M], Callable[[], bool]]:
            call = channel.unary_stream(_path(method), _serialize, reply.FromString)(request)
            # The node sends its headers when it has taken the subscription: errors before show here.
            call.initial_metadata()
            return _translated(call), call.cancel

        return self.try_endpoints(once)

    def try_endpoints(self, once: Callable[[grpc.Channel], T]) -> T:
        """Tries the endpoints in turn, from the one that answered last."""
        first = self._current
        last_error: HanseError | None = None
        for offset in range(len(self._channels) if self._failover else 1):
            number = (first + offset) % len(self._channels)
            try:
                answer = once(self._channels[number])
            except grpc.RpcError as error:
                last_error = translate(error, self.endpoints[number])
                if isinstance(last_error, ApiError) and last_error.reason not in _THIS_NODE_ONLY:
                    raise last_error from error
                continue
            self._current = number
            return answer
        if last_error is None:
            raise Unreachable("there is no endpoint")
        raise last_error

    def next_endpoint(self) -> None:
        """Turns to the next endpoint; for streams that break while they are read."""
        self._current = (self._current + 1) % len(self._channels)


def translate(error: grpc.RpcError, endpoint: str) -> HanseError:
    """Our error for one of gRPC's."""
    reason, metadata, retry_after = "", dict[str, str](), None
    trailing: Iterable[tuple[str, str | bytes]] = (
        error.trailing_metadata() if isinstance(error, grpc.Call) else None
    ) or ()
    for key, value in trailing:
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            for detail in status_pb2.Status.FromString(value).details:
                info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
                if detail.Unpack(info) and info.domain == "hanse.v1":
                    reason, metadata = info.reason, dict(info.metadata)
                elif detail.Unpack(retry):
                    retry_after = retry.retry_delay.ToMilliseconds()
    code = error.code() if isinstance(error, grpc.Call) else None
    words = (error.details() if isinstance(error, grpc.Call) else None) or str(error)
    if reason:
        return api_error(reason, words, metadata, retry_after)
    if code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED):
        return Unreachable(f"{endpoint}: {words}")
    return ApiError(code.name.lower() if code else "unknown", words, metadata, retry_after)


def _translated(call: Iterator[M]) -> Iterator[M]:
    try:
        yield from call
    except grpc.RpcError as error:
        raise translate(error, "the subscription's node") from error


def _channel(url: str, tls: Tls) -> grpc.Channel:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ValueError(f"expected http://HOST:PORT or https://HOST:PORT, found {url!r}")
    options = [("grpc.max_receive_message_length", MESSAGE_BYTES_MAX)]
    if parts.scheme == "http":
        return grpc.insecure_channel(parts.netloc, options=options)
    credentials = grpc.ssl_channel_credentials(tls.ca, tls.key, tls.certificate)
    return grpc.secure_channel(parts.netloc, credentials, options=options)


def _path(method: str) -> str:
    return f"/hanse.v1.{method}"


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()
