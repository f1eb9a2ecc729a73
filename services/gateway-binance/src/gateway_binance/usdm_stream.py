"""Private events of Binance USD-M futures, from the listen key's socket.

`{"e":"ORDER_TRADE_UPDATE","T":1568879465651,"o":{"s":"BTCUSDT","c":"xb…","S":"BUY","x":"TRADE","X":"FILLED","i":8886774,
"l":"0.001","L":"7100.5","z":"0.001","q":"0.001","p":"7100.5","N":"USDT","n":"0.01","T":…,"t":12345678,"m":true}}`.
Orders the venue makes (`autoclose-…` liquidation, `adl_autoclose…`, settlement, delivery) come the same way; they are
not ours by their client id, their trades still move our position.
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
    PositionsWord,
    SeenWord,
    StreamEnded,
    StreamWord,
    SymbolPosition,
    UnknownWord,
)

_QUIET = frozenset({"ALGO_UPDATE", "STRATEGY_UPDATE", "GRID_UPDATE", "CONDITIONAL_ORDER_TRIGGER_REJECT"})
"""Events that say nothing about our plain orders."""
_ENDED = frozenset({"listenKeyExpired", "serverShutdown"})
_MOVEMENTS = {
    "FUNDING_FEE": "funding",
    "DEPOSIT": "transfer",
    "WITHDRAW": "transfer",
    "ADJUSTMENT": "adjustment",
    "INSURANCE_CLEAR": "insurance",
    "ASSET_TRANSFER": "transfer",
    "MARGIN_TRANSFER": "transfer",
    "COIN_SWAP_DEPOSIT": "transfer",
    "COIN_SWAP_WITHDRAW": "transfer",
}


class _Order(msgspec.Struct, gc=False):
    s: str = ""
    c: str = ""
    S: str = ""
    x: str = ""
    X: str = ""
    q: str = ""
    p: str = ""
    i: int = 0
    l: str = ""  # noqa: E741 - the venue's name
    L: str = ""
    z: str = ""
    n: str | None = ""
    N: str | None = ""
    T: int = 0
    t: int = 0
    m: bool = False
    ps: str = "BOTH"
    er: str | int | None = None


class _OrderUpdate(msgspec.Struct, gc=False):
    o: _Order
    T: int = 0


class _Balance(msgspec.Struct, gc=False):
    a: str
    wb: str = "0"
    bc: str = ""


class _Position(msgspec.Struct, gc=False):
    s: str
    pa: str = "0"
    ep: str = "0"
    up: str = "0"
    ps: str = "BOTH"


class _Account(msgspec.Struct, gc=False):
    m: str = ""
    B: list[_Balance] = []
    P: list[_Position] = []


class _AccountUpdate(msgspec.Struct, gc=False):
    a: _Account
    T: int = 0


class _Lite(msgspec.Struct, gc=False):
    c: str = ""


_ORDER_UPDATE = msgspec.json.Decoder(_OrderUpdate, strict=False)
_ACCOUNT_UPDATE = msgspec.json.Decoder(_AccountUpdate, strict=False)
_LITE = msgspec.json.Decoder(_Lite, strict=False)


def words(frame: bytes | memoryview) -> tuple[StreamWord, ...]:
    """The words of one frame, wrapped or bare. Never raises."""
    try:
        kind, event = unwrapped(frame)
        if kind == "ORDER_TRADE_UPDATE":
            update = _ORDER_UPDATE.decode(event)
            return _order(update.o, update.T)
        if kind == "ACCOUNT_UPDATE":
            account = _ACCOUNT_UPDATE.decode(event)
            return tuple(_account(account.a, account.T))
        if kind == "TRADE_LITE":
            # Comes before the full event and without the fee: a fill counted from it would keep a wrong fee for ever.
            return (SeenWord(_LITE.decode(event).c),)
    except READ_ERRORS as error:
        return (UnknownWord(f"unreadable: {error}"),)
    if kind in _ENDED:
        return (StreamEnded(kind),)
    return () if kind in _QUIET else (UnknownWord(kind or "no event type"),)


def _order(order: _Order, event_ms: int) -> tuple[StreamWord, ...]:
    heard: list[StreamWord] = []
    time_ns = (order.T or event_ms) * MS
    if order.x in ("TRADE", "CALCULATED") and order.l.strip("0."):
        # A liquidation or deleveraging has no trade id of its own: the order and its moment name it.
        trade_id = str(order.t) if order.t > 0 else f"{order.i}-{order.T}"
        heard.append(
            FillWord(
                order.s,
                order.c,
                str(order.i),
                trade_id,
                side(order.S),
                order.L,
                order.l,
                order.n or "",
                order.N or "",
                order.m,
                time_ns,
            )
        )
    state = STATES.get(order.X)
    if state is None:
        return (*heard, UnknownWord(f"order status {order.X}"))
    if order.ps != "BOTH":
        heard.append(_hedged(order.ps))
    reason = "self_trade_prevention" if order.X == "EXPIRED_IN_MATCH" else _reason(order)
    heard.append(
        OrderWord(order.s, order.c, str(order.i), state, side(order.S), order.p, order.q, order.z, reason, time_ns)
    )
    return tuple(heard)


def _reason(order: _Order) -> str:
    if order.x == "AMENDMENT":
        return "amended"
    return "" if order.er in (None, "", 0, "0") else f"expiry {order.er}"


def _hedged(position_side: str) -> UnknownWord:
    return UnknownWord(f"position side {position_side}: the account is in hedge mode")


def _account(told: _Account, event_ms: int) -> list[StreamWord]:
    heard: list[StreamWord] = []
    if told.B:
        held = tuple(AssetBalance(b.a, decimal(b.wb), decimal("0")) for b in told.B)
        heard.append(BalancesWord(held, False, told.m.lower(), event_ms * MS))
    plain = [p for p in told.P if p.ps == "BOTH"]
    heard += [_hedged(p.ps) for p in told.P if p.ps != "BOTH"]
    if plain:
        held_positions = tuple(SymbolPosition(p.s, p.pa, p.ep, p.up) for p in plain)
        heard.append(PositionsWord(held_positions, False, told.m.lower(), event_ms * MS))
    symbol = told.P[0].s if len(told.P) == 1 else ""
    for balance in told.B:
        if told.m != "ORDER" and balance.bc.strip("-0."):
            kind = _MOVEMENTS.get(told.m, told.m.lower())
            key = f"{told.m}:{event_ms}:{balance.a}"
            heard.append(MovementWord(symbol, balance.a, balance.bc, kind, key, event_ms * MS))
    return heard
