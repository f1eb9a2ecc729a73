"""Whatever a client sends, it gets an answer in the venue's form, and the exchange is none the worse for it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testkit.binance_venue import BinanceVenue
from venue_sim.binance.admission import Product
from venue_sim.binance.params import Params
from venue_sim.binance.signing import rest_signed_text, websocket_payload
from venue_sim.binance.spot.operations import OPERATIONS as SPOT
from venue_sim.binance.streams import Subscriptions, parsed
from venue_sim.binance.usdm.income import IncomeBook
from venue_sim.binance.usdm.operations import operations
from venue_sim.shell.stream_server import address_of

NAMES = [
    "symbol",
    "side",
    "type",
    "timeInForce",
    "price",
    "quantity",
    "quoteOrderQty",
    "newClientOrderId",
    "orderId",
    "origClientOrderId",
    "limit",
    "fromId",
    "startTime",
    "endTime",
    "newQty",
    "cancelReplaceMode",
    "cancelOrderId",
    "symbols",
    "batchOrders",
    "orderIdList",
    "countdownTime",
    "leverage",
    "recvWindow",
    "timestamp",
    "reduceOnly",
    "selfTradePreventionMode",
    "newOrderRespType",
    "incomeType",
    "marginType",
    "positionSide",
]
LIKELY = [
    "BTCUSDT",
    "BUY",
    "SELL",
    "LIMIT",
    "MARKET",
    "GTC",
    "IOC",
    "FOK",
    "GTX",
    "60000",
    "0.01",
    "1",
    "0",
    "-1",
    "",
    "true",
]
ODD = ["NaN", "1e400", "９", "[]", "[1]", '[{"a":1}]', '["BTCUSDT"]', "null", "9" * 40, "0.000000001", "\x00", "é"]
VALUES = st.sampled_from(LIKELY + ODD) | st.text(max_size=40) | st.integers() | st.booleans() | st.none()
REQUESTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=12)
USDM = operations(IncomeBook("usdm"))


def answered(product: Product, operation: str, values: dict[str, Any]) -> None:
    venue = BinanceVenue(product)
    before = venue.exchange.truth()["ann"]["balances"]
    reply = venue.call(operation, **Params.from_json(values).as_dict())
    msgspec.json.encode(reply.body)
    if reply.status != 200:
        assert {"code", "msg"} <= reply.body.keys() and reply.body["code"] < 0
        assert operation == "order.cancelReplace" or venue.exchange.truth()["ann"]["balances"] == before


@given(operation=st.sampled_from(sorted(SPOT)), values=REQUESTS)
def test_spot(operation: str, values: dict[str, Any]) -> None:
    answered("spot", operation, values)


@given(operation=st.sampled_from(sorted(USDM)), values=REQUESTS)
def test_usdm(operation: str, values: dict[str, Any]) -> None:
    answered("usdm", operation, values)


@given(text=st.text() | st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner)).map(str))
def test_control_messages(text: str) -> None:
    answer = Subscriptions("spot", False, 10, lambda _: True, lambda _: False).control(text)
    assert answer.keys() & {"result", "code", "error"}


@given(text=st.text(), body=st.text(), values=st.dictionaries(st.text(), VALUES))
def test_texts_of_any_kind_are_read(text: str, body: str, values: dict[str, Any]) -> None:
    assert isinstance(rest_signed_text(text, body).payload, str)
    assert isinstance(websocket_payload(values), str)
    assert parsed(text, "spot") is None or "@" in text
    address_of("/" + text)


@pytest.mark.parametrize("product", ["spot", "usdm"])
def test_an_order_survives_what_others_send(product: Product) -> None:
    venue = BinanceVenue(product)
    bid = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "price": "60000",
        "quantity": "0.01",
    }
    placed = venue.done("order.place", **bid)
    for odd in ODD:
        venue.call("order.cancel", symbol="BTCUSDT", orderId=odd)
        venue.call("order.place", **bid | {"quantity": odd})
    assert venue.done("order.status", symbol="BTCUSDT", orderId=placed["orderId"])["status"] == "NEW"
