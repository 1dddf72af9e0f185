"""The command `python -m hanse`: verifies receipts without network or binary."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import NoReturn

from hanse import explain
from hanse.errors import GenesisError, ProofError, Reason
from hanse.genesis import Genesis
from hanse.receipt import Receipt
from hanse.verify import ProvenReceipt, verify_receipt

# As the exit codes of the binary.
EXIT_USAGE, EXIT_PROOF, EXIT_CHAIN, EXIT_IO = 2, 5, 11, 18


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"error: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    parser = _Parser(prog="python -m hanse", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify-receipt", help="check a receipt with the genesis alone; says what is proved")
    verify.add_argument("file", help="the receipt")
    verify.add_argument("--genesis", required=True, help="the genesis file, from somebody you trust")
    verify.add_argument("--json", action="store_true", help="print one JSON object, also on failure")
    options = parser.parse_args(arguments)
    try:
        genesis = Genesis.load(options.genesis)
        proven = verify_receipt(Receipt.load(options.file), genesis)
    except OSError as error:
        return _fail(options.json, EXIT_IO, "io", f"cannot read {error.filename}: {error.strerror}")
    except GenesisError as error:
        return _fail(options.json, EXIT_CHAIN, "genesis", str(error))
    except ProofError as error:
        code = EXIT_CHAIN if error.reason is Reason.WRONG_CHAIN else EXIT_PROOF
        return _fail(options.json, code, error.reason.value, str(error))
    print(json.dumps(_summary(proven)) if options.json else explain.receipt(proven))
    return 0


def _fail(as_json: bool, code: int, reason: str, message: str) -> int:
    if as_json:
        print(json.dumps({"error": {"exit_code": code, "reason": reason, "message": message}}))
    else:
        print(f"error: {message}", file=sys.stderr)
    return code


def _summary(proven: ProvenReceipt) -> dict[str, object]:
    return {
        "ok": True,
        "id": proven.transaction.id.hex(),
        "code": proven.code.name,
        "failed_operation": proven.failed_operation,
        "height": proven.header.height,
        "index": proven.index,
        "time_ms": proven.header.time,
        "header_hash": proven.header.hash().hex(),
        "signers": [key.hex() for key in proven.signers],
        "certified_by": list(proven.certified_by),
    }


if __name__ == "__main__":
    sys.exit(main())
