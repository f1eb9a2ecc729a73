"""What the limits allow to be lost, computed by hand."""

import tomllib
from decimal import Decimal

from risk.config import RiskConfig
from risk.greatest_loss import greatest_loss, greatest_position, worst_order

LIMITS = """
reporting_currency = "USDT"
total = { max_gross_notional = 200000 }
assets.BTC = { max_net_base = 1.0 }
drawdown = { soft = 500, hard = 1000 }
velocity = { max_loss_10s = 300, max_loss_60s = 600 }
strategies.mm = { max_gross_notional = 1000 }
[venues.binance]
max_gross_notional = 150000
[instruments."BTC-USDT@binance"]
max_position_base = 0.5
max_order_qty_base = 0.1
max_order_notional = 10000
taker_collar_bps = 20
[instruments."ETH-USDT@binance"]
max_position_base = 0.5
max_order_qty_base = 0.1
max_order_notional = 2000
taker_collar_bps = 50
"""


def config() -> RiskConfig:
    return RiskConfig.model_validate(tomllib.loads(LIMITS))


def test_the_position_is_bounded_by_the_tighter_of_total_and_venues() -> None:
    assert greatest_position(config()) == Decimal(150_000)


def test_the_worst_order_is_the_one_that_can_cost_most_not_the_largest() -> None:
    assert worst_order(config()) == Decimal(20)


def test_every_figure_is_said_in_words() -> None:
    lines = {line.check: line.detail for line in greatest_loss(config())}
    assert lines["greatest_position"].startswith("150,000 USDT")
    assert lines["loss_at_5%_jump"].startswith("7,500 USDT")
    assert "at 1,000 everything is cancelled" in lines["stopped_by_drawdown"]
    assert lines["worst_order"].startswith("20.00 USDT")
