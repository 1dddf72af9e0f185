"""Transactions as docs/formats.md has them: canonical protobuf, written and strictly read.

Standard library only; independent of the Rust code and of any protobuf library.
"""

ROLES = ["admin", "issuer", "operator", "regulator", "auditor", "user"]
STATUSES = ["active", "suspended", "frozen"]
POLICIES = ["open", "allow_list", "issuer_approved"]

# Fields of a message: number -> (name, type). Types: "u" unsigned varint, "b32" 32 bytes, "bytes", "text",
# "amount", "hash" (empty or 32 bytes), "bool", an enum (list of names from 1), ("many", type), or a message.
KEY = {1: ("public_key", "b32"), 2: ("weight", "u")}
KEY_SET = {1: ("keys", ("many", KEY)), 2: ("threshold", "u")}
OPERATIONS = {
    1: ("register_member", {1: ("source", "b32"), 2: ("name", "text"), 3: ("contact", "text"), 4: ("admin_keys", KEY_SET)}),
    2: (
        "register_account",
        {
            1: ("source", "b32"),
            2: ("member", "b32"),
            3: ("salt", "u"),
            4: ("keys", KEY_SET),
            5: ("roles", ("many", ROLES)),
            6: ("name", "text"),
        },
    ),
    3: ("rotate_keys", {1: ("source", "b32"), 2: ("keys", KEY_SET)}),
    4: ("set_roles", {1: ("source", "b32"), 2: ("account", "b32"), 3: ("roles", ("many", ROLES))}),
    5: ("set_status", {1: ("source", "b32"), 2: ("account", "b32"), 3: ("status", STATUSES)}),
    16: ("create_asset", {1: ("source", "b32"), 2: ("name", "text"), 3: ("decimals", "u"), 4: ("policy", POLICIES)}),
    17: ("issue", {1: ("source", "b32"), 2: ("asset", "b32"), 3: ("to", "b32"), 4: ("amount", "amount")}),
    18: ("redeem", {1: ("source", "b32"), 2: ("asset", "b32"), 3: ("amount", "amount")}),
    19: ("transfer", {1: ("source", "b32"), 2: ("asset", "b32"), 3: ("to", "b32"), 4: ("amount", "amount")}),
    20: (
        "lock",
        {
            1: ("source", "b32"),
            2: ("asset", "b32"),
            3: ("beneficiary", "b32"),
            4: ("amount", "amount"),
            5: ("expires_ms", "u"),
            6: ("hash", "hash"),
        },
    ),
    21: ("unlock", {1: ("source", "b32"), 2: ("lock", "b32"), 3: ("preimage", "bytes")}),
    22: ("set_holder", {1: ("source", "b32"), 2: ("asset", "b32"), 3: ("account", "b32"), 4: ("allowed", "bool")}),
    32: ("rejoin", {1: ("validator", "b32"), 2: ("vote_log", "b32")}),
}
BODY_VERSION, BODY_CHAIN, BODY_UNTIL, BODY_SALT, BODY_OPERATION, BODY_MEMO = range(1, 7)


def varint(value):
    """The shortest varint."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number_field(number, value):
    """A varint field; zero is left out."""
    return varint(number << 3) + varint(value) if value else b""


def bytes_field(number, value, keep_empty=False):
    """A field with a length; empty is left out unless it is a message or an element."""
    return varint(number << 3 | 2) + varint(len(value)) + value if value or keep_empty else b""


def encode_message(schema, fields):
    """Fields in ascending order of their numbers."""
    if set(fields) != {name for name, _ in schema.values()}:
        raise ValueError(f"fields {set(fields)} do not fit the schema")
    return b"".join(encode_field(number, kind, fields[name]) for number, (name, kind) in sorted(schema.items()))


def encode_field(number, kind, value):
    """One field by its type."""
    if isinstance(kind, dict):
        return bytes_field(number, encode_message(kind, value), keep_empty=True)
    if isinstance(kind, tuple) and isinstance(kind[1], dict):
        return b"".join(encode_field(number, kind[1], one) for one in value)
    if isinstance(kind, tuple):  # packed
        return bytes_field(number, b"".join(varint(one) for one in sorted(kind[1].index(v) + 1 for v in value)))
    if isinstance(kind, list):
        return number_field(number, kind.index(value) + 1)
    if kind in ("u", "bool"):
        return number_field(number, int(value))
    if kind in ("text", "amount"):
        return bytes_field(number, value.encode())
    return bytes_field(number, bytes.fromhex(value))


def encode_body(body):
    """A transaction body."""
    kinds = {name: (number, schema) for number, (name, schema) in OPERATIONS.items()}
    operations = b""
    for operation in body["operations"]:
        number, schema = kinds[operation["kind"]]
        inner = bytes_field(number, encode_message(schema, operation["fields"]), keep_empty=True)
        operations += bytes_field(BODY_OPERATION, inner, keep_empty=True)
    return (
        number_field(BODY_VERSION, 1)
        + bytes_field(BODY_CHAIN, bytes.fromhex(body["chain_id"]))
        + number_field(BODY_UNTIL, body["valid_until_ms"])
        + number_field(BODY_SALT, int(body["salt"]))
        + operations
        + bytes_field(BODY_MEMO, body["memo"].encode())
    )


def encode_signed(body, signatures):
    """A whole signed transaction."""
    out = bytes_field(1, body)
    for one in sorted(signatures, key=lambda s: s["public_key"]):
        inner = bytes_field(1, bytes.fromhex(one["public_key"])) + bytes_field(2, bytes.fromhex(one["signature"]))
        out += bytes_field(2, inner, keep_empty=True)
    return out


class Bad(Exception):
    """Bytes that are not canonical; the argument is the code."""


def need(condition, code="malformed"):
    """Refuses unless the condition holds."""
    if not condition:
        raise Bad(code)


def read_varint(data, place):
    """A shortest varint below 2^64 and the place after it."""
    value = 0
    for length in range(10):
        need(place + length < len(data))
        byte = data[place + length]
        value |= (byte & 0x7F) << 7 * length
        if byte < 0x80:
            need((byte or not length) and value < 2**64)
            return value, place + length + 1
    raise Bad("malformed")


def read_fields(data, repeated=()):
    """(number, value) pairs in ascending order; only `repeated` numbers come more than once."""
    place, last, fields = 0, 0, []
    while place < len(data):
        tag, place = read_varint(data, place)
        number, wire_type = tag >> 3, tag & 7
        need(number > last or number == last and number in repeated)
        need(wire_type in (0, 2))
        value, place = read_varint(data, place)
        if wire_type == 2:
            need(place + value <= len(data))
            value, place = data[place : place + value], place + value
            need(value or number in repeated)
        else:
            need(value)
        fields.append((number, value))
        last = number
    return fields


def read_message(schema, data):
    """Checks one message by its schema."""
    many = {n for n, (_, kind) in schema.items() if isinstance(kind, tuple) and isinstance(kind[1], dict)}
    messages = {n for n, (_, kind) in schema.items() if isinstance(kind, dict)}
    fields = read_fields(data, many | messages)
    numbers = [number for number, _ in fields]
    need(all(numbers.count(number) == 1 for number in numbers if number not in many))
    given = dict(fields)
    need(set(given) <= set(schema))
    for number, value in fields:
        check_value(schema[number][1], value)
    for number, (_, kind) in schema.items():
        need(number in given or kind in ("u", "text", "bytes", "bool", "hash") or isinstance(kind, tuple))


def check_value(kind, value):
    """Checks one value by its type."""
    is_number = kind in ("u", "bool") or isinstance(kind, list)
    need(isinstance(value, int) == is_number)
    if isinstance(kind, dict):
        read_message(kind, value)
    elif isinstance(kind, tuple) and isinstance(kind[1], dict):
        read_message(kind[1], value)
    elif isinstance(kind, tuple):
        place, numbers = 0, [0]
        while place < len(value):
            number, place = read_varint(value, place)
            need(numbers[-1] < number <= len(kind[1]))
            numbers.append(number)
    elif isinstance(kind, list):
        need(value <= len(kind))
    elif kind in ("b32", "hash"):
        need(len(value) == 32)
    elif kind == "bool":
        need(value == 1)
    elif kind == "amount":
        need(value.isdigit() and str(int(value)).encode() == value and int(value) < 2**128)
    elif kind == "text":
        utf8(value)


def utf8(value):
    """The text of UTF-8 bytes."""
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Bad("malformed") from error


def refusal(data, limits):
    """None for a canonical transaction, or the code of the first fault. Signatures are not verified."""
    try:
        need(len(data) <= limits.get("max_transaction_bytes", len(data)), "too_large")
        fields = read_fields(data, {2})
        need(fields and fields[0][0] == 1 and all(number <= 2 for number, _ in fields))
        need(all(isinstance(value, bytes) for _, value in fields))
        last_key = b""
        for _, signature in fields[1:]:
            parts = dict(read_fields(signature))
            need(set(parts) == {1, 2} and all(isinstance(part, bytes) for part in parts.values()))
            need(len(parts[1]) == 32 and len(parts[2]) == 64 and parts[1] > last_key)
            last_key = parts[1]
        chain, operations = read_body(fields[0][1])
        need(chain == limits["chain_id"], "wrong_chain")
        need(len(fields) - 1 <= limits.get("max_signatures", len(fields)), "too_many")
        need(operations <= limits.get("max_operations", operations), "too_many")
    except Bad as bad:
        return bad.args[0]
    return None


def read_body(data):
    """Checks a body; returns the chain id and the number of operations."""
    fields = read_fields(data, {BODY_OPERATION})
    given, operations = dict(fields), [value for number, value in fields if number == BODY_OPERATION]
    need(set(given) <= set(range(1, 7)) and operations)
    for number in (BODY_CHAIN, BODY_OPERATION, BODY_MEMO):
        need(isinstance(given.get(number, b""), bytes))
    for number in (BODY_VERSION, BODY_UNTIL, BODY_SALT):
        need(isinstance(given.get(number, 0), int))
    need(given.get(BODY_VERSION) == 1 and len(given.get(BODY_CHAIN, b"")) == 32)
    memo = given.get(BODY_MEMO, b"")
    need(len(memo) <= 256)
    utf8(memo)
    for operation in operations:
        inner = read_fields(operation)
        need(len(inner) == 1 and inner[0][0] in OPERATIONS and isinstance(inner[0][1], bytes))
        read_message(OPERATIONS[inner[0][0]][1], inner[0][1])
    return given[BODY_CHAIN].hex(), len(operations)
