"""Hanse in Python: build, sign and submit transactions, read and follow the chain, and verify what nodes say.

The verifier is written from docs/formats.md alone, independently of the node, and needs no network:

    genesis = hanse.Genesis.load("genesis.json")
    proven = hanse.verify_receipt(hanse.Receipt.load("receipt.json"), genesis)
"""

from hanse import errors
from hanse.client import Client
from hanse.genesis import Genesis
from hanse.keys import PrivateKey
from hanse.keysets import KeySet, WeightedKey
from hanse.light_client import LightClient
from hanse.receipt import Receipt
from hanse.verify import ProvenReceipt, verify_expiry, verify_receipt, verify_state

__all__ = [
    "Client",
    "Genesis",
    "KeySet",
    "LightClient",
    "PrivateKey",
    "ProvenReceipt",
    "Receipt",
    "WeightedKey",
    "errors",
    "verify_expiry",
    "verify_receipt",
    "verify_state",
]
