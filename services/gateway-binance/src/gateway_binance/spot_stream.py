"""Private events of Binance spot, as they come from the WebSocket API's user data subscription.

`{"subscriptionId":0,"event":{"e":"executionReport","s":"BTCUSDT","c":"xb…","x":"TRADE","X":"FILLED","i":55,"l":"0.1",
"L":"63817.6","z":"0.1","q":"0.1","p":"63817.6","n":"0.01","N":"BNB","t":276374166,"m":true,"T":1786522906946,…}}`
On a cancel `c` names the cancel request and `C` the order.
"""

import msgspec

from crossbook.messages.gateway import AssetBalance
from gateway_binance.account_answers import decimal
from gateway_binance.answers import MS, STATES, side
from gateway_binance.stream_frames import READ_ERRORS, unwrapped
from gateway_kit.order_words import (
    BalancesWord,
    FillWord,
    MovementWord,
    OrderWord,
    StreamEnded,
    StreamWord,
    UnknownWord,
)

_QUIET = frozenset({"listStatus", "externalLockUpdate"})
"""Events that say nothing about our plain orders."""
_ENDED = frozenset({"eventStreamTerminated", "serverShutdown"})


class _Balance(msgspec.Struct, gc=False):
    a: str
    f: str = "0"
    l: str = "0"  # noqa: E741 - the venue's name


class _Execution(msgspec.Struct, gc=False):
    s: str = ""
    c: str = ""
    C: str | None = ""
    S: str = ""
    x: str = ""
    X: str = ""
    r: str = ""
    q: str = ""
    p: str = ""
    l: str = ""  # noqa: E741 - the venue's name
    L: str = ""
    z: str = ""
    n: str | None = ""
    N: str | None = None
    m: bool = False
    t: int = -1
    i: int = 0
    T: int = 0
    eR: str | int | None = None


class _Position(msgspec.Struct, gc=False):
    B: list[_Balance] = []
    E: int = 0


class _Movement(msgspec.Struct, gc=False):
    a: str = ""
    d: str = ""
    T: int = 0


_EXECUTION = msgspec.json.Decoder(_Execution, strict=False)
_POSITION = msgspec.json.Decoder(_Position, strict=False)
_MOVEMENT = msgspec.json.Decoder(_Movement, strict=False)


def words(frame: bytes | memoryview) -> tuple[StreamWord, ...]:
    """The words of one frame, wrapped or bare. Never raises."""
    try:
        kind, event = unwrapped(frame)
        if kind == "executionReport":
            return _execution(_EXECUTION.decode(event))
        if kind == "outboundAccountPosition":
            return _position(_POSITION.decode(event))
        if kind == "balanceUpdate":
            return _movement(_MOVEMENT.decode(event))
    except READ_ERRORS as error:
        return (UnknownWord(f"unreadable: {error}"),)
    if kind in _ENDED:
        return (StreamEnded(kind),)
    return () if kind in _QUIET else (UnknownWord(kind or "no event type"),)


def _position(told: _Position) -> tuple[StreamWord, ...]:
    held = tuple(AssetBalance(b.a, decimal(b.f), decimal(b.l)) for b in told.B)
    return (BalancesWord(held, False, "stream", told.E * MS),)


def _movement(told: _Movement) -> tuple[StreamWord, ...]:
    return (MovementWord("", told.a, told.d, "transfer", f"{told.T}:{told.a}:{told.d}", told.T * MS),)


def _execution(event: _Execution) -> tuple[StreamWord, ...]:
    client_id = event.C or event.c
    heard: list[StreamWord] = []
    if event.x == "TRADE" and event.t >= 0 and event.l.strip("0."):
        heard.append(
            FillWord(
                event.s,
                client_id,
                str(event.i),
                str(event.t),
                side(event.S),
                event.L,
                event.l,
                event.n or "",
                event.N or "",
                event.m,
                event.T * MS,
            )
        )
    state = STATES.get(event.X)
    if state is None:
        return (*heard, UnknownWord(f"order status {event.X}"))
    reason = event.r if event.r not in ("", "NONE") else ("" if event.eR is None else f"expiry {event.eR}")
    if event.X == "EXPIRED_IN_MATCH":
        reason = "self_trade_prevention"
    heard.append(
        OrderWord(
            event.s, client_id, str(event.i), state, side(event.S), event.p, event.q, event.z, reason, event.T * MS
        )
    )
    return tuple(heard)
