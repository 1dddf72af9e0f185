#!/usr/bin/env python3
"""Checks that a block is certified by a quorum of the genesis validators, trusting nobody.

Usage: verify_certificate.py GENESIS BLOCK [BLOCK ...]

GENESIS is the network's genesis.json. Each BLOCK is a file with what `hanse query block --height H --json`
prints ("-" reads standard input). Prints one line per block and exits 0 when every one is good, 1 with the
reason otherwise, 2 on wrong usage.

Checked: the chain id recomputed from the genesis; every member's approval; the header hash recomputed from
the header's fields; that the active validator set is the genesis set; at least a quorum of distinct
validators; every signature. Blocks given in ascending order must also link where their heights touch.

Python 3.9 or newer, standard library only. Valid while the network is in epoch 0: a later validator set is
proven by a receipt.
"""

import json
import sys

import hanse_formats as f


class Bad(Exception):
    """Why a file proves nothing."""


def read(path):
    """A JSON object from a file."""
    try:
        with sys.stdin if path == "-" else open(path, encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError) as error:
        raise Bad(f"{path}: {error}") from error
    if not isinstance(value, dict):
        raise Bad(f"{path}: expected one JSON object")
    return value


def check_genesis(genesis):
    """The chain id and the consensus keys in order; refuses a genesis that not every member approved."""
    chain = f.chain_id(genesis)
    approved = {one["member"] for one in genesis.get("approvals", []) if f.approval_is_good(genesis, one)}
    missing = [member["name"] for member in genesis["members"] if member["name"] not in approved]
    if missing:
        raise Bad(f"genesis: not approved by {', '.join(missing)}")
    keys = [f.fixed(validator["consensus_key"]) for validator in genesis["validators"]]
    if len(set(keys)) != len(keys) or not all(map(f.is_usable_key, keys)):
        raise Bad("genesis: the consensus keys repeat or are not usable")
    return chain, keys


def header_of(block):
    """The header's fields, wherever the command line puts them."""
    fields = dict(block)
    fields.update(block.get("header") or {})
    if "time" not in fields and "time_ms" in fields:
        fields["time"] = fields["time_ms"]
    missing = [name for name, _ in f.HEADER if name not in fields]
    if missing:
        raise Bad(f"the block lacks {', '.join(missing)}")
    return fields


def certificate_of(block, fields, count):
    """The certificate in the form that `check_certificate` takes; signers as a bitmap or as indices."""
    certificate = block.get("certificate")
    if not certificate:
        raise Bad("no certificate (height 0 has none)")
    signers = certificate["signers"]
    if isinstance(signers, list):
        if any(not isinstance(i, int) or not 0 <= i < count for i in signers) or signers != sorted(set(signers)):
            raise Bad(f"signers {signers} are not distinct, ascending and below {count}")
        bitmap = bytearray((count + 7) // 8)
        for index in signers:
            bitmap[index // 8] |= 1 << index % 8
        signers = bitmap.hex()
    return {
        "epoch": fields["epoch"],
        "height": fields["height"],
        "header_hash": block["header_hash"],
        "signers": signers,
        "signatures": certificate["signatures"],
    }


def check_block(chain, keys, set_hash, block):
    """The header's fields, its hash and the signers of one certified block; raises `Bad` or `Refused`."""
    fields = header_of(block)
    encoded = f.header(fields)
    if len(encoded) != 292:
        raise Bad(f"the header has {len(encoded)} bytes, expected 292")
    if fields["chain_id"] != chain.hex():
        raise Bad(f"chain {fields['chain_id']}, this genesis makes {chain.hex()}")
    if fields["active_set"] != set_hash.hex():
        raise Bad("certified by another validator set than the genesis has")
    computed = f.header_hash(encoded)
    if block.get("header_hash") != computed.hex():
        raise Bad(f"header hash {block.get('header_hash')}, its fields give {computed.hex()}")
    certificate = certificate_of(block, fields, len(keys))
    for name in ("epoch", "height", "header_hash"):
        claimed = block["certificate"].get(name, certificate[name])
        if claimed != certificate[name]:
            raise Bad(f"the certificate is for {name} {claimed}, the header for {certificate[name]}")
    return fields, computed, f.check_certificate(chain, keys, certificate)


def main(arguments):
    if len(arguments) < 2 or arguments[0].startswith("-h") or arguments[0] == "--help":
        print(__doc__, file=sys.stderr)
        return 2
    where, previous = arguments[0], None
    try:
        genesis = read(arguments[0])
        chain, keys = check_genesis(genesis)
        validators = f.validator_set(f.validators_of_genesis(genesis))
        set_hash = f.tagged("hanse.validator-set.v1", validators)
        print(f"genesis {genesis['network']}: chain {chain.hex()}, {len(keys)} validators, quorum {f.quorum(len(keys))}")
        for where in arguments[1:]:
            fields, computed, signers = check_block(chain, keys, set_hash, read(where))
            if previous and previous[0] + 1 == fields["height"] and previous[1].hex() != fields["parent"]:
                raise Bad(f"its parent is {fields['parent']}, the block before has hash {previous[1].hex()}")
            previous = (fields["height"], computed)
            print(f"height {fields['height']}: {computed.hex()} certified by validators {signers}")
    except (Bad, f.Refused) as error:
        print(f"verify_certificate: {where}: {error}", file=sys.stderr)
        return 1
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        print(f"verify_certificate: {where}: malformed: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
