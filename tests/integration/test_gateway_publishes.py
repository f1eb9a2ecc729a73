"""The real gateway process: what a subscriber on the bus gets, at once and after the venue or the gateway has died."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from crossbook.bus import Subscriber
from crossbook.clock import SystemClock
from crossbook.messages.base import Liveness, Message
from crossbook.messages.market import (
    BookDepth,
    BookInvalid,
    BookProved,
    BookTop,
    InstrumentDefinition,
    Mark,
    Trade,
    VenueHealth,
)
from testkit.bus import Inbox
from testkit.gateway_rig import GATEWAY_TOML, HMAC, PERP, SPOT
from testkit.processes import Processes
from testkit.venue_sim_process import start_venue_sim

TYPES = (BookTop, BookInvalid, BookProved, BookDepth, Trade, Mark, InstrumentDefinition, VenueHealth)
Kind = TypeVar("Kind", bound=Message)
TOPICS = ["top.", "depth.", "trade.", "mark.", "instrument.", "health.", "proof."]


@pytest.fixture
def gateway(run_dir: Path, processes: Processes) -> Iterator[Processes]:
    """venue-sim and a gateway on it, both real."""
    (run_dir / "bus").mkdir(mode=0o700)
    start_venue_sim(processes, run_dir)
    (run_dir / "gateway.toml").write_text(GATEWAY_TOML.format(run_dir=run_dir, extra="", key=HMAC))
    start(processes, run_dir)
    yield processes
    processes.kill("gateway")  # nobody waits for a venue that goes too


def start(processes: Processes, run_dir: Path) -> None:
    processes.start("gateway", ["python", "-m", "gateway_binance", "--config", str(run_dir / "gateway.toml")])


@pytest.fixture
async def inbox(run_dir: Path, gateway: Processes) -> AsyncIterator[Inbox]:
    made = Inbox()
    endpoint = f"ipc://{run_dir}/bus/md-binance.ipc"
    subscriber = Subscriber(
        [endpoint], TOPICS, made.on_message, made.on_gap, types=TYPES, clock=SystemClock(), on_link=made.on_link
    )
    yield made
    subscriber.close()


def of(inbox: Inbox, kind: type[Kind], instrument: str = "") -> list[Kind]:
    found = [message for _, _, message in inbox.messages if isinstance(message, kind)]
    return [message for message in found if not instrument or getattr(message, "instrument", "") == instrument]


async def published(inbox: Inbox, kind: type[Message], instrument: str) -> None:
    await inbox.until(lambda: bool(of(inbox, kind, instrument)))


async def test_both_markets_reach_a_subscriber_and_a_late_one_gets_their_state_at_once(
    inbox: Inbox, run_dir: Path
) -> None:
    for instrument in (SPOT, PERP):
        for kind in (InstrumentDefinition, BookTop, BookDepth, Trade):
            await published(inbox, kind, instrument)
    await published(inbox, Mark, PERP)
    assert inbox.gaps == []
    late = Inbox()
    wanted = [f"{kind}.{instrument}" for kind in ("instrument", "top", "depth") for instrument in (SPOT, PERP)]
    subscriber = Subscriber(
        [f"ipc://{run_dir}/bus/md-binance.ipc"], wanted, late.on_message, late.on_gap, types=TYPES, clock=SystemClock()
    )
    await late.until(lambda: {topic for topic, _, _ in late.messages} >= set(wanted))
    subscriber.close()


async def test_when_the_venue_dies_every_book_is_invalid_and_the_gateway_lives(
    inbox: Inbox, gateway: Processes
) -> None:
    for instrument in (SPOT, PERP):
        await published(inbox, BookTop, instrument)
    gateway.kill("venue-sim")
    for instrument in (SPOT, PERP):
        await published(inbox, BookInvalid, instrument)
    await inbox.until(lambda: any(health.state is Liveness.DOWN for health in of(inbox, VenueHealth)))
    assert gateway.started["gateway"].poll() is None


async def test_a_gateway_that_was_killed_publishes_again_and_the_subscriber_sees_that_it_began_anew(
    inbox: Inbox, gateway: Processes, run_dir: Path
) -> None:
    await published(inbox, BookTop, SPOT)
    await published(inbox, InstrumentDefinition, SPOT)
    (first, *_) = of(inbox, InstrumentDefinition, SPOT)
    gateway.kill("gateway")
    inbox.messages.clear()
    inbox.gaps.clear()
    start(gateway, run_dir)
    async with asyncio.timeout(20):
        await published(inbox, BookTop, SPOT)
        await published(inbox, InstrumentDefinition, SPOT)
    assert f"top.{SPOT}" in {topic for topic, _, _ in inbox.gaps}
    (again, *_) = of(inbox, InstrumentDefinition, SPOT)
    assert again.revision > first.revision


async def test_after_a_standstill_of_the_process_nothing_old_is_published_as_new(
    inbox: Inbox, gateway: Processes
) -> None:
    for instrument in (SPOT, PERP):
        await published(inbox, BookTop, instrument)
    stopped_ns = SystemClock.monotonic_ns()
    gateway.kill("gateway", signal.SIGSTOP)
    await asyncio.sleep(1.0)  # the standstill itself
    gateway.kill("gateway", signal.SIGCONT)
    for instrument in (SPOT, PERP):
        await published(inbox, BookInvalid, instrument)
        since = [
            message
            for topic, _, message in inbox.messages
            if topic == f"top.{instrument}" and message.received_ns > stopped_ns + 500_000_000
        ]
        assert isinstance(since[0], BookInvalid)
        assert "stood still" in since[0].reason
    inbox.messages.clear()
    for instrument in (SPOT, PERP):
        await published(inbox, BookTop, instrument)
