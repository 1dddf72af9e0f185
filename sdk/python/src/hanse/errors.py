"""What can go wrong, as types. Every error says what was found, and `cure` what to do about it."""

from __future__ import annotations

from enum import Enum

from hanse.codes import API_REASONS, BY_NAME, Kind


class HanseError(Exception):
    """The root of all errors of this package."""

    cure: str = ""


class DecodeError(HanseError):
    """Bytes, or a value to be encoded, are not of the form that docs/formats.md prescribes."""

    cure = "Check where the bytes or values come from."


class KeyFileError(HanseError):
    """A key file cannot be read, written or trusted."""

    cure = "Key files are PKCS#8 PEM of an Ed25519 key, regular files of yours with mode 0600."


class GenesisError(HanseError):
    """A genesis file cannot be read. Nothing can be proved without it."""

    cure = "Take the genesis file from somebody you trust; `hanse genesis check` explains it."


class Reason(str, Enum):
    """Why a proof is refused."""

    UNREADABLE = "unreadable"
    WRONG_CHAIN = "wrong_chain"
    EPOCHS = "epochs"
    VALIDATOR_SET = "validator_set"
    CERTIFICATE = "certificate"
    SIGNERS = "signers"
    QUORUM = "quorum"
    VALIDATOR_SIGNATURE = "validator_signature"
    TRANSACTION = "transaction"
    TRANSACTION_ID = "transaction_id"
    TRANSACTION_PATH = "transaction_path"
    RESULT_PATH = "result_path"
    CLIENT_SIGNATURE = "client_signature"
    STATE_PROOF = "state_proof"
    BLOCK = "block"


class ProofError(HanseError):
    """A receipt, certificate or state proof does not prove what it claims. Do not rely on it."""

    cure = "Do not rely on it. Ask another node for the proof, and its operator for the reason."

    def __init__(self, reason: Reason, message: str) -> None:
        """With the machine-readable reason and the words for people."""
        super().__init__(message)
        self.reason = reason


class Unreachable(HanseError):
    """No endpoint answered. Whether a transaction was taken is unknown; sending the same bytes again is safe."""

    cure = "Check the endpoint, or send the same bytes to another one."


class ApiError(HanseError):
    """A node answered with an error: `reason` is a code of docs/codes.md."""

    def __init__(self, reason: str, message: str, metadata: dict[str, str], retry_after_ms: int | None) -> None:
        """As the node's ErrorInfo and RetryInfo say."""
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.metadata = metadata
        self.retry_after_ms = retry_after_ms
        known = BY_NAME.get(reason)
        self.cure = known.meaning if known else API_REASONS.get(reason, "")


class BadRequest(ApiError):
    """A field of the request cannot be read; the message names it."""


class NotFound(ApiError):
    """There is no such block, transaction or object."""


class BelowRetention(ApiError):
    """The height was pruned at this node."""

    @property
    def first_kept_height(self) -> int | None:
        """From where on the node keeps blocks, if it said so."""
        height = self.metadata.get("first_kept_height", "")
        return int(height) if height.isdecimal() else None


class SlowReader(ApiError):
    """A subscription was cut because its reader did not read."""

    @property
    def resume_token(self) -> bytes | None:
        """From where to go on, if the node said so."""
        token = self.metadata.get("resume_token")
        return bytes.fromhex(token) if token else None


class Refused(ApiError):
    """The node did not take the transaction and keeps nothing of it."""

    @property
    def number(self) -> int:
        """The code's number in the registry."""
        return BY_NAME[self.reason].number

    @property
    def retryable(self) -> bool:
        """Whether the same bytes may still commit."""
        return self.metadata.get("retryable") == "true"

    @property
    def transaction_id(self) -> bytes | None:
        """The transaction's id, where its bytes were readable."""
        hexadecimal = self.metadata.get("transaction_id")
        return bytes.fromhex(hexadecimal) if hexadecimal else None


class FinallyRefused(Refused):
    """These bytes will never be taken by any node: change the transaction."""


class RefusedForNow(Refused):
    """The same bytes may still commit, later or through another node.

    With the code of a failure it would fail by the state that the node has now.
    """

    def __init__(self, reason: str, message: str, metadata: dict[str, str], retry_after_ms: int | None) -> None:
        """As the node's ErrorInfo and RetryInfo say."""
        super().__init__(reason, message, metadata, retry_after_ms)
        if BY_NAME[reason].kind is Kind.FAILURE:
            self.cure += "; correct the cause, or send the same bytes again when the state has changed"


class NotCommitted(HanseError):
    """A transaction ended without effect, or has no outcome yet. `code` names the failure where there is one."""

    def __init__(self, message: str, transaction_id: bytes, code: str | None, cure: str) -> None:
        """With the transaction's id and its code, if it stands in a block."""
        super().__init__(message)
        self.transaction_id = transaction_id
        self.code = code
        self.cure = cure


_API_ERRORS: dict[str, type[ApiError]] = {
    "bad_request": BadRequest,
    "not_found": NotFound,
    "below_retention": BelowRetention,
    "slow_reader": SlowReader,
}


def api_error(reason: str, message: str, metadata: dict[str, str], retry_after_ms: int | None) -> ApiError:
    """The right type for a reason."""
    code = BY_NAME.get(reason)
    if code is None:
        return _API_ERRORS.get(reason, ApiError)(reason, message, metadata, retry_after_ms)
    final = code.kind is Kind.FINAL or metadata.get("retryable") == "false"
    return (FinallyRefused if final else RefusedForNow)(reason, message, metadata, retry_after_ms)
