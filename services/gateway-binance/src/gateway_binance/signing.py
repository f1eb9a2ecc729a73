"""Requests of Binance, signed: the text of the parameters is written once and serves query, payload and JSON.

On REST the payload is the query as sent, `signature` last, percent-encoded before signing. On the WebSocket API it is
all parameters sorted by name with the API key among them, *not* percent-encoded, and the frame carries the same
parameters as JSON, whole numbers as numbers. Callers give the fields sorted (`a=1&b=2`); `apiKey` sorts before all
that we use.
"""

import re
from urllib.parse import quote

from gateway_binance.signer import Signer
from gateway_kit.requests import HttpCall

_BARE = re.compile(r'"(timestamp|recvWindow|orderId|startTime|endTime|fromId|limit|omitZeroBalances)":"(\d+|true)"')


class Signing:
    """One market's key. `logged_on` is told by the shell: on such a session requests carry no key and signature."""

    def __init__(self, api_key: str, signer: Signer, rest_url: str, recv_window_ms: int) -> None:
        """`rest_url` without a slash at the end."""
        self.logged_on = False
        self.can_log_on = signer.can_log_on
        self.recv_window_ms = recv_window_ms
        self._api_key = api_key
        self._sign = signer.sign
        self._rest_url = rest_url
        self._headers = {"X-MBX-APIKEY": api_key}
        self._window = (f'"recvWindow":"{recv_window_ms}"', f'"recvWindow":{recv_window_ms}')

    def ws_order(self, key: int, method: str, fields: str, *numbers: str) -> bytes:
        """A frame for the WebSocket API, the fast way: the caller names the fields that are whole numbers (`a=1`)."""
        signature = ""
        if not self.logged_on:
            fields = f"apiKey={self._api_key}&{fields}"
            signature = f',"signature":"{self._sign(fields)}"'
        text = _texts(fields).replace(*self._window)
        for number in numbers:
            name, _, value = number.partition("=")
            text = text.replace(f'"{name}":"{value}"', f'"{name}":{value}')
        return f'{{"id":"{key}","method":"{method}","params":{text}{signature}}}}}'.encode()

    def ws(self, key: int, method: str, fields: str) -> bytes:
        """A frame for the WebSocket API; whole numbers are found by their names."""
        signature = ""
        if not self.logged_on:
            fields = f"apiKey={self._api_key}&{fields}"
            signature = f',"signature":"{self._sign(fields)}"'
        return f'{{"id":"{key}","method":"{method}","params":{_json(fields)}{signature}}}}}'.encode()

    def log_on(self, key: int, method: str, venue_ms: int) -> bytes:
        """A frame that is signed even on a session that is logged on: `session.logon`, `….subscribe.signature`."""
        fields = f"apiKey={self._api_key}&recvWindow={self.recv_window_ms}&timestamp={venue_ms}"
        return (
            f'{{"id":"{key}","method":"{method}","params":{_json(fields)},"signature":"{self._sign(fields)}"}}}}'
        ).encode()

    def rest(self, method: str, path: str, fields: str, base_url: str = "") -> HttpCall:
        """A signed REST call. Fields must be ASCII or are encoded here, before they are signed."""
        query = fields if fields.isascii() else quote(fields, safe="=&")
        signature = quote(self._sign(query), safe="")
        return HttpCall(method, f"{base_url or self._rest_url}{path}?{query}&signature={signature}", self._headers)

    def rest_keyed(self, method: str, path: str) -> HttpCall:
        """A call with the key in its header and no signature (listen keys)."""
        return HttpCall(method, f"{self._rest_url}{path}", self._headers)

    def rest_public(self, path: str) -> HttpCall:
        """A call that anybody may make."""
        return HttpCall("GET", f"{self._rest_url}{path}", {})


def _texts(fields: str) -> str:
    """`a=1&b=2` as `{"a":"1","b":"2"` – without the closing brace, so that a signature can follow."""
    return '{"' + fields.replace("=", '":"').replace("&", '","') + '"'


def _json(fields: str) -> str:
    """The same with whole numbers as numbers."""
    return _BARE.sub(r'"\1":\2', _texts(fields))
