"""A binder that stood still past the heartbeat's timeout is talked to again by the peers it had.

They beat on meanwhile, as gateways and strategies do, so that it reads old words of theirs first when it wakes.
"""

import os
import signal
from pathlib import Path

from crossbook.bus import Dealer
from crossbook.messages.market import BookTop
from testkit.bus import Inbox, comes_true, top
from testkit.processes import Processes
from testkit.shared_files import ROOT


async def test_peers_of_a_router_that_hung_are_heard_and_answered_again(run_dir: Path, processes: Processes) -> None:
    bus = run_dir / "bus"
    bus.mkdir(mode=0o700)
    endpoint = f"ipc://{bus}/echo.ipc"
    process = processes.start("echo", ["python", str(ROOT / "tests" / "testkit" / "echo_router.py"), endpoint])
    inbox = Inbox()
    dealers = [Dealer(endpoint, f"peer-{n}.1".encode(), inbox.on_reply, types=(BookTop,)) for n in range(4)]
    try:
        for dealer in dealers:
            await comes_true(lambda dealer=dealer: dealer.send(top(1)))  # type: ignore[misc]
        await inbox.until(lambda: len(inbox.replies) >= 4)
        os.killpg(process.pid, signal.SIGSTOP)
        for dealer in dealers:
            await comes_true(lambda dealer=dealer: not dealer.send(top(2)))  # type: ignore[misc]
        os.killpg(process.pid, signal.SIGCONT)
        for number, dealer in enumerate(dealers, start=100):
            await comes_true(lambda dealer=dealer, number=number: _said(dealer, inbox, number))  # type: ignore[misc]
    finally:
        for dealer in dealers:
            dealer.close()


def _said(dealer: Dealer, inbox: Inbox, number: int) -> bool:
    """Say it (again), and look whether it was ever answered."""
    dealer.send(top(number))
    return any(reply.update_id == number for reply in inbox.replies)
