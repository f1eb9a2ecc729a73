"""An operator's commands over the bus: to the OMS, and straight to the gateways when the OMS is silent."""

import asyncio
import getpass
import json
import os
import socket
import time
from typing import Any

from console.shell.places import ACTS_FILE
from crossbook.bus import Dealer
from crossbook.config import BusConfig
from crossbook.errors import RetryLater
from crossbook.messages.base import Message
from crossbook.messages.control import (
    CancelAll,
    Command,
    CommandDone,
    Halt,
    HealthReply,
    HealthRequest,
    Kill,
    Resume,
)
from crossbook.messages.orders import StateRequest, StateSnapshot

_ANSWERS = (CommandDone, HealthReply, StateSnapshot)
_CONNECT_S = 1.0
_DEADLINE_NS = 10_000_000_000

Order = type[Halt] | type[Kill] | type[Resume] | type[CancelAll]


def who() -> str:
    """The name commands are audited under: user and host."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def note_act(act: str, target: str) -> None:
    """Note what the operator does to this run, so that its consequences are told from faults nobody caused."""
    if ACTS_FILE.parent.is_dir():
        with ACTS_FILE.open("a") as file:
            file.write(json.dumps({"time_s": time.time(), "act": act, "target": target, "by": who()}) + "\n")


class Line:
    """One conversation with a ROUTER: send a message, wait for its answer."""

    def __init__(self, endpoint: str) -> None:
        """Connect, in the running loop."""
        self._answers: asyncio.Queue[Any] = asyncio.Queue()
        identity = f"console.{os.getpid():x}{time.time_ns():x}".encode()
        self._dealer = Dealer(endpoint, identity, self._answers.put_nowait, types=_ANSWERS)
        self.endpoint = endpoint

    async def ask(self, message: Message, within_s: float = 2.0) -> Any:
        """Send and wait. Raises RetryLater when nobody is there or no answer comes in time."""
        deadline = time.monotonic() + _CONNECT_S
        while not self._dealer.send(message):
            if time.monotonic() > deadline:
                raise RetryLater(f"nobody listens at {self.endpoint}")
            await asyncio.sleep(0.01)
        try:
            return await asyncio.wait_for(self._answers.get(), within_s)
        except TimeoutError:
            raise RetryLater(f"no answer from {self.endpoint} within {within_s:g} s") from None

    def close(self) -> None:
        """Hang up."""
        self._dealer.close()


def signed(reason: str) -> Command:
    """A command's head: sender, a counter that grows, a deadline."""
    now_ns = time.time_ns()
    return Command(who(), now_ns, now_ns + _DEADLINE_NS, reason)


async def tell(endpoint: str, message: Message, within_s: float = 5.0) -> Any:
    """One question to one ROUTER. Raises RetryLater."""
    line = Line(endpoint)
    try:
        return await line.ask(message, within_s)
    finally:
        line.close()


async def command(
    bus: BusConfig, venues: tuple[str, ...], order: Order, scope: str, reason: str, *, guarded: bool = False
) -> list[str]:
    """Give an order to the OMS, and to every gateway it concerns, since it must not depend on the OMS.

    Kill and resume go to the guardian too, where there is one: it keeps the kill latched. A resume goes to it first,
    or it would renew the kill in those resumed before it heard. Returns what each answered, in words. Raises RetryLater
    when nobody did what was asked.
    """
    gateways = {f"gateway {venue}": bus.control_of(venue) for venue in venues if _concerns(scope, venue)}
    guardian = {"guardian": bus.control_of("guardian")} if guarded and order in (Kill, Resume) else {}
    if order is Resume:
        stages = [guardian, {"oms": bus.intents, **gateways}]
    else:
        stages = [{"oms": bus.intents, **gateways, **guardian}]
    answers: dict[str, Any] = {}
    for targets in stages:
        given = (tell(endpoint, order(signed(reason), scope)) for endpoint in targets.values())
        answers |= zip(targets, await asyncio.gather(*given, return_exceptions=True), strict=True)
    return _in_words(answers)


def _in_words(answers: dict[str, Any]) -> list[str]:
    lines, done = [], False
    for name, answer in answers.items():
        if isinstance(answer, CommandDone):
            done = done or answer.ok
            lines.append(f"{name}: {'done' if answer.ok else 'refused'}: {answer.text}")
        elif isinstance(answer, RetryLater):
            lines.append(f"{name}: {answer}")
        elif isinstance(answer, BaseException):
            raise answer
    if not done:
        raise RetryLater("\n".join(lines))
    return lines


def _concerns(scope: str, venue: str) -> bool:
    """Whether a scope reaches a venue's gateway: strategies and accounts are known to the OMS alone."""
    kind, _, name = scope.partition(":")
    return kind == "all" or (kind == "venue" and name == venue) or (kind == "instrument" and name.endswith(f"@{venue}"))


async def state_of(bus: BusConfig, strategy: str = "") -> StateSnapshot:
    """The OMS's word on what is live. Raises RetryLater."""
    answer = await tell(bus.intents, StateRequest(1, strategy))
    if not isinstance(answer, StateSnapshot):
        raise RetryLater(f"the oms answered a state request with {answer}")
    return answer


async def health_of(endpoint: str) -> HealthReply:
    """How a gateway or the OMS is. Raises RetryLater."""
    answer = await tell(endpoint, HealthRequest(signed("health")))
    if not isinstance(answer, HealthReply):
        raise RetryLater(f"{endpoint} answered a health request with {answer}")
    return answer
