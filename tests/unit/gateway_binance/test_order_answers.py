"""Answers of both markets and what they mean, the documents' own examples among them."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from crossbook.errors import ErrorClass
from crossbook.messages.base import OrderState, Side
from gateway_binance.signer import HmacSigner
from gateway_binance.signing import Signing
from gateway_binance.spot_orders import SpotOrders
from gateway_binance.usdm_orders import UsdmOrders
from gateway_kit.order_words import Accepted, BalancesWord, Facts, Fills, Orders, OrderWord, PositionsWord, Refusal
from gateway_kit.rate_limiter import Resource
from gateway_kit.requests import Kind

SIGNING = Signing("key", HmacSigner("secret"), "http://host", 2_000)
SPOT, USDM = SpotOrders(SIGNING, "EXPIRE_MAKER"), UsdmOrders(SIGNING, "EXPIRE_MAKER")
MS = 1_000_000


def answer(dialect: SpotOrders | UsdmOrders, kind: Kind, body: object, status: int = 200, **headers: str) -> object:
    return dialect.answer(kind, status, headers, json.dumps(body).encode())


def test_a_bare_acknowledgement_is_enough() -> None:
    body = {"symbol": "BTCUSDT", "orderId": 12, "orderListId": -1, "clientOrderId": "xb1", "transactTime": 1790}
    assert answer(SPOT, Kind.PLACE, body) == Accepted("xb1", "12", 1790 * MS)


def test_a_full_answer_tells_state_and_trades() -> None:
    body = {
        "symbol": "BTCUSDT", "orderId": 12, "clientOrderId": "xb1", "transactTime": 1790, "price": "0.0",
        "origQty": "0.3", "executedQty": "0.3", "status": "FILLED", "side": "SELL", "type": "MARKET",
        "fills": [{"price": "10", "qty": "0.1", "commission": "0.01", "commissionAsset": "USDT", "tradeId": 5},
                  {"price": "11", "qty": "0.2", "commission": "0", "commissionAsset": "BNB", "tradeId": 6}],
    }  # fmt: skip
    taken = answer(SPOT, Kind.PLACE, body)
    assert isinstance(taken, Accepted)
    assert taken.word is not None
    assert (taken.word.state, taken.word.cumulative) == (OrderState.FILLED, "0.3")
    assert [(f.trade_id, f.qty, f.fee, f.fee_asset, f.side, f.maker, f.client_order_id) for f in taken.fills] == [
        ("5", "0.1", "0.01", "USDT", Side.SELL, False, "xb1"),
        ("6", "0.2", "0", "BNB", Side.SELL, False, "xb1"),
    ]


def test_an_order_without_a_status_we_know_is_no_proof_of_anything() -> None:
    body = {"symbol": "BTCUSDT", "orderId": 12, "clientOrderId": "xb1", "status": "LOST_IN_SPACE"}
    refused = answer(SPOT, Kind.QUERY, body)
    assert isinstance(refused, Refusal)
    assert refused.error_class is ErrorClass.UNKNOWN_OUTCOME


def test_a_cancel_answers_with_the_orders_own_name_on_spot() -> None:
    body = {
        "symbol": "BTCUSDT", "origClientOrderId": "xb1", "orderId": 4, "clientOrderId": "of-the-cancel",
        "price": "2", "origQty": "1", "executedQty": "0.4", "status": "CANCELED", "side": "BUY", "transactTime": 3,
    }  # fmt: skip
    taken = answer(SPOT, Kind.CANCEL, body)
    assert isinstance(taken, Accepted)
    assert taken.word is not None
    assert (taken.word.client_order_id, taken.word.state, taken.word.cumulative) == ("xb1", OrderState.CANCELLED, "0.4")


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"", b'{"orderId":"x"}', b"[1]"])
def test_an_unreadable_yes_is_an_unknown_outcome(body: bytes) -> None:
    for dialect in (SPOT, USDM):
        refused = dialect.answer(Kind.PLACE, 200, {}, body)
        assert isinstance(refused, Refusal)
        assert refused.error_class is ErrorClass.UNKNOWN_OUTCOME


HALVES = {"cancelResult": "SUCCESS", "newOrderResult": "FAILURE",
          "cancelResponse": {"symbol": "B", "origClientOrderId": "xb1", "orderId": 4, "status": "CANCELED",
                             "executedQty": "0", "origQty": "1", "price": "2", "side": "BUY"},
          "newOrderResponse": {"code": -2010, "msg": "Order would immediately match and take."}}  # fmt: skip


def test_a_replacement_whose_new_half_failed_tells_of_the_cancelled_old_one() -> None:
    refused = answer(SPOT, Kind.AMEND, {"code": -2021, "msg": "partially failed", "data": HALVES}, 409)
    assert isinstance(refused, Refusal)
    assert (refused.error_class, refused.code) == (ErrorClass.POST_ONLY, "-2010")
    assert refused.cancelled is not None
    assert (refused.cancelled.client_order_id, refused.cancelled.state) == ("xb1", OrderState.CANCELLED)


@pytest.mark.parametrize(
    ("message", "error_class"),
    [
        ("Unknown order sent.", ErrorClass.NOT_FOUND),
        ("Order was not canceled due to cancel restrictions.", ErrorClass.REJECTED),
    ],
)
def test_a_replacement_whose_old_half_failed_left_everything_as_it_was(message: str, error_class: ErrorClass) -> None:
    halves = {"cancelResult": "FAILURE", "newOrderResult": "NOT_ATTEMPTED", "newOrderResponse": None,
              "cancelResponse": {"code": -2011, "msg": message}}  # fmt: skip
    refused = answer(SPOT, Kind.AMEND, {"code": -2022, "msg": "failed", "data": halves}, 400)
    assert isinstance(refused, Refusal)
    assert (refused.error_class, refused.cancelled) == (error_class, None)


def test_a_replacement_without_its_cancel_is_looked_into() -> None:
    halves = {**HALVES, "cancelResult": "FAILURE", "newOrderResult": "SUCCESS"}
    refused = answer(SPOT, Kind.AMEND, {"code": -2021, "msg": "", "data": halves}, 409)
    assert isinstance(refused, Refusal)
    assert refused.error_class is ErrorClass.UNKNOWN_OUTCOME


def test_the_examples_of_the_documents_are_all_understood(shared_samples: Callable[..., Path]) -> None:
    """Each answer in the WebSocket API's documents is read by the kind of its section, none as unreadable."""
    kinds = {"Place new order (TRADE)": Kind.PLACE, "Cancel order (TRADE)": Kind.CANCEL,
             "Cancel and replace order (TRADE)": Kind.AMEND, "Order Amend Keep Priority (TRADE)": Kind.AMEND,
             "Query order (USER_DATA)": Kind.QUERY, "Current open orders (USER_DATA)": Kind.OPEN_ORDERS,
             "Account information (USER_DATA)": Kind.BALANCES}  # fmt: skip
    read = 0
    for line in shared_samples("binance", "spot_wsapi_doc_examples.jsonl").read_text().splitlines():
        entry = json.loads(line)
        frame = entry["msg"]
        if entry["section"] not in kinds or "status" not in frame or "orderReports" in line:
            continue
        reply = SPOT.reply(json.dumps({**frame, "id": "8"}).encode())
        assert reply.key == 8
        meant = SPOT.answer(kinds[entry["section"]], reply.status, {}, reply.body)
        if reply.status == 200:
            assert not isinstance(meant, Refusal), line
        else:
            assert isinstance(meant, Refusal)
            assert meant.error_class is not ErrorClass.UNKNOWN_OUTCOME or "ALLOW_FAILURE" in line or "SUCCESS" in line
        read += 1
    assert read >= 15


def test_a_reply_tells_what_the_venue_has_counted() -> None:
    limits = [{"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 50, "count": 12},
              {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000, "count": 321},
              {"rateLimitType": "MOONS", "interval": "YEAR", "intervalNum": 1, "limit": 1, "count": 1}]  # fmt: skip
    reply = SPOT.reply(json.dumps({"id": "3", "status": 200, "result": {}, "rateLimits": limits}).encode())
    assert [tuple(use) for use in reply.uses] == [(Resource.ORDERS, 10_000, 12), (Resource.WEIGHT, 60_000, 321)]
    headers = {"x-mbx-used-weight-1m": "77", "x-mbx-order-count-10s": "5", "x-mbx-used-weight": "77", "date": "x"}
    assert {tuple(use) for use in USDM.http_uses(headers)} == {
        (Resource.WEIGHT, 60_000, 77),
        (Resource.ORDERS, 10_000, 5),
    }


def test_events_and_strangers_among_the_replies_are_told_apart() -> None:
    assert SPOT.reply(b'{"subscriptionId":0,"event":{"e":"x"}}').key == 0
    assert SPOT.reply(b'{"id":null,"status":400,"error":{"code":-1102,"msg":""}}').key == -1
    with pytest.raises(ValueError, match="not a frame"):
        SPOT.reply(b"[]")


def test_futures_lists_are_read_whole() -> None:
    orders = answer(USDM, Kind.OPEN_ORDERS, [
        {"orderId": 1, "symbol": "BTCUSDT", "status": "NEW", "clientOrderId": "xb1", "price": "5", "origQty": "2",
         "executedQty": "0", "side": "BUY", "updateTime": 4},
        {"orderId": 2, "symbol": "BTCUSDT", "status": "?", "clientOrderId": "xb2"},
    ])  # fmt: skip
    assert isinstance(orders, Orders)
    assert [(w.client_order_id, w.venue_time_ns) for w in orders.words] == [("xb1", 4 * MS)]
    trades = answer(USDM, Kind.TRADES, [
        {"symbol": "BTCUSDT", "id": 9, "orderId": 1, "side": "SELL", "price": "5", "qty": "2", "commission": "0.1",
         "commissionAsset": "USDT", "time": 6, "buyer": False, "maker": True},
    ])  # fmt: skip
    assert isinstance(trades, Fills)
    assert [(f.trade_id, f.venue_order_id, f.side, f.maker) for f in trades.words] == [("9", "1", Side.SELL, True)]
    held = {"symbol": "BTCUSDT", "positionAmt": "-2", "positionSide": "BOTH", "entryPrice": "5", "updateTime": 1}
    positions = answer(USDM, Kind.POSITIONS, [held])
    assert isinstance(positions, PositionsWord)
    assert (positions.complete, positions.positions[0].qty) == (True, "-2")


def test_wallet_and_margin_add_up_to_what_is_held() -> None:
    told = answer(USDM, Kind.BALANCES, [
        {"asset": "USDT", "balance": "100", "availableBalance": "60", "updateTime": 1},
        {"asset": "BNB", "balance": "1", "availableBalance": "5"},
        {"asset": "BNFCR", "balance": "", "availableBalance": ""},
    ])  # fmt: skip
    assert isinstance(told, BalancesWord)
    assert {b.asset: (b.free, b.locked) for b in told.balances} == {
        "USDT": (Decimal(60), Decimal(40)), "BNB": (Decimal(1), Decimal(0)), "BNFCR": (Decimal(0), Decimal(0)),
    }  # fmt: skip


def test_fees_in_basis_points_with_every_part_of_them() -> None:
    spot = {
        "standardCommission": {"maker": "0.001", "taker": "0.001"},
        "specialCommission": {"maker": "0.0001", "taker": "0"},
        "taxCommission": {"maker": "0", "taker": "0.0002"},
    }
    assert rates(answer(SPOT, Kind.FEES, spot)) == {"maker_bps": 11, "taker_bps": 12}
    usdm = {"symbol": "B", "makerCommissionRate": "0.0002", "takerCommissionRate": "0.0005"}
    assert rates(answer(USDM, Kind.FEES, usdm)) == {"maker_bps": 2, "taker_bps": 5}


def rates(told: object) -> dict[str, Decimal]:
    assert isinstance(told, Facts)
    return {name: Decimal(value) for name, value in told.values.items()}


def test_a_query_on_futures_reads_the_order() -> None:
    body = {"orderId": 1, "symbol": "BTCUSDT", "status": "EXPIRED_IN_MATCH", "clientOrderId": "xb1", "price": "5",
            "origQty": "2", "executedQty": "1", "side": "SELL", "time": 1, "updateTime": 4}  # fmt: skip
    word = answer(USDM, Kind.QUERY, body)
    assert isinstance(word, OrderWord)
    assert (word.state, word.reason, word.side) == (OrderState.EXPIRED, "self_trade_prevention", Side.SELL)
