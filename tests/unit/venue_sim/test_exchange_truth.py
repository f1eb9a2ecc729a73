"""The exchange's own record has exactly the shape that checks read."""

from testkit.small_exchange import BUY, SELL, Trader, small_exchange


def test_truth_of_a_partly_filled_order() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann", "usdm"), Trader(exchange, "bob", "usdm")
    ann.place(SELL, "62000.5", "1.5", client="resting")
    bob.place(BUY, "62000.5", "0.5", client="taking")
    exchange.count_request("ann", "POST /fapi/v1/order")
    exchange.count_request("ann", "POST /fapi/v1/order")
    assert list(exchange.truth()) == ["ann", "bob"]
    assert exchange.truth()["ann"] == {
        "orders": [
            {
                "symbol": "BTCUSDT",
                "market": "usdm",
                "client_order_id": "resting",
                "venue_order_id": "1",
                "side": "SELL",
                "price": "62000.5",
                "quantity": "1.5",
                "filled": "0.5",
                "status": "PARTIALLY_FILLED",
            }
        ],
        "fills": [
            {
                "symbol": "BTCUSDT",
                "market": "usdm",
                "trade_id": "1",
                "client_order_id": "resting",
                "venue_order_id": "1",
                "side": "SELL",
                "price": "62000.5",
                "quantity": "0.5",
                "fee": "6.20005",
                "fee_asset": "USDT",
                "maker": True,
            }
        ],
        "positions": {"BTCUSDT": "-0.5"},
        "balances": {
            "spot": {"BTC": {"free": "10", "locked": "0"}, "USDT": {"free": "1000000", "locked": "0"}},
            "usdm": {"USDT": {"free": "999993.79995", "locked": "0"}},
        },
        "requests": {"POST /fapi/v1/order": 2},
    }
