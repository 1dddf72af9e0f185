#!/usr/bin/env python3
"""Computes every vector of tests/vectors/*.json a second time, from the rules of docs/formats.md.

Usage: check_vectors.py [DIRECTORY]. Exits 0 when all agree, 1 with the first difference otherwise.
Python 3.9 or newer, standard library only.
"""

import json
import pathlib
import sys

import hanse_epochs as epochs
import hanse_formats as f
import hanse_transaction as transactions

COUNT = 0


def same(what, computed, expected):
    """Bytes are compared as lowercase hexadecimal."""
    global COUNT
    COUNT += 1
    computed = computed.hex() if isinstance(computed, bytes) else computed
    if computed != expected:
        raise SystemExit(f"check_vectors: {what}: computed {computed!r}, the vector says {expected!r}")


def check_signatures(vectors):
    torsion = [c for c in vectors["cases"] if c["why"].startswith("key and R of small order")]
    encodings = {c["public_key"] for c in torsion}
    same("encodings of small order", len(encodings), 14)
    for encoding in encodings:
        point = f.point_decode(bytes.fromhex(encoding))
        same(f"8 times {encoding}", point is not None and f.is_identity(f.point_multiply(8, point)), True)
    same("points of small order", len({f.point_encode(f.point_decode(bytes.fromhex(e))) for e in encodings}), 8)
    same("pairs", len({(c["public_key"], c["signature"]) for c in torsion}), 196)
    for number, case in enumerate(vectors["cases"]):
        key, message, signature = (bytes.fromhex(case[name]) for name in ("public_key", "message", "signature"))
        what = f"signature {number} ({case['why']})"
        same(what, f.verify_signature(key, message, signature), case["valid"])
        same(f"{what}: key", f.is_usable_key(key), case["key_may_be_registered"])


def check_merkle(vectors):
    for tree in vectors["trees"]:
        leaves = [bytes.fromhex(leaf) for leaf in tree["leaves"]]
        same(f"root of {len(leaves)} leaves", f.merkle_root(leaves), tree["root"])
        same(f"paths of {len(leaves)} leaves", len(tree["paths"]), len(leaves))
        for index, path in enumerate(tree["paths"]):
            what = f"path of leaf {index} of {len(leaves)}"
            same(what, [sibling.hex() for sibling in f.merkle_path(leaves, index)], path)
            siblings = [bytes.fromhex(sibling) for sibling in path]
            same(what, f.merkle_root_from_path(leaves[index], index, len(leaves), siblings), tree["root"])


def check_state_tree(vectors):
    for tree in vectors["trees"]:
        pairs = []
        for entry in tree["entries"]:
            path = f.state_path(bytes.fromhex(entry["key"]))
            value_hash = f.state_value_hash(bytes.fromhex(entry["value"]))
            same("path", path, entry["path"])
            same("value hash", value_hash, entry["value_hash"])
            pairs.append((path, value_hash))
        root = f.state_root(pairs)
        same(f"state root of {len(pairs)} entries", root, tree["root"])
        for proof in tree["proofs"]:
            key, value, leaf = bytes.fromhex(proof["key"]), proof["value"], proof["leaf"]
            value = None if value is None else bytes.fromhex(value)
            leaf = leaf and (bytes.fromhex(leaf["path"]), bytes.fromhex(leaf["value_hash"]))
            siblings = [bytes.fromhex(sibling) for sibling in proof["siblings"]]
            same(f"proof of {proof['key']}", f.state_proof_holds(root, key, value, siblings, leaf), True)
            same("another value", f.state_proof_holds(root, key, b"other", siblings, leaf), False)
            if value is not None:
                same("absence of a key that is there", f.state_proof_holds(root, key, None, siblings, leaf), False)


def check_genesis(vectors):
    genesis = vectors["genesis"]
    chain = f.chain_id(genesis)
    same("genesis", f.genesis(genesis), vectors["canonical"])
    same("chain id", chain, vectors["chain_id"])
    same("parameters", f.parameters(genesis["parameters"]), vectors["parameters"])
    validators = f.validator_set(f.validators_of_genesis(genesis))
    same("validator set", validators, vectors["validator_set"])
    same("validator set hash", f.tagged("hanse.validator-set.v1", validators), vectors["validator_set_hash"])
    for approval, vector in zip(genesis["approvals"], vectors["approvals"]):
        content = f.text(approval["member"])
        message = f.validator_signing_bytes(chain, "genesis_approval", 0, content)
        same("approval's signing bytes", message, vector["signing_bytes"])
        same("approval", f.approval_is_good(genesis, approval), True)
    ids = vectors["ids"]
    for one in ids["members"]:
        same(f"member {one['name']}", f.member_id(one["name"]), one["id"])
    for one, account in zip(ids["accounts"], genesis["accounts"]):
        same(f"account {one['name']}", f.account_id(f.member_id(account["member"]), account["salt"], account["keys"]), one["id"])
    for one in ids["assets"]:
        same(f"asset {one['name']}", f.asset_id(one["name"]), one["id"])
    for one in ids["locks"]:
        same("lock", f.lock_id(bytes.fromhex(one["transaction"]), one["operation"]), one["id"])


def batch_reference(value, digest, size, count):
    """A batch reference, 66 bytes."""
    return (
        f.u16(value["author"])
        + f.u64(value["sequence"])
        + digest
        + f.u64(value["epoch"])
        + f.u32(size)
        + f.u32(count)
        + f.u64(value["expires"])
    )


def certificate_bytes(value):
    """A certificate in canonical binary."""
    return (
        f.u64(value["epoch"])
        + f.u64(value["height"])
        + f.fixed(value["header_hash"])
        + f.blob(bytes.fromhex(value["signers"]))
        + f.sequence(f.fixed(signature, 64) for signature in value["signatures"])
    )


def check_batch(batch):
    transactions_ = [bytes.fromhex(transaction) for transaction in batch["transactions"]]
    head = f.u16(batch["author"]) + f.u64(batch["sequence"]) + f.u64(batch["epoch"]) + f.u64(batch["expires"])
    encoded = head + f.sequence(map(f.blob, transactions_))
    same("batch", encoded, batch["bytes"])
    digest = f.tagged("hanse.batch.v1", encoded)
    same("batch digest", digest, batch["digest"])
    reference = batch_reference(batch, digest, len(encoded), len(transactions_))
    same("batch reference", reference, batch["reference"])
    chain = bytes.fromhex(batch["chain_id"])
    signed = f.validator_signing_bytes(chain, "acknowledgement", batch["epoch"], reference)
    same("acknowledgement", signed, batch["acknowledgement_signing_bytes"])


def check_blocks(vectors):
    head = vectors["header"]
    encoded = f.header(head["fields"])
    same("header's length", len(encoded), 292)
    same("header", encoded, head["bytes"])
    same("header hash", f.header_hash(encoded), head["hash"])
    for batch in vectors["batches"]:
        check_batch(batch)
    for proposal in vectors["proposals"]:
        references = (
            batch_reference(r, f.fixed(r["digest"]), r["bytes"], r["count"]) for r in proposal["references"]
        )
        encoded = f.sequence(references) + f.u64(proposal["time"])
        encoded += f.option(proposal["participation"], certificate_bytes)
        same("proposal", encoded, proposal["bytes"])
        same("proposal digest", f.tagged("hanse.proposal.v1", encoded), proposal["digest"])
    leaves = []
    for result in vectors["results"]:
        leaves.append(f.fixed(result["id"]) + f.u16(result["code"]) + f.option(result["operation"], f.u32))
        same("result", leaves[-1], result["bytes"])
    same("results root", f.merkle_root(leaves), vectors["results_root"])
    check_certificate(vectors["certificate"])
    check_epochs(vectors["epochs"])


def check_epochs(vector):
    chain, first, ends = bytes.fromhex(vector["chain_id"]), vector["validators"], vector["ends"]
    for end in ends:
        same("end of an epoch: next set", f.validator_set(end["next_set"]), end["next_set_bytes"])
        same("end of an epoch: header", f.header(end["header"]), end["header_bytes"])
    known, last = epochs.follow(chain, first, ends)
    same("validators after the last end", known, ends[-1]["next_set"])
    same("height of the last end", last, ends[-1]["header"]["height"])
    same("validators of epoch 0", epochs.follow(chain, first, []), (first, 0))
    middle = {**ends[0], "next_set": first}
    broken = [ends[1:], [ends[1], ends[0]], [ends[0], ends[0]], [middle], [{**ends[0], "next_set": ends[1]["next_set"]}]]
    broken.append([ends[0], {**ends[1], "certificate": vector["by_the_old_set"]}])
    broken.append([{**ends[0], **vector["no_end"], "next_set": first}])
    for chain_of_sets in broken:
        try:
            epochs.follow(chain, first, chain_of_sets)
        except f.Refused:
            continue
        raise SystemExit("check_vectors: a broken chain of validator sets was accepted")


def check_certificate(vector):
    certificate, chain = vector["certificate"], bytes.fromhex(vector["chain_id"])
    same("certificate", certificate_bytes(certificate), vector["bytes"])
    set_hash = f.tagged("hanse.validator-set.v1", f.validator_set(vector["validators"]))
    same("validator set hash", set_hash, vector["validator_set_hash"])
    statement = f.checkpoint(certificate["height"], f.fixed(certificate["header_hash"]))
    message = f.validator_signing_bytes(chain, "checkpoint", certificate["epoch"], statement)
    same("checkpoint", message, vector["checkpoint_signing_bytes"])
    keys = [f.fixed(validator["consensus_key"]) for validator in vector["validators"]]
    f.check_certificate(chain, keys, certificate)
    short = {**certificate, "signers": "07" + certificate["signers"][2:], "signatures": certificate["signatures"][:6]}
    for broken in (short, {**certificate, "epoch": 6}, {**certificate, "signers": certificate["signers"] + "00"}):
        try:
            f.check_certificate(chain, keys, broken)
        except f.Refused:
            continue
        raise SystemExit("check_vectors: a broken certificate was accepted")


STATE_KEYS = {
    "parameters": 0x01,
    "active_set": 0x02,
    "next_set": 0x03,
    "epoch": 0x04,
    "pending_epoch": 0x05,
    "rejoined": 0x06,
    "member": 0x10,
    "account": 0x11,
    "account_name": 0x12,
    "asset": 0x20,
    "holding": 0x21,
    "lock": 0x22,
    "allowed_holder": 0x23,
    "seen": 0x30,
}


def state_key(kind, parts):
    """The bytes of a state key."""
    if kind == "account_name":
        name = parts[0].encode()
        return f.u8(STATE_KEYS[kind]) + f.u8(len(name)) + name + f.fixed(parts[1])
    if kind == "seen":
        return f.u8(STATE_KEYS[kind]) + parts[0].to_bytes(8, "big") + f.fixed(parts[1])
    return f.u8(STATE_KEYS[kind]) + b"".join(map(f.fixed, parts))


STATE_VALUES = {
    "parameters": f.parameters,
    "active_set": lambda v: f.validator_set(v["validators"]),
    "next_set": lambda v: f.validator_set(v["validators"]),
    "epoch": lambda v: f.u64(v["epoch"]) + f.u64(v["base"]),
    "pending_epoch": lambda v: f.u64(v["last"])
    + f.validator_set(v["validators"]["validators"])
    + f.parameters(v["parameters"]),
    "rejoined": f.u64,
    "member": f.member,
    "account": lambda v: f.fixed(v["member"])
    + f.text(v["name"])
    + f.key_set(v["keys"])
    + f.roles(v["roles"])
    + f.status(v["status"])
    + f.u32(v["long_lived"]),
    "account_name": f.fixed,
    "asset": lambda v: f.text(v["name"])
    + f.u8(v["decimals"])
    + f.fixed(v["issuer"])
    + f.policy(v["policy"])
    + f.u128(v["supply"]),
    "holding": lambda v: f.u128(v["available"]) + f.u128(v["locked"]),
    "lock": lambda v: f.fixed(v["owner"])
    + f.fixed(v["beneficiary"])
    + f.fixed(v["asset"])
    + f.u128(v["amount"])
    + f.u64(v["expires"])
    + f.option(v["hash"], bytes),
    "allowed_holder": lambda v: b"",
    "seen": lambda v: f.option(v["slot_of"], f.fixed),
}


def check_state(vectors):
    same("kinds of keys", {entry["kind"] for entry in vectors["entries"]}, set(STATE_KEYS))
    for entry in vectors["entries"]:
        kind = entry["kind"]
        same(f"key {kind}", state_key(kind, entry["parts"]), entry["key"])
        same(f"value {kind}", STATE_VALUES[kind](entry["value"]), entry["bytes"])


def check_transactions(vectors):
    for vector in vectors["transactions"]:
        kinds = ", ".join(operation["kind"] for operation in vector["operations"])
        body = transactions.encode_body(vector)
        same(f"body of {kinds}", body, vector["body"])
        id_ = f.tagged("hanse.tx.v1", body)
        same(f"id of {kinds}", id_, vector["id"])
        message = b"hanse.tx.sig.v1" + bytes.fromhex(vector["chain_id"]) + id_
        same("signing input", message, vector["signing_input"])
        whole = transactions.encode_signed(body, vector["signatures"])
        same(f"transaction of {kinds}", whole, vector["bytes"])
        same("witness", f.tagged("hanse.tx.witness.v1", whole), vector["witness"])
        for signature in vector["signatures"]:
            key, data = bytes.fromhex(signature["public_key"]), bytes.fromhex(signature["signature"])
            same("signature", f.verify_signature(key, message, data), True)
        same(f"decoding {kinds}", transactions.refusal(whole, {"chain_id": vector["chain_id"]}), None)
    for case in vectors["refused"]:
        same(case["why"], transactions.refusal(bytes.fromhex(case["bytes"]), vectors["refused_under"]), case["code"])


def check_votes(vectors):
    """The statements are those of crates/consensus/tests/it/vectors.rs, written down here a second time."""
    epoch, chain = 3, b"\xc4" * 32
    vote = f.u64(4) + f.u64(41) + b"\xd1" * 32
    signatures = f.sequence(bytes([i]) * 64 for i in (0, 2, 3))
    certificate = f.u64(epoch) + f.u64(40) + b"\xb2" * 32 + f.blob(b"\x0d") + signatures
    prepares = f.sequence(f.u16(i) + bytes([0x50 + i]) * 64 for i in (1, 3))
    prepared = f.sequence([f.u64(epoch) + vote + b"\x70" * 64 + prepares])
    from_genesis = f.u64(5) + f.u8(0) + prepared
    view_change = f.u64(5) + f.u8(1) + certificate + prepared

    def signed(signer, content):
        return f.u16(signer) + f.u64(epoch) + f.u32(4) + content + bytes([0x60 + signer]) * 64

    contents = {
        "pre_prepare": vote,
        "prepare": vote,
        "commit": vote,
        "checkpoint": f.u64(41) + b"\xb3" * 32,
        "view_change_from_genesis": from_genesis,
        "view_change": view_change,
        "new_view": f.u64(5) + f.sequence([signed(1, from_genesis), signed(2, view_change)]),
        "empty_request": f.u64(42),
        "vote_query": f.u64(0x0102030405060708),
    }
    same("the statements", set(vectors), set(contents))
    for name, content in contents.items():
        kind = "view_change" if name.startswith("view_change") else name
        same(name, f.validator_signing_bytes(chain, kind, epoch, content), vectors[name])


CHECKS = {
    "votes.json": check_votes,
    "signatures.json": check_signatures,
    "merkle.json": check_merkle,
    "state_tree.json": check_state_tree,
    "genesis.json": check_genesis,
    "blocks.json": check_blocks,
    "state.json": check_state,
    "transactions.json": check_transactions,
}


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "tests" / "vectors"
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    files = {path.name for path in directory.glob("*.json")}
    same("the files of vectors", files, set(CHECKS))
    for name, check in CHECKS.items():
        check(json.loads((directory / name).read_text()))
    print(f"check_vectors: {COUNT} values in {len(CHECKS)} files agree")


if __name__ == "__main__":
    main()
