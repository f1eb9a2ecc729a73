import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from crossbook.clock import SystemClock
from crossbook.errors import ConfigError, RetryLater
from crossbook.messages.base import Message, TradingStatus
from crossbook.messages.market import InstrumentDefinition
from gateway_binance.endpoints import SPOT
from gateway_binance.market_messages import ContractInfo
from gateway_binance.market_requests import BinanceMarketRequests, StreamChoice
from gateway_kit.instrument_table import InstrumentTable
from gateway_kit.market_requests import RestCall
from gateway_kit.requests import Priority
from gateway_kit.shell.http_session import HttpAnswer
from gateway_kit.shell.instrument_reader import InstrumentReader
from gateway_kit.shell.market_sections import MarketDataSection


def listed(symbol: str, tick: str = "0.01") -> dict[str, Any]:
    return {
        "symbol": symbol, "status": "TRADING", "baseAsset": symbol.removesuffix("USDT"), "quoteAsset": "USDT",
        "filters": [
            {"filterType": "PRICE_FILTER", "tickSize": tick, "minPrice": "0", "maxPrice": "0"},
            {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001", "maxQty": "100"},
        ],
    }  # fmt: skip


class Desk:
    """A reader of two symbols, a venue that answers as it is told, and what was published."""

    def __init__(self, *symbols: str) -> None:
        self.venue: dict[str, Any] | Exception = {"symbols": [listed("BTCUSDT"), listed("ETHUSDT")]}
        self.asked: list[str] = []
        self.published: list[tuple[str, Message, bool]] = []
        self.changed: list[InstrumentDefinition] = []
        self.bodies: list[bytes] = []
        self.news = asyncio.Event()
        self.reader = InstrumentReader(
            InstrumentTable(symbols or ("BTCUSDT", "ETHUSDT"), 1_000),
            "spot",
            BinanceMarketRequests("spot", SPOT["mainnet"], StreamChoice()),
            self,  # type: ignore[arg-type]
            publish=self.publish,
            clock=SystemClock(),
            settings=MarketDataSection(reconnect_base_ms=10),
            on_change=self.changed.extend,
            on_body=self.bodies.append,
        )

    async def ask(self, call: RestCall, priority: Priority = Priority.ASK) -> HttpAnswer:
        self.asked.append(call.url.removeprefix("https://api.binance.com/api/v3/"))
        self.news.set()
        if isinstance(self.venue, Exception) and ("symbols" in call.url or len(self.asked) <= 1):
            raise self.venue
        symbols = {"symbols": [listed("BTCUSDT", "0.05")]} if isinstance(self.venue, Exception) else self.venue
        return HttpAnswer(200, {}, json.dumps(symbols).encode(), 1, 2)

    def publish(self, topic: str, message: Message, *, retain: bool = False) -> int:
        self.published.append((topic, message, retain))
        self.news.set()
        return 0

    async def until(self, look: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not look():
                self.news.clear()
                await self.news.wait()

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.reader.keep())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_the_whole_list_is_read_once_and_ours_is_published_retained() -> None:
    desk = Desk()
    await desk.reader.load()
    assert desk.asked == ["exchangeInfo"]
    assert [(topic, retain) for topic, _, retain in desk.published] == [
        ("instrument.BTC-USDT@binance", True), ("instrument.ETH-USDT@binance", True),
    ]  # fmt: skip
    assert [definition.revision for definition in desk.changed] == [1_000, 1_000]
    assert len(desk.bodies) == 1
    assert desk.reader.loaded.is_set()


async def test_a_symbol_that_is_not_listed_is_an_error_of_the_configuration() -> None:
    desk = Desk("BTCUSDT", "NOPEUSDT")
    with pytest.raises(ConfigError, match=r"spot\.symbols: NOPEUSDT: not listed by the venue"):
        await desk.reader.load()
    assert not desk.reader.loaded.is_set()


async def test_a_venue_that_does_not_answer_is_asked_again_until_it_does() -> None:
    desk = Desk("BTCUSDT")
    desk.venue = RetryLater("cannot connect")
    await desk.reader.load()
    assert desk.asked == ["exchangeInfo", "exchangeInfo"]


async def test_many_wishes_for_a_refresh_make_one_request_for_ours_alone() -> None:
    desk = Desk()
    await desk.reader.load()
    desk.venue = {"symbols": [listed("BTCUSDT", "0.001"), listed("ETHUSDT")]}
    async with desk.keeping():
        for _ in range(20):
            desk.reader.refresh("an order was refused by a filter")
        await desk.until(lambda: len(desk.published) == 3)
    assert desk.asked == ["exchangeInfo", "exchangeInfo?symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D"]
    (_, definition, _) = desk.published[-1]
    assert isinstance(definition, InstrumentDefinition)
    assert (definition.symbol, definition.tick_size, definition.revision) == ("BTCUSDT", Decimal("0.001"), 1_001)


async def test_where_ours_are_refused_because_one_is_gone_the_whole_list_tells_which() -> None:
    desk = Desk()
    await desk.reader.load()
    desk.venue = RetryLater("HTTP 400: Invalid symbol.")
    async with desk.keeping():
        desk.reader.refresh("a symbol was unknown")
        await desk.until(lambda: len(desk.published) == 4)
    assert desk.asked[1:] == ["exchangeInfo?symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D", "exchangeInfo"]
    assert {definition.symbol: definition.status for definition in desk.changed[2:]} == {
        "BTCUSDT": TradingStatus.TRADING, "ETHUSDT": TradingStatus.GONE,
    }  # fmt: skip


async def test_the_stream_and_the_account_have_their_say() -> None:
    desk = Desk()
    await desk.reader.load()
    desk.reader.on_status(ContractInfo("BTCUSDT", "SETTLING"))
    desk.reader.on_status(ContractInfo("BTCUSDT"))
    desk.reader.set_fees("ETHUSDT", 1.0, 5.0)
    told = [(each.symbol, each.status, each.maker_fee_bps, each.revision) for each in desk.changed[2:]]
    assert told == [
        ("BTCUSDT", TradingStatus.HALTED, 0.0, 1_001), ("ETHUSDT", TradingStatus.TRADING, 1.0, 1_001),
    ]  # fmt: skip
