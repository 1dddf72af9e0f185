"""Validator sets of later epochs as docs/formats.md has them: each is proven by the one before.

Standard library only; independent of the Rust code.
"""

import hanse_formats as f

SET_TAG = "hanse.validator-set.v1"


def follow(chain, validators, ends):
    """The validators after the given ends of epochs 0, 1, ..., which must be all of them and in order, and the
    height of the last end; raises `f.Refused`.

    Each end has header (its fields), certificate (as `f.check_certificate` takes it) and next_set (a list of
    validators).
    """
    last = 0
    for epoch, end in enumerate(ends):
        fields = end["header"]
        if fields["epoch"] != epoch or fields["height"] <= last:
            raise f.Refused(f"height {fields['height']} of epoch {fields['epoch']} does not end epoch {epoch}")
        check_header(chain, validators, fields, end["certificate"])
        next_hash = f.tagged(SET_TAG, f.validator_set(end["next_set"])).hex()
        if fields["next_set"] != next_hash:
            raise f.Refused(f"the set hashes to {next_hash}, the header names {fields['next_set']}")
        if fields["next_set"] == fields["active_set"]:
            raise f.Refused(f"the header of height {fields['height']} ends no epoch")
        validators, last = end["next_set"], fields["height"]
    return validators, last


def check_header(chain, validators, fields, certificate):
    """Raises `f.Refused` unless the certificate proves the header with these validators."""
    if fields["chain_id"] != chain.hex():
        raise f.Refused(f"chain {fields['chain_id']}, expected {chain.hex()}")
    set_hash = f.tagged(SET_TAG, f.validator_set(validators)).hex()
    if fields["active_set"] != set_hash:
        raise f.Refused(f"certified by {fields['active_set']}, known is {set_hash}")
    expected = {
        "epoch": fields["epoch"],
        "height": fields["height"],
        "header_hash": f.header_hash(f.header(fields)).hex(),
    }
    for name, value in expected.items():
        if certificate[name] != value:
            raise f.Refused(f"the certificate is for {name} {certificate[name]}, the header for {value}")
    f.check_certificate(chain, [f.fixed(one["consensus_key"]) for one in validators], certificate)
