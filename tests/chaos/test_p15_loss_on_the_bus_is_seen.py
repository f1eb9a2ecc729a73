"""Promise P15: loss on the bus is seen, never guessed.

What a relay loses on the way is known to the subscriber at the very next message of the topic. Its loop and then its
whole process stand still for longer than its queue holds, and it lives. Who joins late has the present state at once.
What is money is asked for, not heard: the state the OMS states is the venue's, whatever a strategy missed.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossbook.messages.base import OrderState
from testkit.evidence import Evidence, Form
from testkit.lossy_relay import LossyRelay
from testkit.oms_desk import PERP, SPOT
from testkit.oms_peers import until
from testkit.promise_desk import PromiseDesk
from testkit.promise_trader import Trader
from testkit.shared_files import ROOT

LISTENER = ROOT / "tests" / "testkit" / "lossy_listener.py"
LOSS = 0.03
QUEUE = 50
"""Messages that wait for the listener before ZeroMQ stops reading for it."""
STALL_S = 3
"""Longer than any heartbeat of ZeroMQ's."""


def lines(log: Path) -> Iterator[tuple[str, str, int, int]]:
    """What the listener wrote: `message topic sequence 0` and `gap topic expected got`.

    Beats are left out: each says everything that the ones before it said, so none is missed.
    """
    for line in log.read_text().splitlines():
        words = line.split()
        if len(words) == 4 and words[0] in ("message", "gap") and words[1] != "beat":
            yield words[0], words[1], int(words[2]), int(words[3])


def unseen(log: Path) -> tuple[int, list[str]]:
    """Losses, and those of them that were not told before the message that showed them."""
    last: dict[str, int] = {}
    told: set[str] = set()
    losses, missed = 0, []
    for kind, topic, first, _ in lines(log):
        if kind == "gap":
            told.add(topic)
            continue
        if topic in last and first > last[topic] + 1:
            losses += 1
            if topic not in told:
                missed.append(f"{topic}: {last[topic]} then {first}")
        told.discard(topic)
        last[topic] = max(first, last.get(topic, 0))
    return losses, missed


def count(log: Path) -> int:
    return sum(1 for _ in lines(log))


@pytest.mark.timeout(400)
async def test_each_loss_is_known_at_the_next_message(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    source, relayed = (f"ipc://{desk.run_dir}/bus/{name}.ipc" for name in ("md-binance", "md-relayed"))
    relay = LossyRelay(source, relayed, LOSS, form.seed)
    words = ["python", str(LISTENER), relayed, str(QUEUE), str(STALL_S)]
    listener = desk.processes.start("listener", words)
    log = desk.processes.log_path("listener")
    await until(lambda: count(log) > form.pick(400, 20_000), "market data after the loop stood still", 300.0)
    os.killpg(listener.pid, signal.SIGSTOP)
    await asyncio.sleep(STALL_S)
    os.killpg(listener.pid, signal.SIGCONT)
    before = count(log)
    await until(lambda: count(log) > before + 100, "market data again", 40.0)
    await relay.close()
    losses, missed = unseen(log)
    evidence.tried(losses)
    evidence.broken(*missed)
    evidence.figure("dropped", relay.dropped)
    if listener.poll() is not None:
        evidence.broken(f"the listener ended with {listener.returncode}")
    assert losses > 5, "too little was lost: the test proves nothing"
    evidence.judge()


async def test_who_joins_late_has_the_present_state(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    await desk.stand(6)
    await until(lambda: all(order.state is OrderState.OPEN for order in desk.trader.live()), "open orders")
    clock = asyncio.get_running_loop()
    for number in range(form.pick(5, 200)):
        joined_at = clock.time()
        late = Trader(desk.run_dir / "bus", f"late-{number}")
        await until(lambda late=late: {SPOT, PERP} <= set(late.tops) & set(late.definitions), "the present books")  # type: ignore[misc]
        evidence.figure("joined_s", clock.time() - joined_at)
        snapshot = await late.snapshot("")
        await late.close()
        evidence.tried(1)
        if {order.order_id for order in snapshot.orders} != (await desk.ledger()).open_ids():
            evidence.broken(f"late-{number} was told of other orders than the venue has")
    evidence.judge()
