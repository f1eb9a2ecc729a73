"""What Binance's errors mean, market by market; what no table knows is an unknown outcome."""

import json

import pytest

from crossbook.errors import ErrorClass as E
from gateway_binance.answers import refusal
from gateway_binance.error_table import SPOT, USDM
from gateway_kit.error_table import CERTAIN, ErrorTable

BOTH = {"spot": SPOT, "usdm": USDM}
CASES = [
    ("spot", 400, -2010, "Account has insufficient balance for requested action.", E.INSUFFICIENT),
    ("spot", 400, -2010, "Order would immediately match and take.", E.POST_ONLY),
    ("spot", 400, -2010, "Duplicate order sent.", E.DUPLICATE_ID),
    ("spot", 400, -2010, "Market is closed.", E.MAINTENANCE),
    ("spot", 400, -2010, "This action is disabled on this account.", E.AUTH),
    ("spot", 400, -2010, "Something quite new.", E.REJECTED),
    ("spot", 400, -1013, "Filter failure: LOT_SIZE", E.FILTER),
    ("spot", 400, -2011, "Unknown order sent.", E.NOT_FOUND),
    ("spot", 400, -2011, "Order was not canceled due to cancel restrictions.", E.REJECTED),
    ("spot", 400, -2013, "Order does not exist.", E.NOT_FOUND),
    ("spot", 400, -1021, "Timestamp for this request is outside of the recvWindow.", E.CLOCK),
    ("spot", 401, -2015, "Invalid API-key, IP, or permissions for action.", E.AUTH),
    ("spot", 429, -1015, "Too many new orders; current limit is 50 orders per 10 SECOND.", E.RATE_LIMIT),
    ("spot", 418, -1003, "Way too much request weight used; IP banned until 1.", E.RATE_LIMIT),
    ("spot", 408, -1007, "Timeout waiting for response from backend server.", E.UNKNOWN_OUTCOME),
    ("spot", 400, -1007, "Timeout waiting for response from backend server.", E.UNKNOWN_OUTCOME),
    ("spot", 400, -1102, "Mandatory parameter was not sent", E.BUG),
    ("spot", 400, -1121, "Invalid symbol.", E.BUG),
    ("usdm", 400, -2019, "Margin is insufficient.", E.INSUFFICIENT),
    ("usdm", 400, -2021, "Order would immediately trigger.", E.REJECTED),
    ("usdm", 400, -2022, "ReduceOnly Order is rejected.", E.REDUCE_ONLY),
    ("usdm", 400, -4116, "ClientOrderId is duplicated.", E.DUPLICATE_ID),
    ("usdm", 400, -4014, "Price not increased by tick size.", E.FILTER),
    ("usdm", 400, -4164, "Order's notional must be no smaller than 100", E.FILTER),
    ("usdm", 400, -5022, "Post Only order will be rejected.", E.POST_ONLY),
    ("usdm", 400, -5021, "FOK order will be rejected.", E.REJECTED),
    ("usdm", 400, -5028, "Timestamp is outside of the ME recvWindow.", E.CLOCK),
    ("usdm", 503, -1008, "Server is currently overloaded.", E.RETRY),
    ("usdm", 400, -1008, "Request throttled by system-level protection.", E.RETRY),
    ("usdm", 400, -1001, "Internal error; unable to process your request.", E.UNKNOWN_OUTCOME),
    ("usdm", 400, -9999, "From the future.", E.UNKNOWN_OUTCOME),
    ("spot", 400, -9999, "From the future.", E.UNKNOWN_OUTCOME),
    ("usdm", 500, 0, "", E.UNKNOWN_OUTCOME),
    ("usdm", 502, -2010, "Rejected by a gateway in front", E.UNKNOWN_OUTCOME),
]


@pytest.mark.parametrize(("market", "status", "code", "message", "meaning"), CASES)
def test_a_documented_error(market: str, status: int, code: int, message: str, meaning: E) -> None:
    body = json.dumps({"code": code, "msg": message}).encode()
    assert refusal(BOTH[market], status, {}, body).error_class is meaning


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (503, b'{"code":-1,"msg":"Unknown error, please check your request or try again later."}', E.UNKNOWN_OUTCOME),
        (503, b'{"code":-1,"msg":"Service Unavailable."}', E.RETRY),
        (503, b"Service Unavailable.", E.RETRY),
        (503, b"<html>bad gateway</html>", E.UNKNOWN_OUTCOME),
        (504, b"", E.UNKNOWN_OUTCOME),
        (403, b"<html>Request blocked</html>", E.AUTH),
        (418, b"", E.RATE_LIMIT),
        (429, b"", E.RATE_LIMIT),
    ],
)
def test_bodies_that_are_no_binance_error(status: int, body: bytes, meaning: E) -> None:
    assert refusal(USDM, status, {}, body).error_class is meaning


def test_the_time_to_be_silent_is_read_from_wherever_it_stands() -> None:
    assert refusal(SPOT, 429, {"retry-after": "17"}, b"{}").retry_after_s == 17
    assert refusal(SPOT, 429, {"retry-after": "soon"}, b"{}").retry_after_s == 0
    banned = refusal(SPOT, 418, {}, b'{"code":-1003,"msg":"","data":{"serverTime":1,"retryAfter":1659146400000}}')
    assert (banned.retry_at_ms, banned.banned) == (1_659_146_400_000, True)
    assert refusal(SPOT, 429, {}, b'{"code":-1015,"msg":""}').orders_only


@pytest.mark.parametrize("table", BOTH.values())
def test_nothing_that_may_have_happened_counts_as_certain(table: ErrorTable) -> None:
    for code in (-1000, -1001, -1006, -1007):
        assert table.classify(code, "") not in CERTAIN
        assert table.knows(code)
    assert not table.knows(-9999)
