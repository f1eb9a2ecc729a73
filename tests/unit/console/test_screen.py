"""What the live table shows, rendered without a terminal."""

from decimal import Decimal

import msgspec
from rich.console import Console

from console.picture import Picture, ProcessFacts
from console.report import Counts
from console.screen import render
from crossbook.messages.base import Liveness, OrderState, OrderType, Side, Tif, TradingStatus
from crossbook.messages.health import Alert
from crossbook.messages.inventory import Pnl, Position
from crossbook.messages.market import BookInvalid, BookTop, InstrumentDefinition, VenueHealth
from crossbook.messages.orders import OrderUpdate, QuoteState, QuoteStates
from crossbook.messages.risk import Block, RiskState

SPOT, PERP = "BTC-USDT@binance", "BTC-USDT-PERP@binance"
SECOND = 1_000_000_000
ZERO = Decimal(0)


def shown(picture: Picture) -> str:
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115 - Rich writes to it once
    console.print(render(picture, Counts(), "Crossbook   PAPER", 100 * SECOND))
    console.file.close()
    return console.export_text()


def full_picture() -> Picture:
    picture = Picture()
    zero = Decimal(0)
    definition = InstrumentDefinition(
        SPOT, 1, "binance", "spot", "BTCUSDT", "spot", "BTC", "USDT", "USDT", Decimal("0.01"), Decimal("0.00001"),
        1, 10**6, Decimal(5), TradingStatus.TRADING,
    )  # fmt: skip
    bid = OrderUpdate(
        7, 1, "mm-spot", "main", SPOT, 1, Side.BUY, OrderType.LIMIT, Tif.GTC, 6_199_000, 400, 100,
        OrderState.PARTIALLY_FILLED, None, "", "", 0,
    )  # fmt: skip
    states = (
        QuoteState(SPOT, Side.BUY, "quoting", "", 90 * SECOND, "orders=1"),
        QuoteState(SPOT, Side.SELL, "blocked", "inventory_limit", 98 * SECOND, "deviation=1.2", "advice"),
    )
    for message in (
        BookTop(SPOT, 1, 61_999.99, 1.5, 62_000.01, 2.5, 0, 99 * SECOND, 99 * SECOND),
        BookInvalid(PERP, "gap", 99 * SECOND, 99 * SECOND),
        definition,
        bid,
        QuoteStates("mm-spot", states, 0, "main", {SPOT: 62_000.0}),
        Position("binance", "main", SPOT, Decimal("0.125"), Decimal(62_000), *(zero,) * 6, 0.0, 1, 0),
        Pnl("main", "USDT", Decimal(1012), Decimal(1000), *(zero,) * 6, 0.5, -0.25, 3, Decimal(4_000), 0),
        VenueHealth("binance", "main", "usdm", Liveness.DOWN, "socket closed", 0, 0),
        RiskState(
            (Block("asset:BTC", "halt", "volatility", False, 0, "risk", "sigma=9"),), 1.0, *(zero,) * 4, "USDT", 0
        ),
        Alert("warn", "halt", "asset:BTC", "volatility halt", "", 0),
    ):
        picture.take(message)
    facts = ProcessFacts("oms")
    facts.on_supervisor("RUNNING", 4242, 12.0)
    picture.processes["oms"] = facts
    return picture


def test_everything_a_trader_asks_for_is_on_the_screen() -> None:
    text = shown(full_picture())
    for expected in (
        "61,999.99", "0.00", "invalid: gap", "0.003 @ 61990", "inventory_limit deviation=1.2", "0.125",
        "equity 1,012.00 USDT", "since start +12.00 USDT", "10 s -0.25 bps", "4242", "down socket closed",
        "asset:BTC", "volatility halt",
    ):  # fmt: skip
        assert expected in text, f"{expected!r} is missing from\n{text}"


def test_an_empty_picture_is_an_empty_screen_and_no_error() -> None:
    assert "Crossbook   PAPER" in shown(Picture())


def test_ended_orders_leave_the_picture() -> None:
    picture = full_picture()
    picture.take(msgspec.structs.replace(picture.orders[7], state=OrderState.CANCELLED))
    assert picture.orders == {}
