"""Requests of both markets as Binance documents them, on both channels."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from crossbook.messages.base import OrderType, Side, Tif
from crossbook.messages.gateway import AmendOrder, PlaceOrder
from gateway_binance.signer import HmacSigner
from gateway_binance.signing import Signing
from gateway_binance.spot_orders import SpotOrders
from gateway_binance.usdm_orders import UsdmOrders
from gateway_kit.requests import Ask, Channel, HttpCall, Kind
from gateway_kit.tradables import Tradable
from testkit.desk_rig import definition

TRADABLE = Tradable.of(definition())
ID, MS = "xb0100000300000001", 1_790_000_000_000
BOTH = pytest.mark.parametrize("channel", list(Channel))
SIGNING = Signing("key", HmacSigner("secret"), "http://host", 2_000)
SPOT, USDM = SpotOrders(SIGNING, "EXPIRE_MAKER", "http://sapi"), UsdmOrders(SIGNING, "EXPIRE_MAKER", "http://sapi")


def order(**changes: Any) -> PlaceOrder:
    fields: dict[str, Any] = {
        "order_id": 1, "oms_epoch": 1, "instrument": "BTC-USDT@binance", "revision": 7, "side": Side.SELL,
        "order_type": OrderType.LIMIT, "tif": Tif.GTC, "price_ticks": 5_000_001, "qty_lots": 12, "post_only": False,
        "reduce_only": False, "valid_until_ns": 0, "tick_received_ns": 0, "decided_ns": 0, "oms_received_ns": 0,
        "oms_sent_ns": 0,
    }  # fmt: skip
    return PlaceOrder(**(fields | changes))


def amendment(**changes: Any) -> AmendOrder:
    fields: dict[str, Any] = {
        "order_id": 1, "oms_epoch": 1, "instrument": "BTC-USDT@binance", "revision": 7, "venue_order_id": "",
        "side": Side.SELL, "price_ticks": 5_000_002, "qty_lots": 9, "old_price_ticks": 5_000_001, "old_qty_lots": 12,
        "post_only": False, "reduce_only": False, "valid_until_ns": 0, "tick_received_ns": 0, "decided_ns": 0,
        "oms_received_ns": 0, "oms_sent_ns": 0,
    }  # fmt: skip
    return AmendOrder(**(fields | changes))


def sent(made: bytes | HttpCall | None) -> tuple[str, dict[str, str]]:
    """Method (or verb and path) and parameters as text, without what every request has."""
    if isinstance(made, HttpCall):
        url = urlsplit(made.url)
        where, fields = f"{made.method} {url.path}", dict(parse_qsl(url.query))
    else:
        assert made is not None
        frame = json.loads(made)
        where, fields = frame["method"], {name: _text(value) for name, value in frame["params"].items()}
        assert fields.pop("apiKey") == "key"
    assert len(fields.pop("signature")) == 64
    assert (fields.pop("timestamp"), fields.pop("recvWindow")) == (str(MS), "2000")
    return where, fields


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def place(dialect: SpotOrders | UsdmOrders, channel: Channel, **changes: Any) -> tuple[str, dict[str, str]]:
    return sent(dialect.place(channel, 1, order(**changes), TRADABLE, ID, MS))


LIMIT = {
    "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "price": "50000.01",
    "quantity": "0.012", "newClientOrderId": ID, "selfTradePreventionMode": "EXPIRE_MAKER",
}  # fmt: skip
NO_PRICE = {name: value for name, value in LIMIT.items() if name not in ("price", "timeInForce")}


@BOTH
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, {**LIMIT, "newOrderRespType": "FULL"}),
        (
            {"side": Side.BUY, "tif": Tif.IOC},
            {**LIMIT, "side": "BUY", "timeInForce": "IOC", "newOrderRespType": "FULL"},
        ),
        ({"tif": Tif.FOK}, {**LIMIT, "timeInForce": "FOK", "newOrderRespType": "FULL"}),
        ({"post_only": True}, {**NO_PRICE, "price": "50000.01", "type": "LIMIT_MAKER", "newOrderRespType": "ACK"}),
        ({"order_type": OrderType.MARKET}, {**NO_PRICE, "type": "MARKET", "newOrderRespType": "FULL"}),
    ],
)
def test_each_kind_of_spot_order(channel: Channel, changes: dict[str, Any], fields: dict[str, str]) -> None:
    where = "order.place" if channel is Channel.WS else "POST /api/v3/order"
    assert place(SPOT, channel, **changes) == (where, fields)


@BOTH
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, {**LIMIT, "newOrderRespType": "ACK"}),
        ({"post_only": True}, {**LIMIT, "timeInForce": "GTX", "newOrderRespType": "ACK"}),
        ({"tif": Tif.IOC}, {**LIMIT, "timeInForce": "IOC", "newOrderRespType": "RESULT"}),
        (
            {"tif": Tif.FOK, "side": Side.BUY},
            {**LIMIT, "side": "BUY", "timeInForce": "FOK", "newOrderRespType": "RESULT"},
        ),
        (
            {"order_type": OrderType.MARKET, "reduce_only": True},
            {**NO_PRICE, "type": "MARKET", "reduceOnly": "true", "newOrderRespType": "RESULT"},
        ),
    ],
)
def test_each_kind_of_usdm_order(channel: Channel, changes: dict[str, Any], fields: dict[str, str]) -> None:
    where = "order.place" if channel is Channel.WS else "POST /fapi/v1/order"
    assert place(USDM, channel, **changes) == (where, fields)


@BOTH
def test_a_smaller_size_on_spot_keeps_priority_and_name(channel: Channel) -> None:
    made = sent(SPOT.amend(channel, 1, amendment(), TRADABLE, ID, "", MS))
    where = "order.amend.keepPriority" if channel is Channel.WS else "PUT /api/v3/order/amend/keepPriority"
    fields = {"symbol": "BTCUSDT", "origClientOrderId": ID, "newClientOrderId": ID, "newQty": "0.009"}
    assert made == (where, fields)


@BOTH
def test_a_replacement_on_spot_is_refused_by_the_venue_once_anything_traded(channel: Channel) -> None:
    where, fields = sent(SPOT.amend(channel, 1, amendment(post_only=True), TRADABLE, ID, ID + "-1", MS))
    assert where == ("order.cancelReplace" if channel is Channel.WS else "POST /api/v3/order/cancelReplace")
    assert fields == {
        "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT_MAKER", "price": "50000.02", "quantity": "0.009",
        "cancelOrigClientOrderId": ID, "newClientOrderId": ID + "-1", "cancelReplaceMode": "STOP_ON_FAILURE",
        "cancelRestrictions": "ONLY_NEW", "newOrderRespType": "ACK", "selfTradePreventionMode": "EXPIRE_MAKER",
    }  # fmt: skip


@BOTH
def test_a_modification_on_usdm_names_side_price_and_total(channel: Channel) -> None:
    made = sent(USDM.amend(channel, 1, amendment(), TRADABLE, ID, "", MS))
    where = "order.modify" if channel is Channel.WS else "PUT /fapi/v1/order"
    fields = {"symbol": "BTCUSDT", "origClientOrderId": ID, "side": "SELL", "price": "50000.02", "quantity": "0.009"}
    assert made == (where, fields)


@BOTH
@pytest.mark.parametrize(("dialect", "path"), [(SPOT, "/api/v3/order"), (USDM, "/fapi/v1/order")])
def test_a_cancel_goes_by_venue_id_where_it_is_known(channel: Channel, dialect: SpotOrders, path: str) -> None:
    where = "order.cancel" if channel is Channel.WS else f"DELETE {path}"
    assert sent(dialect.cancel(channel, 1, "BTCUSDT", ID, "55", MS)) == (where, {"symbol": "BTCUSDT", "orderId": "55"})
    by_name = {"symbol": "BTCUSDT", "origClientOrderId": ID}
    assert sent(dialect.cancel(channel, 1, "BTCUSDT", ID, "", MS)) == (where, by_name)


QUESTIONS = [
    (SPOT, Ask(Kind.OPEN_ORDERS, "BTCUSDT"), "openOrders.status", "GET /api/v3/openOrders", {"symbol": "BTCUSDT"}),
    (SPOT, Ask(Kind.BALANCES), "account.status", "GET /api/v3/account", {"omitZeroBalances": "true"}),
    (SPOT, Ask(Kind.FEES, "BTCUSDT"), "account.commission", "GET /api/v3/account/commission", {"symbol": "BTCUSDT"}),
    (
        SPOT, Ask(Kind.TRADES, "BTCUSDT", venue_order_id="9"), "myTrades", "GET /api/v3/myTrades",
        {"symbol": "BTCUSDT", "orderId": "9", "limit": "1000"},
    ),
    (
        SPOT, Ask(Kind.TRADES, "BTCUSDT", since_ms=1_000), "myTrades", "GET /api/v3/myTrades",
        {"symbol": "BTCUSDT", "startTime": "1000", "endTime": str(1_000 + 86_400_000 - 1), "limit": "1000"},
    ),
    (
        SPOT, Ask(Kind.HISTORY, "BTCUSDT", since_ms=5), "allOrders", "GET /api/v3/allOrders",
        {"symbol": "BTCUSDT", "startTime": "5", "limit": "1000"},
    ),
    (USDM, Ask(Kind.QUERY, "BTCUSDT", client_order_id=ID), "order.status", "GET /fapi/v1/order",
     {"symbol": "BTCUSDT", "origClientOrderId": ID}),
    (USDM, Ask(Kind.OPEN_ORDERS, "BTCUSDT"), "", "GET /fapi/v1/openOrders", {"symbol": "BTCUSDT"}),
    (USDM, Ask(Kind.TRADES, "BTCUSDT", from_id=7), "", "GET /fapi/v1/userTrades",
     {"symbol": "BTCUSDT", "fromId": "7", "limit": "1000"}),
    (USDM, Ask(Kind.BALANCES), "", "GET /fapi/v3/balance", {}),
    (USDM, Ask(Kind.POSITIONS), "", "GET /fapi/v3/positionRisk", {}),
    (USDM, Ask(Kind.COUNTDOWN, "BTCUSDT", value=10_000), "", "POST /fapi/v1/countdownCancelAll",
     {"symbol": "BTCUSDT", "countdownTime": "10000"}),
    (USDM, Ask(Kind.POSITION_MODE), "", "GET /fapi/v1/positionSide/dual", {}),
    (SPOT, Ask(Kind.PERMISSIONS), "", "GET /sapi/v1/account/apiRestrictions", {}),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "ask", "method", "path", "fields"), QUESTIONS)
def test_each_question_on_each_channel_that_has_it(
    dialect: SpotOrders, ask: Ask, method: str, path: str, fields: dict[str, str]
) -> None:
    assert sent(dialect.ask(Channel.REST, 0, ask, MS)) == (path, fields)
    over_ws = dialect.ask(Channel.WS, 2, ask, MS)
    if method:
        assert sent(over_ws) == (method, fields)
    else:
        assert over_ws is None


def test_listen_keys_need_no_signature() -> None:
    for kind, verb in ((Kind.STREAM_KEY, "POST"), (Kind.STREAM_KEY_KEEP_ALIVE, "PUT")):
        call = USDM.ask(Channel.REST, 0, Ask(kind), MS)
        assert call == HttpCall(verb, "http://host/fapi/v1/listenKey", {"X-MBX-APIKEY": "key"})


def test_where_no_sapi_is_nobody_is_asked_for_permissions() -> None:
    testnet = SpotOrders(SIGNING, "NONE")
    assert not testnet.ask_offered(Kind.PERMISSIONS)
    assert testnet.ask(Channel.REST, 0, Ask(Kind.PERMISSIONS), MS) is None


@pytest.mark.parametrize("dialect", [SPOT, USDM])
def test_fields_are_sorted_as_the_signature_wants_them(dialect: SpotOrders | UsdmOrders) -> None:
    made = dialect.place(Channel.WS, 1, order(), TRADABLE, ID, MS)
    assert isinstance(made, bytes)
    names = [name for name in json.loads(made)["params"] if name != "signature"]
    assert names == sorted(names)
