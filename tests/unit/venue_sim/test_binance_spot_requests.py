"""Spot requests: what is asked for, what is refused and in which words, what is counted."""

from typing import Any

import pytest

from testkit.binance_venue import KEY, NOW_MS, RESTING, BinanceVenue
from testkit.small_exchange import request
from venue_sim.binance.call import Call
from venue_sim.binance.params import Params
from venue_sim.exchange.api import InstrumentStatus, Side, atoms

BID = RESTING | {"price": "60000", "quantity": "0.01"}


@pytest.fixture
def venue() -> BinanceVenue:
    return BinanceVenue("spot")


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"symbol": ""}, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
        ({"symbol": "NOSUCH"}, -1121, "Invalid symbol."),
        ({"side": "HOLD"}, -1117, "Invalid side."),
        ({"type": "FANCY"}, -1116, "Invalid orderType."),
        ({"type": "STOP_LOSS"}, -2010, "Stop loss orders are not supported for this symbol."),
        ({"timeInForce": ""}, -1102, "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed."),
        ({"timeInForce": "DAY"}, -1115, "Invalid timeInForce."),
        ({"price": ""}, -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."),
        ({"price": "-1"}, -1100, "Illegal characters found in parameter 'price'"),
        ({"price": "NaN"}, -1100, "Illegal characters found in parameter 'price'"),
        ({"price": "6e4"}, -1100, "Illegal characters found in parameter 'price'"),
        ({"price": "60000.000000001"}, -1111, "Parameter 'price' has too much precision."),
        ({"price": "60000.001"}, -1013, "Filter failure: PRICE_FILTER"),
        ({"price": "2000000"}, -1013, "Filter failure: PRICE_FILTER"),
        ({"quantity": "0"}, -1013, "Invalid quantity."),
        ({"quantity": "0.000001"}, -1013, "Filter failure: LOT_SIZE"),
        ({"quantity": "0.010001"}, -1013, "Filter failure: LOT_SIZE"),
        ({"quantity": "9001"}, -1013, "Filter failure: LOT_SIZE"),
        ({"quantity": "0.00001"}, -1013, "Filter failure: NOTIONAL"),
        ({"quantity": "100"}, -2010, "Account has insufficient balance for requested action."),
        ({"newClientOrderId": "has space"}, -1100, "Illegal characters found in parameter 'newClientOrderId'"),
        ({"newClientOrderId": "x" * 37}, -1100, "Illegal characters found in parameter 'newClientOrderId'"),
        ({"type": "LIMIT_MAKER"}, -1106, "Parameter 'timeInForce' sent when not required."),
        ({"type": "MARKET", "timeInForce": ""}, -1106, "Parameter 'price' sent when not required."),
        ({"icebergQty": "0.1"}, -2010, "Iceberg orders are not supported for this symbol."),
        (
            {"selfTradePreventionMode": "MAYBE"},
            -1130,
            "Data sent for parameter 'selfTradePreventionMode' is not valid.",
        ),
    ],
)
def test_refused_orders(venue: BinanceVenue, change: dict[str, str], code: int, message: str) -> None:
    refused_code, refused_message = venue.refused("order.place", **BID | change)
    assert refused_code == code and refused_message.startswith(message)
    assert venue.done("openOrders.status", symbol="BTCUSDT") == []


def test_post_only_that_would_take(venue: BinanceVenue) -> None:
    venue.exchange.place("bob", request(Side.SELL, "60000", "1", client="offer"), NOW_MS)
    wanted = {key: value for key, value in BID.items() if key != "timeInForce"} | {"type": "LIMIT_MAKER"}
    assert venue.refused("order.place", **wanted) == (-2010, "Order would immediately match and take.")


def test_a_duplicate_client_id_is_refused_while_the_first_is_open(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **BID, newClientOrderId="mine")
    assert venue.refused("order.place", **BID, newClientOrderId="mine") == (-2010, "Duplicate order sent.")
    venue.done("order.cancel", symbol="BTCUSDT", orderId=placed["orderId"])
    assert venue.done("order.place", **BID, newClientOrderId="mine")["orderId"] != placed["orderId"]


def test_a_closed_market(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **BID)
    venue.exchange.set_status("spot", "BTCUSDT", InstrumentStatus.HALTED, NOW_MS)
    assert venue.refused("order.place", **BID) == (-2010, "Market is closed.")
    assert venue.done("order.cancel", symbol="BTCUSDT", orderId=placed["orderId"])["status"] == "CANCELED"
    assert venue.done("exchangeInfo")["symbols"][0]["status"] == "HALT"


def test_naming_an_order(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **BID, newClientOrderId="mine")
    ids = {"symbol": "BTCUSDT", "orderId": placed["orderId"], "origClientOrderId": "other"}
    assert venue.refused("order.status", **ids)[0] == -2039
    assert venue.refused("order.status", symbol="BTCUSDT")[0] == -1102
    assert venue.refused("order.status", symbol="BTCUSDT", orderId=999) == (-2013, "Order does not exist.")
    assert venue.refused("order.cancel", symbol="BTCUSDT", orderId=999) == (-2011, "Unknown order sent.")
    assert [each["origClientOrderId"] for each in venue.done("openOrders.cancelAll", symbol="BTCUSDT")] == ["mine"]
    assert venue.refused("openOrders.cancelAll", symbol="BTCUSDT") == (-2011, "Unknown order sent.")


def test_cancel_restrictions(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **BID)
    names = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    message = "Order was not canceled due to cancel restrictions."
    assert venue.refused("order.cancel", **names, cancelRestrictions="ONLY_PARTIALLY_FILLED") == (-2011, message)
    assert venue.refused("order.cancel", **names, cancelRestrictions="SOME") == (-1145, "Invalid cancelRestrictions")
    assert venue.done("order.cancel", **names, cancelRestrictions="ONLY_NEW")["status"] == "CANCELED"


@pytest.mark.parametrize(
    ("mode", "cancel_known", "price", "status", "code", "results"),
    [
        ("STOP_ON_FAILURE", False, "60000", 400, -2022, ("FAILURE", "NOT_ATTEMPTED", -2011, None)),
        ("STOP_ON_FAILURE", True, "0.01", 409, -2021, ("SUCCESS", "FAILURE", None, -1013)),
        ("ALLOW_FAILURE", False, "60000", 409, -2021, ("FAILURE", "SUCCESS", -2011, None)),
        ("ALLOW_FAILURE", False, "0.01", 400, -2022, ("FAILURE", "FAILURE", -2011, -1013)),
    ],
)
def test_cancel_replace_that_fails(
    venue: BinanceVenue,
    mode: str,
    cancel_known: bool,
    price: str,
    status: int,
    code: int,
    results: tuple[str, str, int | None, int | None],
) -> None:
    placed = venue.done("order.place", **BID)
    cancel_id = placed["orderId"] if cancel_known else 999
    asked: dict[str, Any] = BID | {"price": price, "cancelReplaceMode": mode, "cancelOrderId": cancel_id}
    reply = venue.call("order.cancelReplace", **asked)
    data = reply.body["data"]
    codes = [(data[part] or {}).get("code") for part in ("cancelResponse", "newOrderResponse")]
    assert (reply.status, reply.body["code"]) == (status, code)
    assert (data["cancelResult"], data["newOrderResult"], *codes) == results


def test_amendments(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **BID, newClientOrderId="mine")
    names = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert venue.refused("order.amend.keepPriority", **names, newQty="0.02")[0] == -2038
    assert venue.refused("order.amend.keepPriority", symbol="BTCUSDT", orderId=999, newQty="0.001")[0] == -2038
    amended = venue.done("order.amend.keepPriority", **names, newQty="0.005", newClientOrderId="mine")["amendedOrder"]
    assert (amended["origClientOrderId"], amended["clientOrderId"], amended["qty"]) == ("mine", "mine", "0.00500000")


def test_weights_and_headers(venue: BinanceVenue) -> None:
    assert venue.call("depth", symbol="BTCUSDT", limit=5000).headers == {"X-MBX-USED-WEIGHT-1M": "250"}
    placed = venue.call("order.place", **BID)
    assert placed.headers == {
        "X-MBX-USED-WEIGHT-1M": "250",
        "X-MBX-ORDER-COUNT-10S": "1",
        "X-MBX-ORDER-COUNT-1D": "1",
    }, "a successful order costs no weight"
    refused = venue.call("order.place", **BID | {"price": "0"})
    assert refused.headers["X-MBX-USED-WEIGHT-1M"] == "251", "a refused one does"
    assert [each["count"] for each in refused.rate_limits] == [1, 1, 251], "and counts as no order"


def test_too_many_orders_then_credit() -> None:
    venue = BinanceVenue("spot", {"orders": 2})
    venue.done("order.place", **BID)
    placed = venue.done("order.place", **BID)
    reply = venue.call("order.place", **BID)
    assert (reply.status, reply.body["code"], reply.headers["Retry-After"]) == (429, -1015, "10")
    venue.desk.orders.first_fill("ann", True, venue.now_ms)
    assert venue.done("order.place", **BID)["orderId"] > placed["orderId"]


def test_too_much_weight_then_a_ban() -> None:
    venue = BinanceVenue("spot", {"weight": 300, "refusals": 1})
    venue.done("depth", symbol="BTCUSDT", limit=5000)
    replies = [venue.call("depth", symbol="BTCUSDT", limit=5000) for _ in range(3)]
    assert [(each.status, each.body["code"]) for each in replies] == [(429, -1003), (418, -1003), (418, -1003)]
    assert int(replies[1].headers["Retry-After"]) == 120


def test_a_signed_request_end_to_end(venue: BinanceVenue) -> None:
    call = Call("account.status", Params({"timestamp": str(NOW_MS)}), "127.0.0.1", NOW_MS, api_key=KEY)
    assert venue.service.handle(call).body["code"] == -1102, "no signature"
    wrong = Call("account.status", call.params, "127.0.0.1", NOW_MS, api_key=KEY, payload="a", signature="00")
    assert venue.service.handle(wrong).body["code"] == -1022
    loose = Call("account.status", call.params, "1", NOW_MS, api_key=KEY, payload="é", signature="0", well_formed=False)
    assert venue.service.handle(loose).body["code"] == -1022
    stranger = Call("account.status", call.params, "127.0.0.1", NOW_MS, api_key="z" * 64)
    assert (venue.service.handle(stranger).status, venue.service.handle(stranger).body["code"]) == (401, -2015)


def test_skew_moves_what_the_venue_tells_and_judges_by(venue: BinanceVenue) -> None:
    venue.skew_ms = 6_000
    assert venue.done("time") == {"serverTime": NOW_MS + 6_000}
    assert venue.refused("account.status")[0] == -1021
    assert venue.call("account.status", timestamp=NOW_MS + 6_000).status == 200


def test_requests_are_counted_for_the_truth(venue: BinanceVenue) -> None:
    venue.done("order.place", **BID)
    venue.done("account.status")
    assert venue.exchange.truth()["ann"]["requests"] == {"order.place": 1, "account.status": 1}


def test_histories_page_from_an_id_or_backwards(venue: BinanceVenue) -> None:
    ids = [venue.done("order.place", **BID)["orderId"] for _ in range(3)]
    assert [each["orderId"] for each in venue.done("allOrders", symbol="BTCUSDT", limit=2)] == ids[1:]
    assert [each["orderId"] for each in venue.done("allOrders", symbol="BTCUSDT", orderId=ids[0], limit=2)] == ids[:2]
    assert venue.refused("allOrders", symbol="BTCUSDT", limit=0)[0] == -1130


def test_what_the_key_may_do(venue: BinanceVenue) -> None:
    rights = venue.done("apiRestrictions")
    assert (rights["enableReading"], rights["enableSpotAndMarginTrading"], rights["enableWithdrawals"]) == (
        True,
        True,
        False,
    )


def test_an_unknown_method(venue: BinanceVenue) -> None:
    assert venue.refused("order.explode")[0] == -1020


def test_reserved_funds_show_as_locked(venue: BinanceVenue) -> None:
    venue.done("order.place", **BID)
    balances = {each["asset"]: each for each in venue.done("account.status")["balances"]}
    assert balances["USDT"] == {"asset": "USDT", "free": "999400.00000000", "locked": "600.00000000"}
    assert atoms(balances["BTC"]["locked"]) == 0
