"""The byte formats of docs/formats.md in Python, written from that document and independent of the Rust
code: Ed25519 by the ZIP-215 rule, the canonical binary codec, hashes, trees and certificates.

Standard library only. Clear, not fast, and not constant-time: it verifies and never holds a secret.
"""

import hashlib

# ----------------------------------------------------------------------------------------- Ed25519, ZIP-215

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def point_decode(encoding):
    """The point of 32 bytes in extended coordinates (X, Y, Z, T), or None.

    By ZIP-215 y may be written as y + p, and x = 0 may carry the sign bit.
    """
    number = int.from_bytes(encoding, "little")
    sign, y = number >> 255, (number & (2**255 - 1)) % P
    # x^2 = (y^2 - 1) / (d y^2 + 1); the denominator is never 0.
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    if x & 1 != sign:
        x = -x % P
    return (x, y, 1, x * y % P)


def point_encode(point):
    """The canonical 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_add(p, q):
    """The sum of two points (complete formulas for a = -1)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_negate(p):
    """The point with the opposite x."""
    return (-p[0] % P, p[1], p[2], -p[3] % P)


def point_multiply(scalar, p):
    """scalar times a point."""
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = point_add(result, p)
        p = point_add(p, p)
        scalar >>= 1
    return result


def is_identity(p):
    """Whether this is the neutral point."""
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


BASE = point_decode(bytes.fromhex("5866666666666666666666666666666666666666666666666666666666666666"))


def verify_signature(public_key, message, signature):
    """The one signature rule: s < L; A and R decode; [8](sB - R - kA) is the neutral point."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, commitment = point_decode(public_key), point_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    difference = point_add(point_multiply(s, BASE), point_negate(point_add(commitment, point_multiply(k, key))))
    return is_identity(point_multiply(8, difference))


def is_usable_key(public_key):
    """Whether a key may be registered: the canonical encoding of a point that is not of small order."""
    point = point_decode(public_key)
    return point is not None and point_encode(point) == public_key and not is_identity(point_multiply(8, point))


# ------------------------------------------------------------------------------------------- hashes and codec


def tagged(tag, *parts):
    """SHA-256 over a tag and parts, concatenated."""
    return hashlib.sha256(tag.encode() + b"".join(parts)).digest()


def u8(value):
    return value.to_bytes(1, "little")


def u16(value):
    return value.to_bytes(2, "little")


def u32(value):
    return value.to_bytes(4, "little")


def u64(value):
    return int(value).to_bytes(8, "little")


def u128(value):
    """An amount, given as its decimal text."""
    if str(int(value)) != str(value):
        raise ValueError(f"{value!r} is no canonical amount")
    return int(value).to_bytes(16, "little")


def blob(value):
    """Bytes after their length."""
    return u64(len(value)) + value


def text(value):
    """UTF-8 after its length in bytes."""
    return blob(value.encode())


def fixed(value, length=32):
    """Hexadecimal digits of exactly `length` bytes, without a length."""
    data = bytes.fromhex(value)
    if len(data) != length or data.hex() != value:
        raise ValueError(f"expected {length} bytes in lowercase hexadecimal, found {value!r}")
    return data


def sequence(items):
    """Encoded items after their number."""
    items = list(items)
    return u64(len(items)) + b"".join(items)


def option(value, encode):
    """0x00, or 0x01 and the value."""
    return b"\0" if value is None else b"\1" + encode(value)


def variant(names):
    """The encoder of an enum without content: its place, u32."""
    return lambda name: u32(names.index(name))


role = variant(["admin", "issuer", "operator", "regulator", "auditor", "user"])
status = variant(["active", "suspended", "frozen"])
policy = variant(["open", "allow_list", "issuer_approved"])

# ------------------------------------------------------------------------------------- genesis and validators

PARAMETERS = [
    ("view_timeout_ms", u64),
    ("view_timeout_max_ms", u64),
    ("window", u64),
    ("activation_delay", u64),
    ("max_block_bytes", u64),
    ("max_batch_bytes", u32),
    ("max_batch_delay_ms", u64),
    ("batch_lifetime_ms", u64),
    ("batches_per_author", u32),
    ("max_transaction_bytes", u32),
    ("max_signatures", u32),
    ("max_operations", u32),
    ("max_lifetime_ms", u64),
    ("max_long_lifetime_ms", u64),
    ("long_lived_slots", u32),
    ("expiry_grace_ms", u64),
    ("clock_drift_ms", u64),
    ("clock_lag_ms", u64),
    ("rules", u32),
]


def parameters(value):
    """The chain parameters, 124 bytes."""
    if set(value) != {name for name, _ in PARAMETERS}:
        raise ValueError(f"parameters missing or unknown: {set(value) ^ {name for name, _ in PARAMETERS}}")
    return b"".join(encode(value[name]) for name, encode in PARAMETERS)


def key_set(value):
    """Keys with weights, then the threshold."""
    keys = (fixed(key["public_key"]) + u32(key["weight"]) for key in value["keys"])
    return sequence(keys) + u32(value["threshold"])


def roles(value):
    """Distinct roles, ascending."""
    return sequence(sorted(map(role, set(value)), key=lambda data: int.from_bytes(data, "little")))


def member(value):
    """A member: name and contact."""
    return text(value["name"]) + text(value["contact"])


def genesis_account(value):
    """An account of the genesis."""
    return (
        text(value["member"])
        + text(value["name"])
        + u64(value["salt"])
        + key_set(value["keys"])
        + roles(value["roles"])
    )


def genesis_asset(value):
    """An asset of the genesis; holdings ascend by the bytes of their names."""
    holdings = sorted(value["holdings"].items(), key=lambda item: item[0].encode())
    return (
        text(value["name"])
        + u8(value["decimals"])
        + text(value["issuer"])
        + policy(value["policy"])
        + sequence(text(name) + u128(amount) for name, amount in holdings)
    )


def genesis_validator(value):
    """A validator of the genesis."""
    keys = fixed(value["consensus_key"]) + fixed(value["node_key"]) + fixed(value["vote_log"])
    return text(value["name"]) + text(value["member"]) + keys


def genesis(value):
    """The genesis in canonical binary, without approvals."""
    return (
        text(value["network"])
        + u64(value["created_ms"])
        + text(value["nonce"])
        + sequence(map(member, value["members"]))
        + sequence(map(genesis_account, value["accounts"]))
        + sequence(map(genesis_asset, value["assets"]))
        + sequence(map(genesis_validator, value["validators"]))
        + parameters(value["parameters"])
        + sequence([])
    )


def chain_id(value):
    """The chain id of a genesis."""
    return tagged("hanse.genesis.v1", genesis(value))


def member_id(name):
    """A member's id."""
    return tagged("hanse.member.v1", name.encode())


def asset_id(name):
    """An asset's id."""
    return tagged("hanse.asset.v1", name.encode())


def account_id(member_id_, salt, first_keys):
    """An account's id."""
    return tagged("hanse.account.v1", member_id_, u64(salt), key_set(first_keys))


def lock_id(transaction_id, operation):
    """A lock's id."""
    return tagged("hanse.lock.v1", transaction_id, u32(operation))


def validator(value):
    """A validator of a set; `member` is the member's id."""
    keys = fixed(value["consensus_key"]) + fixed(value["node_key"]) + fixed(value["vote_log"])
    return text(value["name"]) + fixed(value["member"]) + keys


def validators_of_genesis(value):
    """The validators of epoch 0."""
    return [{**one, "member": member_id(one["member"]).hex()} for one in value["validators"]]


def validator_set(validators):
    """A validator set in canonical binary."""
    return sequence(map(validator, validators))


def faulty_max(n):
    """How many of n validators may be faulty."""
    return (n - 1) // 3


def quorum(n):
    """ceil((n + f + 1) / 2)."""
    return (n + faulty_max(n) + 2) // 2


# ------------------------------------------------------------------------------------------ validators sign

KINDS = {
    "pre_prepare": 1,
    "prepare": 2,
    "commit": 3,
    "checkpoint": 4,
    "view_change": 5,
    "new_view": 6,
    "acknowledgement": 7,
    "empty_request": 8,
    "genesis_approval": 10,
    "vote_query": 11,
}


def validator_signing_bytes(chain, kind, epoch, content):
    """What a validator signs."""
    return b"hanse.validator.v1".ljust(24, b"\0") + chain + u8(KINDS[kind]) + u64(epoch) + content


def approval_is_good(value, approval):
    """Whether an approval of the genesis is signed by a key that speaks for its member."""
    runs = {v["consensus_key"] for v in value["validators"] if v["member"] == approval["member"]}
    admins = [a for a in value["accounts"] if a["member"] == approval["member"] and "admin" in a["roles"]]
    allowed = runs | {key["public_key"] for account in admins for key in account["keys"]["keys"]}
    message = validator_signing_bytes(chain_id(value), "genesis_approval", 0, text(approval["member"]))
    key, signature = bytes.fromhex(approval["public_key"]), bytes.fromhex(approval["signature"])
    return approval["public_key"] in allowed and verify_signature(key, message, signature)


# ------------------------------------------------------------------------------------------------- blocks

HEADER = [
    ("version", u32),
    ("chain_id", fixed),
    ("epoch", u64),
    ("height", u64),
    ("parent", fixed),
    ("time", u64),
    ("proposal", fixed),
    ("transactions_root", fixed),
    ("transaction_count", u32),
    ("results_root", fixed),
    ("state_root", fixed),
    ("active_set", fixed),
    ("next_set", fixed),
    ("rules", u32),
]


def header(value):
    """The 292 bytes of a header."""
    return b"".join(encode(value[name]) for name, encode in HEADER)


def header_hash(encoded):
    """A header's hash."""
    return tagged("hanse.header.v1", encoded)


def checkpoint(height, hash_):
    """What is certified: height and header hash."""
    return u64(height) + hash_


class Refused(Exception):
    """A certificate that proves nothing, with the reason."""


def check_certificate(chain, keys, certificate):
    """Raises `Refused` unless the certificate is good for the set whose consensus keys are given in order.

    `certificate` has epoch, height, header_hash, signers (the bitmap in hexadecimal) and signatures.
    """
    bitmap, n = bytes.fromhex(certificate["signers"]), len(keys)
    if len(bitmap) != (n + 7) // 8:
        raise Refused(f"the bitmap has {len(bitmap)} bytes, a set of {n} needs {(n + 7) // 8}")
    signers = [i for i in range(8 * len(bitmap)) if bitmap[i // 8] >> (i % 8) & 1]
    if signers and signers[-1] >= n:
        raise Refused(f"the bitmap names validator {signers[-1]} of {n}")
    if len(signers) != len(certificate["signatures"]):
        raise Refused(f"{len(signers)} signers, but {len(certificate['signatures'])} signatures")
    if len(signers) < quorum(n):
        raise Refused(f"{len(signers)} signatures, a quorum of {n} is {quorum(n)}")
    statement = checkpoint(certificate["height"], fixed(certificate["header_hash"]))
    message = validator_signing_bytes(chain, "checkpoint", certificate["epoch"], statement)
    for index, signature in zip(signers, certificate["signatures"]):
        if not verify_signature(keys[index], message, fixed(signature, 64)):
            raise Refused(f"the signature of validator {index} does not verify")
    return signers


# -------------------------------------------------------------------------------------------------- trees


def merkle_leaf(data):
    """RFC 6962 leaf."""
    return hashlib.sha256(b"\0" + data).digest()


def merkle_node(left, right):
    """RFC 6962 node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def merkle_root(leaves):
    """RFC 6962 section 2.1, by its own recursion."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return merkle_leaf(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle_node(merkle_root(leaves[:split]), merkle_root(leaves[split:]))


def merkle_path(leaves, index):
    """RFC 6962 section 2.1.1, by its own recursion; lowest sibling first."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return merkle_path(leaves[:split], index) + [merkle_root(leaves[split:])]
    return merkle_path(leaves[split:], index - split) + [merkle_root(leaves[:split])]


def merkle_root_from_path(data, index, count, siblings):
    """The root that a path leads to, or None when its length is wrong."""
    if index >= count:
        return None
    node, last, siblings = merkle_leaf(data), count - 1, list(siblings)
    while last:
        if index % 2 or index < last:
            if not siblings:
                return None
            sibling = siblings.pop(0)
            node = merkle_node(sibling, node) if index % 2 else merkle_node(node, sibling)
        index, last = index // 2, last // 2
    return None if siblings else node


EMPTY = bytes(32)


def state_path(key):
    """A key's way through the state tree; that of a remembered transaction is not hashed."""
    if len(key) == 41 and key[0] == 0x30:
        return key[3:35]
    return tagged("hanse.state.key.v1", key)


def state_value_hash(value):
    """A value's hash."""
    return tagged("hanse.state.value.v1", value)


def state_leaf(path, value_hash):
    """A leaf of the state tree."""
    return tagged("hanse.state.leaf.v1", path, value_hash)


def state_node(left, right):
    """A node of the state tree."""
    return tagged("hanse.state.node.v1", left, right)


def path_bit(path, depth):
    """Bit `depth`, most significant first."""
    return path[depth // 8] >> (7 - depth % 8) & 1


def state_root(pairs, depth=0):
    """The root over (path, value hash) pairs."""
    if not pairs:
        return EMPTY
    if len(pairs) == 1:
        return state_leaf(*pairs[0])
    sides = [[pair for pair in pairs if path_bit(pair[0], depth) == side] for side in (0, 1)]
    return state_node(state_root(sides[0], depth + 1), state_root(sides[1], depth + 1))


def state_proof_holds(root, key, value, siblings, leaf):
    """Whether a proof shows that `key` has `value` (None: is absent); `leaf` is (path, value hash) or None."""
    path = state_path(key)
    if len(siblings) > 256:
        return False
    if value is not None:
        if leaf != (path, state_value_hash(value)):
            return False
    elif leaf is not None:
        if leaf[0] == path or any(path_bit(leaf[0], d) != path_bit(path, d) for d in range(len(siblings))):
            return False
    node = EMPTY if leaf is None else state_leaf(*leaf)
    for depth in reversed(range(len(siblings))):
        pair = (siblings[depth], node) if path_bit(path, depth) else (node, siblings[depth])
        node = state_node(*pair)
    return node == root
