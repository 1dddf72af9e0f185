"""What is written elsewhere and repeated here must be the same: codes, stubs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from hanse.codes import API_REASONS, BY_NAME, BY_NUMBER, Kind
from hanse.errors import ApiError, BelowRetention, FinallyRefused, RefusedForNow, SlowReader, api_error
from tests.conftest import REPOSITORY

SECTIONS = {
    "Success": Kind.SUCCESS,
    "Final refusals": Kind.FINAL,
    "Retryable refusals": Kind.RETRYABLE,
    "Failures in a block": Kind.FAILURE,
}


def test_the_codes_are_those_of_the_registry() -> None:
    found = {}
    for section in (REPOSITORY / "docs" / "codes.md").read_text().split("\n## ")[1:]:
        title = section.splitlines()[0]
        for number, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", section, re.MULTILINE):
            found[int(number)] = (name, SECTIONS[title])
        if title.startswith("Reasons of the API"):
            assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(API_REASONS)
    assert {number: (code.name, code.kind) for number, code in BY_NUMBER.items()} == found
    assert len(BY_NAME) == len(BY_NUMBER)


def test_the_stubs_are_those_of_the_protos(tmp_path: Path) -> None:
    """Whatever generator made them: the descriptors must be the same. README.md says how to make them anew."""
    protoc = pytest.importorskip("grpc_tools.protoc")
    proto = REPOSITORY / "proto"
    files = sorted(str(path.relative_to(proto)) for path in proto.rglob("*.proto"))
    out = tmp_path / "set"
    assert protoc.main(["protoc", f"-I{proto}", f"--descriptor_set_out={out}", *files]) == 0
    compiled = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    assert sorted(file.name for file in compiled.file) == files
    for file in compiled.file:
        __import__(file.name.removesuffix(".proto").replace("/", ".") + "_pb2")
        committed = descriptor_pb2.FileDescriptorProto()
        descriptor_pool.Default().FindFileByName(file.name).CopyToProto(committed)
        assert _plain(committed) == _plain(file), f"{file.name}: the stubs are older than the proto"


def _plain(file: descriptor_pb2.FileDescriptorProto) -> descriptor_pb2.FileDescriptorProto:
    """Without json names, which one compiler writes and another leaves out."""
    copied = descriptor_pb2.FileDescriptorProto()
    copied.CopyFrom(file)
    messages = list(copied.message_type)
    while messages:
        message = messages.pop()
        for field in message.field:
            field.ClearField("json_name")
        messages.extend(message.nested_type)
    return copied


def test_errors_are_typed_by_their_reason() -> None:
    final = api_error("wrong_chain", "other", {"retryable": "false", "transaction_id": "ab"}, None)
    assert isinstance(final, FinallyRefused)
    assert (final.number, final.retryable, final.transaction_id) == (2, False, b"\xab")
    soft = api_error("insufficient_funds", "less", {"retryable": "true"}, 250)
    assert isinstance(soft, RefusedForNow)
    assert (soft.number, soft.retryable, soft.retry_after_ms) == (49, True, 250)
    pruned = api_error("below_retention", "gone", {"first_kept_height": "77"}, None)
    assert isinstance(pruned, BelowRetention)
    assert pruned.first_kept_height == 77
    slow = api_error("slow_reader", "cut", {"resume_token": "0102"}, None)
    assert isinstance(slow, SlowReader)
    assert slow.resume_token == b"\1\2"
    assert type(api_error("something_new", "?", {}, None)) is ApiError
    assert all(error.cure for error in (final, soft, pruned, slow))
