"""Signatures: the venue's published vectors hold, and anything else does not."""

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from venue_sim.binance.signing import ApiKey, rest_signed_text, websocket_payload

Vectors = dict[str, list[dict[str, Any]]]


@pytest.fixture
def vectors(shared_samples: Callable[..., Path]) -> Vectors:
    loaded: Vectors = json.loads(shared_samples("binance", "signing_vectors.json").read_text())
    return loaded


def pem(key: Any) -> str:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    encoded: bytes = key.public_bytes(serialization.Encoding.PEM, spki)
    return encoded.decode()


def test_published_hmac_vectors(vectors: Vectors) -> None:
    assert len(vectors["hmac"]) == 5
    for vector in vectors["hmac"]:
        key = ApiKey(vector["apiKey"], "ann", "hmac", vector["key"])
        assert key.signed(vector["payload"].encode(), vector["sig"]), vector["api"]
        assert key.signed(vector["payload"].encode(), vector["sig"].upper()), "hex in any case"
        assert not key.signed(vector["payload"].encode() + b"0", vector["sig"])


def test_ed25519_vectors(vectors: Vectors) -> None:
    assert len(vectors["computed_ed25519"]) == 2
    for vector in vectors["computed_ed25519"]:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(vector["public_hex"]))
        key = ApiKey("k", "ann", "ed25519", pem(public))
        assert key.signed(vector["payload"].encode(), vector["sig_b64"])
        assert not key.signed(vector["payload"].encode(), vector["sig_b64"].swapcase()), "base64 has case"
        assert not key.signed(vector["payload"].encode(), "not base64!")


def test_an_rsa_key() -> None:
    private = rsa.generate_private_key(65537, 2048)
    signature = base64.b64encode(private.sign(b"a=1", padding.PKCS1v15(), hashes.SHA256())).decode()
    key = ApiKey("k", "ann", "rsa", pem(private.public_key()))
    assert key.signed(b"a=1", signature) and not key.signed(b"a=2", signature)


def test_a_public_key_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="PEM|load"):
        ApiKey("k", "ann", "ed25519", "no key")


def test_a_rest_payload_is_query_then_body_without_the_signature() -> None:
    signed = rest_signed_text("symbol=LTCBTC&side=BUY&signature=a%2Bb%3D", "quantity=1&price=0.1")
    assert signed.payload == "symbol=LTCBTC&side=BUYquantity=1&price=0.1"
    assert (signed.signature, signed.well_formed) == ("a+b=", True)


@pytest.mark.parametrize("query", ["symbol=１２３", "symbol=BTC USDT", 'batchOrders=[{"a":1}]', "a=%4"])
def test_what_is_not_percent_encoded_is_noticed(query: str) -> None:
    assert not rest_signed_text(query, "").well_formed


def test_a_websocket_payload_is_sorted_and_prints_as_json_does(vectors: Vectors) -> None:
    vector = next(each for each in vectors["hmac"] if "NOT percent-encoded" in each["api"])
    params = dict(pair.split("=", 1) for pair in vector["payload"].split("&"))
    shuffled: dict[str, Any] = dict(reversed(params.items())) | {
        "signature": "x",
        "timestamp": int(params["timestamp"]),
    }
    assert websocket_payload(shuffled) == vector["payload"]
    assert websocket_payload({"b": True, "a": Decimal("0.10"), "c": 7}) == "a=0.10&b=true&c=7"


def test_a_signature_made_with_our_private_key_travels_through_a_url() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signature = base64.b64encode(private.sign(b"timestamp=1")).decode()
    signed = rest_signed_text(f"timestamp=1&signature={quote(signature, safe='')}", "")
    assert ApiKey("k", "ann", "ed25519", pem(private.public_key())).signed(signed.payload.encode(), signed.signature)
