"""Signatures reproduce every vector of Binance's documents."""

import hmac
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from crossbook.errors import ConfigError
from gateway_binance.signer import Ed25519Signer, HmacSigner
from gateway_binance.signing import Signing

SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"


def vectors(shared_samples: Callable[..., Path], kind: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(shared_samples("binance", "signing_vectors.json").read_text())[kind]
    assert found
    return found


def test_every_hmac_vector(shared_samples: Callable[..., Path]) -> None:
    for vector in vectors(shared_samples, "hmac"):
        assert HmacSigner(vector["key"]).sign(vector["payload"]) == vector["sig"], vector["api"]


def test_every_ed25519_vector(shared_samples: Callable[..., Path]) -> None:
    for vector in vectors(shared_samples, "computed_ed25519"):
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["seed_hex"]))
        assert Ed25519Signer(key).sign(vector["payload"]) == vector["sig_b64"]


@pytest.mark.parametrize("length", [1, 63, 64, 65, 200])
def test_secrets_of_any_length_agree_with_the_standard_library(length: int) -> None:
    secret, payload = "k" * length, "symbol=BTCUSDT&timestamp=1"
    assert HmacSigner(secret).sign(payload) == hmac.new(secret.encode(), payload.encode(), "sha256").hexdigest()


def test_a_signer_may_be_used_again() -> None:
    signer = HmacSigner(SECRET)
    assert signer.sign("a") == signer.sign("a") != signer.sign("b")


def pem(key: object) -> bytes:
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
    return made


def test_a_key_file_is_read_and_a_wrong_one_is_named() -> None:
    key = Ed25519PrivateKey.generate()
    assert Ed25519Signer.from_pem(pem(key)).sign("x") == Ed25519Signer(key).sign("x")
    with pytest.raises(ConfigError, match="Ed25519 is wanted"):
        Ed25519Signer.from_pem(pem(generate_private_key(SECP256R1())))
    with pytest.raises(ConfigError, match="cannot be read"):
        Ed25519Signer.from_pem(b"rubbish")
    with pytest.raises(ConfigError, match="secret is empty"):
        HmacSigner("")


def test_a_websocket_frame_carries_its_fields_its_key_and_the_signature_of_the_documents() -> None:
    fields = (
        "price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL&symbol=BTCUSDT&timeInForce=GTC"
        "&timestamp=1645423376532&type=LIMIT"
    )
    frame = json.loads(Signing(API_KEY, HmacSigner(SECRET), "", 100).ws(7, "order.place", fields))
    assert (frame["id"], frame["method"]) == ("7", "order.place")
    assert frame["params"] == {
        "apiKey": API_KEY, "price": "52000.00", "quantity": "0.01000000", "recvWindow": 100, "side": "SELL",
        "symbol": "BTCUSDT", "timeInForce": "GTC", "timestamp": 1645423376532, "type": "LIMIT",
        "signature": "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24",
    }  # fmt: skip


def test_a_rest_url_ends_with_the_signature_of_the_documents() -> None:
    fields = (
        "symbol=１２３４５６&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000"
        "&timestamp=1499827319559"
    )
    call = Signing(API_KEY, HmacSigner(SECRET), "https://host", 5_000).rest("POST", "/api/v3/order", fields)
    assert call.method == "POST"
    assert call.headers == {"X-MBX-APIKEY": API_KEY}
    assert call.url.startswith("https://host/api/v3/order?symbol=%EF%BC%91%EF%BC%92")
    assert call.url.endswith("&signature=e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3")


def test_on_a_session_that_is_logged_on_requests_carry_neither_key_nor_signature() -> None:
    signing = Signing(API_KEY, HmacSigner(SECRET), "", 5_000)
    signing.logged_on = True
    frame = json.loads(signing.ws(1, "order.cancel", "orderId=5&recvWindow=5000&symbol=BTCUSDT&timestamp=9"))
    assert frame["params"] == {"orderId": 5, "recvWindow": 5000, "symbol": "BTCUSDT", "timestamp": 9}
    logon = json.loads(signing.log_on(2, "session.logon", 9))
    assert set(logon["params"]) == {"apiKey", "recvWindow", "timestamp", "signature"}
