"""Many who ask the same are answered by few requests, and never by one that was sent before they asked."""

import asyncio

from gateway_kit.order_words import Orders
from gateway_kit.outcome_resolver import Heard
from gateway_kit.requests import Ask, Kind
from gateway_kit.shell.shared_asks import SharedAsks


class Venue:
    """Answers when told to; the time of an answer is the number of its request."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []
        self.open = asyncio.Event()

    async def ask(self, ask: Ask) -> Heard:
        self.asked.append(ask)
        number = len(self.asked)
        await self.open.wait()
        return Heard(Orders(()), number)


async def turns(count: int = 5) -> None:
    """Let everything that can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_who_asks_while_one_is_under_way_shares_the_next() -> None:
    venue = Venue()
    shared, ask = SharedAsks(venue.ask), Ask(Kind.OPEN_ORDERS, "BTCUSDT")
    loop = asyncio.get_running_loop()
    first = loop.create_task(shared.ask(ask))
    await turns()
    later = [loop.create_task(shared.ask(ask)) for _ in range(100)]
    await turns()
    assert len(venue.asked) == 1
    venue.open.set()
    assert (await first).received_ns == 1
    assert {heard.received_ns for heard in await asyncio.gather(*later)} == {2}
    assert len(venue.asked) == 2
    assert (await shared.ask(ask)).received_ns == 3


async def test_histories_from_about_the_same_time_are_one_from_the_earlier() -> None:
    venue = Venue()
    venue.open.set()
    shared = SharedAsks(venue.ask)
    times_ms = (1_700_000_009_000, 1_700_000_001_000, 1_700_000_025_000)
    await asyncio.gather(*(shared.ask(Ask(Kind.HISTORY, "BTCUSDT", since_ms=ms)) for ms in times_ms))
    assert [ask.since_ms for ask in venue.asked] == [1_700_000_000_000, 1_700_000_020_000]


async def test_other_questions_and_other_symbols_are_asked_one_by_one() -> None:
    venue = Venue()
    venue.open.set()
    shared = SharedAsks(venue.ask)
    query = Ask(Kind.QUERY, "BTCUSDT", client_order_id="a")
    others = [Ask(Kind.OPEN_ORDERS, symbol) for symbol in ("BTCUSDT", "ETHUSDT")]
    await asyncio.gather(*(shared.ask(ask) for ask in [query, query, *others]))
    assert sorted(str(ask.kind) for ask in venue.asked) == sorted(str(a.kind) for a in [query, query, *others])


async def test_one_who_no_longer_waits_takes_nothing_from_the_others() -> None:
    venue = Venue()
    shared, ask = SharedAsks(venue.ask), Ask(Kind.OPEN_ORDERS, "BTCUSDT")
    loop = asyncio.get_running_loop()
    leaves, stays = (loop.create_task(shared.ask(ask)) for _ in range(2))
    await turns()
    leaves.cancel()
    await turns()
    venue.open.set()
    assert (await stays).received_ns == 1
