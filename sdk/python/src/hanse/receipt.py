"""Receipts: what became of a transaction, as a file that needs nothing but the genesis to be believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanse import codec, strict_json
from hanse.codes import BY_NAME, BY_NUMBER, Code
from hanse.errors import DecodeError, ProofError, Reason
from hanse.header import HEADER_BYTES, Certificate, Header
from hanse.light_client import EpochEnd
from hanse.merkle import Path as MerklePath
from hanse.strict_json import Fields
from hanse.validators import ValidatorSet


@dataclass(frozen=True)
class Result:
    """What became of a transaction in its block; `operation` is the index of the one that failed, where one did."""

    id: bytes
    code: Code
    operation: int | None = None

    def encode(self) -> bytes:
        """The leaf of the results tree."""
        return codec.fixed(self.id) + codec.u16(self.code.number) + codec.option(self.operation, codec.u32)


@dataclass(frozen=True)
class Receipt:
    """The parts of a receipt, read but not yet verified: `hanse.verify_receipt` does that.

    `transaction` holds the whole signed bytes, `epochs` the ends of all epochs before the header's.
    """

    transaction: bytes
    result: Result
    index: int
    header: Header
    certificate: Certificate
    transaction_path: MerklePath
    result_path: MerklePath
    epochs: tuple[EpochEnd, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Receipt:
        """From a file.

        Raises ProofError when its content is no receipt; OSError when it cannot be read.
        """
        return cls.parse(Path(path).read_bytes())

    @classmethod
    def parse(cls, data: bytes) -> Receipt:
        """From the bytes of a file. Unknown, repeated and missing fields are refused."""
        try:
            return _receipt(Fields(strict_json.load(data), "receipt"))
        except DecodeError as error:
            raise ProofError(Reason.UNREADABLE, f"not a receipt: {error}") from None

    def to_json(self) -> str:
        """The text of a file, as the command line writes it."""
        document: dict[str, Any] = {
            "version": 2 if self.epochs else 1,
            "transaction": self.transaction.hex(),
            "result": {
                "id": self.result.id.hex(),
                "code": self.result.code.name,
                "operation": self.result.operation,
            },
            "index": self.index,
            "header": self.header.encode().hex(),
            "certificate": _certificate_json(self.certificate),
            "transaction_path": _path_json(self.transaction_path),
            "result_path": _path_json(self.result_path),
        }
        if self.epochs:
            document["epochs"] = [
                {
                    "header": end.header.encode().hex(),
                    "certificate": _certificate_json(end.certificate),
                    "next_set": end.next_set.encode().hex(),
                }
                for end in self.epochs
            ]
        return json.dumps(document, indent=2) + "\n"


def code_of_number(number: int) -> Code:
    """The registry's entry.

    Raises DecodeError for a number that this package does not know.
    """
    if number not in BY_NUMBER:
        raise DecodeError(f"no code has the number {number}; a newer package may know it")
    return BY_NUMBER[number]


def _receipt(fields: Fields) -> Receipt:
    version = fields.unsigned("version", 32)
    if version not in (1, 2):
        raise DecodeError(f"version {version}, this package reads 1 and 2")
    receipt = Receipt(
        transaction=fields.hex("transaction"),
        result=_result(fields.object("result")),
        index=fields.unsigned("index", 32),
        header=Header.decode(fields.hex("header", HEADER_BYTES)),
        certificate=_certificate(fields.object("certificate")),
        transaction_path=_path(fields.object("transaction_path")),
        result_path=_path(fields.object("result_path")),
        epochs=tuple(_epoch_end(Fields(item, "epochs")) for item in fields.items("epochs")) if version == 2 else (),
    )
    fields.end()
    if (version == 2) != bool(receipt.epochs):
        raise DecodeError("a receipt of version 2 shows the ends of epochs, one of version 1 none")
    return receipt


def _result(fields: Fields) -> Result:
    id_, name = fields.hex("id", 32), fields.text("code")
    operation = fields.take("operation")
    if operation is not None and (type(operation) is not int or operation >= 2**32):
        raise DecodeError("operation must be an integer of 32 bits or null")
    fields.end()
    if name not in BY_NAME:
        raise DecodeError(f"no code has the name {name!r}; a newer package may know it")
    return Result(id_, BY_NAME[name], operation)


def _certificate(fields: Fields) -> Certificate:
    epoch, height = fields.unsigned("epoch", 64), fields.unsigned("height", 64)
    hash_, signers = fields.hex("header_hash", 32), fields.hex("signers")
    certificate = Certificate(epoch, height, hash_, signers, fields.hex_list("signatures", 64))
    fields.end()
    return certificate


def _path(fields: Fields) -> MerklePath:
    path = MerklePath(fields.unsigned("index", 64), fields.unsigned("leaves", 64), fields.hex_list("siblings", 32))
    fields.end()
    return path


def _epoch_end(fields: Fields) -> EpochEnd:
    header, certificate = (
        Header.decode(fields.hex("header", HEADER_BYTES)),
        _certificate(fields.object("certificate")),
    )
    end = EpochEnd(header, certificate, ValidatorSet.decode(fields.hex("next_set")))
    fields.end()
    return end


def _certificate_json(certificate: Certificate) -> Mapping[str, Any]:
    return {
        "epoch": certificate.epoch,
        "height": certificate.height,
        "header_hash": certificate.header_hash.hex(),
        "signers": certificate.signers.hex(),
        "signatures": [signature.hex() for signature in certificate.signatures],
    }


def _path_json(path: MerklePath) -> Mapping[str, Any]:
    return {"index": path.index, "leaves": path.leaves, "siblings": [sibling.hex() for sibling in path.siblings]}
