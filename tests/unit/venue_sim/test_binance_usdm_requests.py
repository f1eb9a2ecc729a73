"""USD-M requests: what is asked for, what is refused and in which words."""

import json

import pytest

from testkit.binance_venue import NOW_MS, RESTING, BinanceVenue
from testkit.small_exchange import request
from venue_sim.exchange.api import InstrumentStatus, Side, atoms

BID = RESTING | {"price": "60000", "quantity": "0.01"}


@pytest.fixture
def venue() -> BinanceVenue:
    venue = BinanceVenue("usdm")
    venue.exchange.set_mark("usdm", "BTCUSDT", atoms("60000"), atoms("60000"), 0)
    return venue


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"symbol": "NOSUCH"}, -1121, "Invalid symbol."),
        ({"type": "STOP_MARKET"}, -4120, "Order type not supported for this endpoint."),
        ({"positionSide": "LONG"}, -4061, "Order's position side does not match user's setting."),
        ({"timeInForce": "DAY"}, -1115, "Invalid timeInForce."),
        ({"price": "59999.95"}, -4014, "Price not increased by tick size."),
        ({"price": "59999.951"}, -1111, "Precision is over the maximum defined for this asset."),
        ({"price": "63000.1"}, -4016, "Limit price can't be higher than 63000."),
        ({"side": "SELL", "price": "56999.9"}, -4024, "Limit price can't be lower than 57000."),
        ({"quantity": "0.0101"}, -1111, "Precision is over the maximum defined for this asset."),
        ({"quantity": "0"}, -4003, "Quantity less than or equal to zero."),
        ({"quantity": "1001"}, -4005, "Quantity greater than max quantity."),
        ({"quantity": "0.001"}, -4164, "Order's notional must be no smaller than 100 (unless you choose reduce only)."),
        ({"quantity": "900"}, -2019, "Margin is insufficient."),
        ({"reduceOnly": "true"}, -2022, "ReduceOnly Order is rejected."),
        ({"timeInForce": "FOK"}, -5021, "Due to the order could not be filled immediately"),
        ({"newClientOrderId": "x" * 37}, -4015, "Client order id length should be less than 36 chars"),
        ({"newClientOrderId": "a b"}, -1100, "Illegal characters found in parameter 'newClientOrderId'"),
    ],
)
def test_refused_orders(venue: BinanceVenue, change: dict[str, str], code: int, message: str) -> None:
    refused_code, refused_message = venue.refused("order.place", **BID | change)
    assert refused_code == code and refused_message.startswith(message)


def test_post_only_that_would_take(venue: BinanceVenue) -> None:
    venue.exchange.place("bob", request(Side.SELL, "60000", "1", market="usdm", client="offer"), NOW_MS)
    assert venue.refused("order.place", **BID | {"timeInForce": "GTX"})[0] == -5022
    assert venue.done("order.place", **BID | {"timeInForce": "GTX", "price": "59990"})["timeInForce"] == "GTX"


def test_client_ids_in_use(venue: BinanceVenue) -> None:
    venue.done("order.place", **BID, newClientOrderId="mine")
    assert venue.refused("order.place", **BID, newClientOrderId="mine") == (-4116, "ClientOrderId is duplicated.")


def test_modifications(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **BID)
    names = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert venue.refused("order.modify", **names, side="BUY", price="60000", quantity="0.01")[0] == -5027
    assert venue.refused("order.modify", **names, side="SELL", price="60000", quantity="0.02")[0] == -5025
    assert venue.refused("order.modify", symbol="BTCUSDT", orderId=999, side="BUY", price="1", quantity="1")[0] == -2013
    assert venue.refused("order.modify", **names, side="BUY", price="60000")[0] == -1102
    changed = venue.done("order.modify", **names, side="BUY", price="59000", quantity="0.02")
    assert (changed["orderId"], changed["price"], changed["origQty"]) == (placed["orderId"], "59000.00", "0.020")


def test_batches_answer_each_entry(venue: BinanceVenue) -> None:
    entries = [BID, BID | {"price": "1"}, BID | {"type": "STOP"}]
    replies = venue.done("batchOrders.place", batchOrders=json.dumps(entries))
    assert [each.get("status") or each["code"] for each in replies] == ["NEW", -4164, -4120]
    assert venue.refused("batchOrders.place", batchOrders=json.dumps([BID] * 6))[0] == -1130
    assert venue.refused("batchOrders.place", batchOrders="[")[0] == -1135
    ids = json.dumps([replies[0]["orderId"], 7])
    cancelled = venue.done("batchOrders.cancel", symbol="BTCUSDT", orderIdList=ids)
    assert [each.get("status") or each["code"] for each in cancelled] == ["CANCELED", -2011]


def test_cancel_all_says_the_same_with_and_without_orders(venue: BinanceVenue) -> None:
    venue.done("order.place", **BID)
    for _ in range(2):
        assert venue.done("allOpenOrders.cancel", symbol="BTCUSDT") == {
            "code": 200,
            "msg": "The operation of cancel all open order is done.",
        }
    assert venue.done("openOrders", symbol="BTCUSDT") == []


def test_the_dead_man_switch(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **BID)
    names = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert venue.done("countdownCancelAll", symbol="BTCUSDT", countdownTime=1000)["countdownTime"] == "1000"
    venue.exchange.tick(NOW_MS + 999)
    assert venue.done("openOrder", **names)["status"] == "NEW"
    venue.exchange.tick(NOW_MS + 1_001)
    assert venue.refused("openOrder", **names)[0] == -2013
    assert venue.done("order.status", **names)["status"] == "CANCELED"


def test_a_halt(venue: BinanceVenue) -> None:
    venue.exchange.set_status("usdm", "BTCUSDT", InstrumentStatus.HALTED, NOW_MS)
    assert venue.refused("order.place", **BID)[0] == -4140
    assert venue.done("exchangeInfo")["symbols"][0]["status"] == "TRADING_HALT"


def test_position_mode_margin_type_and_leverage(venue: BinanceVenue) -> None:
    assert venue.refused("positionSide.change", dualSidePosition="false")[0] == -4059
    assert venue.refused("marginType", symbol="BTCUSDT", marginType="CROSSED")[0] == -4046
    assert venue.refused("leverage", symbol="BTCUSDT", leverage=1000) == (-4028, "Leverage 1000 is not valid")
    assert venue.done("leverage", symbol="BTCUSDT", leverage=7)["leverage"] == 7
    assert venue.done("symbolConfig", symbol="BTCUSDT")[0]["leverage"] == 7


def test_listen_keys_live_an_hour_and_are_one_an_account(venue: BinanceVenue) -> None:
    key = venue.done("listenKey.start")["listenKey"]
    venue.now_ms += 3_599_999
    assert venue.done("listenKey.start")["listenKey"] == key
    assert venue.done("listenKey.extend") == {"listenKey": key}
    venue.now_ms += 3_600_000
    assert venue.refused("listenKey.extend") == (-1125, "This listenKey does not exist.")
    assert [each.value for each in venue.desk.listen_keys.take_expired(venue.now_ms)] == [key]
    assert venue.done("listenKey.start")["listenKey"] != key
    assert venue.done("listenKey.stop") == {}
    assert venue.refused("listenKey.extend")[0] == -1125


def test_position_risk_shows_only_what_matters(venue: BinanceVenue) -> None:
    assert venue.done("position.v3") == []
    venue.done("order.place", **BID)
    assert [each["symbol"] for each in venue.done("position.v3")] == ["BTCUSDT"]


def test_depth_limits_snap_to_those_offered(venue: BinanceVenue) -> None:
    for step in range(12):
        venue.exchange.place(
            "bob", request(Side.BUY, str(50_000 - step), "1", market="usdm", client=f"b{step}"), NOW_MS
        )
    assert len(venue.done("depth", symbol="BTCUSDT", limit=7)["bids"]) == 10
    assert venue.call("depth", symbol="BTCUSDT", limit=1000).headers["X-MBX-USED-WEIGHT-1M"] == "22"
