"""Whether a request was signed by the key it names: HMAC-SHA256, RSA PKCS#1 v1.5 or Ed25519.

Source: Binance "API key types" and "SIGNED endpoint security". A REST payload is the query string as it travelled,
followed at once by the body, without the `signature` parameter; a WebSocket-API payload is all parameters but the
signature, sorted by name, joined with `&`, as raw UTF-8.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_public_key

KeyKind = Literal["hmac", "ed25519", "rsa"]
_PERCENT_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*,;:@/?&=+]|%[0-9A-Fa-f]{2})*")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key the venue knows: whose it is, how it signs, and what it may do.

    `material` is the shared secret of an HMAC key, else the public key in PEM.
    """

    api_key: str
    account: str
    kind: KeyKind
    material: str
    may_read: bool = True
    may_trade_spot: bool = True
    may_trade_futures: bool = True
    may_withdraw: bool = False
    _public_key: PublicKeyTypes | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if self.kind != "hmac":
            object.__setattr__(self, "_public_key", load_pem_public_key(self.material.encode()))

    def signed(self, payload: bytes, signature: str) -> bool:
        """Whether `signature` (hex for HMAC in any case, base64 otherwise) is this key's over `payload`."""
        if self.kind == "hmac":
            digest = hmac.new(self.material.encode(), payload, hashlib.sha256).hexdigest()
            return hmac.compare_digest(digest.encode(), signature.lower().encode())
        return _public_key_signed(self._public_key, payload, signature)


def _public_key_signed(public_key: PublicKeyTypes | None, payload: bytes, signature: str) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    try:
        if isinstance(public_key, Ed25519PublicKey):
            public_key.verify(raw, payload)
        elif isinstance(public_key, RSAPublicKey):
            public_key.verify(raw, payload, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class SignedText:
    """What was signed and by what: `payload` as it travelled, `signature` decoded, `well_formed`: percent-encoded."""

    payload: str
    signature: str
    well_formed: bool


def rest_signed_text(query: str, body: str) -> SignedText:
    """Split the signature from a REST request's raw query string and form body."""
    query_rest, from_query = _without_signature(query)
    body_rest, from_body = _without_signature(body)
    payload = query_rest + body_rest
    return SignedText(payload, from_query or from_body, _PERCENT_ENCODED.fullmatch(payload) is not None)


def _without_signature(text: str) -> tuple[str, str]:
    kept: list[str] = []
    signature = ""
    for part in text.split("&") if text else ():
        if part.startswith("signature="):
            signature = unquote(part[len("signature=") :])
        else:
            kept.append(part)
    return "&".join(kept), signature


def websocket_payload(params: Mapping[str, Any]) -> str:
    """The text a WebSocket-API request is signed over."""
    names = sorted(name for name in params if name != "signature")
    return "&".join(f"{name}={printed(params[name])}" for name in names)


def printed(value: Any) -> str:
    """A parameter as it prints in JSON, strings without their quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
