"""Orders per second through the OMS core, and what the journal adds: `python bench/oms_orders.py [--orders 20000]`.

One order here is its whole life: intent, verdict, acknowledgement, cancel, the venue's word. CPU time of this thread is
measured, without sockets; `--no-journal` leaves the journal out.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from crossbook.messages.base import Message, OrderState
from oms.inputs import Now
from oms.journal_format import START_CHAIN
from oms.outputs import Turn
from oms.shell.journal_writer import JournalWriter
from testkit.oms_desk import STRATEGY, Desk


class TimedDesk(Desk):
    """Times core and journal apart."""

    journal: JournalWriter | None = None
    core_ns = 0
    journal_ns = 0

    def feed(self, message: Message, peer: bytes = b"") -> Turn:
        """As the executor does it."""
        begun = time.thread_time_ns()
        turn = self.core.handle(message, peer, self.now)
        judged = time.thread_time_ns()
        if self.journal is not None:
            self.journal.append(message, peer, self.now, turn)
        self.core_ns += judged - begun
        self.journal_ns += time.thread_time_ns() - judged
        self.turns = [*self.turns[-20:], turn]
        return turn


def run(orders: int, *, journal: bool) -> dict[str, float]:
    """Orders' lives one after another; figures per second and in microseconds."""
    desk = TimedDesk()
    desk.open_for_business()
    with tempfile.TemporaryDirectory() as directory:
        if journal:
            desk.journal = JournalWriter(
                Path(directory), desk=1, number=0, chain=START_CHAIN, file_mb=512, reserve_mb=0
            )
            desk.journal.open(desk.core.seq + 1, 0)
        desk.core_ns = desk.journal_ns = 0
        place_ns = 0
        for number in range(orders):
            desk.now = Now(desk.now.monotonic_ns + 100_000, desk.now.time_ns + 100_000)
            if number % 500 == 0:
                desk.beats()
                desk.tops()
            intent = desk.intent(ticks=499_000 - number % 500)
            begun = time.thread_time_ns()
            desk.feed(intent, STRATEGY)
            place_ns += time.thread_time_ns() - begun
            order = next(reversed(desk.core.state.live.values()))
            desk.ack(order)
            desk.cancel(order)
            desk.report(order, OrderState.CANCELLED)
        size = desk.journal.bytes_written if desk.journal else 0
        if desk.journal:
            desk.journal.close()
    return {
        "orders_per_s": orders / ((desk.core_ns + desk.journal_ns) / 1e9),
        "place_us": place_ns / orders / 1_000,
        "core_us_per_input": desk.core_ns / orders / 4_000,
        "journal_us_per_record": desk.journal_ns / orders / 4_000,
        "journal_bytes_per_order": size / orders,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--no-journal", action="store_true")
    options = parser.parse_args()
    for name, value in run(options.orders, journal=not options.no_journal).items():
        print(f"{name:28} {value:12.1f}")


if __name__ == "__main__":
    main()
